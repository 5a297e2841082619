"""What `sharpness` computes with: the line through linearised scores, and the bounds that need no line."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from mirage import scaling
from mirage.emergence._progress import Progress

LEVELS = 0.1, 0.9  # a transition runs from 10 % to 90 % of the way from floor to ceiling

_SHARES = 1e-9, 1 - 1e-9  # beyond them a fitted share of the way is as good as none, or all, of it
_VARIANCES = 1e-20, 1e20  # of a linearised score; below is the rounding of floats, above is no information
_ROUNDS = 50


@dataclass(frozen=True)
class Line:
    """A straight line through linearised scores by weighted least squares."""

    intercept: float
    slope: float
    slope_variance: float
    misfit: float
    scatter_variance: float = 0.0


def fit_line(progress: Progress, link: str, degrees: int) -> Line:
    """Fit the linearised shares by log size, with estimated scatter between models.

    The sampling variances come from the fitted shares, not from the observed ones: an observed variance is
    small where chance has moved the share the right way, which bends the line. So the fit is iterated.
    """
    usable = progress.usable()
    sizes, run = np.unique(progress.run[usable], return_inverse=True)
    decades, runs = progress.decades[sizes], np.bincount(run)
    linear = np.bincount(run, scaling.link(progress.share[usable], link)) / runs
    # A run at an end always shows the same, so its noise does not average out.
    independent = np.maximum(np.bincount(run, progress.off_ends[usable]), 1) * runs
    share = np.clip(progress.share, *_SHARES)
    for _ in range(_ROUNDS):
        noise = progress.variance(share) * _stretch(share, link) ** 2
        sampling = np.clip(np.bincount(run, noise[usable]) / independent, *_VARIANCES)
        line = _weighted(decades, linear, sampling, _scatter(decades, linear, sampling, degrees))
        fitted = scaling.inverse_link(line.intercept + line.slope * progress.decades, link)[progress.run]
        previous, share = share, np.clip(fitted, *_SHARES)
        if np.allclose(share, previous, rtol=1e-6, atol=0):
            break
    return line


def half_width(line: Line, degrees: int, confidence: float) -> float:
    """Return half the width of the slope's interval: Student's, but never below what sampling alone makes."""
    tail = (1 - confidence) / 2
    student = stats.t.isf(tail, degrees) * np.sqrt(line.misfit / degrees)
    return float(max(student, stats.norm.isf(tail)) * np.sqrt(line.slope_variance))


def width_bounds(progress: Progress) -> tuple[float, float] | None:
    """Return the bounds of the width if the curve rises, or falls, throughout; None if it does neither."""
    decades, low, high = progress.decades, progress.low, progress.high
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


def _stretch(share: np.ndarray, link: str) -> np.ndarray:
    # The derivative of the link, which carries a standard error over (the delta method).
    step = 1e-3 * share * (1 - share)
    above, below = scaling.link(np.array([share + step, share - step]), link)
    return (above - below) / (2 * step)


def _weighted(decades: np.ndarray, linear: np.ndarray, sampling: np.ndarray, scatter: float) -> Line:
    weights = 1 / (sampling + scatter)
    total = weights.sum()
    centre, middle = weights @ decades / total, weights @ linear / total
    distance = decades - centre
    spread = weights @ distance**2
    slope = weights @ (distance * linear) / spread
    misfit = weights @ (linear - middle - slope * distance) ** 2
    return Line(float(middle - slope * centre), float(slope), float(1 / spread), float(misfit), scatter)


def _scatter(decades: np.ndarray, linear: np.ndarray, sampling: np.ndarray, degrees: int) -> float:
    # Paule and Mandel: the variance between models that brings the misfit down to what is expected.
    def misfit(scatter: float) -> float:
        return _weighted(decades, linear, sampling, scatter).misfit

    if misfit(0.0) <= degrees:
        return 0.0
    unweighted = _weighted(decades, linear, np.ones_like(linear), 0.0).misfit
    most = 1.001 * unweighted / degrees  # enough even if sampling explained nothing
    return optimize.brentq(lambda scatter: 1 / misfit(scatter) - 1 / degrees, 0.0, most, xtol=1e-9 * most)
