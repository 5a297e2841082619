"""How sharp a transition is: its 10–90 % width in decades of parameters, with an interval."""

import numpy as np

from mirage._curve import Curve
from mirage.emergence import _progress
from mirage.emergence._width import Sharpness, answer, question

__all__ = ["Sharpness", "sharpness"]


def sharpness(curve: Curve, *, link: str = "gompertz", confidence: float = 0.95) -> Sharpness:
    """Estimate how many decades a curve needs from 10 % to 90 % of its way from floor to ceiling.

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
    curve : Curve
        Counts; or scores with floor and ceiling.
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
        If a value is outside its range, or the curve has no floor and ceiling.

    References
    ----------
    Knapp and Hartung (2003), *Statist. Med.* 22:2693 (the interval). Paule and Mandel (1982), *J. Res. Natl.
    Bur. Stand.* 87:377 (the scatter). The width is 1.3395/a in the toy model with the exponent a.

    Examples
    --------
    A jump between two neighbouring sizes bounds the width by the gap between them.

    >>> jump = sharpness(Curve.from_counts([1e8, 1e9, 1e10, 1e11], [0, 0, 199, 200], [200] * 4))
    >>> jump.interval
    (0.0, 1.0)
    >>> jump.reason
    'sizes surely between floor and ceiling: 1, and 4 are needed'
    """
    floor, ceiling = (None if np.isnan(end) else end for end in (curve.floor, curve.ceiling))
    if floor is None or ceiling is None:
        raise ValueError("curve must have a floor and a ceiling, between which a width is measured")
    errors = None if curve.trials is not None else curve.standard_errors
    asked = question(curve.parameters, curve.scores, errors, curve.trials, floor, ceiling, link, confidence)
    scale = {name: getattr(asked, name) for name in ("floor", "ceiling", "confidence")}
    if curve.trials is None:
        return answer(asked, _progress.of_scores(curve.parameters, curve.scores, errors, **scale))
    return answer(asked, _progress.of_counts(curve.parameters, curve.successes, curve.trials, **scale))
