"""How sharp a transition is: its 10–90% width in decades, with an interval."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import stats

from mirage import _words, resolution
from mirage._curve import Curve
from mirage.emergence.fits import LEAST_SIZES, LEVELS, CurveFit, fit_curve

__all__ = ["Sharpness", "sharpness"]


@dataclass(frozen=True, eq=False)
class Sharpness:
    """The width of the transition of a curve from 10 to 90% of the way from floor to ceiling.

    Attributes
    ----------
    curve, link, confidence : Curve, str, float
        The inputs.
    fit : CurveFit
        The fitted curve.
    width : float
        Decades, above 0; NaN when the scores cannot tell.
    interval : tuple of float, or None
        Low and high end for the width; (0, b) is "at most b", (a, infinity) "at least a". None when the
        scores cannot even tell that.
    middle : float
        Size at which the fitted curve is half way; NaN when the scores cannot tell.
    seen : tuple of float
        Share of the way that the lowest and the highest mean score of a size have come; the rest of the
        width is the link's.
    reason : str
        Why the scores cannot tell the width; empty when they can.
    """

    curve: Curve
    link: str
    confidence: float
    fit: CurveFit
    width: float = np.nan
    interval: tuple[float, float] | None = None
    middle: float = np.nan
    seen: tuple[float, float] = (np.nan, np.nan)
    reason: str = ""

    @cached_property
    def other_links(self) -> dict[str, float]:
        """The width under each of the other links; NaN where the scores cannot tell it."""
        return {} if self.reason else {name: fit.width for name, fit in self.fit.under_other_links().items()}

    def answer(self) -> str:
        """Return the width in a few words, with what it rests on."""
        if self.interval is None:
            return f"cannot tell: {self.reason}"
        ends = _words.interval(self.interval)
        if self.reason:
            low, high = self.interval
            bound = f"at most {high:.2f}" if low == 0 else ends
            return f"cannot tell the width, but it is {bound} decades: {self.reason}"
        low, high = (f"{round(100 * min(max(end, 0), 1))}" for end in self.seen)
        parts = [f"the sizes show {low} to {high}% of the way"]
        links = [f"{name} {width:.2f}" for name, width in self.other_links.items() if np.isfinite(width)]
        parts += [f"with other links: {', '.join(links)}"] * bool(links)
        if (p := self.fit.curvature_p_value) <= 0.05:
            parts.append(f"the curve has not this link's shape, {_words.p(p)}")
        if self.fit.below_floor.size:
            parts.append(f"{_below(self.fit)}, so the floor or the shape is wrong")
        return f"{self.width:.2f} decades ({ends}; {'; '.join(parts)})"

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return self.answer()
        return f"{self.answer()}; half way at {_words.number(self.middle)} {self.curve.axis}"


def _below(fit: CurveFit) -> str:
    count = fit.below_floor.size
    return f"{count} size{' lies' if count == 1 else 's lie'} surely below the floor of {fit.curve.floor:g}"


def sharpness(curve: Curve, *, link: str = "gompertz", confidence: float = 0.95) -> Sharpness:
    """Estimate how many decades a curve needs from 10 to 90% of its way from floor to ceiling.

    With at least four sizes off floor and ceiling, the width is that of `fit_curve`: of the typical run's
    curve, with scatter between models. It holds only if the link has the curve's shape; `answer` prints the
    widths under the other links, the lack of fit, and how much of the way was seen.

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
        If a value is outside its range.

    References
    ----------
    As in `fit_curve`. The width is 1.3395/a in the toy model with the exponent a.

    Examples
    --------
    A jump between two neighbouring sizes bounds the width by the gap between them.

    >>> jump = sharpness(Curve.from_counts([1e8, 1e9, 1e10, 1e11], [0, 0, 199, 200], [200] * 4))
    >>> jump.interval
    (0.0, 1.0)
    >>> jump.reason
    '1 size surely between floor and ceiling, at least 4 are needed'
    """
    fit = fit_curve(curve, link, confidence)
    asked = Sharpness(curve, link, confidence, fit)
    if np.isnan(curve.floor) or np.isnan(curve.ceiling):
        return replace(asked, reason=fit.reason)
    sizes = curve.by_size()
    way = (sizes.scores - curve.floor) / (curve.ceiling - curve.floor)
    asked = replace(asked, seen=(float(way.min()), float(way.max())))
    if curve.trials is None and curve.standard_errors is None:
        return replace(asked, reason=fit.reason)
    if (found := int(fit.informative.sum())) < LEAST_SIZES:
        plural = "s" * (found != 1)
        reason = f"{found} size{plural} surely between floor and ceiling, at least {LEAST_SIZES} are needed"
        bounds = _bounds(np.log10(sizes.parameters), *_ends(sizes, confidence))
        if bounds is None:
            return replace(asked, reason=f"{reason}, and the curve surely both rises and falls")
        return replace(asked, interval=None if bounds == (0, np.inf) else bounds, reason=reason)
    reason = "" if np.isfinite(fit.width) else "the scores do not surely rise or fall with size"
    return replace(asked, width=fit.width, interval=fit.width_interval, middle=fit.middle, reason=reason)


def _ends(sizes: Curve, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of the way of each size, low and high, all at once with the confidence."""
    tail = (1 - confidence) / (2 * len(sizes))
    if sizes.trials is None:
        reach = stats.norm.isf(tail) * sizes.standard_errors
        low, high = sizes.scores - reach, sizes.scores + reach
    else:
        options = {"design_effect": sizes.design_effect, "confidence": 1 - 2 * tail}
        low, high = resolution.visibility(sizes.successes, sizes.trials, floor=0, **options).interval
    reach = stats.norm.isf(tail)
    floors, ceilings = (
        end + error * reach * np.array([-1, 1])
        for end, error in ((sizes.floor, sizes.floor_error), (sizes.ceiling, sizes.ceiling_error))
    )
    ways = [
        (end - floor) / (ceiling - floor) for end in (low, high) for floor in floors for ceiling in ceilings
    ]
    return np.min(ways, axis=0), np.max(ways, axis=0)


def _bounds(decades: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float] | None:
    """Return the bounds of the width if the curve rises, or falls, throughout; None if it does neither."""
    both = _rising_bounds(decades, low, high), _rising_bounds(-decades[::-1], low[::-1], high[::-1])
    possible = [bounds for bounds in both if bounds]
    if not possible:
        return None
    lows, highs = zip(*possible, strict=True)
    return min(lows), max(highs)


def _rising_bounds(decades: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float] | None:
    if (np.maximum.accumulate(low) > high).any():
        return None
    bottom, top = LEVELS
    first_start = decades[high < bottom].max(initial=-np.inf)
    last_start = decades[low > bottom].min(initial=np.inf)
    first_end = decades[high < top].max(initial=-np.inf)
    last_end = decades[low > top].min(initial=np.inf)
    return float(max(first_end - last_start, 0)), float(last_end - first_start)
