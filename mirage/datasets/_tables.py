"""What the tidy tables share."""

from __future__ import annotations

from mirage._later import pd

LEADING = ("family", "model", "parameters", "training_flops", "task", "metric", "score", "items")


def tidy(table: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Return the rows that have a score, with the columns of every table and then its own."""
    return table.dropna(subset="score")[[*LEADING, *keys]].reset_index(drop=True)
