"""The test for a bend: ordinary least squares as oracle, families' levels, level and power."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mirage.emergence import Curve, bend_test, bends_by_task

COUNTS = [4, 7, 3, 9, 5, 4, 6, 3, 8, 5, 4, 4]


def several(bend=0.0, seed=0, slopes=0.0, curvatures=0.0):
    """Twelve families of different lengths and levels over four decades, perhaps with shapes of their own."""
    rng = np.random.default_rng(seed)
    families = {}
    for number, models in enumerate(COUNTS):
        x = np.linspace(20, 24, models) + rng.normal(0, 0.1, models)
        y = rng.normal(0.1, slopes) * x + bend * np.maximum(x - 22, 0) + rng.normal(0, 1)
        y += rng.normal(0, curvatures) * (x - 22) ** 2 + rng.normal(0, 0.02, models)
        families[f"family {number}"] = Curve.from_scores(10**x, y)
    return families


def lifted(curve, by):
    return Curve.from_scores(curve.parameters, curve.scores + by)


def by_least_squares(families, place):
    """Return the F of a bend at a place, and the slopes, from dummies for the families."""
    x = np.log10(np.concatenate([curve.parameters for curve in families.values()]))
    y = np.concatenate([curve.scores for curve in families.values()])
    levels = np.repeat(np.eye(len(families)), [len(curve) for curve in families.values()], axis=0)
    plain = np.column_stack([levels, x])
    bent = np.column_stack([plain, np.maximum(x - np.log10(place), 0)])
    straight, broken = sm.OLS(y, plain).fit(), sm.OLS(y, bent).fit()
    return broken.compare_f_test(straight)[0], broken.params[-2], broken.params[-2:].sum()


@pytest.mark.parametrize("bend", [0.0, 0.3, -0.2])
def test_statistic_and_slopes_are_those_of_least_squares_at_the_best_of_all_places(bend):
    families = several(bend)
    found = bend_test(families, replicates=99)
    expected = by_least_squares(families, found.place)
    np.testing.assert_allclose([found.statistic, found.before, found.after], expected, rtol=1e-6)
    sizes = np.log10(np.concatenate([curve.parameters for curve in families.values()]))
    places = 10 ** np.quantile(sizes, np.linspace(0.1, 0.9, 41))
    assert found.statistic == pytest.approx(max(by_least_squares(families, place)[0] for place in places))
    assert found.models == sum(COUNTS) and found.families == len(COUNTS)


def test_levels_and_order_of_families_and_families_of_one_model_do_not_matter():
    families = several(0.1)
    alone = {"alone": Curve.from_scores([1e21], [40.0])}
    changed = alone | dict(reversed(families.items())) | {"family 3": lifted(families["family 3"], 5)}
    found, again = (bend_test(each, replicates=99) for each in (families, changed))
    assert again.statistic == pytest.approx(found.statistic) and again.place == pytest.approx(found.place)
    assert (again.models, again.families) == (found.models, found.families)


@pytest.mark.parametrize("own", [{}, {"slopes": 0.05}, {"curvatures": 0.05}], ids=str)
def test_families_straight_on_average_are_called_bent_as_often_as_they_may_be(own):
    drawn = (several(seed=seed, **own) for seed in range(100))
    false = sum(bend_test(families, replicates=199).p_value <= 0.1 for families in drawn)
    assert stats.binomtest(false, 100, 0.1).pvalue > 1e-3


def test_a_clear_bend_is_found_and_its_interval_holds_the_place():
    found = [bend_test(several(0.2, seed=seed), replicates=199) for seed in range(20)]
    assert max(each.p_value for each in found) <= 0.01
    held = [each.place_interval[0] <= 1e22 <= each.place_interval[1] for each in found]
    assert stats.binomtest(sum(held), 20, 0.95, alternative="less").pvalue > 1e-3


def test_with_six_families_no_bend_is_surer_than_all_their_signs_alike():
    """Of 2⁶ ways to turn the signs two give what was measured: no p-value can be far below 2/64."""
    for seed in range(5):
        six = dict(list(several(0.5, seed=seed).items())[:6])
        assert bend_test(six, replicates=999, rng=seed).p_value >= stats.binom.ppf(1e-4, 999, 2 / 64) / 1000


def test_the_answer_names_the_place():
    found = bend_test(several(0.3), replicates=99)
    assert f"{found.place:.1e}" in found.answer() and "slope" in found.answer()


@pytest.mark.parametrize(
    ("curves", "reason"),
    [
        ({}, "families with several models must be at least 6; got 0"),
        (dict(list(several().items())[:5]), "families with several models must be at least 6; got 5"),
        (
            {str(n): Curve.from_scores([1, 1, 1], [n, 2, 3]) for n in range(6)},
            "models of several sizes",
        ),
    ],
    ids=["none", "few", "one size"],
)
def test_what_cannot_be_tested_is_refused(curves, reason):
    with pytest.raises(ValueError, match=reason):
        bend_test(curves, replicates=99)


@pytest.mark.parametrize("curves", [[*several().values()], several()["family 0"], {"a": [1.0]}, None])
def test_curves_are_a_dictionary_by_family(curves):
    with pytest.raises(TypeError, match="curves must be a dictionary of curves by family; got"):
        bend_test(curves)


def test_bends_by_task_are_the_single_tests_corrected_for_all():
    tasks = {"sums": several(0.3), "codes": several(0.1, seed=3)}
    rows = [
        {
            "task": task,
            "family": family,
            "training_flops": size,
            "plain": score,
            "squared": score * abs(score),
        }
        for task, families in tasks.items()
        for family, curve in families.items()
        for size, score in zip(curve.parameters, curve.scores, strict=True)
    ]
    table = pd.DataFrame(rows)
    found = bends_by_task(table, ["squared", "plain"], replicates=99)
    single = []
    for task, score in itertools.product(found.index, found.columns):
        own = table[table["task"] == task].groupby("family")
        curves = {name: Curve.from_scores(each["training_flops"], each[score]) for name, each in own}
        single.append(bend_test(curves, replicates=99).p_value)
    assert (set(found.index), list(found.columns)) == (set(tasks), ["squared", "plain"])
    np.testing.assert_allclose(found.to_numpy().ravel(), multipletests(single, method="holm")[1])
    with pytest.raises(TypeError, match="scores must be a list of columns"):
        bends_by_task(table, "plain")
