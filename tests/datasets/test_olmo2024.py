"""The scores and losses of OLMo's ladder (Bhagia et al. 2024), against the published files and the papers."""

import csv

import numpy as np
import pytest

from mirage import datasets

ROW = ["run", "step", "task", "format", "metric"]


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_olmo2024()


@pytest.fixture(scope="module")
def checkpoints(table):
    return table.drop_duplicates(["run", "step"])


def test_the_ladder_has_six_runs_a_size_and_the_large_models_three(checkpoints):
    runs = checkpoints.drop_duplicates("run")
    small = runs[runs["multiple"].notna()]
    for _, size in small.groupby("model"):
        assert sorted(size["multiple"]) == [0.5, 1, 1, 2, 5, 10] and size["rerun"].sum() == 1
    assert set(small["model"]) == {"190M", "370M", "760M", "1B", "3B"}
    assert sorted(runs.loc[runs["multiple"].isna(), "run"]) == ["13B", "7B-lr3e-4", "7B-lr6e-4"]


def test_the_last_checkpoint_has_20_tokens_a_parameter_times_the_multiple(checkpoints):
    """Bhagia et al. (2024) name a run by its multiple of Hoffmann et al.'s 20 tokens per parameter."""
    last = checkpoints[checkpoints["multiple"].notna()].groupby("run").last()
    np.testing.assert_allclose(last["tokens"], 20 * last["multiple"] * last["parameters"], rtol=0.005)


def test_tokens_and_operations_agree_with_the_files_where_these_give_them(table, checkpoints, published):
    for run in ("190M-1xC-rerun", "3B-10xC"):
        rows = checkpoints[checkpoints["run"] == run]
        with (published / f"olmo2024/{run}.csv").open(encoding="utf-8") as file:
            theirs = list(csv.DictReader(file))
        assert rows["step"].tolist() == [int(row["_step"]) for row in theirs]
        assert rows["tokens"].tolist() == [int(row["throughput/total_tokens"]) for row in theirs]
        flops = [float(row["throughput/total_training_Gflops"]) * 1e9 for row in theirs]
        np.testing.assert_allclose(rows["training_flops"], flops, rtol=1e-5)
        one = table.query("run == @run and task == 'csqa_val' and metric == 'bits_per_byte'")
        column = "eval/downstream_bpb/csqa_val_rc_5shot_bpb"
        assert one["score"].tolist() == [float(row[column]) for row in theirs]


def test_the_large_models_were_trained_on_4_and_5_trillion_tokens(checkpoints):
    """By the authors' predict.py: 3,945,065,873,408 and 5,000,080,130,048 tokens."""
    last = checkpoints.groupby("run")["tokens"].max()
    assert last["7B-lr3e-4"] == 3945065873408
    assert last["13B"] == pytest.approx(5000080130048, rel=1e-5)


def test_the_items_are_whole_and_those_of_the_benchmarks(table):
    counted = table[table["metric"].isin(["accuracy", "accuracy_norm"])]
    right = counted["score"] * counted["items"]
    assert np.abs(right - right.round()).max() < 1e-2  # the files keep seven digits
    items = table.groupby("task")["items"].first()
    mmlu = items[items.index.str.startswith("mmlu")]
    # As the data set is published (huggingface.co/datasets/cais/mmlu): 14,042 for testing, 1,531 to validate.
    assert mmlu[mmlu.index.str.endswith("test")].sum() == 14042
    assert mmlu[mmlu.index.str.endswith("val")].sum() == 1531
    # Clark et al. (2018), Talmor et al. (2019), Mihaylov et al. (2018), Zellers et al. (2019).
    known = {"arc_easy_test": 2376, "arc_challenge_test": 1172, "csqa_val": 1221, "openbookqa_test": 500}
    assert items[list(known)].to_dict() == known and items["hellaswag_val"] == 10042


def test_letters_are_an_accuracy_of_the_large_models_alone(table):
    letters = table[table["format"] == "letters"]
    assert set(letters["model"]) == {"7B", "13B"} and set(letters["metric"]) == {"accuracy"}
    assert letters["task"].nunique() == table["task"].nunique() == 20
    assert not table.duplicated(ROW).any() and table["step"].min() > 0


def test_a_mean_logarithm_is_below_the_logarithm_of_the_mean(table):
    wide = table.pivot_table(index=ROW[:3], columns="metric", values="score", observed=True)
    assert (wide["log_probability"] <= np.log(wide["probability"]) + 1e-6).all()
    assert wide["probability"].between(0, 1).all() and (wide["bits_per_byte"] > 0).all()


def test_the_losses_of_c4_are_the_column_of_the_scores(checkpoints):
    losses = datasets.load_olmo2024_losses()
    c4 = losses[losses["text"] == "c4_en"].set_index(["run", "step"])["loss"]
    assert c4.to_dict() == checkpoints.set_index(["run", "step"])["c4_loss"].to_dict()
    assert len(losses) == 11 * len(c4)
