"""The result of `sharpness`: its words, its checked inputs, and how a line or bounds become one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, scaling
from mirage.emergence import _progress, _transition

_LEAST_INFORMATIVE_SIZES = 4
_LINKS = "gompertz", "logistic", "probit"


@dataclass(frozen=True, eq=False)
class Sharpness:
    """The width of the transition of a curve from 10 % to 90 % of the way from floor to ceiling.

    Attributes
    ----------
    parameters, scores : ndarray
        The inputs, one entry a run; the score of counts is their share of right answers.
    standard_errors, trials : ndarray or None
        The inputs that tell of the noise, one entry a run; None where they were not given.
    floor, ceiling, link, confidence : float, float, str, float
        The inputs.
    width : float
        Decades of parameters, above 0; NaN when the scores cannot tell.
    interval : tuple of float, or None
        Low and high end for the width; (0, b) is "at most b", (a, infinity) "at least a". None when the
        scores cannot even tell that.
    middle : float
        Parameters at which the fitted curve is half way; NaN when the scores cannot tell.
    slope : float
        Of the fitted line, on the scale of the link, per decade: above 0 where scores go towards the
        ceiling; NaN when the scores cannot tell.
    scatter : float
        Estimated standard deviation of models around the curve, beyond sampling, on the scale of the link
        (under Gompertz: of ln loss, so .05 is about 5 % of the loss); NaN when no curve was fitted.
    reason : str
        Why the scores cannot tell the width; empty when they can.
    """

    parameters: np.ndarray
    scores: np.ndarray
    standard_errors: np.ndarray | None
    trials: np.ndarray | None
    floor: float
    ceiling: float
    link: str
    confidence: float
    width: float = np.nan
    interval: tuple[float, float] | None = None
    middle: float = np.nan
    slope: float = np.nan
    scatter: float = np.nan
    reason: str = ""

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.interval is None:
            return f"cannot tell: {self.reason}"
        low, high = self.interval
        if self.reason:
            bounds = [f"at least {low:.2g}"] * (low > 0) + [f"at most {high:.2g}"] * (high < np.inf)
            return f"cannot tell the width, but it is {' and '.join(bounds)} decades: {self.reason}"
        return (
            f"10–90 % width {self.width:.2f} decades "
            f"({self.confidence:.0%} interval {low:.2f} to {high:.2f}), "
            f"half way at {self.middle:.2g} parameters{self._beyond()}"
        )

    def curve(self, parameters: ArrayLike) -> np.ndarray:
        """Return the score of the fitted curve at these sizes, NaN when the scores cannot tell."""
        size = _validate.array("parameters", parameters, 0, open_low=True)
        decades = np.log10(size) - np.log10(self.middle)
        share = np.full(size.shape, np.nan)
        if np.isfinite(self.slope):
            share = scaling.inverse_link(scaling.link(0.5, self.link) + self.slope * decades, self.link)
        return self.floor + (self.ceiling - self.floor) * share

    def _beyond(self) -> str:
        way = _progress.way(self.scores, self.floor, self.ceiling)
        bottom, top = _transition.LEVELS
        if way.min() <= bottom and way.max() >= top:
            return ""
        return f"; the runs show {way.min():.0%} to {way.max():.0%} of the way, the rest is the link's"


def question(size, scores, errors, trials, floor, ceiling, link, confidence) -> Sharpness:
    """Return a result that holds only the inputs, checked."""
    floor, ceiling = _end("floor", floor), _end("ceiling", ceiling)
    if not 0 < abs(ceiling - floor) < np.inf:
        raise ValueError(f"ceiling must differ from floor by a finite number; got {ceiling:g} and {floor:g}")
    link, confidence = _validate.choice("link", link, _LINKS), _validate.share("confidence", confidence)
    return Sharpness(size, scores, errors, trials, floor, ceiling, link, confidence)


def answer(question: Sharpness, progress: _progress.Progress) -> Sharpness:
    """Return the result with what the progress of the sizes tells."""
    informative = progress.informative()
    if informative >= _LEAST_INFORMATIVE_SIZES:
        return _from_line(question, progress, informative - 2)
    needed = _LEAST_INFORMATIVE_SIZES
    reason = f"sizes surely between floor and ceiling: {informative}, and {needed} are needed"
    if question.trials is None and question.standard_errors is None:
        return replace(question, reason=f"{reason}; bounds need standard errors")
    bounds = _transition.width_bounds(progress)
    if bounds is None:
        return replace(question, reason=f"{reason}, and the curve surely both rises and falls")
    return replace(question, interval=None if bounds == (0, np.inf) else bounds, reason=reason)


def _from_line(question: Sharpness, progress: _progress.Progress, degrees: int) -> Sharpness:
    line = _transition.fit_line(progress, question.link, degrees)
    half = _transition.half_width(line, degrees, question.confidence)
    bottom, middle, top = scaling.link(np.insert(_transition.LEVELS, 1, 0.5), question.link)
    steepest, flattest = abs(line.slope) + half, abs(line.slope) - half
    narrowest, scatter = float((top - bottom) / steepest), float(np.sqrt(line.scatter_variance))
    if flattest <= 0:
        reason = "the scores do not surely rise or fall with size"
        return replace(question, interval=(narrowest, np.inf), scatter=scatter, reason=reason)
    with np.errstate(over="ignore"):
        centre = float(np.float_power(10, (middle - line.intercept) / line.slope))
    width, widest = float((top - bottom) / abs(line.slope)), float((top - bottom) / flattest)
    found = {"width": width, "interval": (narrowest, widest), "middle": centre, "slope": line.slope}
    return replace(question, **found, scatter=scatter)


def _end(name: str, value: object) -> float:
    if isinstance(value, float) and np.isinf(value):
        raise ValueError(
            f"{name} must be finite, as an unbounded score has no width; got {value:g} "
            "(score a bounded share of the way, or ask for a step with emergence.break_test)"
        )
    return _validate.number(name, value)
