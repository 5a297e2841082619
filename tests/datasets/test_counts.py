"""Counts out of tables of scores, and principal components of other scores."""

import numpy as np
import pandas as pd
import pytest
from scipy import special

from mirage import datasets

SCORES = pd.DataFrame(
    {"family": "a", "model": ["x", "y"] * 2, "parameters": [1e8, 1e9] * 2, "training_flops": 1e20}
).assign(task="b", metric=["accuracy"] * 2 + ["log_probability"] * 2, score=[0.2, 0.4, -2, 0], items=10)


def test_counts_and_losses_by_hand():
    found = datasets.to_counts(SCORES, "accuracy", "log_probability")
    assert found["successes"].tolist() == [2, 4] and found["trials"].tolist() == [10, 10]
    assert found["loss"].iloc[0] == 2 and np.isnan(found["loss"].iloc[1])


def test_several_scores_of_a_model_are_refused():
    with pytest.raises(ValueError, match=r"several for \['x', 'b'\]"):
        datasets.to_counts(pd.concat([SCORES, SCORES]), "accuracy")
    with pytest.raises(ValueError, match="metric must be one of accuracy, log_probability; got 'bleu'"):
        datasets.to_counts(SCORES, "bleu")


def test_components_are_those_of_the_covariance():
    rng = np.random.default_rng(0)
    odds = rng.normal(size=(30, 1)) * [1, 1, 1, 1] + 0.3 * rng.normal(size=(30, 4))
    scores = pd.DataFrame(special.expit(odds), [f"m{i}" for i in range(30)], list("abcd"))
    table = pd.DataFrame({"model": scores.index, "task": "e", "successes": 1, "trials": 2})
    found = datasets.with_abilities(table, 2, scores)[["ability_1", "ability_2"]].to_numpy()
    values, _ = np.linalg.eigh(np.corrcoef(odds.T))
    np.testing.assert_allclose(found.var(axis=0, ddof=1), values[::-1][:2], rtol=1e-6)
    assert np.corrcoef(found[:, 0], odds.sum(axis=1))[0, 1] > 0.95
    with pytest.raises(ValueError, match="other benchmarks, 4; got 5"):
        datasets.with_abilities(table, 5, scores)


def test_abilities_of_a_task_do_not_use_its_own_scores():
    rng = np.random.default_rng(1)
    rows = [(f"m{i}", task, rng.integers(0, 100), 100) for task in "abcde" for i in range(12)]
    table = pd.DataFrame(rows, columns=["model", "task", "successes", "trials"])
    other = table.assign(successes=table["successes"].where(table["task"] != "a", 50))
    first, second = (datasets.with_abilities(one, 2).query("task == 'a'") for one in (table, other))
    pd.testing.assert_series_equal(first["ability_1"], second["ability_1"])


def slow_components(scores, number):
    """Components of a table with gaps, from the eigenvectors of its products, more of them being better."""
    odds = special.logit(np.clip(scores, 0.001, 0.999))
    spread = np.nanstd(odds, axis=0, ddof=1)
    standard = np.nan_to_num((odds - np.nanmean(odds, axis=0)) / np.where(spread > 0, spread, 1))
    _, vectors = np.linalg.eigh(standard.T @ standard)
    top = vectors[:, ::-1][:, :number]
    return standard @ (top * np.sign(top.sum(axis=0)))


def test_abilities_are_those_of_a_slow_version_with_gaps_and_equal_scores():
    rng = np.random.default_rng(2)
    right = rng.binomial(40, special.expit(rng.normal(0, 2, (15, 1)) + rng.normal(0, 0.5, (15, 6))))
    right[:, 5] = 20  # a task on which all are equal
    rows = [(f"m{i:02}", task, right[i, k], 40) for i in range(15) for k, task in enumerate("abcdef")]
    table = pd.DataFrame(rows, columns=["model", "task", "successes", "trials"])
    table = table.drop(index=[7, 30]).sample(frac=1, random_state=0)
    shares = (right + 0.5) / 41
    for row in (7, 30):
        shares[row // 6, row % 6] = np.nan
    found = datasets.with_abilities(table, 2)
    pd.testing.assert_frame_equal(found[list(table)], table.sort_index())
    for k, task in enumerate("abcdef"):
        own = found[found["task"] == task].set_index("model")[["ability_1", "ability_2"]]
        expected = slow_components(np.delete(shares, k, axis=1), 2)[[int(name[1:]) for name in own.index]]
        np.testing.assert_allclose(own, expected, atol=1e-9)
    assert datasets.with_abilities(table, 5)["ability_5"].notna().all()
    with pytest.raises(ValueError, match="other benchmarks, 5; got 6"):
        datasets.with_abilities(table, 6)


def test_components_of_given_benchmarks_leave_out_the_task_itself_and_know_no_other_models():
    scores = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.2, 0.5, 0.9], "c": [0.9, 0.1, 0.3]}, list("xyz"))
    table = pd.DataFrame({"model": list("xyzw"), "task": "c", "successes": 1, "trials": 2})
    found = datasets.with_abilities(table, 1, scores)[["ability_1"]].to_numpy()
    np.testing.assert_allclose(found[:3], slow_components(scores[["a", "b"]].to_numpy(), 1), atol=1e-9)
    assert np.isnan(found[3]).all()


def test_what_has_no_items_or_no_size_is_left_out_and_the_rest_is_kept_as_it_is():
    rows = SCORES.query("metric == 'accuracy'").assign(chance=0.25)
    more = rows.assign(model=["v", "w"], items=[np.nan, 10], parameters=[1e8, np.nan])
    found = datasets.to_counts(pd.concat([rows, more]), "accuracy")
    assert list(found) == [
        "family",
        "model",
        "parameters",
        "compute",
        "task",
        "chance",
        "successes",
        "trials",
    ]
    assert found["model"].tolist() == ["x", "y"] and (found["chance"] == 0.25).all()
    assert (found["compute"] == 1e20).all() and found.index.tolist() == [0, 1]
    less = pd.concat([rows, rows.assign(metric="brier_score", score=[0.3, 0.0])])
    assert datasets.to_counts(less, "accuracy", "brier_score")["loss"].tolist()[0] == 0.3
    with pytest.raises(ValueError, match="loss must be one of accuracy; got 'bleu'"):
        datasets.to_counts(rows, "accuracy", "bleu")
