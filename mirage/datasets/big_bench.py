"""BIG-bench's published scores, from a checkout of it or from the flattened table of Ye et al. (2023)."""

import json
import os
from pathlib import Path

import pandas as pd

from mirage import _validate
from mirage.datasets._sources import DataUnavailable
from mirage.datasets._tables import tidy

__all__ = ["load_big_bench"]

_PLACE = "bigbench/benchmark_tasks"
_AGGREGATE = "normalized_aggregate_score"
_MODEL = ("model_family", "model_name", "total_params")
_SCORE = ("subtask_description", "number_of_shots", "preferred_score", "score_dict")
_COLUMNS = {
    "model_family": "family",
    "model_name": "model",
    "total_params": "parameters",
    "task": "task",
    "subtask": "subtask",
    "n_shot": "shots",
    "metric_name": "metric",
    "is_preferred_metric": "preferred",
    "score": "score",
}


def load_big_bench(path: Path | str | None = None) -> pd.DataFrame:
    """Return the scores of BIG-bench: every model, task, subtask, number of examples and metric.

    BIG-bench is too large to be fetched for a page. Get it yourself, and say where it lies:

    - a checkout of github.com/google/BIG-bench, whose scores are files `scores_*.json`, in a folder of each
      task; or
    - the flattened table (CSV) of github.com/INK-USC/predicting-big-bench. Beware: it leaves out the subtasks
      whose preferred score is 0 for all models, so of the abilities that nobody has it knows none.

    Aggregates over subtasks are left out. Metrics keep the names and the ranges that BIG-bench gives them:
    `bleu` and the `rouge` scores go from 0 to 100.

    Parameters
    ----------
    path : path, optional
        Of the checkout or of the table; without it, what the environment variable `MIRAGE_BIG_BENCH` names.

    Returns
    -------
    DataFrame, one row per model, subtask, number of examples and metric
        The columns that all tables share (`training_flops` and `items` are not known), then `subtask` (empty
        where a task has none), `shots` (examples in the prompt) and `preferred`, whether the metric is the
        one that the task's authors preferred.

    Raises
    ------
    DataUnavailable
        If `path` is not given and `MIRAGE_BIG_BENCH` is not set.
    ValueError, TypeError
        If there are no such files, or one is not as it must be: the message names it.

    References
    ----------
    Srivastava et al. (2023), TMLR; Apache-2.0. Ye, Fu, Ren and Jia (2023), Findings of EMNLP.

    Examples
    --------
    >>> load_big_bench("big-bench.csv")
    Traceback (most recent call last):
        ...
    ValueError: path must be a checkout of BIG-bench or a table; there is no big-bench.csv
    """
    path = path if path is not None else os.environ.get("MIRAGE_BIG_BENCH")
    if path is None:
        reason = "they are not fetched, and MIRAGE_BIG_BENCH is not set"
        raise DataUnavailable("big_bench", reason, "Let it name a checkout of google/BIG-bench.")
    if not isinstance(path, str | Path):
        raise TypeError(f"path must be a path; got {_validate.shown(path)}")
    path = Path(path).expanduser()
    table = _from_checkout(path) if path.is_dir() else _from_csv(path)
    table = table.assign(training_flops=float("nan"), items=float("nan"))
    table = table.astype({"parameters": float, "score": float, "preferred": bool})
    return tidy(table, "subtask", "shots", "preferred")


def _from_checkout(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob(f"{_PLACE}/*/results/scores_*.json"))
    if not files:
        raise ValueError(
            f"path must be a checkout of BIG-bench; {folder} has no {_PLACE}/*/results/scores_*.json"
        )
    return pd.DataFrame([row for file in files for row in _rows(file)])


def _rows(file: Path) -> list[dict]:
    """Return the scores in one file: one model on one task."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        family, model, parameters = (result["model"][name] for name in _MODEL)
        entries = [tuple(entry[name] for name in _SCORE) for entry in result["scores"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{file} is not as BIG-bench writes scores: {type(error).__name__} {error}"
        ) from None
    task = file.parents[1].name
    about = {"family": family, "model": model, "parameters": parameters, "task": task}
    return [
        about
        | {"subtask": name.removeprefix(task).removeprefix(":"), "shots": shots}
        | {"metric": metric, "preferred": metric == preferred, "score": score}
        for name, shots, preferred, scores in entries
        if preferred != _AGGREGATE
        for metric, score in scores.items()
        if metric != _AGGREGATE
    ]


def _from_csv(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise ValueError(f"path must be a checkout of BIG-bench or a table; there is no {file}")
    table = pd.read_csv(file, keep_default_na=False, na_values={"score": ["", "nan", "NaN"]})
    if missing := [name for name in _COLUMNS if name not in table]:
        raise ValueError(f"{file} must have the columns {', '.join(_COLUMNS)}; missing: {', '.join(missing)}")
    table = table.rename(columns=_COLUMNS)
    return table[table["metric"] != _AGGREGATE]
