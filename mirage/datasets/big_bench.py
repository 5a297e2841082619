"""BIG-bench's published scores, from a checkout of it or from the flattened table of Ye et al. (2023)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mirage import _validate
from mirage.datasets._sources import DataUnavailable
from mirage.datasets._tables import tidy

__all__ = ["load_big_bench"]

_SCORES = "bigbench/benchmark_tasks/*/results/scores_*.json"
_AGGREGATE = "normalized_aggregate_score"
_COLUMNS = ["family", "model", "parameters", "task", "subtask", "shots", "metric", "preferred", "score"]
# The names of these columns in the flattened table.
_FLAT = ["model_family", "model_name", "total_params", "task", "subtask", "n_shot", "metric_name"]
_FLAT += ["is_preferred_metric", "score"]


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
    path = os.environ.get("MIRAGE_BIG_BENCH") if path is None else path
    if path is None:
        reason = "they are not fetched, and MIRAGE_BIG_BENCH is not set"
        raise DataUnavailable("big_bench", reason, "Let it name a checkout of google/BIG-bench.")
    if not isinstance(path, str | Path):
        raise TypeError(f"path must be a path; got {_validate.shown(path)}")
    path = Path(path).expanduser()
    table = _from_checkout(path) if path.is_dir() else _from_csv(path)
    table = table[table["metric"] != _AGGREGATE].assign(training_flops=float("nan"), items=float("nan"))
    table = table.astype({"parameters": float, "score": float, "preferred": bool})
    return tidy(table, "subtask", "shots", "preferred")


def _from_checkout(folder: Path) -> pd.DataFrame:
    if not (files := sorted(folder.glob(_SCORES))):
        raise ValueError(f"path must be a checkout of BIG-bench; {folder} has no {_SCORES}")
    return pd.DataFrame([row for file in files for row in _rows(file)], columns=_COLUMNS)


def _rows(file: Path) -> Iterator[tuple]:
    """Yield the scores in one file: one model on one task."""
    task = file.parents[1].name
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        model = [result["model"][name] for name in ("model_family", "model_name", "total_params")]
        for entry in result["scores"]:
            subtask = entry["subtask_description"].removeprefix(task).removeprefix(":")
            shots, preferred = entry["number_of_shots"], entry["preferred_score"]
            if preferred == _AGGREGATE:
                continue
            for metric, score in entry["score_dict"].items():
                yield *model, task, subtask, shots, metric, metric == preferred, score
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise ValueError(f"{file} is not as BIG-bench writes scores: {kind} {error}") from None


def _from_csv(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise ValueError(f"path must be a checkout of BIG-bench or a table; there is no {file}")
    table = pd.read_csv(file, keep_default_na=False, na_values={"score": ["", "nan", "NaN"]})
    _validate.columns(str(file), table, _FLAT)
    return table[_FLAT].set_axis(_COLUMNS, axis=1)
