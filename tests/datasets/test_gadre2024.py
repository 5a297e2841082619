"""The models of Gadre et al. (2024), against the published files."""

import csv
import json

import numpy as np
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_gadre2024()


@pytest.fixture(scope="module")
def losses(published):
    return datasets.load_gadre2024_losses()


def test_104_models_answered_46_tasks(table):
    assert table.groupby("model").size().eq(46).all() and table["model"].nunique() == 104
    assert set(table["family"]) == {"C4", "RedPajama", "RefinedWeb"}
    large = table.query("parameters > 1e9").drop_duplicates("model")
    assert large.groupby(["family", "parameters"]).size().tolist() == [2, 1] * 3


def test_tokens_are_the_named_multiple_of_20_per_parameter(table):
    runs = table.drop_duplicates("model")
    np.testing.assert_allclose(runs["tokens"] / runs["parameters"], 20 * runs["multiple"], rtol=1e-2)
    np.testing.assert_allclose(runs["training_flops"], 6 * runs["parameters"] * runs["tokens"])


def test_scores_and_losses_are_those_of_the_files(table, losses, published):
    for name in ("rpj-d=96_l=8_h=4-0.5", "c4_original-open_lm_7b-1.0"):
        folder = published / "gadre2024"
        theirs = json.loads((folder / f"evals/evaluation_{name}_heavy.json").read_text(encoding="utf-8"))
        rows = table[table["model"] == name]
        assert dict(zip(rows["task"], rows["score"], strict=True)) == theirs["eval_metrics"]["icl"]
        about = json.loads((folder / f"models/{name}.json").read_text(encoding="utf-8"))
        by_address = {str(each["val_data"]): each["loss"] for each in about["results"]}
        (on_c4,) = [loss for address, loss in by_address.items() if "/c4_val/" in address]
        assert (rows["c4_loss"] == on_c4).all()
        assert sorted(losses[losses["model"] == name]["loss"]) == sorted(by_address.values())


def test_items_are_those_of_the_authors_except_where_their_scores_say_otherwise(table, published):
    with (published / "gadre2024/eval_metadata.csv").open(encoding="utf-8", newline="") as file:
        theirs = {row["Eval Task"]: float(row["#datapoints"]) for row in csv.DictReader(file)}
    ours = table.groupby("task")["items"].first()
    differ = {task for task, items in ours.items() if items != theirs[task]}
    assert differ == {"arc_challenge", "bbq", "jeopardy", "mmlu", "mmlu_zeroshot"}
    scores = table.pivot(index="model", columns="task", values="score")
    for task in differ:  # their number of items gives no whole numbers of right answers
        right = scores[task] * theirs[task]
        assert (right - right.round()).abs().max() > 0.3


def test_scores_are_whole_numbers_of_right_answers_and_chance_is_one_over_the_options(table):
    counted = table.dropna(subset="items")
    right = counted["score"] * counted["items"]
    assert (right - right.round()).abs().max() < 0.01
    chance = table.groupby("task")["chance"].first()
    known = {"hellaswag": 1 / 4, "arc_easy": 1 / 4, "winogrande": 1 / 2, "boolq": 1 / 2, "lambada_openai": 0}
    assert chance[list(known)].to_dict() == known


def test_more_parameters_and_tokens_give_a_lower_loss(losses):
    for _, rows in losses.query("text == 'c4'").groupby("family"):
        assert np.corrcoef(np.log(rows["training_flops"]), np.log(rows["loss"]))[0, 1] < -0.9
        by_size = rows.query("multiple == 1").sort_values("parameters")["loss"]
        assert (by_size.diff().dropna() < 0).all()
