"""The table of fixed outputs, one row per answer, and the curve of a score by scale that it becomes.

Columns: `family, model, parameters, seed, step, task, item, target, prediction` (strings), and, where the
model gives them, `log_probabilities`: one per token of the target, in nats.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from mirage import _files, _validate, metrics

__all__ = ["COLUMNS", "METRICS", "curve", "load_outputs", "save_outputs"]

COLUMNS = ("family", "model", "parameters", "seed", "step", "task", "item", "target", "prediction")
_ORDER = ["task", "family", "parameters", "model", "seed", "step"]
_RUN = ["family", "model", "parameters", "seed", "step", "task"]
METRICS = ("exact_match", "token_accuracy", "token_edit_distance")
_TEXTS = ("family", "model", "task", "item", "target", "prediction")
FORMATS = (".parquet", ".jsonl", ".csv")


def load_outputs(path: str | Path) -> pd.DataFrame:
    """Read a table of fixed outputs, and check it.

    Parameters
    ----------
    path : str or Path
        A file in Parquet, in lines of JSON (one object a row) or CSV, by its ending: `.parquet`, `.jsonl` or
        `.csv`. In CSV, `log_probabilities` are lists in brackets, `"[-0.1, -2.3]"`, and answers are texts,
        whose tokens are their characters; in the others they may also be lists of tokens.

    Returns
    -------
    DataFrame, one row per answer
        `COLUMNS`, with targets and predictions as text (leading zeros kept), and `log_probabilities`
        (arrays) if the file has them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError, TypeError
        If the ending is another one; a column is missing; or a row is bad: a value is missing, a size is not
        above 0, the same item stands twice in a run, a log-probability is above 0, or there is not one for
        each token of the target. The message names the row, counted from 0, and the reason.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from mirage import toy
    >>> table = toy.sample_outputs([1e8, 1e11], length=3, items=2)
    >>> with TemporaryDirectory() as folder:
    ...     read = load_outputs(save_outputs(table, f"{folder}/mine.jsonl"))
    >>> bool((read["target"] == table["target"]).all())
    True
    """
    path = _path(path)
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
    elif path.suffix == ".jsonl":
        table = pd.DataFrame(list(_objects(path)))
    else:
        table = _from_csv(path)
    if "log_probabilities" in table:
        table["log_probabilities"] = _arrays(table["log_probabilities"])
    return _checked(table)


def save_outputs(table: pd.DataFrame, path: str | Path) -> Path:
    """Check a table of fixed outputs, write it aside and rename it: no half of it is ever found.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs with `COLUMNS`, and `log_probabilities` where they are known.
    path : str or Path
        Where to; the ending is the format: `.parquet`, `.jsonl` or `.csv`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError, TypeError
        If the ending is another one, or the table is bad; see `load_outputs`.

    Examples
    --------
    >>> save_outputs(pd.DataFrame(), "mine.txt")
    Traceback (most recent call last):
    ...
    ValueError: path must end in .parquet, .jsonl or .csv; got 'mine.txt'
    """
    path, table = _path(path), _checked(table)
    with _files.aside(path) as part:
        if path.suffix == ".parquet":
            table.to_parquet(part, index=False)
        elif path.suffix == ".jsonl":
            rows = (json.dumps(row, default=_plain) for row in table.to_dict("records"))
            part.write_text("\n".join([*rows, ""]), encoding="utf-8")
        else:
            _to_csv(table, part)
    return path


def _path(path: str | Path) -> Path:
    if not isinstance(path, str | Path):
        raise TypeError(f"path must be the path of a file; got {_validate.shown(path)}")
    if Path(path).suffix not in FORMATS:
        raise ValueError(f"path must end in .parquet, .jsonl or .csv; got {_validate.shown(str(path))}")
    return Path(path)


def _plain(value: object) -> object:
    """Return what NumPy holds as JSON can hold it."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _to_csv(table: pd.DataFrame, path: Path) -> None:
    for name in ("target", "prediction"):
        if words := [row for row, answer in table[name].items() if not isinstance(answer, str)]:
            raise ValueError(f"{name} must be text in CSV (use .jsonl or .parquet); row {words[0]} is a list")
    if "log_probabilities" in table:
        lists = [json.dumps(np.asarray(row).tolist()) for row in table["log_probabilities"]]
        table = table.assign(log_probabilities=lists)
    table.to_csv(path, index=False, quoting=csv.QUOTE_NONNUMERIC)  # else a lone \r would end a row


def _objects(path: Path) -> Iterator[dict]:
    for number, line in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n")):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"row {number} must be an object of JSON; {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"row {number} must be an object of JSON; got {_validate.shown(line)}")
        yield row


def _from_csv(path: Path) -> pd.DataFrame:
    texts = dict.fromkeys([*_TEXTS, "log_probabilities"], str)
    table = pd.read_csv(path, dtype=texts, keep_default_na=False, encoding="utf-8")
    if "log_probabilities" in table:
        table["log_probabilities"] = [
            _listed(row, text) for row, text in enumerate(table["log_probabilities"])
        ]
    return table


def _listed(row: int, text: str) -> list:
    try:
        values = json.loads(text)
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, list):
        raise ValueError(f"log_probabilities of row {row} must be a list in brackets; got {text!r}")
    return values


def _arrays(lists: pd.Series) -> list:
    """Return each list of numbers as an array; what is none is refused later, by its row."""
    return [
        np.array(row, dtype=float)
        if isinstance(row, list) and all(isinstance(value, int | float) for value in row)
        else row
        for row in lists
    ]


def curve(table: pd.DataFrame, metric: str | Callable = "exact_match") -> pd.DataFrame:
    """Turn fixed outputs into a score by scale: one row a run, which is a model, a seed and a step of a task.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs with `COLUMNS`, and `log_probabilities` where they are known.
    metric : str or callable
        One of `METRICS`, a function of `mirage.metrics`; or a function that takes targets and predictions
        and returns one score per item.

    Returns
    -------
    DataFrame, one row a run, ordered by task, family, parameters, model, seed and step
        `family, model, parameters, seed, step, task`; `score`, the mean over the items, its
        `standard_error`, and the number of items, `trials`; `successes` for exact match, and for a function
        whose scores are all 0 or 1. With
        log-probabilities also `loss`, their negative mean over all tokens of the targets, its
        `loss_standard_error` from the items, and `item_log_probabilities`, the array of the log-probabilities
        of the whole targets, ordered by item. Standard errors are NaN where a run has one item, or an
        infinite loss.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a row appears twice, a log-probability is above 0 or there is not one for
        each token of its target (the message names the row); or the metric does not return one number per
        item.

    Examples
    --------
    >>> from mirage import toy
    >>> outputs = toy.sample_outputs([1e8, 1e11], length=3, items=100)
    >>> scores = curve(outputs)
    >>> scores["trials"].tolist(), scores["loss"].round(2).tolist()
    ([100, 100], [2.51, 0.16])
    """
    table = _checked(table)
    scored = table[_RUN].assign(score=_scores(table, metric))
    runs = scored.groupby(_RUN, sort=False, dropna=False)["score"]
    result = runs.agg(score="mean", standard_error="sem", trials="size").reset_index()
    if metric == "exact_match" or (callable(metric) and scored["score"].isin([0, 1]).all()):
        result["successes"] = runs.sum().to_numpy().astype(np.int64)
    if "log_probabilities" in table:
        result = result.merge(_losses(table), on=_RUN)
    return result.sort_values(_ORDER, ignore_index=True)


def _scores(table: pd.DataFrame, metric: str | Callable) -> np.ndarray:
    if not callable(metric):
        metric = getattr(metrics, _validate.choice("metric", metric, METRICS))
    scores = np.asarray(metric(table["target"].tolist(), table["prediction"].tolist()))
    scores = scores.astype(float) if scores.dtype == bool else scores  # right or wrong
    scores = _validate.vector("metric(targets, predictions)", scores)
    if scores.size != len(table):
        raise ValueError(f"metric must return one score per item; got {scores.size} for {len(table)}")
    return scores


def _losses(table: pd.DataFrame) -> pd.DataFrame:
    rows = table["log_probabilities"].tolist()
    tokens = np.fromiter(map(len, rows), np.int64, len(rows))
    whole = np.add.reduceat(np.concatenate(rows), np.cumsum(tokens) - tokens)
    items = table[[*_RUN, "item"]].assign(tokens=tokens, whole=whole).sort_values("item")
    return items.groupby(_RUN, sort=False, dropna=False)[["tokens", "whole"]].apply(_loss).reset_index()


def _loss(items: pd.DataFrame) -> pd.Series:
    tokens, whole = items["tokens"].to_numpy(), items["whole"].to_numpy()
    loss, error = -whole.sum() / tokens.sum(), np.nan
    if whole.size > 1 and np.isfinite(loss):
        # A ratio of sums: what an item adds to the numerator beyond what its tokens would.
        rest = -whole - loss * tokens
        error = np.sqrt(rest @ rest / (rest.size - 1) / rest.size) / tokens.mean()
    return pd.Series({"loss": loss, "loss_standard_error": error, "item_log_probabilities": whole})


def _checked(table: object) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame of outputs; got {_validate.shown(table)}")
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"table must have the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    if table.empty:
        raise ValueError("table must have at least one row; got none")
    _check_parameters(table["parameters"])
    for name in ("target", "prediction"):
        _check_answers(table[name])
    if (twice := table.duplicated([*_RUN, "item"])).any():
        raise ValueError(
            f"table must hold each item of a run once; row {table.index[twice][0]} appears twice"
        )
    if "log_probabilities" in table and not _plainly_right(table):
        _check_log_probabilities(table)
    return table


def _check_parameters(sizes: pd.Series) -> None:
    numbers = pd.to_numeric(sizes, errors="coerce").to_numpy(float, na_value=np.nan)
    if (wrong := ~((numbers > 0) & (numbers < np.inf))).any():
        row, value = sizes.index[wrong][0], sizes[wrong].tolist()[0]
        raise ValueError(f"parameters must be finite and above 0; row {row} has {_validate.shown(value)}")


def _check_answers(answers: pd.Series) -> None:
    if (wrong := ~answers.map(lambda answer: isinstance(answer, str | list | tuple | np.ndarray))).any():
        row, value = answers.index[wrong][0], answers[wrong].tolist()[0]
        raise TypeError(
            f"{answers.name} must be text or a list of tokens; row {row} has {_validate.shown(value)}"
        )


def _plainly_right(table: pd.DataFrame) -> bool:
    """Say whether all log-probabilities are as they must be, quickly and for all rows at once."""
    rows = table["log_probabilities"].tolist()
    if not all(isinstance(row, np.ndarray) and row.dtype.kind == "f" and row.ndim == 1 for row in rows):
        return False
    lengths = [len(row) for row in rows]
    right = lengths == table["target"].map(len).tolist() and min(lengths) > 0
    return right and bool((np.concatenate(rows) <= 0).all())


def _check_log_probabilities(table: pd.DataFrame) -> None:
    """Find the row that is wrong."""
    for row, target, values in zip(table.index, table["target"], table["log_probabilities"], strict=True):
        given = _validate.vector(f"log_probabilities of row {row}", values, high=0, infinite=True)
        if given.size != len(target) or not given.size:
            raise ValueError(
                f"log_probabilities must be one per token of the target; row {row} has {given.size} "
                f"for {_validate.shown(target)}"
            )
