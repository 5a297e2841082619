"""How often the statistics of the book were right on simulated families, part of the package."""

from __future__ import annotations

from importlib import resources

import numpy as np

from mirage import resolution
from mirage._later import pd

__all__ = ["load_audit_rates", "load_calibration", "load_two_states"]


def load_audit_rates() -> pd.DataFrame:
    """Return how often `mirage.audit` gave each verdict to families whose truth is known.

    Made by `experiments/audit_rates.py`. Each family is a report of its own, with the likelihood of each item
    and 400 items.

    Returns
    -------
    DataFrame, one row per kind of family, number of sizes and verdict that was given
        `kind`, `sizes`, `verdict`, how often it was given (`count`), and `of` how many families; with the
        `share`, and its 95% interval (Clopper and Pearson) from `low` to `high`. `jump`: whether the loss
        jumps.

    Examples
    --------
    >>> table = load_audit_rates()
    >>> bool((table.groupby(["kind", "sizes"])["count"].sum() == 60).all())
    True
    """
    with resources.files("mirage").joinpath("data/audit-rates.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    ends = resolution.proportion_interval(table["count"], table["of"], method="clopper-pearson")
    table["share"], (table["low"], table["high"]) = table["count"] / table["of"], ends
    return table.assign(jump=table["kind"].str.startswith("jump"))


def load_calibration() -> pd.DataFrame:
    """Return what was counted when the four statistics judged families whose truth is known.

    Made by `make calibration`, from `experiments/calibration.py`. Seed, number of families a cell, bootstrap
    replicates and versions are in the table's `attrs`.

    Returns
    -------
    DataFrame, one row per cell, question, input and outcome
        `cell` and what sets it apart from the base cell: `factor, level, truth, step, sizes, scatter, runs,
        length, items, item_spread, two_states`. Then `question` (which statistic), `input` (what it judged,
        or by which method) and `outcome`, with a `count` `of` families and their `share`, or a `value`. The
        95% interval, from `low` to `high`, is Clopper and Pearson's for a share and DeLong's for an area
        under the ROC curve. `name` says factor and level in one. Cells named "exact" were computed, not
        simulated.

    Examples
    --------
    >>> table = load_calibration().query("name == 'sizes: 12' and outcome == 'found'")
    >>> bool(table["share"].between(table["low"], table["high"]).all())
    True
    """
    with resources.files("mirage").joinpath("data/calibration.parquet").open("rb") as file:
        table = pd.read_parquet(file)
    level = table["level"].astype(str)
    table["name"] = level.where(table["factor"] == "truth", table["factor"].astype(str) + ": " + level)
    counted = table["of"] > 0
    right, of = table.loc[counted, ["count", "of"]].to_numpy(int).T
    ends = resolution.proportion_interval(right, of, method="clopper-pearson")
    table.loc[counted, ["share", "low", "high"]] = np.column_stack([right / of, *ends])
    return table


def load_two_states() -> pd.DataFrame:
    """Return how often `debate.two_states` found two states in sets of runs whose truth is known.

    Made by `experiments/two_states.py`. The two logistic-normal single states have a shape that the test does
    not assume.

    Returns
    -------
    DataFrame, one row per truth and number of runs
        `states` (how many there are in truth), `truth`, `runs`, `items`, and in how many sets the test
        `found` two, `of` all. `by_best_beta` counts those with p ≤ 0.05 against the best beta distribution
        alone, as a simpler test would.

    Examples
    --------
    >>> table = load_two_states()
    >>> sorted(table["runs"].unique().tolist())
    [8, 100]
    """
    with resources.files("mirage").joinpath("data/two-states.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
