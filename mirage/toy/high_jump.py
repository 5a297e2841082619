"""The high jump: an athlete improves smoothly, and clears a fixed bar or does not; verified tries."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import stats

__all__ = ["clearing_probability", "verified_probability"]


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


def verified_probability(
    probability: ArrayLike, tries: ArrayLike, caught: ArrayLike = 1.0
) -> np.ndarray | float:
    """Return the probability of success when a verifier checks each try, and a failure it catches is redone.

    Tries are independent, and the verifier passes every success. It catches a failure with probability c;
    a failure that it does not catch is handed in, and so is the last try. With c = 1 the result is
    1 − (1 − q)^m, with c = 0 it is q.

    Parameters
    ----------
    probability : array-like
        Probability q that one try succeeds, between 0 and 1.
    tries : array-like of int
        Most tries m, at least 1.
    caught : array-like
        Probability c that a failure is caught, between 0 and 1. The three are broadcast.

    Returns
    -------
    ndarray or float
        From q to 1 − (1 − q)^m, in the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    With c = 1 it is pass@k of independent samples: Chen et al. (2021), arXiv:2107.03374.

    Examples
    --------
    >>> verified_probability(0.5, [1, 2, 3]), verified_probability(0.5, [1, 2, 3], caught=0)
    (array([0.5  , 0.75 , 0.875]), array([0.5, 0.5, 0.5]))
    """
    q, m, c = _validate.broadcast(
        probability=_validate.array("probability", probability, 0, 1),
        tries=_validate.integers("tries", tries, 1),
        caught=_validate.array("caught", caught, 0, 1),
    )
    again = (1 - q) * c  # that a try fails and is redone; the sum of its powers below m, even where it is 1
    with np.errstate(divide="ignore", invalid="ignore"):
        tried = np.where(again < 1, -np.expm1(m * np.log(again)) / (1 - again), m)
    return np.clip(q * tried, q, 1)[()]
