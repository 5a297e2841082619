"""Tables of fixed outputs in files: Parquet, lines of JSON, CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mirage import _files, _validate
from mirage._later import pd
from mirage.outputs import _table

__all__ = ["FORMATS", "load_outputs", "save_outputs"]

FORMATS = (".parquet", ".jsonl", ".csv")
_TEXTS = ("family", "model", "task", "item", "target", "prediction")


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
    return _table.checked(table)


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
    path, table = _path(path), _table.checked(table)
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
