"""Corrections for many comparisons."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import stats

__all__ = ["benjamini_hochberg", "holm"]


def benjamini_hochberg(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted for many comparisons, which control the false discovery rate.

    Calling every finding with an adjusted value of at most q a discovery makes, on average, at most a
    share q of the discoveries false, if the tests are independent or positively dependent.

    Parameters
    ----------
    p_values : array-like, shape (tests,)
        Between 0 and 1, in any order.

    Returns
    -------
    ndarray of float, shape (tests,)
        Adjusted p-values, in the order of `p_values`.

    Raises
    ------
    ValueError, TypeError
        If `p_values` is not a list of numbers between 0 and 1.

    References
    ----------
    Benjamini and Hochberg (1995), *J. R. Statist. Soc. B* 57:289.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.5, 0.02])
    array([0.03, 0.5 , 0.03])
    """
    return stats.false_discovery_control(_validate.vector("p_values", p_values, 0, 1), method="bh")


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted for many comparisons, which control the chance of any false finding.

    Of all findings with an adjusted value of at most a, the chance that even one is false is at most a,
    however the tests depend on each other. Use it where each finding must stand for itself.

    Parameters
    ----------
    p_values : array-like, shape (tests,)
        Between 0 and 1, in any order.

    Returns
    -------
    ndarray of float, shape (tests,)
        Adjusted p-values, in the order of `p_values`.

    Raises
    ------
    ValueError, TypeError
        If `p_values` is not a list of numbers between 0 and 1.

    References
    ----------
    Holm (1979), *Scand. J. Statist.* 6:65.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02])
    array([0.03, 0.5 , 0.04])
    """
    p = _validate.vector("p_values", p_values, 0, 1)
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(np.minimum(np.arange(p.size, 0, -1) * p[order], 1))
    return adjusted
