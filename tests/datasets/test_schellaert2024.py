"""The scores of BIG-G (Schellaert et al. 2024), against the published files and the tasks."""

import json

import numpy as np
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_schellaert2024()


# Quoted: q6scaling.py of the authors' repository.
SIZES = "2m 16m 53m 125m 244m 422m 1b 2b 4b 8b 27b 128b".split()
# By the tasks' own descriptions in BIG-bench: a statement is true or false, a sentence plausible or not, ...
TWO_OPTIONS = {
    "cause_and_effect", "cryobiology_spanish", "dark_humor_detection", "entailed_polarity", "fact_checker",
    "fantasy_reasoning", "hinglish_toxicity", "implicatures", "irony_identification",
    "mathematical_induction", "metaphor_boolean", "misconceptions", "sentence_ambiguity",
    "sports_understanding", "strategyqa", "winowhy",
}  # fmt: skip


def test_every_size_has_every_task_once(table):
    accuracy = table[table["metric"] == "accuracy"]
    assert accuracy.groupby("task")["model"].agg(list).map(len).eq(12).all()
    one = accuracy[accuracy["task"] == "color"]
    assert one["model"].tolist() == [f"BIG-G {size}" for size in SIZES]
    assert one["parameters"].is_monotonic_increasing and one["parameters"].iloc[[0, -1]].tolist() == [
        2e6,
        128e9,
    ]
    assert accuracy["task"].nunique() == 85 and not table.duplicated(["task", "model", "metric"]).any()


def test_scores_and_items_are_those_of_the_files(table, published):
    keys = {"accuracy": "test_task_accuracy", "confidence_brier_score": "test_conf_normalized_bs"}
    for size in SIZES:
        path = published / "schellaert2024" / size / "metrics_per_task.json"
        tasks = json.loads(path.read_text(encoding="utf-8"))
        rows = table[table["model"] == f"BIG-G {size}"]
        assert set(rows["task"]) == set(tasks) and len(rows) == 2 * len(tasks)
        for task, metric, score, items in rows[["task", "metric", "score", "items"]].itertuples(index=False):
            assert (score, items) == (tasks[task][keys[metric]], tasks[task]["instance_count"])


def test_an_accuracy_is_a_count_and_a_brier_score_is_between_0_and_1(table):
    accuracy = table[table["metric"] == "accuracy"]
    right = accuracy["score"] * accuracy["items"]
    np.testing.assert_allclose(right, right.round(), atol=1e-9)
    assert table["score"].between(0, 1).all() and accuracy["items"].min() == 2
    varying = accuracy.groupby("task")["items"].nunique().loc[lambda n: n > 1]
    assert set(varying.index) == {
        "emojis_emotion_prediction",
        "strange_stories",
        "swedish_to_german_proverbs",
    }


def test_the_tasks_with_two_options_are_those_whose_descriptions_say_so(table):
    kinds = table.drop_duplicates("task").set_index("task")["kind"]
    assert set(kinds.index[kinds == "two options"]) == TWO_OPTIONS
    written = {"modified_arithmetic", "word_sorting", "codenames", "unit_conversion", "linguistic_mappings"}
    assert set(kinds[list(written)]) == {"one target"}
    assert kinds["object_counting"] == kinds["hindu_knowledge"] == "not known"


def test_of_two_options_the_brier_score_is_at_least_that_of_a_confident_half(table):
    """(c - y)^2 with c of one half or more is at least a quarter for each wrong answer."""
    two = table[table["kind"] == "two options"].pivot(
        index=["task", "model"], columns="metric", values="score"
    )
    assert (two["confidence_brier_score"] >= (1 - two["accuracy"]) / 4).all()
