"""Both readers of BIG-bench, on small files of its schema that are written here."""

import json
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

from mirage import datasets
from tools.project import ROOT

TASKS = {
    "arithmetic": [
        ("arithmetic:1_digit", 0, "exact_str_match", {"exact_str_match": 0.5, "bleu": 31.0}),
        ("arithmetic:1_digit", 1, "exact_str_match", {"exact_str_match": 0.75, "bleu": 40.0}),
        ("arithmetic", 0, "normalized_aggregate_score", {"normalized_aggregate_score": 50.0}),
    ],
    "cause_and_effect": [("cause_and_effect", 0, "multiple_choice_grade", {"multiple_choice_grade": 0.25})],
}
COLUMNS = ["model", "parameters", "task", "subtask", "shots", "metric", "preferred", "score"]
FLAT = ["model_name", "total_params", "task", "subtask", "n_shot", "metric_name"]
FLAT += ["is_preferred_metric", "score"]
ROWS = [
    ["2m", 2_098_176, "arithmetic", "1_digit", 0, "exact_str_match", True, 0.5],
    ["2m", 2_098_176, "arithmetic", "1_digit", 0, "bleu", False, 31],
    ["2m", 2_098_176, "arithmetic", "1_digit", 1, "exact_str_match", True, 0.75],
    ["2m", 2_098_176, "arithmetic", "1_digit", 1, "bleu", False, 40],
    ["2m", 2_098_176, "cause_and_effect", "", 0, "multiple_choice_grade", True, 0.25],
]


@pytest.fixture
def copies(tmp_path):
    """A checkout with one model, one task with subtasks and one without; and the same as a table."""
    model = {"model_family": "BIG-G T=0", "model_name": "2m", "total_params": 2_098_176}
    names = ("subtask_description", "number_of_shots", "preferred_score", "score_dict")
    for task, entries in TASKS.items():
        folder = tmp_path / "bigbench" / "benchmark_tasks" / task / "results"
        folder.mkdir(parents=True)
        scores = [dict(zip(names, entry, strict=True)) for entry in entries]
        (folder / "scores_BIG-G_2m_T=0.json").write_text(json.dumps({"model": model, "scores": scores}))
    aggregate = ["2m", 2_098_176, "arithmetic", "", 0, "normalized_aggregate_score", True, 50]
    flat = pd.DataFrame([*ROWS, aggregate], columns=FLAT).assign(model_family="BIG-G T=0")
    flat.astype({"is_preferred_metric": int}).to_csv(tmp_path / "flat.csv")
    return tmp_path


@pytest.mark.parametrize("name", [".", "flat.csv"])
def test_a_checkout_and_the_flattened_table_are_read(copies, name, monkeypatch):
    monkeypatch.setenv("MIRAGE_BIG_BENCH", str(copies / name))
    table = datasets.load_big_bench()
    assert table[COLUMNS].values.tolist() == ROWS
    assert table["training_flops"].isna().all() and table["items"].isna().all()


def test_nothing_and_wrong_files_are_named(copies, monkeypatch):
    monkeypatch.delenv("MIRAGE_BIG_BENCH", raising=False)
    with pytest.raises(datasets.DataUnavailable, match="MIRAGE_BIG_BENCH is not set"):
        datasets.load_big_bench()
    (copies / "half.csv").write_text("task,subtask,score\na,b,1\n")
    next(copies.rglob("scores_*.json")).write_text('{"model": {}}')
    for name, message in {
        "bigbench": r"must be a checkout of BIG-bench; .* has no bigbench",
        "missing.csv": "there is no .*missing.csv",
        "half.csv": r"half.csv must have the columns .*; missing: model_family",
        ".": r"scores_BIG-G_2m_T=0.json is not as BIG-bench writes scores: KeyError",
    }.items():
        with pytest.raises(ValueError, match=message):
            datasets.load_big_bench(copies / name)


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
    assert re.search(r"BIG-bench: 2 of 2\b", page.read_text(encoding="utf-8"))
