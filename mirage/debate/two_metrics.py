"""The same answers under a harsh and a lenient metric: which comes later, and which is the more gradual?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, resolution
from mirage._later import optimize, pd

__all__ = ["RisesCompared", "compare_metrics", "compare_rises"]

_MOST = 1e15  # beyond it, differences of scores lose their digits
_WHOLE = 0.75  # of the way from chance to 1


@dataclass(frozen=True)
class RisesCompared:
    """How the rise of a harsh score and that of a lenient one differ.

    Attributes
    ----------
    later : float
        The size at which the harsh score has made half of its way, over that of the lenient one.
    later_interval : tuple of float
        Its 95% interval.
    later_p : float
        Two-sided p-value of no difference.
    wider : float
        The decades that the lenient score takes from 10 to 90% of its way, over those of the harsh one.
    wider_interval : tuple of float
        Its 95% interval.
    wider_p : float
        Two-sided p-value of no difference.
    """

    later: float
    later_interval: tuple[float, float]
    later_p: float
    wider: float
    wider_interval: tuple[float, float]
    wider_p: float


def compare_rises(
    sizes: ArrayLike,
    harsh: ArrayLike,
    lenient: ArrayLike,
    units: ArrayLike,
    *,
    at_each_size: bool = False,
    draws: int = 2000,
    rng: int | np.random.Generator = 0,
) -> RisesCompared:
    """Compare where, and over how many decades of size, two scores of the same answers rise.

    The rise of a score is its best rising curve over the size (isotonic regression of the means of sizes).
    Its way goes from the lowest to the highest value of that curve: what lies beyond the sizes is not seen,
    and a score that still climbs at the largest size looks the narrower for it. Intervals and p-values are
    from drawing units again. With few units they are too narrow.

    Parameters
    ----------
    sizes : array-like, shape (scores,)
        Parameters or computation, above 0; at least three different ones.
    harsh, lenient : array-like, shape (scores,)
        Scores that rise with size; put a minus sign before a loss.
    units : array-like, shape (scores,)
        What is drawn again: the seed, family, task or item of each score.
    at_each_size : bool
        Whether units are drawn anew at each size, as seeds are; otherwise a unit brings all its sizes.
    draws : int
        At least 100.
    rng : int or numpy.random.Generator
        Seed, or source of randomness.

    Returns
    -------
    RisesCompared

    Raises
    ------
    ValueError, TypeError
        If an argument is of the wrong kind or outside its range, or a score does not rise.

    References
    ----------
    Barlow et al. (1972), *Statistical Inference under Order Restrictions*, on isotonic regression. The
    comparison is ours.

    Examples
    --------
    One token against five of the toy model: later by the factor 5², and as wide. Two runs, alike.

    >>> sizes = np.tile(np.geomspace(1e3, 1e21, 200), 2)
    >>> p = np.exp(-((sizes / 1e9) ** -0.5))
    >>> found = compare_rises(sizes, p**5, p, np.repeat(["first", "second"], 200), draws=100)
    >>> round(found.later, 1), round(found.wider, 2)
    (25.0, 1.0)
    """
    sizes, names = _validate.vector("sizes", sizes, 0, open_low=True), _validate.names("units", units)
    scores = [_validate.vector(*pair, -_MOST, _MOST) for pair in (("harsh", harsh), ("lenient", lenient))]
    _validate.as_many(sizes=sizes, harsh=scores[0], lenient=scores[1], units=names)
    places, at = np.unique(np.log10(sizes), return_inverse=True)
    if len(places) < 3:
        raise ValueError(f"sizes must hold three different ones or more; got {len(places)}")
    draws = _validate.integer("draws", _validate.number("draws", draws, 100, 20_000))
    rng, strata = _validate.generator(rng), at if _validate.flag("at_each_size", at_each_size) else at * 0
    again = np.ones((draws + 1, sizes.size))
    for part in (strata == one for one in np.unique(strata)):
        if len(np.unique(names[part])) < 2:
            raise ValueError("units must be two or more, at each size if they are drawn there; got one")
        again[1:, part] = resolution.cluster_draws(names[part], draws, rng)
    is_at = at[:, None] == np.arange(len(places))
    weights, sums = again @ is_at, [(again * score) @ is_at for score in scores]
    rises = np.array([[_rise(places, y, n) for y, n in zip(each, weights, strict=True)] for each in sums])
    for name, (low, _, high) in zip(("harsh", "lenient"), rises[:, 0], strict=True):
        if not high > low:
            raise ValueError(f"{name} must rise with the size; its best rising curve is flat")
    first, middle, last = np.moveaxis(rises, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        wider = np.log10(last - first)
    differences = middle[0] - middle[1], wider[1] - wider[0]
    return RisesCompared(*(part for each in differences for part in _summed_up(each)))


def compare_metrics(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the rises of a harsh and a lenient metric in each set of answers, with `compare_rises`.

    Parameters
    ----------
    table : DataFrame
        `comparison, size, unit, harsh, lenient, at_each_size, chance`: see `datasets.load_two_metrics`.

    Returns
    -------
    DataFrame, one row per comparison, in the order of the table
        `later, later_low, later_high, later_p` and the same of `wider`, see `RisesCompared`; `sizes`, how
        many; and `whole`, whether the mean of the harsh score at some size has made three quarters of the way
        from chance to 1, so that little of its rise is beyond the sizes.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, or a comparison is not one that `compare_rises` takes.

    Examples
    --------
    >>> sizes = np.tile(np.geomspace(1e6, 1e12, 7), 2)
    >>> p = np.exp(-((sizes / 1e9) ** -0.5))
    >>> table = pd.DataFrame({"comparison": "toy", "size": sizes, "unit": np.repeat([0, 1], 7)})
    >>> table = table.assign(harsh=p**5, lenient=p, at_each_size=True, chance=0.0)
    >>> compare_metrics(table)["whole"].to_dict()
    {'toy': True}
    """
    _validate.instance("table", table, pd.DataFrame)
    given = ("size", "harsh", "lenient", "unit")
    _validate.columns("table", table, ("comparison", *given, "at_each_size", "chance"))
    rows = {}
    for name, one in table.groupby("comparison", sort=False):
        chance = _validate.array("chance", one["chance"].to_numpy(), 0, 1)[0]
        way = _validate.flags("at_each_size", one["at_each_size"].to_numpy())[0]
        found = compare_rises(*(one[column].to_numpy() for column in given), at_each_size=bool(way))
        top = one.groupby("size")["harsh"].mean().max()
        about = {"sizes": one["size"].nunique(), "whole": bool(top - chance >= _WHOLE * (1 - chance))}
        rows[name] = _flat("later", found) | _flat("wider", found) | about
    return pd.DataFrame.from_dict(rows, orient="index")


def _flat(key: str, found: RisesCompared) -> dict[str, float]:
    low, high = getattr(found, f"{key}_interval")
    value, p = getattr(found, key), getattr(found, f"{key}_p")
    return {key: value, f"{key}_low": low, f"{key}_high": high, f"{key}_p": p}


def _rise(x: np.ndarray, sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return where the best rising curve has made 10, 50 and 90% of its way; NaN if it makes none."""
    used = weights > 0
    y = optimize.isotonic_regression(sums[used] / weights[used], weights=weights[used]).x
    if not (way := y[-1] - y[0]) > 0:
        return np.full(3, np.nan)
    made, levels, x = (y - y[0]) / way, np.array([0.1, 0.5, 0.9]), x[used]
    first, last = np.interp(levels, made, x), np.interp(-levels, -made[::-1], x[::-1])
    return (first + last) / 2  # the middle of a flat part


def _summed_up(logs: np.ndarray) -> tuple[float, tuple[float, float], float]:
    """Return a ratio, its interval and p-value; draws in which a score does not rise count for both sides."""
    drawn = logs[1:]
    low, high = 10 ** np.nanquantile(drawn, [0.025, 0.975])
    p = 2 * min(np.mean(~(drawn > 0)), np.mean(~(drawn < 0))) + 1 / logs.size
    return float(10 ** logs[0]), (float(low), float(high)), min(1.0, float(p))
