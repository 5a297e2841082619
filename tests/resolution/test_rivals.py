"""One model against chance and others, against SciPy's and statsmodels' tests, one task at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as of_statsmodels
from statsmodels.stats.multitest import multipletests

from mirage import resolution

CORRECTIONS = {"benjamini-hochberg": "fdr_bh", "holm": "holm"}


def answers(seed=0, tasks=5):
    """Three models on some tasks, under two conditions; one task has no baseline, one lacks a model."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([list("cab"), range(tasks), ["with", "plain"]])
    table = pd.DataFrame(index=rows.set_names(["model", "task", "how"])).reset_index()
    table = table.assign(items=rng.integers(5, 60, tasks)[table["task"]], baseline=0.3)
    table["right"] = rng.binomial(table["items"], 0.3 + 0.3 * (table["model"] == "c"))
    table["score"] = table["right"] / table["items"]
    return table.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("correction", ["none", *CORRECTIONS])
@pytest.mark.parametrize("seed", range(4))
def test_above_agrees_with_scipys_tests_one_by_one(seed, correction):
    table = answers(seed)
    found = resolution.above(table, "c", ["a", "b"], by="how", correction=correction)
    for how, rows in table.groupby("how"):
        by_task = {task: part.set_index("model") for task, part in rows.groupby("task")}
        p = []
        for part in by_task.values():
            right, items = part["right"], part["items"]
            chance = stats.binomtest(right["c"], items["c"], 0.3, alternative="greater").pvalue
            fisher = []
            for rival in "ab":
                counts = [[right[name], items[name] - right[name]] for name in ("c", rival)]
                fisher.append(stats.fisher_exact(counts, alternative="greater").pvalue)
            p.append([chance, max(fisher)])
        p = np.transpose(p)
        if correction != "none":
            p = [multipletests(each, method=CORRECTIONS[correction])[1] for each in p]
        np.testing.assert_allclose(found.loc[how].loc[list(by_task)], np.transpose(p), rtol=1e-9)


def test_tasks_without_a_baseline_or_a_model_are_left_out_and_nothing_else_changes():
    table = answers()
    whole = resolution.above(table, "c", ["a", "b"], by="how", correction="none")
    table.loc[table["task"] == 2, "baseline"] = np.nan
    table = table[(table["task"] != 4) | (table["model"] != "b")]
    found = resolution.above(table, "c", ["a", "b"], by="how", correction="none")
    assert set(found.index.get_level_values("task")) == {0, 1, 3}
    pd.testing.assert_frame_equal(found, whole.loc[found.index])
    assert list(resolution.lead(table, "c", ["a", "b"], by="how").index) == [0, 1, 2, 3]


def test_the_lead_is_the_score_less_the_mean_of_the_rivals():
    table = answers(1)
    found = resolution.lead(table, "c", ["b", "a"], by="how")
    scores = table.set_index(["how", "task", "model"])["score"]
    for how in ("plain", "with"):
        for task in range(5):
            a, b, c = (scores[how, task, name] for name in "abc")
            assert found.loc[task, how] == pytest.approx(c - (a + b) / 2)


def test_a_model_no_better_than_its_rivals_seldom_passes():
    passed = []
    for seed in range(60):
        table = answers(seed, 8)
        table["right"] = np.random.default_rng(seed).binomial(table["items"], 0.3)
        p = resolution.above(table, "c", ["a", "b"], by="how", correction="none")
        passed += list((p <= 0.05).all(axis=1))
    assert np.mean(passed) <= 0.03  # each question alone: 0.05


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_agrees_with_statsmodels(pairs):
    first, second = np.transpose(pairs)
    counts = [[np.sum((first == a) & (second == b)) for b in (True, False)] for a in (True, False)]
    found = resolution.mcnemar(first, second)
    assert (found.won, found.lost) == (counts[1][0], counts[0][1])
    assert found.p_value == pytest.approx(of_statsmodels(counts, exact=True).pvalue)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rivals": []}, "rivals must be a list of other models"),
        ({"rivals": ["c"]}, "rivals must be a list of other models"),
        ({"rivals": ["a", "a"]}, "each once"),
        ({"rivals": "ab"}, "rivals must be a list of other models"),
        ({"rivals": ["a", "d"]}, "missing: d"),
        ({"by": "when"}, "missing: when"),
        ({"correction": "most"}, "correction must be one of"),
        ({"table": answers().assign(right=99)}, "successes must be at most trials"),
        ({"table": answers().assign(baseline=np.nan)}, "there is none"),
        ({"table": answers().assign(baseline=1.5)}, "baseline must be"),
        ({"table": pd.concat([answers(), answers()])}, "duplicate"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, message):
    arguments = {"table": answers(), "model": "c", "rivals": ["a", "b"], "by": "how"} | change
    with pytest.raises(ValueError, match=message):
        resolution.above(**arguments)


def test_scores_below_chance_become_chance_and_the_table_stays():
    table = pd.DataFrame({"score": [0.1, 0.4, 0.1], "baseline": [0.25, 0.25, np.nan], "task": list("abc")})
    kept = table.copy()
    found = resolution.from_chance(table)
    assert found["score"].tolist() == [0.25, 0.4, 0.1]
    pd.testing.assert_frame_equal(table, kept)
    pd.testing.assert_frame_equal(found.drop(columns="score"), kept.drop(columns="score"))
    with pytest.raises(ValueError, match="missing: baseline"):
        resolution.from_chance(table[["score"]])
