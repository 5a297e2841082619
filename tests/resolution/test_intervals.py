"""Intervals for proportions, against statsmodels, SciPy and published values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from mirage import resolution

METHODS = {"wilson": "wilson", "clopper-pearson": "beta"}  # the names in statsmodels

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.floats(0.01, 0.9999)


@pytest.mark.parametrize("method", METHODS)
@given(counts, confidences)
def test_intervals_agree_with_statsmodels(method, count, confidence):
    successes, trials = count
    low, high = resolution.proportion_interval(successes, trials, confidence, method)
    expected = proportion_confint(successes, trials, 1 - confidence, METHODS[method])
    if successes > 0:
        assert low == pytest.approx(expected[0], rel=1e-7, abs=1e-12)
    if successes < trials:
        assert high == pytest.approx(expected[1], rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(counts, confidences)
def test_intervals_hold_the_share_are_symmetric_and_end_at_0_and_1(method, count, confidence):
    successes, trials = count
    low, high = resolution.proportion_interval(successes, trials, confidence, method)
    assert 0 <= low <= high <= 1
    assert (low == 0) == (successes == 0) and (high == 1) == (successes == trials)
    other_low, other_high = resolution.proportion_interval(trials - successes, trials, confidence, method)
    assert (low, high) == pytest.approx((1 - other_high, 1 - other_low), abs=1e-9)
    assert low <= successes / trials <= high


# Computed with statsmodels and rounded; the ends at 0 successes are the convention of each method.
@pytest.mark.parametrize(
    ("successes", "method", "low", "high"),
    [
        (0, "wilson", 0, 0.0370),
        (0, "clopper-pearson", 0, 0.0362),
        (1, "wilson", 0.0018, 0.0545),
        (1, "clopper-pearson", 0.0003, 0.0545),
        (30, "wilson", 0.2189, 0.3958),
        (30, "clopper-pearson", 0.2124, 0.3998),
    ],
)
def test_intervals_of_a_hundred_items(successes, method, low, high):
    interval = resolution.proportion_interval(successes, 100, method=method)
    assert interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("trials", [5, 30])
def test_clopper_pearson_covers_every_proportion_often_enough(trials, confidence):
    truth = np.linspace(0.001, 0.999, 199)[:, None]
    low, high = resolution.proportion_interval(np.arange(trials + 1), trials, confidence, "clopper-pearson")
    covered = (low <= truth) & (truth <= high)
    coverage = (stats.binom.pmf(np.arange(trials + 1), trials, truth) * covered).sum(axis=1)
    assert (coverage >= confidence - 1e-12).all()


def test_two_sided_clopper_pearson_without_success_is_near_3_69_over_n():  # ln 40 = 3.69
    _, high = resolution.proportion_interval(0, 10**6, method="clopper-pearson")
    assert high * 10**6 == pytest.approx(math.log(40), rel=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_intervals_broadcast(method):
    low, high = resolution.proportion_interval([[0], [3]], [10, 20, 40], method=method)
    assert low.shape == high.shape == (2, 3)
    expected = resolution.proportion_interval(3, 20, method=method)
    assert (low[1, 1], high[1, 1]) == expected
    assert all(isinstance(end, float) for end in expected)


@given(st.integers(1, 10**9), confidences)
def test_zero_success_bound_leaves_the_rest_of_the_confidence(trials, confidence):
    bound = resolution.zero_success_bound(trials, confidence)
    assert trials * math.log1p(-bound) == pytest.approx(math.log1p(-confidence), rel=1e-9)


@pytest.mark.parametrize("trials", [1, 10, 1000])
def test_zero_success_bound_is_the_one_sided_exact_limit(trials):
    expected = stats.binomtest(0, trials, alternative="less").proportion_ci(0.95, "exact").high
    assert resolution.zero_success_bound(trials) == pytest.approx(expected)


def test_rule_of_three():  # Hanley and Lippman-Hand (1983)
    trials = np.array([30, 100, 1000, 10**12])
    np.testing.assert_allclose(resolution.zero_success_bound(trials) * trials, 3, rtol=0.06)
    assert round(resolution.zero_success_bound(1000), 4) == 0.0030


SHARE = "confidence must be strictly between 0 and 1; got "


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: resolution.proportion_interval(5, 4),
            ValueError,
            "successes must be at most trials; got 5 of 4",
        ),
        (lambda: resolution.proportion_interval(0, 0), ValueError, "trials must be.*at least 1; got 0"),
        (lambda: resolution.proportion_interval(-1, 4), ValueError, "successes must be.*at least 0; got -1"),
        (lambda: resolution.proportion_interval(1.5, 4), ValueError, "successes must be whole.*; got 1.5"),
        (lambda: resolution.proportion_interval("1", 4), TypeError, "successes must be a number.*; got '1'"),
        (
            lambda: resolution.proportion_interval([1, 2], [3, 4, 5]),
            ValueError,
            r"got successes \(2,\), trials",
        ),
        (lambda: resolution.proportion_interval(1, 4, 1.0), ValueError, SHARE + "1"),
        (lambda: resolution.proportion_interval(1, 4, 0), ValueError, SHARE + "0"),
        (lambda: resolution.proportion_interval(1, 4, 95), ValueError, SHARE + "95"),
        (
            lambda: resolution.proportion_interval(1, 4, method="jeffreys"),
            ValueError,
            "method must be one of wilson, clopper-pearson; got 'jeffreys'",
        ),
        (
            lambda: resolution.proportion_interval(1, 4, method=None),
            TypeError,
            "method must be one of.*; got None",
        ),
        (lambda: resolution.zero_success_bound(0), ValueError, "trials must be.*at least 1; got 0"),
        (lambda: resolution.zero_success_bound(10, 1), ValueError, SHARE + "1"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
