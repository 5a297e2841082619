"""The scores of Pythia, against the published files and known values."""

import json
import re

import numpy as np
import pytest

from mirage import datasets
from mirage.datasets import _sources

NAMES = {"acc": "accuracy", "acc_norm": "accuracy_norm", "ppl": "perplexity"}


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_pythia(steps=None)


def test_every_score_of_every_file_is_there_once(table, published):
    wanted = {}
    for path in published.glob("pythia/*/*/*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        settings = content["config"]  # and not the file's name, which is wrong in four cases
        step = int(re.search(r"revision=step(\d+)", settings["model_args"])[1])
        size = re.search(r"pythia-v1.1-([^,]+)", settings["model_args"])[1]
        for task, scores in content["results"].items():
            for name in NAMES.keys() & scores.keys():
                key = (f"pythia-{size}", step, settings["num_fewshot"], task, NAMES[name])
                wanted[key] = (scores[name], scores[f"{name}_stderr"])
    keys = table[["model", "step", "shots", "task", "metric"]].itertuples(False, None)
    values = table[["score", "standard_error"]].itertuples(False, None)
    assert dict(zip(keys, values, strict=True)) == wanted


def test_the_number_of_items_fits_every_share_and_its_standard_error(table):
    shares = table[table["metric"] != "perplexity"]
    expected = np.sqrt(shares["score"] * (1 - shares["score"]) / (shares["items"] - 1))
    np.testing.assert_allclose(shares["standard_error"], expected, rtol=1e-9)


def test_known_numbers_of_items_tasks_and_steps(table):
    items = table.groupby("task")["items"].unique()
    known = {
        "lambada_openai": 5153,
        "arc_easy": 2376,
        "arc_challenge": 1172,
        "sciq": 1000,
        "logiqa": 651,
        "piqa": 1838,
        "winogrande": 1267,
        "wsc": 104,
    }
    assert {task: items[task].tolist() for task in known} == {
        task: [number] for task, number in known.items()
    }
    mmlu = [task for task in items.index if task.startswith("hendrycksTest-")]
    assert len(mmlu) == 57
    assert sum(items[task][0] for task in mmlu) == 14042  # the size of the MMLU test set
    assert len(items) == len(known) + len(mmlu) == 65
    assert table.groupby("shots")["step"].nunique().to_dict() == {0: 27, 5: 15}


FINAL = {
    "pythia-70m": (70e6, 0.185, 142),
    "pythia-160m": (160e6, 0.328, 38.1),
    "pythia-410m": (410e6, 0.516, 10.8),
    "pythia-1b-bf16": (1e9, 0.562, 7.92),
    "pythia-1.4b": (1.4e9, 0.616, 6.09),
    "pythia-2.8b": (2.8e9, 0.647, 5.04),
    "pythia-6.9b": (6.9e9, 0.673, 4.45),
    "pythia-12b": (12e9, 0.705, 3.92),
}


@pytest.mark.usefixtures("published")
def test_the_last_step_is_the_default_with_known_results():
    table = datasets.load_pythia()
    assert set(table["step"]) == {143_000} and set(table["shots"]) == {0, 5}
    rows = table.query("task == 'lambada_openai' and shots == 0").set_index(["model", "metric"])
    assert list(table["model"].unique()) == list(FINAL)
    for model, (parameters, accuracy, perplexity) in FINAL.items():
        assert rows.loc[(model, "accuracy"), "parameters"] == parameters
        assert rows.loc[(model, "accuracy"), "score"] == pytest.approx(accuracy, abs=0.00051)
        assert rows.loc[(model, "perplexity"), "score"] == pytest.approx(perplexity, rel=0.005)


def test_compute_is_6_times_parameters_times_tokens(table):
    last = table[table["step"] == 143_000].groupby("model")["training_flops"].first()
    tokens = 299.9e9  # as Biderman et al. state
    for model, (parameters, *_) in FINAL.items():
        assert last[model] == pytest.approx(6 * parameters * tokens, rel=1e-3)
    assert (table.loc[table["step"] == 0, "training_flops"] == 0).all()


@pytest.mark.usefixtures("published")
def test_chosen_steps_are_a_part_of_all(table):
    some = datasets.load_pythia(steps=[3000, 0, 0])
    assert set(some["step"]) == {0, 3000}
    whole = table[table["step"].isin([0, 3000])].reset_index(drop=True)
    assert some.equals(whole)


@pytest.mark.parametrize(("steps", "error"), [([5], ValueError), ("last", TypeError), ([-1], ValueError)])
def test_steps_without_results_are_refused(steps, error):
    with pytest.raises(error, match="steps"):
        datasets.load_pythia(steps=steps)


def test_only_the_files_that_are_needed_are_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(_sources, "paths", lambda files: asked.extend(files) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        datasets.pythia._table.__wrapped__((143_000,))
    assert len(set(asked)) == 16
