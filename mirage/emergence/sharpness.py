"""How sharp a transition is: its 10–90% width in decades, with an interval."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from mirage import resolution, words
from mirage._curve import Curve
from mirage._later import stats
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
        ends = words.interval(self.interval)
        if self.reason:
            low, high = self.interval
            bound = f"at most {high:.2f}" if low == 0 else ends
            return f"cannot tell the width, but it is {bound} decades: {self.reason}"
        low, high = (f"{round(100 * min(max(end, 0), 1))}" for end in self.seen)
        parts = [f"the sizes show {low} to {high}% of the way"]
        links = [f"{name} {width:.2f}" for name, width in self.other_links.items() if np.isfinite(width)]
        parts += [f"with other links: {', '.join(links)}"] * bool(links)
        if (p := self.fit.curvature_p_value) <= 0.05:
            parts.append(f"the curve has not this link's shape, {words.p(p)}")
        if below := self.fit.below_floor.size:
            lies = "size lies" if below == 1 else "sizes lie"
            floor = f"the floor of {self.curve.floor:g}, so the floor or the shape is wrong"
            parts.append(f"{below} {lies} surely below {floor}")
        return f"{self.width:.2f} decades ({ends}; {'; '.join(parts)})"


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
    sizes = curve.by_size()
    way = (sizes.scores - curve.floor) / (curve.ceiling - curve.floor)
    asked = Sharpness(curve, link, confidence, fit, seen=(float(way.min()), float(way.max())))
    if curve.standard_errors is None or np.isnan(way).any():
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
    reach = stats.norm.isf(tail) * np.array([[-1], [1]])
    scores = sizes.scores + reach * sizes.standard_errors
    if sizes.trials is not None:
        options = {"design_effect": sizes.design_effect, "confidence": 1 - 2 * tail}
        scores = resolution.visibility(sizes.successes, sizes.trials, floor=0, **options).interval
    floors, ceilings = sizes.floor + reach * sizes.floor_error, sizes.ceiling + reach * sizes.ceiling_error
    ways = [(score - low) / (high - low) for score, low, high in product(scores, floors, ceilings)]
    return np.min(ways, axis=0), np.max(ways, axis=0)


def _bounds(decades: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float] | None:
    """Return the bounds of the width if the curve rises, or falls, throughout; None if it does neither."""
    bottom, top = LEVELS
    rising, falling = (decades, low, high), (-decades[::-1], low[::-1], high[::-1])
    possible = []
    for x, low, high in (rising, falling):
        if (np.maximum.accumulate(low) <= high).all():
            first_start = x[high < bottom].max(initial=-np.inf)
            last_start = x[low > bottom].min(initial=np.inf)
            first_end = x[high < top].max(initial=-np.inf)
            last_end = x[low > top].min(initial=np.inf)
            possible.append((max(first_end - last_start, 0), last_end - first_start))
    if not possible:
        return None
    lows, highs = zip(*possible, strict=True)
    return float(min(lows)), float(max(highs))
