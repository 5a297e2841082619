"""Intervals for a proportion, and the bound that no success at all leaves."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import special, stats

__all__ = ["proportion_interval", "zero_success_bound"]


def proportion_interval(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95, method: str = "wilson"
) -> tuple[np.ndarray | float, np.ndarray | float]:
    """Return a two-sided confidence interval for a proportion.

    Parameters
    ----------
    successes : array-like of int
        Right answers, from 0 to `trials`; any shape.
    trials : array-like of int
        Items, at least 1; broadcast against `successes`.
    confidence : float
        Strictly between 0 and 1.
    method : {"wilson", "clopper-pearson"}
        Wilson's score interval covers the truth in about `confidence` of the cases on average,
        Clopper and Pearson's in at least that many, always. No Wald interval: at 0 successes it has no
        width.

    Returns
    -------
    low, high : ndarray or float
        Between 0 and 1, in the broadcast shape; `low` is 0 without a success, `high` is 1 without a failure.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number, lies outside its range, or `method` is neither of the two.

    References
    ----------
    Wilson (1927). Clopper and Pearson (1934). Brown, Cai and DasGupta (2001), *Statist. Sci.* 16:101, who
    compare them.

    Examples
    --------
    >>> low, high = proportion_interval(30, 100)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.2189 to 0.3958
    """
    successes, trials = _counts(successes, trials)
    confidence = _validate.share("confidence", confidence)
    method = _validate.choice("method", method, tuple(_INTERVALS))
    low, high = _INTERVALS[method](successes, trials, (1 - confidence) / 2)
    low = np.where(successes == 0, 0, np.maximum(low, 0))
    high = np.where(successes == trials, 1, np.minimum(high, 1))
    return low[()], high[()]


def zero_success_bound(trials: ArrayLike, confidence: float = 0.95) -> np.ndarray | float:
    """Return the largest proportion that is compatible with no success at all: 1 − (1 − confidence)^(1/n).

    The bound is one-sided. At 95% it is about 3/n, the "rule of three".

    Parameters
    ----------
    trials : array-like of int
        Items n, at least 1; any shape.
    confidence : float
        Strictly between 0 and 1.

    Returns
    -------
    ndarray or float
        Upper bound for the proportion, in the shape of `trials`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Hanley and Lippman-Hand (1983), *JAMA* 249:1743.

    Examples
    --------
    >>> print(f"{zero_success_bound(1000):.4f}")
    0.0030
    """
    trials = _validate.integers("trials", trials, 1)
    confidence = _validate.share("confidence", confidence)
    return -np.expm1(np.log1p(-confidence) / trials)[()]


def _counts(successes: object, trials: object) -> tuple[np.ndarray, np.ndarray]:
    successes, trials = _validate.broadcast(
        successes=_validate.integers("successes", successes), trials=_validate.integers("trials", trials, 1)
    )
    _validate.at_most(successes, trials)
    return successes, trials


def _wilson(successes: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    z, share = stats.norm.isf(tail), successes / trials
    centre = share + z**2 / (2 * trials)
    half = z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z**2 / trials
    return (centre - half) / scale, (centre + half) / scale


def _clopper_pearson(successes: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    failures = trials - successes
    low = special.betaincinv(np.maximum(successes, 1), failures + 1, tail)
    return low, special.betainccinv(successes + 1, np.maximum(failures, 1), tail)


_INTERVALS = {"wilson": _wilson, "clopper-pearson": _clopper_pearson}
