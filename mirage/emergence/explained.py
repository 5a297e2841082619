"""How much of the rise of a harsh metric does the metric itself explain?"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._curve import Curve
from mirage._later import special

__all__ = ["ExplainedRise", "explained_by_metric"]

_LEAST_SIZES = 5
_DRAWS = 2000
_EXACT = 1e-20  # a misfit below this share of the total is rounding
_SHRINKAGE = np.geomspace(1e-6, 1e12, 721)
_UNKNOWN = np.nan, np.nan


@dataclass(frozen=True, eq=False)
class ExplainedRise:
    """The rise of exact match between two sizes, in three parts that add up to it.

    Attributes
    ----------
    curve : Curve
        The input.
    between : tuple of float
        The two sizes.
    confidence : float
        Of the intervals.
    rise : float
        Exact match at the second size minus that at the first.
    rise_interval : tuple of float
        Low and high end.
    metric : float
        Part (a): what the metric makes of the smooth trend of the loss. Only this is explained by the metric.
    metric_interval : tuple of float
        Low and high end.
    departure : float
        Part (b): what it makes of the departure of the loss from that trend.
    departure_interval : tuple of float
        Low and high end.
    link : float
        Part (c): what the loss does not give, because the link from loss to exact match fails.
    link_interval : tuple of float
        Low and high end.
    reason : str
        Why the data cannot tell (the parts are NaN then); empty when they can.
    """

    curve: Curve
    between: tuple[float, float]
    confidence: float
    rise: float
    rise_interval: tuple[float, float]
    metric: float = np.nan
    metric_interval: tuple[float, float] = _UNKNOWN
    departure: float = np.nan
    departure_interval: tuple[float, float] = _UNKNOWN
    link: float = np.nan
    link_interval: tuple[float, float] = _UNKNOWN
    reason: str = ""

    def answer(self) -> str:
        """Return all parts in a few words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        parts = (
            ("the metric on a smooth trend of the loss", self.metric, *self.metric_interval),
            ("the departure of the loss from that trend", self.departure, *self.departure_interval),
            ("the link from the loss to exact match", self.link, *self.link_interval),
        )
        words = "; ".join("{} gives {:+.2f} ({:+.2f} to {:+.2f})".format(*part) for part in parts)
        return f"of a change by {self.rise:+.2f}, {words}".replace("-0.00", "0.00").replace("-", "−")


def explained_by_metric(
    curve: Curve,
    *,
    length: ArrayLike | None = None,
    between: tuple[float, float] | None = None,
    confidence: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> ExplainedRise:
    """Split the rise of exact match between two sizes into what the metric explains and what it does not.

    The link M turns a loss into the exact match that it should give. With T the smooth trend of the loss
    over the sizes and l the loss as measured, each change being from the first size to the second,

    - (a) the change of M(T) is explained by the metric;
    - (b) the change of M(l) − M(T) is the departure of the loss from its trend;
    - (c) the change of exact match − M(l) is the failure of the link: tokens that depend on each other, items
      of unequal difficulty, greedy answers set against sampled probabilities.

    Why the trend: the mean over items of the probability of the whole target equals the exact match of
    sampled answers by identity. Set against exact match at the same size it would explain everything, also
    a true jump. Only a trend *across* sizes can fail to explain.

    The trend is a power law: a straight line of the log of the loss on the log of the size, with scatter
    between models that is estimated. A jump would tilt a line fitted through it, and a tilted line would
    explain the jump away. So the line may hold one step, at an unknown place: no step (as likely as all
    places together) and each place are weighed by what the data say for them (Bayes factors). The step is no
    part of the trend; if it lies below both sizes, the trend is the line above it. A smooth curve that is no
    power law counts as a departure.

    Parameters
    ----------
    curve : Curve
        Counts of exact matches with their losses (taken as exact without standard errors). Where it has
        `item_log_probabilities` and no length is given, M(l) is the mean over items of their probabilities,
        each raised to the power l/(the model's loss): unequal items, no independence. The spread over the
        items is each model's own, so what its change does counts as part (a).
    length : array-like of int, optional
        Tokens of the targets: one number, or one an item. M(l) is the mean of exp(−length l).
    between : tuple of float, optional
        Two of the sizes, the smaller first; the smallest and the largest if not given.
    confidence : float
        Of the intervals, strictly between 0 and 1.
    rng : int or numpy.random.Generator
        Seed or generator of the draws behind the intervals.

    Returns
    -------
    ExplainedRise
        With `reason` set, and NaN for the parts, with fewer than five sizes or when the interval of the rise
        holds 0. The intervals hold the scatter around the trend, the place of the step, the items of exact
        match (as if each model had its own) and the standard errors.

    Raises
    ------
    ValueError, TypeError
        If a value is outside its range, the curve has no counts or no losses, or neither `length` nor
        `item_log_probabilities` is known.

    References
    ----------
    The split is ours. Schaeffer, Miranda and Koyejo (2023), Sec. 2, for the link p^L. Zellner and Siow (1980)
    and Liang et al. (2008), *J. Am. Statist. Assoc.* 103:410, for the Bayes factors.

    Examples
    --------
    >>> sizes = np.geomspace(1e8, 1e11, 8)
    >>> losses = (sizes / 1e9) ** -0.5
    >>> right = np.round(2000 * np.exp(-5 * losses))
    >>> result = explained_by_metric(Curve.from_counts(sizes, right, [2000] * 8, losses=losses), length=5)
    >>> round(result.metric / result.rise, 2)
    1.0
    >>> losses[4:] /= 4
    >>> right = np.round(2000 * np.exp(-5 * losses))
    >>> curve = Curve.from_counts(sizes, right, [2000] * 8, losses=losses)
    >>> jump = explained_by_metric(curve, length=5, between=sizes[[3, 4]])
    >>> jump.departure > jump.metric
    True
    """
    _validate.instance("curve", curve, Curve)
    if curve.trials is None or curve.losses is None:
        raise ValueError("curve must have counts and losses")
    slopes, kinds = _checked_slopes(length, curve.item_log_probabilities, curve.losses)
    ends = _checked_ends(between, curve.sizes)
    confidence, rng = _validate.share("confidence", confidence), _validate.generator(rng)
    # The draws must not depend on the order of the models.
    order = np.lexsort((curve.trials, curve.successes, curve.losses, curve.parameters))
    pair = [order[curve.parameters[order] == end] for end in ends]
    runs = np.concatenate(pair)
    first, second = (curve.trials[models] / curve.trials[models].sum() for models in pair)
    contrast = np.concatenate([-first, second])  # from the runs of both sizes to the change

    def interval(draws: np.ndarray) -> tuple[float, float]:
        return tuple(np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist())

    rise = float(curve.scores[runs] @ contrast)
    before, after = (_draw_share(curve.take(models), rng) for models in pair)
    rises = after - before
    found = ExplainedRise(curve, tuple(ends.tolist()), confidence, rise, interval(rises))
    if reason := _too_little(curve.sizes, found.rise_interval):
        return replace(found, reason=reason)
    trend = _draw_trend(*np.log([curve.parameters, curve.losses])[:, order], np.log(ends), _DRAWS, rng)
    trend = np.exp(np.clip(np.repeat(trend, [models.size for models in pair], axis=1), -100, 100))
    losses = trend, curve.losses[None, runs], _draw_losses(curve, pair, rng)
    on_trend, (by_loss,), with_error = (_match(each, slopes[runs], kinds) @ contrast for each in losses)
    metric, by_loss = float(np.median(on_trend)), float(by_loss)
    return replace(
        found,
        metric=metric,
        metric_interval=interval(on_trend),
        departure=by_loss - metric,
        departure_interval=interval(with_error - on_trend),
        link=rise - by_loss,
        link_interval=interval(rises - with_error),
    )


def _checked_ends(between: object, sizes: np.ndarray) -> np.ndarray:
    if between is None:
        return sizes[[0, -1]]
    ends = _validate.vector("between", between)
    if ends.size != 2 or ends[0] >= ends[1] or not np.isin(ends, sizes).all():
        shown = _validate.shown(between)
        raise ValueError(f"between must be two of the sizes, the smaller first; got {shown}")
    return ends


def _too_little(sizes: np.ndarray, rise: tuple[float, float]) -> str:
    if (number := np.unique(np.log(sizes)).size) < _LEAST_SIZES:
        return f"there are {number} sizes, {_LEAST_SIZES} are needed to tell a trend from a departure"
    if rise[0] <= 0 <= rise[1]:
        return "the change of exact match is not clear of 0: {:+.3f} to {:+.3f}".format(*rise)
    return ""


def _match(losses: np.ndarray, slopes: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Return M for losses of shape (draws, runs)."""
    with np.errstate(over="ignore"):  # a huge loss gives no match
        return np.array([np.exp(slopes * row[:, None]) @ kinds for row in losses])


def _draw_losses(curve: Curve, pair: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Draw the losses of the runs of two sizes with their errors, shape (draws, runs)."""
    runs, error = np.concatenate(pair), curve.loss_standard_errors
    error = np.zeros(len(curve)) if error is None else error
    relative = np.minimum(error, curve.losses) / curve.losses  # above 1 it is as good as unknown
    noise = np.hstack([rng.standard_normal((_DRAWS, models.size)) for models in pair])
    return curve.losses[runs] * np.exp(relative[runs] * noise)


def _draw_share(models: Curve, rng: np.random.Generator) -> np.ndarray:
    items = models.trials.sum() / (models.design_effect.mean() * len(models))  # runs are no further items
    share = models.successes.sum() / models.trials.sum()
    return rng.beta(items * share + 0.5, items * (1 - share) + 0.5, _DRAWS)


def _checked_slopes(length: object, chances: object, loss: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of the link (models, kinds of items) and the share of each kind."""
    if length is not None:
        kinds, counts = np.unique(_validate.integers("length", length, 1), return_counts=True)
        return np.tile(-kinds.astype(float), (loss.size, 1)), counts / counts.sum()
    if chances is None:
        raise ValueError("length must be given where the curve has no item_log_probabilities")
    with np.errstate(over="ignore"):  # a loss of almost nothing
        return chances / loss[:, None], np.full(chances.shape[1], 1 / chances.shape[1])


def _draw_trend(
    x: np.ndarray, y: np.ndarray, new: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the trend at two new places, shape (draws, 2), on the side of the step where the first place lies.

    Each draw takes a place for the step (or none) by its posterior weight, then scatter and line from their
    posterior under the reference prior, so that one place alone would give Student's intervals.
    """
    x, new = ((values - x.mean()) / np.ptp(x) for values in (x, new))
    places = _places(x)
    designs = [_design(x, place) for place in places]
    chosen = rng.choice(len(places), draws, p=_weights(designs, y))
    trend = np.empty((draws, new.size))
    for index, design in enumerate(designs):
        which = np.flatnonzero(chosen == index)
        line, misfit = _least_squares(design, y)
        spread = np.sqrt(misfit / rng.chisquare(y.size - line.size, (which.size, 1)))
        root = np.linalg.inv(np.linalg.cholesky(design.T @ design))
        lines = line + spread * (rng.standard_normal((which.size, line.size)) @ root)
        target = _design(new, places[index])
        target[:, 2:] = target[0, 2:]
        trend[which] = lines @ target.T
    return trend


def _places(x: np.ndarray) -> list[float | None]:
    sizes = np.unique(x)
    return [None, *(sizes[1:] + sizes[:-1]) / 2]


def _design(x: np.ndarray, place: float | None) -> np.ndarray:
    step = [] if place is None else [x > place]
    return np.column_stack([np.ones(x.size), x, *step]).astype(float)


def _least_squares(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    line = np.linalg.lstsq(design, y, rcond=None)[0]
    return line, max(np.sum((y - design @ line) ** 2), _EXACT * np.sum((y - y.mean()) ** 2), 1e-300)


def _weights(designs: list[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Posterior weight of no step and of a step at each place; before the data a half is for no step.

    Bayes factors under the prior of Zellner and Siow (1980): a g-prior whose g is inverse gamma(1/2, n/2).
    """
    misfits = np.array([_least_squares(design, y)[1] for design in designs])
    n, g = y.size, _SHRINKAGE
    prior = special.log_softmax(-n / (2 * g) - np.log(g) / 2)  # g^(-3/2) exp(-n/2g), and g for the log grid
    ratio = (misfits[1:] / misfits[0])[:, None]
    evidence = (n - 3) / 2 * np.log1p(g) - (n - 2) / 2 * np.log1p(g * ratio)
    step = special.logsumexp(evidence + prior, axis=1)
    return special.softmax(np.concatenate([[0.0], step - np.log(step.size)]))
