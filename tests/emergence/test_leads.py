"""The comparison of two scores: SciPy's rank correlations, all exchanges, level and power; two worlds."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mirage.emergence import lead_test, leads_by_noise, leads_by_scatter, leads_by_task

TASKS = {"sums": 5, "codes": 5, "words": 4}  # families that have it


def models(noise=1.0, seed=0, families=TASKS):
    """Families of two to five models on some tasks; the second score has less noise if `noise` is above 1."""
    rng = np.random.default_rng(seed)
    rows = []
    for task, several in families.items():
        for number in range(several):
            x = rng.normal(22, 1, 2 + number % 4)
            own = rng.normal(0, 0.5, 2)  # of the family, one for each score
            scores = x[:, None] + own + rng.normal(0, [noise, 1], (len(x), 2))
            rows += [
                (task, f"family {number}", 10**each, *pair) for each, pair in zip(x, scores, strict=True)
            ]
    return pd.DataFrame(rows, columns=["task", "family", "training_flops", "first", "second"])


def test_the_leads_are_differences_of_scipys_rank_correlations():
    table = models().round({"first": 0})  # ties
    found = lead_test(table, "first", "second", replicates=99)
    for task, one in table.groupby("task"):
        first, second = (
            stats.spearmanr(one["training_flops"], one[name]).statistic for name in ("first", "second")
        )
        assert found.leads[task] == pytest.approx(second - first)
    assert found.lead == pytest.approx(np.mean(list(found.leads.values())))
    assert (found.models, found.families) == (len(table), 5)
    assert sum(found.by_family.values()) == pytest.approx(found.lead)
    assert set(found.by_family) == set(table["family"])
    assert found.answer().endswith("of 3")


def test_the_p_value_is_that_of_all_exchanges():
    """Exchange the standardised ranks in each set of families in turn, and take the mean lead anew."""
    table = models(noise=3, seed=5)
    names = ["training_flops", "first", "second"]
    ranks = table.groupby("task")[names].transform(lambda each: stats.zscore(each.rank()))
    leads = []
    for turned in itertools.product([False, True], repeat=5):
        swap = table["family"].map(dict(zip(table["family"].unique(), turned, strict=True)))
        first, second = ranks["first"].mask(swap, ranks["second"]), ranks["second"].mask(swap, ranks["first"])
        by_task = (ranks["training_flops"] * (second - first)).groupby(table["task"]).mean()
        leads.append(by_task.mean())
    exact = np.mean(np.abs(leads) >= abs(leads[0]) - 1e-9)
    found = lead_test(table, "first", "second", replicates=99)
    assert found.lead == pytest.approx(leads[0])
    assert found.p_value == pytest.approx(exact)


def test_exchanging_the_scores_turns_everything_over():
    table = models(noise=3)
    there = lead_test(table, "first", "second", replicates=499)
    back = lead_test(table, "second", "first", replicates=499)
    assert back.lead == pytest.approx(-there.lead)
    assert back.interval == pytest.approx((-there.interval[1], -there.interval[0]))
    assert back.p_value == there.p_value


def test_only_order_matters():
    table = models(noise=2)
    bent = table.assign(first=np.exp(table["first"]), training_flops=np.log(table["training_flops"]))
    there, again = (lead_test(each, "first", "second", replicates=99) for each in (table, bent))
    assert (there.leads, there.interval, there.p_value) == (again.leads, again.interval, again.p_value)


def test_level_and_power():
    many = {"sums": 10, "codes": 8}
    alike = [lead_test(models(1, seed, many), "first", "second", replicates=99) for seed in range(100)]
    false = sum(found.p_value <= 0.1 for found in alike)
    assert false <= stats.binom.ppf(0.999, 100, 0.1)
    many = {"sums": 16, "codes": 14}
    better = [lead_test(models(6, seed, many), "first", "second", replicates=99) for seed in range(20)]
    assert sum(found.p_value <= 0.05 and found.lead > 0 for found in better) >= 15


def test_what_cannot_be_compared_is_refused():
    table = models()
    with pytest.raises(ValueError, match="families must be at least 5; got 4"):
        lead_test(table[table["family"] != "family 0"], "first", "second")
    with pytest.raises(ValueError, match="words has not"):
        lead_test(table.assign(first=table["first"].mask(table["task"] == "words", 0.5)), "first", "second")
    with pytest.raises(ValueError, match="table must have the columns"):
        lead_test(table.drop(columns="task"), "first", "second")
    with pytest.raises(ValueError, match="missing names"):
        lead_test(table.assign(family=table["family"].where(table.index > 0)), "first", "second")


def test_with_many_families_exchanges_are_drawn():
    table = models(noise=2, families={"sums": 26})
    size, first, second = stats.zscore(stats.rankdata(table[["training_flops", "first", "second"]], axis=0)).T
    parts = pd.Series(size * (second - first)).groupby(table["family"].to_numpy()).sum()
    drawn = np.random.default_rng(1).choice([-1, 1], (40_000, 26)) @ parts
    expected = np.mean(np.abs(drawn) >= abs(parts.sum()))
    assert lead_test(table, "first", "second", replicates=99).p_value == pytest.approx(expected, abs=0.015)


# Five models, three of them up to the scale that is asked about; both curves must pool neighbours.
WORLD = pd.DataFrame(
    {"task": "sums", "training_flops": [3.0, 1.0, 2.0, 4.0, 5.0], "take_off": 3.0, "items": 1}
)
WORLD = WORLD.assign(first=[0.2, 0.3, 0.6, 0.5, 0.9], second=[0.4, 0.1, 0.5, 0.2, 0.8])


def rising(x, y):
    """The best curve that never falls, by the formula of maxima and minima of means."""
    order = np.argsort(x)
    y, curve = y[order], np.empty(len(y))
    for place, model in enumerate(order):
        means = [[y[start : end + 1].mean() for end in range(place, len(y))] for start in range(place + 1)]
        curve[model] = max(map(min, means))
    return curve


def rank_correlation(scores):
    size = WORLD["training_flops"][:3]
    return stats.spearmanr(size, scores).statistic if len(set(scores)) > 1 else 0.0


def test_leads_by_scatter_are_those_of_all_orders_of_the_scatter():
    first, second = (WORLD[name].to_numpy() for name in ("first", "second"))
    curve = rising(first, second)[:3]
    scatter, own = second[:3] - curve, rank_correlation(first[:3])
    all_orders = {
        round(rank_correlation(curve + np.array(each)) - own, 9) for each in itertools.permutations(scatter)
    }
    drawn = leads_by_scatter(WORLD, "first", "second")["sums"]
    assert len(all_orders) > 1 and set(drawn.round(9)) == all_orders


def test_leads_by_noise_have_the_expected_value_over_all_answers():
    first, second = (WORLD[name].to_numpy() for name in ("first", "second"))
    curve, own = rising(second, first)[:3], rank_correlation(second[:3])
    leads, chances = [], []
    for right in itertools.product([0, 1], repeat=3):
        leads.append(own - rank_correlation(right))
        chances.append(np.prod(np.where(right, curve, 1 - curve)))
    expected = np.dot(leads, chances)
    error = np.sqrt(np.dot((np.array(leads) - expected) ** 2, chances) / 20_000)
    drawn = leads_by_noise(WORLD, "first", "second", replicates=20_000)["sums"]
    assert abs(drawn.mean() - expected) < 4 * error


def test_without_noise_or_scatter_one_curve_has_no_lead():
    x = np.random.default_rng(2).normal(size=40)
    table = pd.DataFrame(
        {"task": "sums", "training_flops": 10 ** (x + np.roll(x, 1)), "take_off": 1e9, "second": x}
    )
    table = table.assign(first=stats.norm.cdf(x), items=10**13)
    assert (leads_by_noise(table, "first", "second", replicates=99) == 0).all(axis=None)
    assert np.allclose(leads_by_scatter(table, "first", "second", replicates=99), 0)


def test_worlds_that_cannot_be_drawn_are_refused():
    for draw in (leads_by_noise, leads_by_scatter):
        with pytest.raises(ValueError, match="must be at least 3 on each task; got 2 on sums"):
            draw(WORLD.assign(take_off=2.0), "first", "second")
        with pytest.raises(ValueError, match="table must have the columns"):
            draw(WORLD.drop(columns="take_off"), "first", "second")
    with pytest.raises(ValueError, match="items must be whole numbers"):
        leads_by_noise(WORLD.assign(items=1.5), "first", "second")
    with pytest.raises(ValueError, match="first must be finite"):
        leads_by_noise(WORLD.assign(first=1.5), "first", "second")


def test_leads_by_task_are_the_single_tests_corrected_for_all():
    table = models(noise=3, families={"sums": 8, "codes": 7, "words": 9})
    found = leads_by_task(table, "first", "second", replicates=99)
    single = [
        lead_test(table[table["task"] == task], "first", "second", replicates=99) for task in found.index
    ]
    np.testing.assert_allclose(found[["low", "high"]], [test.interval for test in single])
    np.testing.assert_allclose(found["lead"], [test.lead for test in single])
    assert set(found.index) == set(table["task"]) and found["lead"].is_monotonic_decreasing
    p_values = multipletests([test.p_value for test in single], method="holm")[1]
    np.testing.assert_allclose(found["p_value"], p_values)
