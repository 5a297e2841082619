"""What a test set shows above the floor, against SciPy, statsmodels, brute force and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from mirage import resolution
from mirage.resolution import visibility

floors = st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
models = st.lists(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=8
)


@settings(max_examples=30, deadline=None)
@given(models, floors, st.sampled_from([0.8, 0.95, 0.99]))
def test_tests_and_intervals_are_those_of_scipy_and_statsmodels(counts, floor, confidence):
    right, items = np.transpose(counts)
    seen = visibility(right, items, floor=floor, confidence=confidence, design_effect=1)
    expected = stats.binom.sf(right - 1, items, floor)
    np.testing.assert_allclose(seen.p_value, expected, rtol=1e-6, atol=1e-300)  # SciPy's tails differ
    reject, adjusted, *_ = multipletests(expected, 1 - confidence, method="holm")
    np.testing.assert_allclose(seen.adjusted_p_value, adjusted, rtol=1e-6, atol=1e-300)
    assert (seen.visible == reject).all()
    ends = proportion_confint(right, items, 1 - confidence, "beta")
    np.testing.assert_allclose(seen.interval, ends, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("floor", [0, 0.001, 0.25, 0.5])
@pytest.mark.parametrize("items", [10, 45, 200])
@pytest.mark.parametrize("others", [0, 7])
def test_smallest_visible_ability_has_the_power_and_none_below_it(floor, items, others):
    seen = visibility([0] * (1 + others), [items] * (1 + others), floor=floor)
    abilities = np.linspace(0, 1, 2001)
    enough = resolution.power(floor, abilities, items, 0.05 / (1 + others)) >= 0.8
    assert 0 <= abilities[enough][0] - seen.smallest_visible[0] <= 1 / 2000


def test_an_ability_that_would_have_been_seen_is_seen_in_80_percent_of_the_test_sets():
    items, smallest = [100, 400, 50], visibility([0] * 3, [100, 400, 50], floor=0.25).smallest_visible
    draws = np.random.default_rng(0).binomial(items, smallest, size=(300, 3))
    for model in range(3):
        alone = np.arange(3) == model  # Holm's correction then helps it least
        shown = sum(visibility(alone * draw, items, floor=0.25).visible[model] for draw in draws)
        assert stats.binomtest(int(shown), 300, 0.8).pvalue > 0.001


@pytest.mark.parametrize("models", [1, 8])
@pytest.mark.parametrize(
    ("floor", "ability"),
    [
        (0, 0.01),
        (0, 1),
        (1e-4, 0.01),
        (0.01, 0.02),
        (0.25, 0.3),
        (0.25, 0.9),
        (0.25, 1),
        (0.5, 0.55),
        (0.95, 0.99),
    ],
)
def test_items_needed_is_the_smallest_number_with_the_power(floor, ability, models):
    needed = visibility([0] * models, [10] * models, floor=floor, expected=[ability] * models).items_needed
    trials = np.arange(1, 6000)
    enough = resolution.power(floor, ability, trials, 0.05 / models) >= 0.8
    assert set(needed) == {trials[enough][0]}


def test_items_needed_of_a_tiny_difference_is_that_of_the_normal_formula():
    needed = visibility([0], [10], floor=0.25, expected=[0.2502]).items_needed[0]
    assert needed == np.round(needed)
    assert resolution.power(0.25, 0.2502, int(needed)) == pytest.approx(0.8, abs=1e-3)


@pytest.mark.parametrize(
    ("chance", "ability", "items"), [(0.25, 0.3, 483), (0.25, 0.35, 125), (0.5, 0.55, 617)]
)
def test_items_needed_are_near_those_of_the_usual_formula(chance, ability, items):
    needed = visibility([0], [10], floor=chance, expected=[ability]).items_needed[0]
    assert needed == pytest.approx(items, rel=0.05)


def test_where_no_answer_would_do_it_cannot_tell():
    seen = visibility([2, 2], [2, 2], floor=0.25, expected=[0.2, 0.9])
    assert not seen.visible.any() and np.isnan(seen.smallest_visible).all()
    assert np.isnan(seen.items_needed[0]) and seen.items_needed[1] > 2
    assert visibility([0], [10], floor=0, expected=[1e-300]).items_needed == [np.inf]
    assert not visibility([10], [10], floor=1).visible.any()


def test_with_a_floor_of_0_one_right_answer_shows_the_ability():
    seen = visibility([0, 1], [1000, 1000], floor=0)
    assert seen.visible.tolist() == [False, True]
    assert seen.smallest_visible == pytest.approx(1 - 0.2 ** (1 / 1000))


def test_chance_is_rarely_called_visible_in_any_of_many_models():
    right = np.random.default_rng(1).binomial(200, 0.25, size=(200, 10))
    false = sum(visibility(row, [200] * 10, floor=0.25).visible.any() for row in right)
    assert stats.binomtest(int(false), 200, 0.05, alternative="greater").pvalue > 0.01


@given(models, st.integers(2, 10))
def test_more_of_the_same_items_never_widen_an_interval(counts, factor):
    right, items = np.transpose(counts)
    (low, high), (lower, higher) = (
        visibility(k * right, k * items, floor=0.25).interval for k in (1, factor)
    )
    assert (lower >= low * (1 - 1e-9)).all() and (higher <= high * (1 + 1e-9)).all()


@given(models, st.randoms(use_true_random=False))
def test_the_order_of_the_models_does_not_matter(counts, random):
    order = random.sample(range(len(counts)), len(counts))
    right, items = np.transpose(counts)
    one, other = (visibility(right[o], items[o], floor=0.25) for o in (slice(None), order))
    assert (one.visible[order] == other.visible).all()
    np.testing.assert_array_equal(one.smallest_visible[order], other.smallest_visible)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"successes": 5}, r"trials must be a list, as many as successes; got shapes \(2,\) and \(\)"),
        ({"trials": [9]}, r"trials must be a list, as many as successes; got shapes \(1,\) and \(2,\)"),
        ({"successes": [1, 11]}, "successes must be at most trials; got 11 of 10"),
        ({"floor": 1.1}, "floor must be.*at most 1; got 1.1"),
        ({"expected": [0.1]}, r"expected must be a list, as many as models; got shapes \(1,\) and \(2,\)"),
        ({"expected": [0.1, 2]}, "expected must be.*at most 1; got 2"),
        ({"confidence": 0}, "confidence must be strictly between 0 and 1; got 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        visibility(**({"successes": [1, 2], "trials": [10, 10], "floor": 0.1} | arguments))


def test_the_smallest_visible_ability_allows_for_an_uncertain_floor():
    rng = np.random.default_rng(0)
    floor, items = (0.25, 0.02), [400]
    ability = visibility([100], items, floor=floor).smallest_visible[0]
    found = [visibility([right], items, floor=floor).visible[0] for right in rng.binomial(400, ability, 800)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)
    assert ability > visibility([100], items, floor=0.25).smallest_visible[0] + 0.01


def test_models_surely_below_the_floor_are_told():
    seen = visibility([10, 25, 60], [100] * 3, floor=0.25)
    assert seen.below.tolist() == [True, False, False]
    assert "1 of 3 sizes are surely above the floor of 0.25, and 1 surely below it" in seen.answer()
