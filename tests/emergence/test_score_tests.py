"""The test of the emergence score: its null families are smooth, and a step with many items is found."""

import numpy as np
import pytest

from mirage import emergence, scaling, toy

SIZES = np.logspace(8, 11, 6)


def test_smooth_families_score_as_high_as_smooth_families_do():
    rng = np.random.default_rng(0)
    ability = toy.accuracy(scaling.token_probability(scaling.loss(SIZES, constant=1e9, exponent=0.5)), 5)
    p_values = [
        emergence.emergence_score_test(
            SIZES, rng.binomial(n, ability), np.full(6, n), replicates=199, rng=rng
        ).p_value
        for n in (50, 500, 5000)
        for _ in range(40)
    ]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05


def test_a_step_among_many_items_is_found():
    found = emergence.emergence_score_test(SIZES, [100, 104, 98, 1803, 1800, 1795], np.full(6, 2000))
    assert found.p_value <= 0.01 and found.score > 100


def test_a_step_in_the_last_gap_is_not_told_from_a_bend():
    found = emergence.emergence_score_test(SIZES, [100, 104, 98, 103, 97, 1800], np.full(6, 2000))
    assert found.p_value > 0.05 and found.score > 100


def test_a_step_among_few_items_is_not_told_from_a_smooth_rise():
    found = emergence.emergence_score_test(SIZES, [0, 0, 0, 0, 0, 3], np.full(6, 10))
    assert np.isinf(found.score) and found.p_value > 0.1


def test_the_smooth_curve_follows_smooth_shares():
    ability = np.array([0.1, 0.2, 0.35, 0.5, 0.63, 0.72])
    found = emergence.emergence_score_test(SIZES, ability * 1000, np.full(6, 1000))
    np.testing.assert_allclose(found.smooth, ability, atol=0.03)


def test_the_order_of_the_models_does_not_matter():
    counts = np.array([0, 1, 3, 8, 20, 45])
    mixed = np.array([3, 0, 5, 1, 4, 2])
    one = emergence.emergence_score_test(SIZES, counts, np.full(6, 60))
    other = emergence.emergence_score_test(SIZES[mixed], counts[mixed], np.full(6, 60))
    assert one.p_value == other.p_value and one.score == other.score


def test_what_cannot_be_told_says_why():
    few = emergence.emergence_score_test(SIZES[:4], [0, 1, 2, 9], np.full(4, 10))
    flat = emergence.emergence_score_test(SIZES, np.zeros(6), np.full(6, 10))
    assert np.isnan(few.p_value) and few.reason == "the sizes are 4, and 5 are needed"
    assert np.isnan(flat.p_value) and flat.reason == "all shares are equal"


def test_a_size_twice_is_refused():
    with pytest.raises(ValueError, match="parameters must all be different; add up the counts"):
        emergence.emergence_score_test([1e8] * 6, [1] * 6, [10] * 6)
