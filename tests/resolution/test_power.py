"""Items needed and power, against exact arithmetic, brute force and published values."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from mirage import resolution

shares = st.floats(0.0, 1.0)


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
    ("chance", "ability", "trials", "percent"),  # exact one-sided test at 5%, rounded
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


@pytest.mark.parametrize("nines", range(1, 9))
@pytest.mark.parametrize("p", ["0.1", "0.5", "0.9", "0.99", "0.999"])
def test_items_needed_is_exact_where_the_confidence_is_just_reached(p, nines):
    # Exact arithmetic on the decimal numbers that the caller wrote.
    miss, confidence = 1 - Fraction(p), 1 - Fraction(1, 10**nines)
    items = 1
    while 1 - miss**items < confidence:
        items += 1
    assert resolution.items_needed(float(p), float(confidence)) == items


SHARE = "confidence must be strictly between 0 and 1; got "


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: resolution.items_needed(0), ValueError, "probability must be.*above 0 and at most 1; got 0"),
        (lambda: resolution.items_needed(1.1), ValueError, "probability must be.*at most 1; got 1.1"),
        (lambda: resolution.items_needed(0.1, 0), ValueError, SHARE + "0"),
        (lambda: resolution.power(-0.1, 0.5, 10), ValueError, "chance must be.*at least 0.*; got -0.1"),
        (lambda: resolution.power(0.1, 1.5, 10), ValueError, "ability must be.*at most 1; got 1.5"),
        (lambda: resolution.power(0.1, 0.5, 0), ValueError, "trials must be.*at least 1; got 0"),
        (lambda: resolution.power(0.1, [0.5, 0.6], [1, 2, 3]), ValueError, r"ability \(2,\), trials \(3,\)"),
        (lambda: resolution.power(0.1, 0.5, 10, 1), ValueError, "significance must be strictly.*; got 1"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def fisher(right, items, other_right, other_items):
    table = [[right, items - right], [other_right, other_items - other_right]]
    return stats.fisher_exact(table, alternative="greater").pvalue


counts = st.integers(1, 40).flatmap(lambda items: st.tuples(st.integers(0, items), st.just(items)))


@given(counts, counts)
def test_fishers_test_is_scipys(sample, other):
    assert resolution.fisher_test(*sample, *other) == pytest.approx(fisher(*sample, *other), abs=1e-12)


@given(st.floats(0, 1), st.integers(1, 60), st.floats(0.001, 0.2))
def test_the_smallest_rise_is_the_first_that_is_beyond_luck(share, items, level):
    before = round(share * items)
    p_values = {n: fisher(n, items, before, items) for n in range(before, items + 1)}
    assume(all(abs(p_value - level) > 1e-9 for p_value in p_values.values()))
    beyond = [n for n, p_value in p_values.items() if p_value <= level]
    found = resolution.smallest_rise(share, items, level)
    expected = (beyond[0] - before) / items if beyond else math.nan
    assert found == pytest.approx(expected, nan_ok=True)


def test_more_successes_than_trials_are_refused_in_either_sample():
    for counts_given in ((3, 2, 1, 2), (1, 2, 3, 2)):
        with pytest.raises(ValueError, match="at most trials; got 3 of 2"):
            resolution.fisher_test(*counts_given)
