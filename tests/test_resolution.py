"""What a test set can see, against statsmodels, SciPy, brute force and published values."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from mirage import resolution

METHODS = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}  # the names in statsmodels

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.floats(0.01, 0.9999)
shares = st.floats(0.0, 1.0)


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
    if method != "jeffreys":  # Jeffreys' holds its posterior's median, which is not k/n
        assert low <= successes / trials <= high


# Computed with statsmodels and rounded; the ends at 0 successes are the convention of each method.
@pytest.mark.parametrize(
    ("successes", "method", "low", "high"),
    [
        (0, "wilson", 0, 0.0370),
        (0, "clopper-pearson", 0, 0.0362),
        (0, "jeffreys", 0, 0.0247),
        (1, "wilson", 0.0018, 0.0545),
        (1, "clopper-pearson", 0.0003, 0.0545),
        (1, "jeffreys", 0.0011, 0.0458),
        (30, "wilson", 0.2189, 0.3958),
        (30, "clopper-pearson", 0.2124, 0.3998),
        (30, "jeffreys", 0.2168, 0.3945),
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


@given(st.floats(1e-3, 1), st.floats(0.05, 0.999))
def test_items_needed_is_the_smallest_number_that_is_enough(probability, confidence):
    needed = int(resolution.items_needed(probability, confidence))
    miss = Fraction(1) - Fraction(probability)
    allowed = Fraction(1) - Fraction(confidence)
    slack = Fraction(1, 10**12)
    assert miss**needed <= allowed * (1 + slack)
    if needed > 1:
        assert miss ** (needed - 1) > allowed * (1 - slack)


@pytest.mark.parametrize(
    ("probability", "items"),  # n ≥ ln 0.05 / ln(1 − p)
    [(0.01, 299), (0.3**5, 1232), (0.001, 2995), (1e-4, 29956), (1.0, 1), (0.95, 1), (0.949, 2)],
)
def test_items_needed_for_95_percent(probability, items):
    assert resolution.items_needed(probability) == items


@pytest.mark.parametrize(
    ("probability", "confidence", "items"), [(0.5, 0.75, 2), (0.5, 0.875, 3), (0.1, 0.19, 2), (0.2, 0.488, 3)]
)
def test_items_needed_is_not_thrown_by_rounding(probability, confidence, items):
    assert resolution.items_needed(probability, confidence) == items


def test_items_needed_of_tiny_probabilities_is_whole_or_refused():
    assert resolution.items_needed(1e-15) == pytest.approx(-math.log(0.05) * 1e15)
    assert resolution.items_needed([[0.5, 0.01]]).dtype == np.int64
    for hopeless in (1e-17, 5e-324):
        with pytest.raises(ValueError, match=f"probability must be large enough.*; got {hopeless:g}"):
            resolution.items_needed([0.5, hopeless])


def rejecting_counts(chance, trials, significance):
    for count in range(trials + 1):
        if stats.binomtest(count, trials, chance, alternative="greater").pvalue <= significance:
            return range(count, trials + 1)
    return range(0)


@pytest.mark.parametrize("trials", [1, 2, 7, 20, 45])
@pytest.mark.parametrize("chance", [0.0, 0.1, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("significance", [0.05, 0.001, 0.3])
def test_power_is_the_chance_of_a_count_that_the_exact_test_rejects(trials, chance, significance):
    abilities = np.array([0, 0.2, 0.3, 0.77, 1])
    rejected = rejecting_counts(chance, trials, significance)
    expected = [sum(stats.binom.pmf(k, trials, ability) for k in rejected) for ability in abilities]
    np.testing.assert_allclose(
        resolution.power(chance, abilities, trials, significance), expected, rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(
    ("chance", "ability", "trials", "percent"),  # exact one-sided test at 5 %, rounded
    [
        (0.25, 0.30, 100, 29),
        (0.25, 0.30, 500, 80),
        (0.25, 0.30, 1000, 97),
        (0.25, 0.35, 100, 70),
        (0.50, 0.55, 100, 24),
        (0.50, 0.55, 1000, 93),
        (0.25, 0.30, 45, 16),
    ],
)
def test_power_of_common_test_sets(chance, ability, trials, percent):
    assert round(100 * resolution.power(chance, ability, trials)) == percent


@pytest.mark.parametrize(("chance", "ability"), [(0.25, 0.30), (0.25, 0.35), (0.5, 0.55), (0.5, 0.6)])
def test_power_at_the_usual_sample_size_is_a_little_below_the_nominal_80_percent(chance, ability):
    z_a, z_b = stats.norm.isf([0.05, 0.20])
    deviations = z_a * math.sqrt(chance * (1 - chance)) + z_b * math.sqrt(ability * (1 - ability))
    trials = math.ceil((deviations / (ability - chance)) ** 2)
    assert 0.75 < resolution.power(chance, ability, trials) < 0.80


@given(shares, st.integers(1, 500), st.floats(0.001, 0.5))
def test_power_without_an_ability_is_at_most_the_significance(chance, trials, significance):
    assert resolution.power(chance, chance, trials, significance) <= significance * (1 + 1e-9)


@given(shares, shares, shares, st.integers(1, 500))
def test_power_rises_with_the_ability(chance, one, other, trials):
    low, high = resolution.power(chance, sorted([one, other]), trials)
    assert 0 <= low <= high * (1 + 1e-9) <= 1 + 1e-9


def test_power_broadcasts():
    assert resolution.power(0.25, [[0.3], [0.4]], [10, 100, 1000]).shape == (2, 3)
    assert isinstance(resolution.power(0.25, 0.3, 100), float)


@given(st.lists(shares, min_size=1, max_size=30))
def test_benjamini_hochberg_agrees_with_statsmodels(p_values):
    expected = multipletests(p_values, method="fdr_bh")[1]
    np.testing.assert_allclose(resolution.benjamini_hochberg(p_values), expected, rtol=1e-12, atol=1e-300)


@given(st.lists(shares, min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_adjusted_values_make_the_discoveries_of_the_step_up_rule(p_values, rate):
    ordered = sorted(p_values)
    passed = [i for i, p in enumerate(ordered, 1) if p <= i * rate / len(ordered) * (1 - 1e-12)]
    found = (resolution.benjamini_hochberg(p_values) <= rate).sum()
    assert found >= max(passed, default=0)
    passed = [i for i, p in enumerate(ordered, 1) if p <= i * rate / len(ordered) * (1 + 1e-12)]
    assert found <= max(passed, default=0)


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
            lambda: resolution.proportion_interval(1, 4, method="wald"),
            ValueError,
            "method must be one of wilson, clopper-pearson, jeffreys; got 'wald'",
        ),
        (
            lambda: resolution.proportion_interval(1, 4, method=None),
            TypeError,
            "method must be one of.*; got None",
        ),
        (lambda: resolution.zero_success_bound(0), ValueError, "trials must be.*at least 1; got 0"),
        (lambda: resolution.zero_success_bound(10, 1), ValueError, SHARE + "1"),
        (lambda: resolution.items_needed(0), ValueError, "probability must be.*above 0 and at most 1; got 0"),
        (lambda: resolution.items_needed(1.1), ValueError, "probability must be.*at most 1; got 1.1"),
        (lambda: resolution.items_needed(0.1, 0), ValueError, SHARE + "0"),
        (lambda: resolution.power(-0.1, 0.5, 10), ValueError, "chance must be.*at least 0.*; got -0.1"),
        (lambda: resolution.power(0.1, 1.5, 10), ValueError, "ability must be.*at most 1; got 1.5"),
        (lambda: resolution.power(0.1, 0.5, 0), ValueError, "trials must be.*at least 1; got 0"),
        (lambda: resolution.power(0.1, [0.5, 0.6], [1, 2, 3]), ValueError, r"ability \(2,\), trials \(3,\)"),
        (lambda: resolution.power(0.1, 0.5, 10, 1), ValueError, "significance must be strictly.*; got 1"),
        (lambda: resolution.benjamini_hochberg([1.2]), ValueError, "p_values must be.*at most 1; got 1.2"),
        (lambda: resolution.benjamini_hochberg([math.nan]), ValueError, "p_values must be.*; got nan"),
        (
            lambda: resolution.benjamini_hochberg(0.5),
            ValueError,
            r"p_values must have one dimension; got shape",
        ),
        (lambda: resolution.benjamini_hochberg([]), ValueError, "p_values must not be empty"),
        (lambda: resolution.benjamini_hochberg(None), TypeError, "p_values must be.*numbers; got None"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("nines", range(1, 9))
@pytest.mark.parametrize("p", ["0.1", "0.5", "0.9", "0.99", "0.999"])
def test_items_needed_is_exact_where_the_confidence_is_just_reached(p, nines):
    # Exact arithmetic on the decimal numbers that the caller wrote.
    miss, confidence = 1 - Fraction(p), 1 - Fraction(1, 10**nines)
    items = 1
    while 1 - miss**items < confidence:
        items += 1
    assert resolution.items_needed(float(p), float(confidence)) == items
