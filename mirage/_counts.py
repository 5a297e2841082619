"""Right answers and items by task and size, from a table in the form that all of `datasets` share."""

import numpy as np
import pandas as pd

from mirage import _validate

_COLUMNS = ("task", "parameters", "score", "items")
_ROUNDED = 0.01  # right answers that a published score may be off by


def of_tasks(table: object) -> pd.DataFrame:
    """Return task, parameters, right and items, by task and then by size; refuse what is no such table."""
    _validate.instance("table", table, pd.DataFrame)
    _validate.columns("table", table, _COLUMNS)
    numbers = {
        "parameters": _validate.vector("parameters", table["parameters"], 0, open_low=True),
        "items": _validate.integers("items", table["items"], 1),
    }
    exact = _validate.vector("score", table["score"], 0, 1) * numbers["items"]
    right = np.round(exact).astype(np.int64)
    if (wrong := np.abs(exact - right) > _ROUNDED).any():
        raise ValueError(f"score times items must be whole; got {exact[wrong][0]:g} right answers")
    counts = pd.DataFrame({"task": table["task"].to_numpy(), **numbers, "right": right})
    if counts["task"].isna().any():
        raise ValueError("table must name the task of each row; got missing names")
    if counts.duplicated(["task", "parameters"]).any():
        raise ValueError("table must have one row for each task and size; got several")
    return counts.assign(task=counts["task"].astype(str)).sort_values(
        ["task", "parameters"], ignore_index=True
    )
