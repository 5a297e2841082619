"""The high jump: an athlete improves smoothly, and clears a fixed bar or does not."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from mirage import _validate

__all__ = ["clearing_probability"]


def clearing_probability(mean: ArrayLike, deviation: ArrayLike, bar: ArrayLike) -> np.ndarray | float:
    """Return the probability that a jump clears the bar, Φ((mean − bar)/deviation).

    Parameters
    ----------
    mean : array-like
        Mean height of the athlete's jumps.
    deviation : array-like
        Standard deviation of the jumps, above 0, in the same unit.
    bar : array-like
        Height of the bar, in the same unit.

    Returns
    -------
    ndarray or float
        Probability between 0 and 1, in the broadcast shape of the arguments.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number, is not finite, or `deviation` is not above 0.

    References
    ----------
    The picture is Barak's (2023); the normal distribution is ours.

    Examples
    --------
    >>> clearing_probability([1.8, 2.0, 2.2], deviation=0.1, bar=2.0).round(3)
    array([0.023, 0.5  , 0.977])
    """
    mean = _validate.array("mean", mean)
    deviation = _validate.array("deviation", deviation, 0, open_low=True)
    bar = _validate.array("bar", bar)
    mean, deviation, bar = _validate.broadcast(mean=mean, deviation=deviation, bar=bar)
    with np.errstate(over="ignore"):  # a distance beyond the floats is a certain outcome
        return stats.norm.cdf((mean - bar) / deviation)[()]
