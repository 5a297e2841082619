"""What a second condition changes, against its parts one task at a time and SciPy."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mirage import emergence, resolution


def answers(seed=0, tasks=5):
    """Three models on some tasks, under two conditions; the first one is the best."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([list("cab"), range(tasks), ["with", "plain"]])
    table = pd.DataFrame(index=rows.set_names(["model", "task", "how"])).reset_index()
    table = table.assign(items=rng.integers(5, 60, tasks)[table["task"]], baseline=0.3)
    table["right"] = rng.binomial(table["items"], 0.3 + 0.3 * (table["model"] == "c"))
    table["score"] = table["right"] / table["items"]
    return table.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_contrast_is_made_of_its_parts(seed):
    table = answers(seed, 9)
    table.loc[table["task"] == 2, "baseline"] = np.nan
    found = emergence.contrast(table, "c", ["a", "b"], "plain", "with", by="how")
    p = resolution.above(table, "c", ["a", "b"], by="how")
    changes = []
    for task in found.passes.index:
        for how in ("plain", "with"):
            assert found.passes.loc[task, how] == (p.loc[how, task].max() <= 0.05)
        score = table[table["task"] == task].set_index(["model", "how"])["score"]
        c, a, b = (score[name, "with"] - score[name, "plain"] for name in "cab")
        changes.append(c - (a + b) / 2)
    assert list(found.passes.index) == [0, 1, 3, 4, 5, 6, 7, 8]
    assert found.test == resolution.mcnemar(found.passes["plain"], found.passes["with"])
    np.testing.assert_allclose(found.changes, changes, atol=1e-12)
    half = stats.t.ppf(0.975, 7) * np.std(changes, ddof=1) / np.sqrt(8)
    assert found.interval == pytest.approx((found.change - half, found.change + half))
    assert found.p_value == pytest.approx(stats.ttest_rel(changes, np.zeros(8)).pvalue)


@pytest.mark.parametrize(("gain", "way"), [(0.5, "upwards"), (-0.5, "downwards"), (0, "cannot tell")])
def test_the_answer_follows_the_interval(gain, way):
    table = answers(0, 9)
    noise = np.random.default_rng(0).normal(0, 0.05, len(table))
    better = (table["model"] == "c") & (table["how"] == "with")
    table = table.assign(score=0.3 + noise + gain * better)
    assert way in emergence.contrast(table, "c", ["a", "b"], "plain", "with", by="how").answer()


def test_a_contrast_needs_its_conditions_and_two_tasks():
    with pytest.raises(ValueError, match="second must be one of plain, with; got 'after'"):
        emergence.contrast(answers(), "c", ["a", "b"], "plain", "after", by="how")
    with pytest.raises(ValueError, match="two tasks or more under both conditions; got 1"):
        emergence.contrast(answers(tasks=1), "c", ["a", "b"], "plain", "with", by="how")


@pytest.mark.parametrize(("won", "said"), [(5, "could differ by chance"), (6, "differ surely")])
def test_the_answer_follows_mcnemars_test(won, said):
    found = emergence.contrast(answers(0, 9), "c", ["a", "b"], "plain", "with", by="how")
    test = resolution.mcnemar([0] * 6, [1] * won + [0] * (6 - won))
    assert said in dataclasses.replace(found, test=test).answer()
