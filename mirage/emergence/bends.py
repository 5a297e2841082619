"""Does the trend over scale bend somewhere, when several families are looked at together?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirage import _validate, resolution
from mirage._curve import Curve

__all__ = ["BendTest", "bend_test", "bends_by_task"]

_PLACES = 41  # at which the bend is looked for, from the 10 % to the 90 % quantile of the sizes
_LEAST_FAMILIES = 6  # with fewer there are too few ways to turn their signs


@dataclass(frozen=True, eq=False)
class BendTest:
    """The best place for a bend, and how often straight families seem to have one as clear.

    Attributes
    ----------
    statistic : float
        F of the bend at its best place.
    p_value : float
        From families without a bend; with f families at least about 2^(1 - f).
    place : float
        Where the slope changes, on the horizontal axis of the curves.
    place_interval : tuple of float
        By drawing whole families again. Wide where the data do not say where the bend is.
    before, after : float
        Slopes: change of the score per decade.
    models, families : int
        That were used: a family of one model says nothing about a slope.
    """

    statistic: float
    p_value: float
    place: float
    place_interval: tuple[float, float]
    before: float
    after: float
    models: int
    families: int

    def answer(self) -> str:
        """Return one sentence."""
        low, high = self.place_interval
        return (
            f"F = {self.statistic:.1f}, p = {self.p_value:.2g}; the slope changes from {self.before:+.2g} to "
            f"{self.after:+.2g} per decade at {self.place:.1e} ({low:.1e} to {high:.1e})"
        )


def bend_test(
    curves: Mapping[str, Curve],
    *,
    confidence: float = 0.95,
    replicates: int = 4000,
    rng: int | np.random.Generator = 0,
) -> BendTest:
    """Test whether the score bends at some scale, against a straight line in its logarithm.

    Every family has a level of its own; slope and bend are shared. The place of the bend is unknown, so the
    largest F over many places is compared with that of families without a bend. These are drawn by turning
    the sign of all residuals of a family together, at random (a wild bootstrap by clusters): so models of a
    family may resemble each other, slopes may differ between families at random, and the scatter may differ.
    But if larger families are steeper, each of them straight, the pooled trend bends, and is called so.

    A bend is no jump: it says that progress becomes faster (or slower) from some scale on. A score that must
    stay between 0 and 1 bends sooner or later, so that a bend in one score is best compared with that in
    another score of the same answers.

    Parameters
    ----------
    curves : mapping of str to Curve
        The curve of each family, by its name; those with one model are left out.
    confidence : float
        Of the interval of the place, strictly between 0 and 1.
    replicates : int
        Families to draw for the p-value, from 99 to 100,000. A tenth of them is drawn for the interval.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    BendTest

    Raises
    ------
    ValueError, TypeError
        If a value is outside its range, or there are fewer than six families of several models.

    References
    ----------
    Davies (1987), *Biometrika* 74:33, on tests for a change at an unknown place; Cameron, Gelbach and Miller
    (2008), *Review of Economics and Statistics* 90:414, on the bootstrap.

    Examples
    --------
    >>> x = np.tile(np.logspace(20, 24, 9), 8)
    >>> rng = np.random.default_rng(1)
    >>> straight = 0.1 * np.log10(x) + rng.normal(0, 0.02, x.size)
    >>> bent = straight + 0.2 * np.maximum(np.log10(x) - 22, 0)
    >>> def families(scores):
    ...     rows = zip("abcdefgh", x.reshape(8, 9), scores.reshape(8, 9))
    ...     return {name: Curve.from_scores(sizes, own) for name, sizes, own in rows}
    >>> bool(bend_test(families(straight)).p_value > 0.05), bool(bend_test(families(bent)).p_value < 0.05)
    (True, True)
    """
    if not isinstance(curves, Mapping) or not all(isinstance(each, Curve) for each in curves.values()):
        raise TypeError(f"curves must be a dictionary of curves by family; got {_validate.shown(curves)}")
    confidence = _validate.share("confidence", confidence)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 100_000))
    rng = _validate.generator(rng)
    names = [name for name, curve in curves.items() if len(curve) > 1]
    if (several := len(names)) < _LEAST_FAMILIES:
        raise ValueError(f"families with several models must be at least {_LEAST_FAMILIES}; got {several}")
    _, code = np.unique(np.repeat(names, [len(curves[name]) for name in names]), return_inverse=True)
    x = np.log10(np.concatenate([curves[name].parameters for name in names]))
    y = np.concatenate([curves[name].scores for name in names])
    if np.ptp(x) == 0:
        raise ValueError(f"curves must have models of several sizes; got one, {10 ** x[0]:g}")
    places = np.quantile(x, np.linspace(0.1, 0.9, _PLACES))
    search = _Search(x, y, code, places)
    (statistic,), (best,) = search.largest(y[None])
    signs = rng.choice([-1.0, 1.0], (replicates, several))
    null, _ = search.largest(search.off_line(search.y) * signs[:, code])
    as_large = null >= statistic * (1 - 1e-9)  # all signs alike give the statistic itself, but for rounding
    p_value = float((1 + as_large.sum()) / (1 + replicates))
    bent = np.column_stack([search.x, search.bends[best]])
    before, change = np.linalg.lstsq(bent, search.y, rcond=None)[0].tolist()
    drawn = []
    for picked in rng.integers(several, size=(max(replicates // 10, 99), several)):
        models = np.concatenate([np.flatnonzero(code == number) for number in picked])
        again = np.repeat(np.arange(several), search.models[picked])
        _, (number,) = _Search(x[models], y[models], again, places).largest(y[None, models])
        drawn.append(places[number])
    ends = 10 ** np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    place = float(10 ** places[best]), tuple(ends.tolist())
    return BendTest(float(statistic), p_value, *place, before, before + change, x.size, several)


def bends_by_task(
    table: pd.DataFrame,
    scores: Sequence[str],
    *,
    scale: str = "training_flops",
    replicates: int = 4000,
    rng: int = 0,
) -> pd.DataFrame:
    """Test each of several scores for a bend on each of several tasks, and correct for all of these tests.

    That one score bends surely and another does not, does not show that the two differ.

    Parameters
    ----------
    table : DataFrame, one row per model and task
        With the columns `task`, `family`, and those that the next arguments name.
    scores : sequence of str
        Columns with the scores.
    scale : str
        Column with the scale.
    replicates : int
        Families to draw for each p-value, from 99 to 100,000.
    rng : int
        Seed, the same for each test.

    Returns
    -------
    DataFrame, one row per task, one column per score
        p-values of `bend_test`, after Holm's correction.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a value is outside its range, or a task has fewer than six families of several
        models.

    Examples
    --------
    >>> x = np.tile([20.0, 21, 22, 23], 8)
    >>> table = pd.DataFrame({"task": "sums", "family": np.repeat(list("abcdefgh"), 4), "size": 10**x})
    >>> straight = 0.1 * x + np.random.default_rng(0).normal(0, 0.02, 32)
    >>> table = table.assign(straight=straight, bent=straight + 0.3 * np.maximum(x - 21.5, 0))
    >>> (bends_by_task(table, ["straight", "bent"], scale="size") <= 0.05).loc["sums"].tolist()
    [False, True]
    """
    _validate.instance("table", table, pd.DataFrame)
    _validate.instance("scale", scale, str)
    if isinstance(scores, str) or not isinstance(scores, Sequence) or not scores:
        raise TypeError(f"scores must be a list of columns; got {_validate.shown(scores)}")
    for score in scores:
        _validate.instance("each of scores", score, str)
    _validate.columns("table", table, ["task", "family", scale, *scores])
    rng = _validate.integer("rng", rng)
    p_values = {}
    for task, one in table.groupby("task"):
        for score in scores:
            curves = {
                family: Curve.from_scores(own[scale], own[score]) for family, own in one.groupby("family")
            }
            p_values[task, score] = bend_test(curves, replicates=replicates, rng=rng).p_value
    if not p_values:
        raise ValueError("table must have a row with a task; got none")
    corrected = pd.Series(resolution.holm(list(p_values.values())), pd.MultiIndex.from_tuples(p_values))
    return corrected.unstack()[list(scores)]


class _Search:
    """Straight lines with a bend at one of several places, and a level for each family."""

    def __init__(self, x: np.ndarray, y: np.ndarray, code: np.ndarray, places: np.ndarray):
        self.code, self.models = code, np.bincount(code)
        self.x, self.y = self._within(np.stack([x, y]))
        self.bends = self._within(np.maximum(x - places[:, None], 0))
        self.line = self.x / np.linalg.norm(self.x)
        rest = self.off_line(self.bends)
        length = np.linalg.norm(rest, axis=1, keepdims=True)
        self.rest = np.divide(rest, length, out=np.zeros_like(rest), where=length > 1e-6)

    def _within(self, rows: np.ndarray) -> np.ndarray:
        means = np.array([np.bincount(self.code, row) for row in rows]) / self.models
        return rows - means[:, self.code]

    def off_line(self, rows: np.ndarray) -> np.ndarray:
        """Return what a straight line leaves of rows."""
        return rows - np.multiply.outer(rows @ self.line, self.line)

    def largest(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest F of a bend in each row, and the number of its place."""
        rows = self._within(rows)
        taken = (rows @ self.rest.T) ** 2
        most, best = taken.max(1), taken.argmax(1)
        left = np.maximum((rows**2).sum(1) - (rows @ self.line) ** 2, 0)  # by a straight line
        free = self.x.size - self.models.size - 2  # slope and bend
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(most / (np.maximum(left - most, 0) / free), nan=0.0), best
