"""The scores of BIG-bench that rank curves by how sudden they look: one number a curve, with its faults."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate

__all__ = ["emergence_score", "linearity"]


def emergence_score(scores: ArrayLike) -> np.ndarray | float:
    """Return the emergence score of each curve: its range over its typical step between neighbouring sizes.

    sign(argmax − argmin) (max − min) / √median(step²). A straight line through n points scores n − 1.

    Read it with care. The spacing of the sizes is ignored, so a wide gap between two sizes counts as a
    jump. Ties between neighbours inflate it, up to infinity when most steps are 0; a small test set
    produces them at its floor, so the score takes low resolution for sharpness.

    Parameters
    ----------
    scores : array-like, shape (..., models)
        At least two finite scores in each curve, ordered by scale.

    Returns
    -------
    ndarray or float
        Positive if the highest score comes after the lowest (at the first of each), else negative. Infinite,
        with its sign, if the median step is 0; NaN if all scores are equal.

    Raises
    ------
    ValueError, TypeError
        If a curve has fewer than two scores, or a score is not a finite number.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 4. Srivastava et al. (2023), App. B, call it breakthroughness.

    Examples
    --------
    >>> emergence_score([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.5]])
    array([ 3., inf])
    """
    return _range_over_step(scores, np.median)


def linearity(scores: ArrayLike) -> np.ndarray | float:
    """Return the linearity of each curve: its range over the root mean square of its steps.

    sign(argmax − argmin) (max − min) / √mean(step²). A straight line through n points scores n − 1, a
    single jump √(n − 1).

    Read it with care. The spacing of the sizes is ignored, so an even trend over uneven sizes loses
    linearity. Ties between neighbours concentrate the change in few steps: they inflate the difference to
    the emergence score, which has the same numerator.

    Parameters
    ----------
    scores : array-like, shape (..., models)
        At least two finite scores in each curve, ordered by scale.

    Returns
    -------
    ndarray or float
        Between −(n − 1) and n − 1, with the sign of `emergence_score`; NaN if all scores are equal.

    Raises
    ------
    ValueError, TypeError
        If a curve has fewer than two scores, or a score is not a finite number.

    References
    ----------
    Our reading of the linearity of Srivastava et al. (2023), App. B; the denominator was not checked against
    the paper. Schaeffer, Miranda and Koyejo (2023), Sec. 4, use the same numerator.

    Examples
    --------
    >>> linearity([[1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.5]])
    array([4., 2.])
    """
    return _range_over_step(scores, np.mean)


def _range_over_step(scores: object, average: Callable) -> np.ndarray | float:
    """Return the range of each curve, with its sign, over the root of an average of its squared steps."""
    curves = _validate.array("scores", scores)
    if curves.ndim == 0 or curves.shape[-1] < 2:
        raise ValueError(f"scores must hold at least two models; got {_validate.shown(scores)}")
    # The unit does not matter. A power of two changes no digit and keeps the squares within the floats.
    _, exponents = np.frexp(np.abs(curves).max(axis=-1, keepdims=True))
    curves = np.ldexp(curves, -exponents)
    change = np.sign(curves.argmax(axis=-1) - curves.argmin(axis=-1)) * np.ptp(curves, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # without a typical step: infinite, or NaN
        return (change / np.sqrt(average(np.diff(curves) ** 2, axis=-1)))[()]
