"""The accuracies of 100 BERTs (McCoy et al. 2020), against the authors' own summary below their table."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_mccoy2020()


def test_100_runs_have_each_task_once(table):
    assert table.groupby("task")["seed"].nunique().eq(100).all() and table["task"].nunique() == 31
    assert not table.duplicated(["task", "seed"]).any()


def test_the_summary_of_the_runs_is_the_authors(table, published):
    summary = pd.read_csv(published / "mccoy2020/berts_of_a_feather_accuracies_by_run.csv").set_index("Run")
    summary = summary.rename(columns={"MNLI dev acc.": "mnli"})
    ours = table.groupby("task")["score"].agg(["min", "max", "mean", "std"])
    rows = summary.loc[["Minimum", "Maximum", "Mean", "Standard deviation"], ours.index].astype(float)
    np.testing.assert_allclose(ours.to_numpy().T, rows, atol=1e-6)


def test_heuristics_and_answers_are_balanced(table):
    """HANS (McCoy, Pavlick and Linzen 2019): three heuristics, each with five sub-cases of both answers."""
    hans = table[table["task"] != "mnli"].drop_duplicates("task")
    assert hans.groupby(["heuristic", "answer"]).size().eq(5).all() and len(hans) == 30
    mean = table[table["task"] != "mnli"].groupby("answer")["score"].mean()
    assert mean["entailment"] > 0.9 > 0.3 > mean["non-entailment"]  # the heuristics are what BERT follows


def test_scores_are_shares_of_the_items(table):
    right = table["score"] * table["items"]
    assert np.abs(right - right.round()).max() < 1e-2  # MNLI is printed with ten digits, and cut
