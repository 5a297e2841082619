"""The scores of Wu and Lo (2025), against the published files and against each other."""

import csv

import numpy as np
import pytest
from scipy import stats

from mirage import datasets

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module")
def table():
    return datasets.load_wu2025()


def lines(published, start):
    (path,) = (published / "wu2025").glob(f"{start}_instance_*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TASKS = {
    "abstract_narrative_understanding": 3000,
    "analogical_similarity": 323,
    "arc": 3548,
    "arithmetic": 15023,
    "conceptual_combinations": 103,
    "hellaswag": 10042,
    "hindu_knowledge": 175,
    "mmlu": 14042,
    "parsinlu_qa_mc": 1050,
}
SPELLED = {"accuracy": "acc", "brier_score": "brier", "option_mass": "san"}


@pytest.mark.parametrize("task", TASKS)
def test_the_scores_of_all_items_are_those_of_the_file(table, published, task):
    rows = table[(table["task"] == task) & (table["group"] == "all")]
    assert set(rows["items"]) == {TASKS[task]}
    assert set(rows["grouped_by"]) == {"none"}
    keys = zip(rows["model"], rows["metric"].map(SPELLED), strict=True)
    found = dict(zip(keys, rows["score"], strict=True))
    wanted = {
        (line["Model"], metric): float(line[metric])
        for line in lines(published, task)
        for metric in ("acc", "brier", "san")
        if line[metric]
    }
    assert found == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("grouped_by", ["brier_score", "accuracy"])
def test_the_groups_together_are_all_items(table, task, grouped_by):
    """The mean over the groups, weighted with their items, is the score of all items that the file states."""
    rows = table[table["task"] == task]
    groups = rows[rows["grouped_by"] == grouped_by]
    assert groups.empty == (grouped_by == "accuracy" and task not in ("arithmetic", "mmlu", "parsinlu_qa_mc"))
    whole = rows[rows["group"] == "all"].set_index(["model", "metric"])["score"]
    for key, group in groups.groupby(["model", "metric"]):
        assert group["items"].sum() == TASKS[task] and len(group) == 10
        assert np.average(group["score"], weights=group["items"]) == pytest.approx(whole[key], rel=1e-9)


def test_the_two_groupings_run_in_opposite_directions_over_other_items(table):
    rows = table.query("task == 'mmlu' and group != 'all'")
    first = rows["group"].str.startswith("0_")
    mean = rows.groupby(["grouped_by", "metric", first])["score"].mean()
    assert mean["brier_score", "brier_score"][True] < mean["brier_score", "brier_score"][False]
    assert mean["accuracy", "accuracy"][True] < mean["accuracy", "accuracy"][False]
    mass = rows[rows["metric"] == "option_mass"].pivot(
        index=["model", "group"], columns="grouped_by", values="score"
    )
    assert (mass["accuracy"] != mass["brier_score"]).all()  # or they would hold the same items


def test_the_glitches_that_the_docstring_names_are_in_the_files(published):
    arithmetic = lines(published, "arithmetic")
    doubles = [line for line in arithmetic if line["Model"].endswith(("/gpt2", "/gpt2-large"))]
    sizes = [(line["Model"].split("/")[1], line["Model Size (B)"]) for line in doubles]
    assert sizes == [("gpt2", "0.124"), ("gpt2-large", "0.774"), ("gpt2", "0.355"), ("gpt2-large", "1.5")]
    assert [line["brier"] for line in doubles[:2]] == [line["brier"] for line in doubles[2:]]
    assert sum(not line["Model"] for line in arithmetic) == 5
    mass = {line["san"] for line in lines(published, "acc_mmlu") if line["san"]}
    assert len(mass) == 1 and float(mass.pop()) == pytest.approx(234, abs=0.1)


def test_what_is_left_out(table):
    assert table.query("group == 'all'").groupby("task")["model"].nunique().max() == 68
    sizes = table[table["family"] == "GPT-2"].groupby("model")["parameters"].unique()
    assert {model: list(found) for model, found in sizes.items()} == {
        "openai-community/gpt2": [124e6],
        "openai-community/gpt2-large": [774e6],
    }
    mass = table[table["metric"] == "option_mass"].groupby("task")["score"].max()
    assert 1 < mass["arithmetic"] < 1.08 and 1 < mass["hindu_knowledge"] < 1.03
    assert mass["hellaswag"] < 0.001
    assert (mass.drop(["arithmetic", "hindu_knowledge"]) < 1).all()


# Rank correlations of training compute with accuracy, and with the Brier score turned over.
@pytest.mark.parametrize(
    ("task", "accuracy", "brier"),
    [
        ("arithmetic", 0.71, 0.77),
        ("mmlu", 0.76, 0.83),
        ("parsinlu_qa_mc", 0.62, 0.82),
        ("analogical_similarity", 0.28, 0.50),
        ("hellaswag", 0.89, 0.89),
    ],
)
def test_known_correlations_with_compute(table, task, accuracy, brier):
    rows = table[(table["task"] == task) & (table["group"] == "all")].dropna(subset="training_flops")
    wide = rows.pivot(index=["model", "training_flops"], columns="metric", values="score").reset_index()
    assert 63 <= len(wide) <= 65
    found = [stats.spearmanr(wide["training_flops"], wide["accuracy"])[0]]
    found += [stats.spearmanr(wide["training_flops"], -wide["brier_score"])[0]]
    np.testing.assert_allclose(found, [accuracy, brier], atol=0.0051)


def test_known_brier_scores_on_arithmetic_below_and_above_the_authors_threshold(table):
    rows = table.query("task == 'arithmetic' and group == 'all' and metric == 'brier_score'")
    small = rows[rows["training_flops"] <= 6.3e22]
    large = rows[rows["training_flops"] > 6.3e22]
    assert (len(small), len(large)) == (50, 14)
    summary = [small["score"].mean(), small["score"].std(), large["score"].mean(), large["score"].min()]
    np.testing.assert_allclose(summary, [0.567, 0.064, 0.328, 0.047], atol=0.00051)
    assert stats.spearmanr(small["training_flops"], -small["score"])[0] == pytest.approx(0.55, abs=0.0051)
