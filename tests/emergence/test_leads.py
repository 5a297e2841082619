"""The comparison of two scores: SciPy's rank correlations, all exchanges one by one, level and power."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mirage.emergence import lead_test

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
