"""The scores of Wu and Lo (2025), against the published files and against each other."""

import csv

import numpy as np
import pytest

from mirage import datasets

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module")
def table():
    return datasets.load_wu2025()


def lines(published, start):
    (path,) = (published / "wu2025").glob(f"{start}_instance_*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Quoted: utils.py of the authors' repository: items, log10(operations / 1e21) of the take-off, chance.
AUTHORS = {
    "abstract_narrative_understanding": (3000, 2.3, 0.1),
    "analogical_similarity": (323, 2.0, 0.145),
    "arc": (3548, 2.3, 0.25),
    "arithmetic": (15023, 1.8, 0.145),
    "conceptual_combinations": (103, 1.5, 0.25),
    "hellaswag": (10042, 2.3, 0.25),
    "hindu_knowledge": (175, 1.0, 0.25),
    "mmlu": (14042, 1.5, 0.25),
    "parsinlu_qa_mc": (1050, 2.3, 0.25),
}


def test_what_is_said_of_the_tasks_is_what_the_authors_say(table):
    assert set(table["task"]) == set(AUTHORS)
    for task, rows in table.groupby("task"):
        items, take_off, chance = AUTHORS[task]
        assert (rows.loc[rows["group"] == "all", "items"] == items).all()
        np.testing.assert_allclose(np.log10(rows["take_off"] / 1e21), take_off, rtol=1e-9)
        assert (rows["chance"] == chance).all()
        emergent = task not in ("abstract_narrative_understanding", "arc", "hellaswag")
        assert (rows["called_emergent"] == emergent).all()


SPELLED = {"accuracy": "acc", "brier_score": "brier", "option_mass": "san"}


def test_the_scores_of_all_items_are_those_of_the_files(table, published):
    rows = table[table["group"] == "all"].replace({"metric": SPELLED})
    tasks = rows.set_index(["model", "metric"]).groupby("task")
    assert tasks.ngroups == 9
    for task, found in tasks[["score", "parameters", "training_flops"]]:
        wanted = {
            (line["Model"], metric): [
                float(line[metric]),
                float(line["Model Size (B)"]) * 1e9,
                float(line["FLOPs (1E21)"] or "nan") * 1e21,
            ]
            for line in reversed(lines(published, task))  # of two lines of a model the first holds
            for metric in SPELLED.values()
            if line[metric]
        }
        assert set(found.index) == wanted.keys() and found.index.is_unique
        np.testing.assert_allclose(found.loc[list(wanted)], list(wanted.values()), rtol=1e-12)


@pytest.mark.parametrize("grouped_by", ["brier_score", "accuracy"])
def test_the_groups_together_are_all_items(table, grouped_by):
    """The mean over the groups, weighted with their items, is the score of all items that the file states."""
    groups = table[table["grouped_by"] == grouped_by]
    whole = table[table["group"] == "all"].set_index(["task", "model", "metric"])
    assert groups["task"].nunique() == {"brier_score": 9, "accuracy": 3}[grouped_by]
    for key, group in groups.groupby(["task", "model", "metric"]):
        assert group["items"].sum() == whole.loc[key, "items"] and len(group) == 10
        mean = np.average(group["score"], weights=group["items"])
        assert mean == pytest.approx(whole.loc[key, "score"], rel=1e-9)


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


def test_the_models_that_the_authors_do_not_plot_are_marked(table):
    marked = table.loc[table["left_out"], "model"].str.split("/").str[-1]
    small = {"Qwen1.5-0.5B", "Qwen1.5-1.8B", "Qwen1.5-4B"}
    assert set(marked) == small | {"phi-1_5", "phi-2", "stablelm-2-1_6b"}


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
