"""What the small models of a curve show, and what several tries at an item do."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from mirage import _validate, resolution

__all__ = ["curves_at_chance", "pass_from_few"]


def curves_at_chance(table: pd.DataFrame, by: tuple[str, ...], level: float = 0.05) -> pd.DataFrame:
    """Say of each curve whether none of its small models, and none of its large, is surely above chance.

    Parameters
    ----------
    table : DataFrame
        `successes, trials, chance` (one within a curve), `large` (true or false) and the columns of `by`.
    by : tuple of str
        What makes a curve.
    level : float
        Of the one-sided exact tests, after Holm's correction within the models of a kind.

    Returns
    -------
    DataFrame, one row per curve that has models of both kinds
        The columns `small` and `large`, true where none is surely above chance.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, or counts are impossible.

    Examples
    --------
    >>> table = pd.DataFrame({"task": "a", "successes": [1, 2, 60], "trials": 100, "chance": 0.0})
    >>> table = table.assign(chance=0.02, large=[False, False, True])
    >>> curves_at_chance(table, ("task",)).to_numpy().tolist()
    [[True, False]]
    """
    _validate.instance("table", table, pd.DataFrame)
    if not isinstance(by, tuple | list) or not by or not all(isinstance(name, str) for name in by):
        raise TypeError(f"by must be a tuple of names of columns; got {_validate.shown(by)}")
    _validate.columns("table", table, ("successes", "trials", "chance", "large", *by))
    level = _validate.share("level", level)
    chance = _validate.array("chance", table["chance"].to_numpy(), 0, 1)
    kinds = np.where(_validate.flags("large", table["large"].to_numpy()) > 0, "large", "small")
    table = table.assign(chance=chance)
    found = {}
    for key, rows in table.groupby([*by, kinds]):
        right, items = _validate.counts(rows["successes"].to_numpy(), rows["trials"].to_numpy())
        tail = resolution.tail_at_floor(right / items, items, float(rows["chance"].iloc[0]), 0.0)
        found[key] = bool((resolution.holm(tail) > level).all())
    both = pd.Series(found).rename_axis([*by, None]).unstack().dropna().astype(bool)
    return both.reindex(columns=["small", "large"])


def pass_from_few(right: ArrayLike, tries: int, few: int = 5) -> tuple[float, float, float]:
    """Return pass@k with all tries, as measured, by a power law from a few, and if all items were alike.

    The power law, −ln(pass@k) = a·k^−b, is a straight line through the logarithms at k = 1 to `few`, where
    pass@k is estimated without bias from all tries.

    Parameters
    ----------
    right : array_like of int, shape (items,)
        How many of the tries at each item were right; some are, and not all at the first.
    tries : int
        At each item, more than `few`.
    few : int
        At least 2.

    Returns
    -------
    tuple of float
        Measured, power law, equal items.

    Raises
    ------
    ValueError, TypeError
        If a number is outside its range.

    References
    ----------
    Chen et al. (2021), arXiv:2107.03374 (the estimate). Brown et al. (2024), arXiv:2407.21787 (power law).

    Examples
    --------
    >>> measured, law, equal = pass_from_few([0, 0, 1, 20], 20)
    >>> measured, round(equal, 3)
    (0.5, 0.998)
    """
    few = _validate.integer("few", few, 2)
    tries = _validate.integer("tries", tries, few + 1)
    counts = _validate.integers("right", right)
    counts, _ = _validate.counts(counts, np.full(counts.shape, tries))
    k, wrong = np.arange(1, few + 1), (tries - counts)[:, None]
    passed = 1 - (special.comb(wrong, k) / special.comb(tries, k)).mean(axis=0)
    if not 0 < passed[0] or not passed[-1] < 1:
        got = _validate.shown(counts)
        raise ValueError(f"right must hold some tries that are right, and not all; got {got}")
    line = np.polyfit(np.log(k), np.log(-np.log(passed)), 1)
    law = np.exp(-np.exp(np.polyval(line, np.log(tries))))
    return float((counts > 0).mean()), float(law), float(1 - (1 - counts.mean() / tries) ** tries)
