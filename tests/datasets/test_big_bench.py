"""Both readers of BIG-bench, on small files of its schema that are written here."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mirage import datasets
from tools.project import ROOT

MODEL = {
    "model_family": "BIG-G T=0",
    "model_name": "2m",
    "total_params": 2_098_176,
    "non_embedding_params": 393_216,
    "flop_matched_non_embedding_params": 393_216,
    "training_batch_size": 256,
    "training_steps": 100_000,
    "description": "",
    "decoding_params": {},
}


def entry(name, shots, preferred, scores):
    """Return one entry of a file of scores."""
    about = {"subtask_description": name, "number_of_shots": shots, "preferred_score": preferred}
    return about | {"score_dict": scores, "low_score": 0, "high_score": 100}


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one task with subtasks, one without, two models."""
    tasks = {
        "arithmetic": [
            entry("arithmetic:1_digit", 0, "exact_str_match", {"exact_str_match": 0.5, "bleu": 31.0}),
            entry("arithmetic:1_digit", 1, "exact_str_match", {"exact_str_match": 0.75, "bleu": 40.0}),
            entry("arithmetic", 0, "normalized_aggregate_score", {"normalized_aggregate_score": 50.0}),
        ],
        "cause_and_effect": [
            entry(
                "cause_and_effect",
                0,
                "multiple_choice_grade",
                {"multiple_choice_grade": 0.25, "calibration_multiple_choice_brier_score": 0.6},
            )
        ],
    }
    for task, scores in tasks.items():
        folder = tmp_path / "bigbench" / "benchmark_tasks" / task / "results"
        folder.mkdir(parents=True)
        for model, parameters in (("2m", 2_098_176), ("8b", 8_000_000_000)):
            about = MODEL | {"model_name": model, "total_params": parameters}
            text = json.dumps({"model": about, "scores": scores, "task": {"task_name": task}})
            (folder / f"scores_BIG-G_{model}_T=0.json").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_checkout_is_read(checkout):
    table = datasets.load_big_bench(checkout)
    assert len(table) == 2 * (2 + 2 + 2)
    rows = table.query("task == 'arithmetic' and model == '2m' and shots == 1").set_index("metric")
    assert rows["score"].to_dict() == {"exact_str_match": 0.75, "bleu": 40.0}
    assert rows["preferred"].to_dict() == {"exact_str_match": True, "bleu": False}
    assert set(rows["subtask"]) == {"1_digit"} and set(rows["parameters"]) == {2_098_176.0}
    assert set(table.query("task == 'cause_and_effect'")["subtask"]) == {""}
    assert "normalized_aggregate_score" not in set(table["metric"])
    assert table["training_flops"].isna().all() and table["items"].isna().all()


def test_the_flattened_table_holds_the_same(checkout, tmp_path):
    expected = datasets.load_big_bench(checkout)
    flat = expected.rename(
        columns={
            "family": "model_family",
            "model": "model_name",
            "parameters": "total_params",
            "shots": "n_shot",
            "metric": "metric_name",
            "preferred": "is_preferred_metric",
        }
    ).drop(columns=["training_flops", "items"])
    flat["is_preferred_metric"] = flat["is_preferred_metric"].astype(int)
    flat = flat.assign(non_embedding_params=1, flop_matched_non_embedding_params=1)
    flat.to_csv(tmp_path / "flat.csv", index=False)
    found = datasets.load_big_bench(tmp_path / "flat.csv")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert np.issubdtype(found["parameters"].dtype, np.floating)


def test_the_environment_can_name_it(checkout, monkeypatch):
    monkeypatch.setenv("MIRAGE_BIG_BENCH", str(checkout))
    assert len(datasets.load_big_bench()) == 12
    monkeypatch.delenv("MIRAGE_BIG_BENCH")
    with pytest.raises(datasets.DataUnavailable, match="MIRAGE_BIG_BENCH is not set"):
        datasets.load_big_bench()


def test_wrong_files_are_named(checkout, tmp_path):
    with pytest.raises(ValueError, match=r"must be a checkout of BIG-bench; .* has no bigbench"):
        datasets.load_big_bench(checkout / "bigbench")
    with pytest.raises(ValueError, match="there is no"):
        datasets.load_big_bench(tmp_path / "missing.csv")
    (tmp_path / "half.csv").write_text("task,subtask,score\na,b,1\n")
    with pytest.raises(ValueError, match=r"half.csv must have the columns .*; missing: model_family"):
        datasets.load_big_bench(tmp_path / "half.csv")
    broken = next(checkout.rglob("scores_*_2m_*.json"))
    broken.write_text('{"model": {}}')
    with pytest.raises(ValueError, match=r"scores_BIG-G_2m_T=0.json is not as BIG-bench writes scores"):
        datasets.load_big_bench(checkout)


def test_the_page_draws_it_when_it_is_there(published, tmp_path):
    sizes, scores = [1e6, 1e7, 1e8, 1e9, 1e10], [0.1, 0.1, 0.11, 0.12, 0.9]
    rows = {"model_family": "a", "model_name": [f"{n:g}" for n in sizes], "total_params": sizes, "task": "t"}
    rows |= {"subtask": "", "n_shot": 0, "is_preferred_metric": 1, "score": scores}
    tables = [pd.DataFrame(rows | {"metric_name": name}) for name in ("exact_str_match", "rougeLsum")]
    pd.concat(tables).to_csv(tmp_path / "flat.csv", index=False)
    page = tmp_path / "page.ipynb"
    command = [sys.executable, "-m", "tools.run", "notebooks/meta-analysis.ipynb", str(page)]
    environment = os.environ | {"MIRAGE_BIG_BENCH": str(tmp_path / "flat.csv"), "MIRAGE_DATA": str(published)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "without" not in done.stdout, done.stdout + done.stderr
    told = "Emergence scores of 2 curves of BIG-bench under 2 preferred metrics. 2 of them, under 2 metrics"
    assert told in page.read_text(encoding="utf-8")
