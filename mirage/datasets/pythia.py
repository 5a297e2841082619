"""Biderman et al. (2023): Pythia, eight sizes of one model, tested during training."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mirage import _validate
from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_pythia"]

_METRICS = {"acc": "accuracy", "acc_norm": "accuracy_norm", "ppl": "perplexity"}
_TOKENS_PER_STEP = 2_097_152
_UNITS = {"m": 1e6, "b": 1e9}
_STEP = re.compile(r"_step(\d+)\.json")
_LAST = "zero-shot/12b_step143000.json"


def load_pythia(steps: Sequence[int] | None = (143_000,)) -> pd.DataFrame:
    """Return the scores of the eight Pythia models on 65 tasks, after training or at chosen steps of it.

    What to know about the published files:

    - The models are named pythia-v1.1 in them and were trained on The Pile as it is; the Pythia models of
      Ruan et al. (2024) are others, trained without duplicates. Each size was trained once, the two
      largest, by mistake of the authors, from another initialisation.
    - Zero-shot results exist for 27 steps (0, 1, 2, 4, ..., 512, 1000, 3000, 13000, 23000, ..., 143000),
      five-shot results for the 15 from 3000 on.
    - Four zero-shot files of the 1b model have "5shot" in their name; what they say of their settings is
      zero-shot.
    - `items` is derived from the standard error s of a share p, as p(1 - p)/s^2 + 1. It is taken from the
      last zero-shot results of the largest model, since early ones have shares of 0 and so an s of 0, and it
      fits all.
    - `training_flops` is the usual approximation: 6 x parameters x tokens, with the nominal parameters
      ("70m") and 2,097,152 tokens per step. It counts no test, and is 0 at step 0.
    - The CrowS-Pairs results, which measure social bias and no ability, are left out.

    Parameters
    ----------
    steps
        The steps of training to load; without it only the last one. None loads all, from 336 files.

    Returns
    -------
    DataFrame, one row per model, step, task, metric and number of shots
        The columns that all tables share, then `shots` (0 or 5), `step`, and `standard_error` as published.
        The metric `perplexity` exists for lambada_openai only.

    Raises
    ------
    TypeError, ValueError
        If `steps` are not steps at which the models were tested.
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Biderman et al. (2023), *Pythia: A Suite for Analyzing Large Language Models Across Training
    and Scaling*, ICML 2023, arXiv:2304.01373. The data are licensed Apache-2.0.

    Examples
    --------
    >>> table = load_pythia().query("task == 'lambada_openai' and shots == 0 and metric == 'accuracy'")
    >>> table[["model", "score", "items"]].round(3).values.tolist()[-1]
    ['pythia-12b', 0.705, 5153]
    """
    return _table(_known(steps)).copy()


def _known(steps: Sequence[int] | None) -> tuple[int, ...]:
    """Return the wanted steps in order, checked."""
    known = sorted({_step(file.name) for file in _sources.files("pythia")})
    if steps is None:
        return tuple(known)
    wanted = np.unique(_validate.integers("steps", steps)).tolist()
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(f"steps must be among {', '.join(map(str, known))}; got {unknown[0]}")
    return tuple(wanted)


@functools.cache
def _table(steps: tuple[int, ...]) -> pd.DataFrame:
    *paths, last = _sources.paths(_wanted(steps))
    rows = [row for path in paths for row in _rows(path)]
    table = pd.DataFrame(rows).assign(family="Pythia")
    table["training_flops"] = 6 * table["parameters"] * table["step"] * _TOKENS_PER_STEP
    table["items"] = table["task"].map(_items(last))
    table = table.sort_values(["parameters", "step", "shots"], kind="stable")
    return tidy(table, "shots", "step", "standard_error")


def _wanted(steps: tuple[int, ...]) -> list[_sources.File]:
    """Return the files of these steps, and then the one that tells the numbers of items."""
    files = _sources.files("pythia")
    (last,) = (file for file in files if file.name.endswith(_LAST))
    return [*(file for file in files if _step(file.name) in steps), last]


def _rows(path: Path) -> Iterator[dict]:
    """Yield a row for each score in a file; its folders name the model and the number of shots."""
    model, shots = path.parts[-3:-1]
    size, unit = re.fullmatch(r"pythia-([\d.]+)([mb])(?:-bf16)?", model).groups()
    described = {
        "model": model,
        "parameters": float(size) * _UNITS[unit],
        "shots": {"zero-shot": 0, "five-shot": 5}[shots],
        "step": _step(path.name),
    }
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    for task, scores in sorted(results.items()):
        for name in sorted(_METRICS.keys() & scores.keys()):
            score = {"score": scores[name], "standard_error": scores[f"{name}_stderr"]}
            yield described | {"task": task, "metric": _METRICS[name]} | score


def _items(path: Path) -> pd.Series:
    """Return the number of items of each task, from a file in which no share is 0 or 1."""
    shares = pd.DataFrame(_rows(path)).query("metric == 'accuracy'").set_index("task")
    items = shares["score"] * (1 - shares["score"]) / shares["standard_error"] ** 2 + 1
    return items.round().astype(int)


def _step(name: str) -> int:
    return int(_STEP.search(name)[1])
