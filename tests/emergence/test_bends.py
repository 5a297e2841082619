"""The test for a bend: ordinary least squares as oracle, families' levels, level and power."""

import numpy as np
import pytest
import statsmodels.api as sm

from mirage import emergence

COUNTS = [4, 7, 3, 9, 5, 4, 6, 3, 8, 5, 4, 4]


def several(bend=0.0, scatter=0.02, seed=0, place=22.0, slopes=0.0):
    """Twelve families of different lengths and levels over four decades, perhaps with slopes of their own."""
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(12), COUNTS)
    x = np.concatenate([np.linspace(20, 24, n) + rng.normal(0, 0.1, n) for n in COUNTS])
    slope, level = rng.normal(0.1, slopes, 12), rng.normal(0, 1, 12)
    y = slope[code] * x + bend * np.maximum(x - place, 0) + level[code]
    return 10**x, y + rng.normal(0, scatter, x.size), [f"family {number}" for number in code]


def by_least_squares(sizes, scores, names, place):
    """Return the F of a bend at a place, and the slopes, from dummies for the families."""
    x = np.log10(sizes)
    levels = [(np.array(names) == name).astype(float) for name in sorted(set(names))]
    plain = np.column_stack([*levels, x])
    bent = np.column_stack([plain, np.maximum(x - np.log10(place), 0)])
    straight, broken = sm.OLS(scores, plain).fit(), sm.OLS(scores, bent).fit()
    return broken.compare_f_test(straight)[0], broken.params[-2], broken.params[-2:].sum()


@pytest.mark.parametrize("bend", [0.0, 0.3, -0.2])
def test_statistic_and_slopes_are_those_of_least_squares(bend):
    families = several(bend)
    found = emergence.bend_test(*families, replicates=99)
    expected = by_least_squares(*families, found.place)
    np.testing.assert_allclose([found.statistic, found.before, found.after], expected, rtol=1e-6)


def test_the_place_is_the_best_of_all():
    families = several(0.2)
    found = emergence.bend_test(*families, replicates=99)
    places = np.quantile(np.log10(families[0]), np.linspace(0.1, 0.9, 41))
    assert found.statistic == pytest.approx(max(by_least_squares(*families, 10**p)[0] for p in places))
    low, high = found.place_interval
    assert low <= found.place <= high and low < 1e22 < high


def test_levels_of_families_and_families_of_one_model_do_not_matter():
    sizes, scores, names = several(0.1)
    found = emergence.bend_test(sizes, scores, names, replicates=99)
    lifted = emergence.bend_test(sizes, scores + 5 * (np.array(names) == "family 3"), names, replicates=99)
    alone = emergence.bend_test([*sizes, 1e21], [*scores, 40.0], [*names, "alone"], replicates=99)
    assert lifted.statistic == pytest.approx(found.statistic)
    assert alone.statistic == pytest.approx(found.statistic) and alone.families == 12


@pytest.mark.parametrize("slopes", [0.0, 0.05])
def test_straight_families_are_called_bent_as_often_as_they_may_be(slopes):
    drawn = [several(seed=seed, slopes=slopes) for seed in range(200)]
    p_values = [emergence.bend_test(*families, replicates=199).p_value for families in drawn]
    false = np.mean(np.array(p_values) <= 0.1)
    assert 0.03 < false < 0.17  # 3.5 standard errors of 200 tests around .1


def test_a_clear_bend_is_found():
    p_values = [emergence.bend_test(*several(0.2, seed=seed), replicates=199).p_value for seed in range(20)]
    assert max(p_values) <= 0.01


def test_the_summary_names_the_place():
    found = emergence.bend_test(*several(0.3), replicates=99)
    assert f"{found.place:.1e}" in found.summary() and "slope" in found.summary()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scores": [1.0]}, "must have the same length; got 62, 1 and 62"),
        ({"families": ["one"] * 61}, "must have the same length"),
        ({"families": ["a", "b"] * 31}, "families with several models must be at least 6; got 2"),
        ({"sizes": np.full(62, 1e21)}, "must leave 4 degrees of freedom"),
    ],
)
def test_what_cannot_be_tested_is_refused(changes, reason):
    arguments = dict(zip(("sizes", "scores", "families"), several(), strict=True)) | changes
    with pytest.raises(ValueError, match=reason):
        emergence.bend_test(**arguments)


@pytest.mark.parametrize("families", [[["a", "b"]] * 62, "a" * 62, range(62), None])
def test_families_are_names(families):
    with pytest.raises(TypeError, match="families must be a list of names; got"):
        emergence.bend_test(*several()[:2], families)
