"""The scores of BIG-bench that rank curves by how sudden they look: one number a curve, with its faults."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate

__all__ = ["emergence_score", "linearity"]


def emergence_score(scores: ArrayLike) -> float:
    """Return the emergence score of a curve: its range over its typical step between neighbouring sizes.

    sign(argmax − argmin) (max − min) / √median(step²). A straight line through n points scores n − 1.

    Read it with care. The spacing of the sizes is ignored, so a wide gap between two sizes counts as a
    jump. Ties between neighbours inflate it, up to infinity when most steps are 0; a small test set
    produces them at its floor, so the score takes low resolution for sharpness.

    Parameters
    ----------
    scores : array-like, shape (models,)
        At least two finite scores, ordered by scale.

    Returns
    -------
    float
        Positive if the highest score comes after the lowest (at the first of each), else negative. Infinite,
        with its sign, if the median step is 0; NaN if all scores are equal.

    Raises
    ------
    ValueError, TypeError
        If `scores` is not a list of at least two finite numbers.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 4. Srivastava et al. (2023), App. B, call it breakthroughness.

    Examples
    --------
    >>> emergence_score([1.0, 2.0, 3.0, 4.0])
    3.0
    >>> emergence_score([0.0, 0.0, 0.0, 0.5])
    inf
    """
    curve = _curve(scores)
    return _ratio(_signed_range(curve), np.sqrt(np.median(np.diff(curve) ** 2)))


def linearity(scores: ArrayLike) -> float:
    """Return the linearity of a curve: its range over the root mean square of its steps.

    sign(argmax − argmin) (max − min) / √mean(step²). A straight line through n points scores n − 1, a
    single jump √(n − 1).

    Read it with care. The spacing of the sizes is ignored, so an even trend over uneven sizes loses
    linearity. Ties between neighbours concentrate the change in few steps: they inflate the difference to
    the emergence score, which has the same numerator.

    Parameters
    ----------
    scores : array-like, shape (models,)
        At least two finite scores, ordered by scale.

    Returns
    -------
    float
        Between −(n − 1) and n − 1, with the sign of `emergence_score`; NaN if all scores are equal.

    Raises
    ------
    ValueError, TypeError
        If `scores` is not a list of at least two finite numbers.

    References
    ----------
    Our reading of the linearity of Srivastava et al. (2023), App. B; the denominator was not checked against
    the paper. Schaeffer, Miranda and Koyejo (2023), Sec. 4, use the same numerator.

    Examples
    --------
    >>> linearity([1.0, 2.0, 3.0, 4.0])
    3.0
    >>> linearity([0.0, 0.0, 0.0, 0.0, 0.5])
    2.0
    """
    curve = _curve(scores)
    return _ratio(_signed_range(curve), np.sqrt(np.mean(np.diff(curve) ** 2)))


def _curve(scores: object) -> np.ndarray:
    curve = _validate.vector("scores", scores)
    if curve.size < 2:
        raise ValueError(f"scores must hold at least two models; got {_validate.shown(scores)}")
    # Both scores ignore the unit. A power of two changes no digit and keeps the squares within the floats.
    _, exponent = np.frexp(np.abs(curve).max())
    return np.ldexp(curve, -exponent)


def _signed_range(curve: np.ndarray) -> float:
    return np.sign(np.argmax(curve) - np.argmin(curve)) * np.ptp(curve)


def _ratio(change: float, step: float) -> float:
    if step == 0:
        return float(np.copysign(np.inf, change)) if change else float("nan")
    return float(change / step)
