"""Does the trend over scale bend somewhere, when several families are looked at together?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mirage import _validate
from mirage._curve import Curve

__all__ = ["BendTest", "bend_test"]

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

    def summary(self) -> str:
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
    x, y, code = _several(curves)
    places = np.quantile(x, np.linspace(0.1, 0.9, _PLACES))
    search = _Search(x, code, places)
    statistic, best = search.largest(y[None])
    signs = rng.choice([-1.0, 1.0], (replicates, search.count.size))
    null, _ = search.largest(search.residuals(y) * signs[:, code])
    before, change = search.slopes(y, best[0])
    drawn = _drawn_places(x, y, code, places, replicates // 10, rng)
    tail = 50 * (1 - confidence)
    return BendTest(
        float(statistic[0]),
        float((1 + (null >= statistic[0]).sum()) / (1 + replicates)),
        float(10 ** places[best[0]]),
        tuple((10 ** np.percentile(drawn, [tail, 100 - tail])).tolist()),
        before,
        before + change,
        x.size,
        int(code.max()) + 1,
    )


class _Search:
    """Straight lines with a bend at one of several places, and a level for each family."""

    def __init__(self, x: np.ndarray, code: np.ndarray, places: np.ndarray):
        self.code, self.count = code, np.bincount(code)
        self.free = x.size - self.count.size - 2  # slope and bend
        self.bends = self._within(np.maximum(x - places[:, None], 0))
        self.x = self._within(x[None])[0]
        self.line = self.x / np.linalg.norm(self.x)
        rest = self.bends - np.outer(self.bends @ self.line, self.line)
        length = np.linalg.norm(rest, axis=1, keepdims=True)
        self.rest = np.divide(rest, length, out=np.zeros_like(rest), where=length > 1e-6)

    def _within(self, rows: np.ndarray) -> np.ndarray:
        """Return rows less the mean of each family."""
        means = np.array([np.bincount(self.code, row) for row in rows]) / self.count
        return rows - means[:, self.code]

    def residuals(self, y: np.ndarray) -> np.ndarray:
        """Return what a straight line leaves of a row."""
        within = self._within(y[None])[0]
        return within - (within @ self.line) * self.line

    def left(self, rows: np.ndarray) -> np.ndarray:
        """Return the squares that a straight line leaves."""
        rows = self._within(rows)
        return np.maximum((rows**2).sum(1) - (rows @ self.line) ** 2, 0)

    def largest(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest F of a bend in each row, and the number of its place."""
        taken = (self._within(rows) @ self.rest.T) ** 2
        best = taken.argmax(1)
        most, left = taken.max(1), self.left(rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(most / (np.maximum(left - most, 0) / self.free), nan=0.0), best

    def slopes(self, y: np.ndarray, place: int) -> tuple[float, float]:
        """Return the slope before a place, and how much it changes there."""
        rows = np.column_stack([self.x, self.bends[place]])
        before, change = np.linalg.lstsq(rows, self._within(y[None])[0], rcond=None)[0]
        return float(before), float(change)


def _several(curves: Mapping[str, Curve]) -> tuple[np.ndarray, ...]:
    """Return the models of families with several, and the numbers of their families."""
    names = [name for name, curve in curves.items() for _ in range(len(curve))]
    x = np.log10(np.concatenate([[], *(curve.parameters for curve in curves.values())]))
    y = np.concatenate([[], *(curve.scores for curve in curves.values())])
    _, code, count = np.unique(names, return_inverse=True, return_counts=True)
    use = count[code] > 1
    code = np.unique(code[use], return_inverse=True)[1]
    if (several := np.unique(code).size) < _LEAST_FAMILIES:
        raise ValueError(f"families with several models must be at least {_LEAST_FAMILIES}; got {several}")
    if np.ptp(x[use]) == 0:
        raise ValueError(f"curves must have models of several sizes; got one, {10 ** x[use][0]:g}")
    return x[use], y[use], code


def _drawn_places(
    x: np.ndarray,
    y: np.ndarray,
    code: np.ndarray,
    places: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return where the bend is found when whole families are drawn again."""
    members = [np.flatnonzero(code == number) for number in range(code.max() + 1)]
    found = []
    for picked in rng.integers(len(members), size=(max(draws, 99), len(members))):
        rows = np.concatenate([members[number] for number in picked])
        again = np.repeat(np.arange(picked.size), [members[number].size for number in picked])
        _, best = _Search(x[rows], again, places).largest(y[rows][None])
        found.append(places[best[0]])
    return np.array(found)
