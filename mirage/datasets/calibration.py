"""How often the statistics of the book were right on simulated families, part of the package."""

from importlib import resources

import pandas as pd

__all__ = ["load_calibration"]


def load_calibration() -> pd.DataFrame:
    """Return what was counted when the four statistics judged families whose truth is known.

    Made by `make calibration`, from `experiments/calibration.py`. Seed, number of families a cell, bootstrap
    replicates and versions are in the table's `attrs`.

    Returns
    -------
    DataFrame, one row per cell, question, input and outcome
        `cell` and what sets it apart from the base cell: `factor, level, truth, step, sizes, scatter, runs,
        length, items, item_spread, two_states`. Then `question` (which statistic), `input` (what it judged,
        or by which method) and `outcome`, with a `count` `of` families, or a `value`, for areas under the ROC
        curve with its 95 % interval from `low` to `high`. Cells named "exact" were computed, not simulated.

    Examples
    --------
    >>> table = load_calibration()
    >>> bool((table["count"].dropna() <= table["of"].dropna()).all())
    True
    """
    with resources.files("mirage").joinpath("data/calibration.parquet").open("rb") as file:
        return pd.read_parquet(file)
