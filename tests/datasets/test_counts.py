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
