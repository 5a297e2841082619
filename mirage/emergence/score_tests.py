"""Is an emergence score larger than a smooth curve and a finite test would give?"""

from dataclasses import dataclass

import numpy as np

from mirage import _validate
from mirage._curve import Curve
from mirage.emergence import _smooth
from mirage.emergence.scores import emergence_score

__all__ = ["EmergenceScoreTest", "emergence_score_test"]

_LEAST_SIZES = 5
_WIDEST = 4  # median gaps between sizes: the narrowest curve that still counts as smooth


@dataclass(frozen=True, eq=False)
class EmergenceScoreTest:
    """An emergence score, and how it compares with those of smooth curves under the same test.

    Attributes
    ----------
    score : float
        Of the shares as measured; NaN if all are equal.
    p_value : float
        How often a family on the smooth curve, asked as many items, scores as high; NaN if it cannot be told.
    smooth : ndarray, shape (sizes,)
        The smooth curve.
    null : ndarray, shape (replicates,)
        Scores of the families that were drawn; NaN where all shares are equal.
    reason : str
        Why the data cannot tell; empty otherwise.
    """

    score: float
    p_value: float
    smooth: np.ndarray
    null: np.ndarray
    reason: str = ""


def emergence_score_test(
    curve: Curve, *, replicates: int = 1000, rng: int | np.random.Generator = 0
) -> EmergenceScoreTest:
    """Compare an emergence score with its null distribution: a smooth curve, and the luck of the items.

    The smooth curve is the best of those that `break_test` uses: a straight line in log N, a line that bends
    once, or a line with one rise at least four median gaps wide. Families are drawn from it, with as many
    items as were asked. Scatter between training runs is not drawn. It can make scores high as well, so
    a low p-value says "more than the luck of the items", and no more.

    Parameters
    ----------
    curve : Curve
        Counts, one run a size.
    replicates : int
        Families to draw, from 99 to 1,000,000. A p-value is at least 1/(replicates + 1).
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    EmergenceScoreTest
        With `reason` set and NaN for the p-value where there are fewer than five sizes, or all shares are
        equal.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, a size appears twice, or a value is outside its range.

    References
    ----------
    The test is ours. Schaeffer, Miranda and Koyejo (2023), Sec. 4, use the score without one.

    Examples
    --------
    >>> sizes = np.logspace(8, 11, 8)
    >>> few = emergence_score_test(Curve.from_counts(sizes, [0, 0, 0, 0, 0, 1, 3, 9], [20] * 8))
    >>> bool(np.isinf(few.score)), bool(few.p_value > 0.05)
    (True, True)
    """
    size, right, items = curve.parameters, curve.successes, curve.trials
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 1_000_000))
    rng = _validate.generator(rng)
    if np.unique(size).size < size.size:
        raise ValueError("parameters must all be different; add up the counts of runs of one size")
    order = np.argsort(size)
    size, right, items = size[order], right[order], items[order]
    share = right / items
    score = float(emergence_score(share)) if size.size > 1 else np.nan
    reason = ""
    if size.size < _LEAST_SIZES:
        reason = f"the sizes are {size.size}, and {_LEAST_SIZES} are needed"
    elif np.isnan(score):
        reason = "all shares are equal"
    if reason:
        return EmergenceScoreTest(score, np.nan, np.full(size.size, np.nan), np.empty(0), reason)
    smooth = _fitted(np.log10(size), right, items)
    null = emergence_score(rng.binomial(items.astype(np.int64), smooth, (replicates, size.size)) / items)
    p_value = (1 + (null >= score).sum()) / (1 + replicates)
    return EmergenceScoreTest(score, float(p_value), smooth, null)


def _fitted(x: np.ndarray, right: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the smooth curve nearest to the shares, weighted as their items allow."""
    share = (right + 0.5) / (items + 1)
    weights = items / (share * (1 - share))
    narrowest = _WIDEST * float(np.median(np.diff(x)))
    grid, *_ = _smooth.curves(x, right / items, weights / weights.mean(), narrowest)
    left, _ = grid.scan((right / items)[:, None])
    return np.clip(grid.fit(right / items, int(left[:, 0].argmin())), 0, 1)
