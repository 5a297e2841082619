"""What a table of fixed outputs must be; the row that is not so is named."""

from __future__ import annotations

import numpy as np

from mirage import _validate
from mirage._later import pd

__all__ = ["COLUMNS", "RUN", "by_run", "checked"]

COLUMNS = ("family", "model", "parameters", "seed", "step", "task", "item", "target", "prediction")
RUN = ["family", "model", "parameters", "seed", "step", "task"]


def checked(table: object, cluster: str | None = None, sample: str | None = None) -> pd.DataFrame:
    """Return the table, if it is one of fixed outputs."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame of outputs; got {_validate.shown(table)}")
    _validate.columns("table", table, [*COLUMNS, *(name for name in (cluster, sample) if name is not None)])
    if table.empty:
        raise ValueError("table must have at least one row; got none")
    _check_parameters(table["parameters"])
    for name in ("target", "prediction"):
        _check_answers(table[name])
    key = [*RUN, "item", *([sample] if sample else [])]
    if (twice := table.duplicated(key)).any():
        raise ValueError(
            f"table must hold each item of a run once; row {table.index[twice][0]} appears twice"
        )
    if "log_probabilities" in table and not _plainly_right(table):
        _check_log_probabilities(table)
    return table


def by_run(table: pd.DataFrame):
    """Return the rows of each run together; a category without rows is none."""
    return table.groupby(RUN, sort=False, dropna=False, observed=True)


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
