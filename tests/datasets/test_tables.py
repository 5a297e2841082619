"""What all fetched tables share."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets

LEADING = ["family", "model", "parameters", "training_flops", "task", "metric", "score", "items"]
KEYS = {
    "load_gadre2024": [],
    "load_lu2024": ["prompt", "shots", "seed"],
    "load_mccoy2020": [],
    "load_mcleish2025": ["step"],
    "load_olmo2024": ["run", "step", "format"],
    "load_pythia": ["shots", "step"],
    "load_pythia_arithmetic": ["step", "shots", "operand"],
    "load_ruan2024": ["shots"],
    "load_wu2025": ["group", "grouped_by"],
}
SHARES = {
    "accuracy",
    "accuracy_norm",
    "bert_score",
    "bert_score_accuracy",
    "bert_score_f1",
    "brier_score",
    "exact_match",
    "exact_match_f1",
    "multiple_choice_2",
    "pass_at_1",
    "probability",
}
OTHERS = {"bits_per_byte", "bleu", "edit_distance", "log_probability", "option_mass", "perplexity"}
pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(params=KEYS)
def name(request) -> str:
    return request.param


def test_the_columns_begin_alike(name):
    assert list(getattr(datasets, name)())[: len(LEADING)] == LEADING


def test_a_row_for_each_score_and_none_twice(name):
    table = getattr(datasets, name)()
    assert not table.duplicated(["model", "task", "metric", *KEYS[name]]).any()
    assert table.index.equals(pd.RangeIndex(len(table)))
    assert np.isfinite(table["score"]).all()


def test_families_sizes_and_items_are_plausible(name):
    table = getattr(datasets, name)()
    assert table["family"].str.len().gt(0).all()
    assert table["parameters"].dropna().between(1e7, 4.1e11).all()
    assert table["training_flops"].dropna().between(1e15, 4e25).all()
    items = table["items"].dropna()
    assert (items == items.round()).all() and (items > 0).all()


def test_a_model_has_one_size_and_one_family(name):
    models = getattr(datasets, name)().groupby("model")
    assert (models["parameters"].nunique(dropna=False) == 1).all()
    assert (models["family"].nunique() == 1).all()


def test_every_metric_is_of_the_vocabulary_and_in_its_range(name):
    table = getattr(datasets, name)()
    assert set(table["metric"]) <= SHARES | OTHERS
    assert all(metric in datasets.__doc__ for metric in set(table["metric"]))
    assert table.loc[table["metric"].isin(SHARES), "score"].between(0, 1).all()
    logarithms = table["metric"] == "log_probability"
    assert (table.loc[~logarithms, "score"] >= 0).all()  # losses are not turned over
    assert (table.loc[logarithms, "score"] <= 0).all()


COUNTED = ["accuracy", "accuracy_norm", "bert_score_accuracy", "exact_match", "pass_at_1"]


def test_shares_are_whole_numbers_of_right_answers(name):
    table = getattr(datasets, name)()
    right = table.query("metric in @COUNTED").eval("score * items").dropna()
    assert len(right) > 100
    # Lu et al. print ten digits, others six or seven of up to 10,042 items.
    assert np.abs(right - right.round()).max() < 1e-2


def test_changing_a_table_does_not_change_the_next(name):
    first = getattr(datasets, name)()
    first["score"] = np.nan
    assert getattr(datasets, name)()["score"].notna().all()
