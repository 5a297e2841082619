"""What the pages of the book found, part of the package."""

from __future__ import annotations

import json
from importlib import resources

from mirage._later import pd

__all__ = ["load_findings"]


def load_findings() -> pd.DataFrame:
    """Return what the pages of the book found, as `page.find` recorded it when they last ran.

    Brought into the package by `make findings`. The pages say how each number was computed.

    Returns
    -------
    DataFrame, one row per finding
        `page`, the name of the page's file without its ending; `finding`, its name, unlike those of the
        page's others; `sentence`, in Markdown. If the finding rests on one number, `value`; if that has an
        interval, its ends `low` and `high`, else NaN. An end that is infinite is NaN, too. Pages are in
        alphabetical order, the findings of each in that of the page.

    Examples
    --------
    >>> found = load_findings().set_index(["page", "finding"])
    >>> bool(found.loc[("many-steps", "the same problems"), "low"] > 1)
    True
    """
    folder = resources.files("mirage").joinpath("data/findings")
    rows = [
        {"page": path.name.removesuffix(".json"), "finding": name, **_row(**finding)}
        for path in sorted(folder.iterdir(), key=lambda path: path.name.removesuffix(".json"))
        for name, finding in json.loads(path.read_text(encoding="utf-8")).items()
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(("value", "low", "high"), float))


def _row(sentence: str, value: float | None = None, interval: tuple = (None, None)) -> dict:
    low, high = interval
    return {"sentence": sentence, "value": value, "low": low, "high": high}
