"""Every score of every harness, against scores made by a script of its own."""

import csv
import json
import shutil
import tracemalloc
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from mirage import _archives, logs, outputs, toy
from mirage.audit import _cases
from mirage.logs import _inspect, _lm_eval

TASKS = {  # expected.json names what the logs name otherwise
    "helm": {"recall": "mirror:file=recall", "recall_mc": "mirror_mc"},
    "bigbench": {
        name: f"mirror_strings: {name}"
        for name in ("recall of pairs", "sorting of 4 letters", "choice among 4 pairs")
    },
}
UNFINISHED = {"inspect": {"error/rev5_breaks", "killed/recall_choice"}}
# Read together, this run is the older copy of the one that was scored again.
COPIES = {("inspect", "json/recall_logprobs", "hf/mirror-50k-s1")}


def run_of(runs, place, case, model):
    """Return the run that an entry of expected.json is about."""
    task, _, rest = case.partition("/")
    if place == "inspect":
        folder, task, name = task, rest, "none"
    else:
        folder, name = "", rest or "none"
    task = TASKS.get(place, {}).get(task, task)
    model = f"mirror {model}" if place == "bigbench" else model
    found = [
        run
        for run in runs[place]
        if (run.model, run.task, run.filter) == (model, task, name) and run.source.endswith(folder)
    ]
    assert len(found) == 1, (place, case, model, found)
    return found[0]


def measured(run):
    """Return the scores of a run by the names of expected.json."""
    scores, found = run.scores, {"items": np.unique(run.items).size}
    found["parameters"] = run.parameters

    def both(name, sign=1):
        mean, low, high = _cases.summary(run, name)
        return [sign * mean, (high - low) / 2 / 1.959963984540054]

    if run.kind == "generation":
        found |= {"n": run.items.size, "right": scores["exact_match"].sum()}
        found |= {
            "exact_match": scores["exact_match"].mean(),
            "wilson95": _cases.summary(run, "exact_match")[1:],
        }
        found["right_stripped"] = scores["exact_match_stripped"].sum()
        found["wilson95_stripped"] = _cases.summary(run, "exact_match_stripped")[1:]
        found["edit_distance_stripped"] = both("edit_distance")
        found["invalid"] = round(run.faults["empty"] * run.items.size)
        found["logged_right"] = scores["own"].sum()
    elif run.kind == "choice":
        found |= {
            "n": run.items.size,
            "right": scores["accuracy"].sum(),
            "accuracy": scores["accuracy"].mean(),
        }
        found |= {"wilson95": _cases.summary(run, "accuracy")[1:], "chance": run.floors["accuracy"]}
        found |= {"brier": both("brier_score"), "log_score": both("log_score")}
        found["brier_of_guessing"] = run.floors["brier_score"]
        found["probability_of_right"] = np.exp(scores["log_score"]).mean()
    elif run.kind == "graded":
        found |= {"right": scores["accuracy"].sum(), "accuracy": scores["accuracy"].mean()}
        found["wilson95"] = _cases.summary(run, "accuracy")[1:]
    else:
        nats, whole = scores["nats_per_item"], both("nats_per_item", -1)
        found |= {"n": nats.size, "log_likelihood": whole, "characters": run.weights.sum()}
        found["nats_per_character"] = _cases.summary(run, "bits_per_byte")[0] * np.log(2)
        if run.kind == "likelihood":
            found |= {"perplexity_of_targets": np.exp(nats.mean()), "probability": np.exp(-nats).mean()}
            right = scores["greedy_match"]
            found |= {"right": right.sum(), "exact_match": right.mean()}
            found["wilson95"] = _cases.summary(run, "greedy_match")[1:]
    return found


# Blank answers count as empty here, and not there; similarities are no score of the audit.
SAID_ELSEWHERE = {"model", "run", "note", "status", "samples", "edit_similarity_stripped", "invalid"}


def test_every_expected_number(runs, expected):
    compared = 0
    for place, cases in expected.items():
        for case, entries in cases.items():
            if case in UNFINISHED.get(place, ()):
                continue
            latest = {entry["model"]: entry for entry in entries}  # of two runs the later one stands last
            for model, entry in latest.items():
                if (place, case, model) in COPIES:
                    continue
                found = measured(run_of(runs, place, case, model))
                if place == "inspect" and case.startswith("epochs"):
                    score = found["edit_distance_stripped"]
                    entry = entry | {"edit_distance_stripped": [entry["edit_distance_stripped"], score[1]]}
                    run = run_of(runs, place, case, model)
                    means = pd.Series(run.scores["own"].astype(float)).groupby(run.items).mean()
                    found["standard_error_over_items"] = means.sem()
                elif place == "inspect" and "standard_error_over_items" in entry:
                    entry = {k: v for k, v in entry.items() if k != "standard_error_over_items"}
                    if "edit_distance_stripped" in entry:
                        found["edit_distance_stripped"] = found["edit_distance_stripped"][0]
                for name, value in entry.items():
                    if (
                        name in SAID_ELSEWHERE
                        or value is None
                        or (name == "parameters" and place != "bigbench")
                    ):
                        continue
                    np.testing.assert_allclose(
                        found[name], value, atol=1e-6, err_msg=f"{place} {case} {model} {name}"
                    )
                    compared += 1
                assert found.get("invalid", 0) >= entry.get("invalid", 0)
    assert compared > 1300


def test_runs_that_did_not_finish_are_named_with_their_counts(samples):
    said = " ".join(logs.read(samples / "inspect").unread)
    assert "not used: status error, 10 samples, 0 of them with a score, of 10 items" in said
    assert "not used: status started, 20 samples, 20 of them with a score, of 50 items" in said


def test_the_later_of_two_runs_counts_and_a_copy_counts_once(samples, runs):
    (run,) = (run for run in runs["lm_eval/v0.4.13_run_twice"] if run.filter == "as-is")
    assert run.items.size == 30
    assert sum("a copy of" in line for line in logs.read(samples / "inspect").unread) == 1


def test_names_that_begin_alike_are_kept_apart(runs):
    tasks = {run.task: run.kind for run in runs["lm_eval/v0.4.13"]}
    assert (tasks["recall"], tasks["recall_ll"], tasks["recall_mc"]) == ("generation", "likelihood", "choice")


def test_seeds_in_names_do_not_split_a_family(samples):
    found = logs.placed(logs.read(samples / "lm_eval" / "v0.4.13").runs)
    assert {run.family for run in found} == {"mirror"}
    assert {run.seed for run in found} == {"1", "2"}
    assert {run.parameters_from for run in found} == {"the log"}


def test_bits_per_byte_of_whole_texts_are_those_of_the_harness(samples, runs):
    for run in runs["lm_eval/v0.4.13_rolling"]:
        (path,) = (samples / "lm_eval" / "v0.4.13_rolling" / run.model).glob("results_*.json")
        told = json.loads(path.read_text())["results"]["mirror_text"]["bits_per_byte,none"]
        assert _cases.summary(run, "bits_per_byte")[0] == pytest.approx(told, abs=1e-9)


def test_totals_of_version_3_are_counts(tmp_path):
    n, share = 400, 0.31
    error = (share * (1 - share) / (n - 1)) ** 0.5
    text = f'{{"results": {{"arithmetic_2da": {{"acc": {share}, "acc_stderr": {error}}}}}, '
    text += '"versions": {}, "config": {"model_args": "pretrained=EleutherAI/pythia-1.4b", "num_fewshot": 5}}'
    (tmp_path / "pythia.json").write_text(text)
    (run,) = logs.placed(logs.read(tmp_path).runs)
    assert (run.items.size, run.scores["own"].sum(), run.shots, run.parameters) == (n, 124, 5, 1.4e9)


def test_a_table_of_ones_own_and_a_zip_of_logs(samples, tmp_path):
    table = toy.sample_outputs([1e8, 1e9], length=3, items=20)
    outputs.save_outputs(table, tmp_path / "mine.csv")
    found = logs.read(tmp_path / "mine.csv").runs
    assert {run.kind for run in found} == {"generation", "likelihood"}
    assert len(found) == 4  # of two models
    by_size = outputs.scores(table).set_index("parameters")["score"]
    for run in found:
        assert run.scores["own"].mean() == pytest.approx(by_size[run.parameters])
    packed = shutil.make_archive(tmp_path / "packed", "zip", samples / "helm")
    found = logs.read(packed).runs
    assert len(found) == 14
    assert {run.source for run in found} == {"packed.zip/runs/mirror"}  # no name of a folder for a while


def test_a_name_gives_the_size_that_stands_in_it_or_none(samples):
    with (samples / "model_names.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42
    for row in rows:
        wanted = float(row["parameters"]) if row["parameters"] else None
        assert logs.size_in_name(row["name"]) == wanted, row


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("parameters", [0, 1], "a has 0"),
        ("parameters", ["many", 1], "a has many"),
        ("model", ["a", "a"], "a stands twice"),
    ],
)
def test_wrong_sizes_are_told(column, values, message):
    table = pd.DataFrame({"model": ["a", "b"], "parameters": [1, 2]}).assign(**{column: values})
    with pytest.raises(ValueError, match=message):
        logs.placed([], table)


def test_the_same_file_with_and_without_arrow(samples, monkeypatch):
    path = samples / "lm_eval" / "v0.4.13" / "mirror-6.9k-s2"
    fast = logs.read(path).runs

    def odd(*arguments):
        raise ValueError("odd")

    monkeypatch.setattr(_lm_eval, "_by_arrow", odd)
    slow = logs.read(path).runs
    assert len(fast) == len(slow) > 5
    for one, other in zip(fast, slow, strict=True):
        assert (one.task, one.filter) == (other.task, other.filter)
        for name, values in one.scores.items():
            np.testing.assert_array_equal(values, other.scores[name])


def test_many_long_answers_are_refused_within_a_bound(tmp_path, monkeypatch):
    """Each member is small enough; together they are not."""
    about = {"eval": {"run_id": "1", "task_id": "1", "model": "m", "task": "t", "created": ""}}
    sample = {"target": "x", "output": {"completion": "x" * 10**6}, "scores": {"exact": {"value": "C"}}}
    with zipfile.ZipFile(tmp_path / "bomb.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(about | {"status": "success"}))
        for k in range(20):
            archive.writestr(f"samples/{k}.json", json.dumps(sample | {"id": k}))
    assert len(logs.read(tmp_path).runs) == 1
    monkeypatch.setattr(_inspect, "MOST_TEXT", 2**24)
    assert "more than 16 million characters" in logs.read(tmp_path).unread[0]


@pytest.mark.parametrize("name", ["details_x.parquet", "mine.parquet"])
def test_a_parquet_bomb_is_refused_within_a_bound(tmp_path, monkeypatch, name):
    """In the file a dictionary holds one long text, and each row only points to it."""
    rows = pa.array(["x" * 2**16] * 2000)
    columns = ["doc", "metric", "model_response"]
    parquet.write_table(pa.table(dict.fromkeys(columns, rows)), tmp_path / name, compression="zstd")
    assert (tmp_path / name).stat().st_size < 2**20
    monkeypatch.setattr(_archives, "MOST_OF_TABLE", 2**24)
    found = logs.read(tmp_path)
    assert "more than 16 MB when it is unpacked" in found.unread[0]


def test_a_zip_bomb_is_refused_within_a_bound(tmp_path):
    path = tmp_path / "bomb.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b" " * 200_000_000)
    tracemalloc.start()
    found = logs.read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 32 MB when it is unpacked" in found.unread[0]
    assert peak < 100_000_000
