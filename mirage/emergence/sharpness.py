"""How sharp a transition is: its 10–90 % width in decades of parameters, with an interval."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage.emergence import _progress
from mirage.emergence._width import Sharpness, answer, question

__all__ = ["Sharpness", "sharpness", "sharpness_of_counts"]


def sharpness(
    parameters: ArrayLike,
    scores: ArrayLike,
    standard_errors: ArrayLike | None = None,
    *,
    floor: float = 0.0,
    ceiling: float = 1.0,
    link: str = "gompertz",
    confidence: float = 0.95,
) -> Sharpness:
    """Estimate how many decades of parameters a curve of scores needs from 10 % to 90 % of its way.

    With at least four sizes surely between floor and ceiling, the link makes the curve a straight line in
    log size, and the width is the link's distance over the slope: it is the width of the typical run's curve.
    Runs of one size are averaged under the link (the mean of the scores would have a wider curve). The
    variance of a size is the scatter between models, which is estimated, and its sampling variance; the
    interval is Student's, with two degrees of freedom less than those sizes, so runs of one size do not
    count as independent evidence about the curve. It is never narrower than sampling alone makes it, and it
    holds only if the link has the curve's shape.

    With fewer such sizes the width is only bounded: by intervals that hold for all sizes at once
    (Bonferroni), if the abilities of these models rise, or fall, throughout.

    Parameters
    ----------
    parameters : array-like, shape (runs,)
        Number of parameters, above 0. Equal values are replicates.
    scores : array-like, shape (runs,)
        Score of each run.
    standard_errors : array-like, shape (runs,), optional
        Standard error of each score from its items, at least 0. Without it, scores at or beyond floor and
        ceiling are left out, and there are no bounds.
    floor, ceiling : float
        Score of a model that knows nothing, and of one that knows all. The floor of a loss is above its
        ceiling.
    link : {"gompertz", "logistic", "probit"}
        Shape of the curve, as in `scaling.link`.
    confidence : float
        Strictly between 0 and 1.

    Returns
    -------
    Sharpness
        With `reason` set, and NaN for the estimates, when the scores cannot tell.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, a value is outside its range, or floor or ceiling is not finite: the width of
        an unbounded loss is not defined.

    References
    ----------
    Knapp and Hartung (2003), *Statist. Med.* 22:2693 (the interval). Paule and Mandel (1982), *J. Res. Natl.
    Bur. Stand.* 87:377 (the scatter). The width is 1.3395/a in the toy model with the exponent a.

    Examples
    --------
    >>> sizes = np.geomspace(1e8, 1e11, 8)
    >>> scores = np.exp(-((sizes / 1e9) ** -0.8)) + [0.01, -0.01] * 4
    >>> sharpness(sizes, scores).summary()
    '10–90 % width 1.78 decades (95% interval 1.62 to 1.96), half way at 1.5e+09 parameters'
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    values = _validate.vector("scores", scores)
    _same_length("scores", values, size)
    errors = None
    if standard_errors is not None:
        errors = _validate.vector("standard_errors", standard_errors, 0)
        _same_length("standard_errors", errors, size)
    asked = question(size, values, errors, None, floor, ceiling, link, confidence)
    return answer(asked, _progress.of_scores(size, values, errors, **_scale(asked)))


def sharpness_of_counts(
    parameters: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    floor: float = 0.0,
    ceiling: float = 1.0,
    link: str = "gompertz",
    confidence: float = 0.95,
) -> Sharpness:
    """Estimate the width of the transition as `sharpness` does, from counts of right answers.

    Half a right and half a wrong answer are added to each run, and a share at or below the floor is put half
    an answer above it, so that runs without any right answer take part; they weigh little where none was to
    be expected, and do not count for the four sizes needed. Clopper and Pearson's intervals of the sums over
    each size give the bounds.

    Parameters
    ----------
    parameters : array-like, shape (runs,)
        Number of parameters, above 0. Equal values are replicates.
    successes, trials : array-like of int, shape (runs,)
        Right answers and items of each run.
    floor, ceiling : float
        Between 0 and 1: the share of right answers of a model that knows nothing, and of one that knows all.
    link, confidence : str, float
        As in `sharpness`.

    Returns
    -------
    Sharpness
        With `reason` set, and NaN for the estimates, when the counts cannot tell.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    As in `sharpness`. McCullagh and Nelder (1989), *Generalized Linear Models*, Sec. 4.3 (half answers).

    Examples
    --------
    A jump between two neighbouring sizes bounds the width by the gap between them.

    >>> jump = sharpness_of_counts([1e8, 1e9, 1e10, 1e11], [0, 0, 199, 200], [200] * 4)
    >>> jump.interval
    (0.0, 1.0)
    >>> jump.reason
    'sizes surely between floor and ceiling: 1, and 4 are needed'
    """
    size, right, items = _validate.counts(parameters, successes, trials)
    _validate.number("floor", floor, 0, 1), _validate.number("ceiling", ceiling, 0, 1)
    asked = question(size, right / items, None, items, floor, ceiling, link, confidence)
    return answer(asked, _progress.of_counts(size, right, items, **_scale(asked)))


def _same_length(name: str, values: np.ndarray, size: np.ndarray) -> None:
    if values.shape != size.shape:
        raise ValueError(f"{name} must be as many as parameters; got {values.size} for {size.size}")


def _scale(asked: Sharpness) -> dict[str, float]:
    return {name: getattr(asked, name) for name in ("floor", "ceiling", "confidence")}
