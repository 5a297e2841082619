"""Pythia's sums and products (Biderman et al. 2023), against the published files."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_pythia_arithmetic()


def test_every_cell_has_100_operands_of_50_problems(table):
    cells = table.groupby(["task", "model", "step", "shots"])
    assert cells.ngroups == 2 * 7 * 6 * 5
    assert cells["operand"].agg(["nunique", "size", "max"]).eq([100, 100, 99]).all(axis=None)
    assert cells["items"].sum().eq(5000).all()
    assert set(table["step"]) == {13000, 39000, 65000, 91000, 117000, 143000}


def test_scores_and_items_are_those_of_the_files(table, published):
    for model in ("pythia-2.7b-deduped", "pythia-125m-deduped"):
        theirs = pd.read_csv(published / f"pythia-arithmetic/{model}/term_frquency_all_shots.csv")
        names = "num_reasoning_arithmetic_" + table["task"] + "_" + table["operand"].astype(str)
        ours = table.assign(name=names)[table["model"] == model]
        both = ours.merge(
            theirs, left_on=["name", "step", "shots"], right_on=["task", "checkpoint", "fewshot"]
        )
        assert len(both) == len(theirs) and (both["score"] == both["acc"]).all()
        error = np.sqrt(both["score"] * (1 - both["score"]) / (both["items"] - 1))
        np.testing.assert_allclose(error, both["acc_stderr"], atol=1e-9)


def test_sizes_rise_and_have_their_present_names(table):
    """Biderman et al. (2023), Table 1: 160M, 410M, 1.0B, 1.4B, 2.8B, 6.9B, 12B (formerly 125m … 13b)."""
    sizes = table.groupby("model")["parameters"].unique().str[0]
    assert sorted(sizes) == [160e6, 410e6, 1e9, 1.4e9, 2.8e9, 6.9e9, 12e9]
    assert sizes["pythia-13b-deduped"] == 12e9 and sizes["pythia-800m-deduped"] == 1e9
