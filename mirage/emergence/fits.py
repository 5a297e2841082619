"""One likelihood of a curve: a line under a link, scatter between models, and counts or scores around it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from mirage import _validate, resolution, scaling
from mirage._curve import Curve

__all__ = ["LINKS", "CurveFit", "Posterior", "Prediction", "fit_curve"]

LINKS = "gompertz", "logistic", "probit"
LEVELS = 0.1, 0.9  # a transition runs from 10 to 90% of the way from floor to ceiling
LEAST_SIZES = 4  # that are informative, for a width: a line, and two degrees of freedom for the scatter

_NODES, _WEIGHTS = special.roots_hermitenorm(15)
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum())
_END_NODES, _END_WEIGHTS = special.roots_hermitenorm(5)
_COARSE, _FINE = np.geomspace(1e-4, 10, 25), 25  # values of the scatter
_NEGLIGIBLE = 11  # of a log posterior density
_ROUNDS = 12
_STEEPEST = 3.0  # standard deviation of the slope's prior: widths under .25 decades are unlikely
_LEAST_ERROR = 1e-4  # of the distance from floor to ceiling: no score is known better
_POINTS, _FEWEST, _MOST = 4000, 15, 61  # that stand for a mixture; quantiles of each of its parts
_SLOPE, _CURVATURE = np.array([0.0, 1.0]), np.array([0.0, 0.0, 1.0])


class Runs(NamedTuple):
    """What the likelihood reads of some runs: counts over their design effect, or scores."""

    score: np.ndarray
    trials: np.ndarray | None  # effective
    error: np.ndarray | None

    @classmethod
    def of(cls, curve: Curve) -> "Runs":
        """Return those of a curve."""
        if curve.trials is not None:
            return cls(curve.scores, curve.trials / curve.design_effect, None)
        least = _LEAST_ERROR * abs(curve.ceiling - curve.floor)
        return cls(curve.scores, None, np.maximum(curve.standard_errors, least))

    def log_likelihood(self, mean: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return it at an expected score (and 1 − it), its two derivatives, and minus the expected second."""
        if self.trials is None:
            precision = self.error**-2
            distance = self.score - mean
            return -precision * distance**2 / 2, precision * distance, -precision, precision
        mean, rest = np.maximum(mean, 1e-150), np.maximum(rest, 1e-150)
        right, wrong = self.trials * self.score, self.trials * (1 - self.score)
        value = special.xlogy(right, mean) + special.xlogy(wrong, rest)
        second = -right / mean**2 - wrong / rest**2
        return value, right / mean - wrong / rest, second, self.trials / (mean * rest)

    def below(self, value: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Return the probability that each run measures at most a value, for each of several means."""
        if self.trials is None:
            return special.ndtr((value[:, None] - mean) / self.error[:, None])
        right = np.clip(np.floor(value * self.trials + 1e-9), -1, self.trials)[:, None]
        below = special.betainc(np.maximum(self.trials[:, None] - right, 1e-9), right + 1 + 1e-12, 1 - mean)
        return np.where(right < 0, 0.0, np.where(right >= self.trials[:, None], 1.0, below))


class Posterior(NamedTuple):
    """A mixture of normals, one a value of the scatter: of the line's coefficients, floor and ceiling.

    Shapes: weight and scatter (values,), mean (values, coefficients + 2), covariance (values, coefficients +
    2, coefficients + 2). An end that is known exactly has no variance.
    """

    weight: np.ndarray
    scatter: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def marginal(self, contrast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard deviations of a linear function of the coefficients."""
        padded = np.append(contrast, np.zeros(self.mean.shape[1] - contrast.size))
        variance = np.einsum("p,tpq,q->t", padded, self.covariance, padded)
        return self.mean @ padded, np.sqrt(np.maximum(variance, 1e-300))

    def below(self, contrast: np.ndarray, value: float) -> float:
        """Return the probability that a linear function of the coefficients is below a value."""
        mean, deviation = self.marginal(contrast)
        return float(self.weight @ special.ndtr((value - mean) / deviation))

    def quantile(self, contrast: np.ndarray, level: float) -> float:
        """Return a quantile of a linear function of the coefficients."""
        mean, deviation = self.marginal(contrast)
        low, high = (mean - 40 * deviation).min(), (mean + 40 * deviation).max()
        return optimize.brentq(lambda value: self.below(contrast, value) - level, low, high, xtol=1e-12)

    def with_known_ends(self) -> "Posterior":
        """Return about the same mixture, with more parts, in each of which floor and ceiling are known."""
        result = self
        for end in (-2, -1):
            if result.covariance[:, end, end].max() > 0:
                result = Posterior(*map(np.concatenate, zip(*result._conditioned(end), strict=True)))
        return result

    def _conditioned(self, end: int):
        variance = self.covariance[:, end, end]
        gain = self.covariance[..., end] / variance[:, None]
        covariance = self.covariance - gain[:, :, None] * self.covariance[:, None, end]
        for node, weight in zip(_END_NODES, _END_WEIGHTS / _END_WEIGHTS.sum(), strict=True):
            mean = self.mean + gain * (node * np.sqrt(variance))[:, None]
            yield self.weight * weight, self.scatter, mean, covariance


@dataclass(frozen=True, eq=False)
class Prediction:
    """The scores that are predicted for new runs.

    Attributes
    ----------
    median : ndarray, shape (runs,)
        Of the score as measured on the run's items.
    interval : ndarray, shape (runs, 2)
        Low and high end for that score.
    weight, predictor, deviation : ndarray
        The predictive distribution on the scale of the link, a mixture of normals: weights (parts,), means
        and standard deviations (parts, runs).
    ends : ndarray, shape (parts, 2)
        Floor and ceiling of each part.
    link : str
        Of the fit.
    """

    median: np.ndarray
    interval: np.ndarray
    weight: np.ndarray
    predictor: np.ndarray
    deviation: np.ndarray
    ends: np.ndarray
    link: str

    @classmethod
    def of(cls, weight, predictor, deviation, ends, curve: Curve, link: str, confidence: float):
        """Return the prediction for the runs of a curve, from a mixture."""
        ends = np.clip(ends, 0, 1) if curve.trials is not None else ends
        quantiles = np.clip(_POINTS // weight.size, _FEWEST, _MOST)
        normal = stats.norm.ppf((np.arange(quantiles) + 0.5) / quantiles)
        share, *_ = share_of_way(predictor[..., None] + deviation[..., None] * normal, link)
        mean = ends[:, :1, None] + np.diff(ends)[..., None] * share
        mean = np.moveaxis(mean, 1, 0).reshape(len(curve), -1)
        weights = np.repeat(weight / quantiles, quantiles)
        runs, tail = Runs.of(curve), (1 - confidence) / 2
        low, median, high = (_quantile(level, runs, mean, weights) for level in (tail, 0.5, 1 - tail))
        return cls(median, np.column_stack([low, high]), weight, predictor, deviation, ends, link)

    def log_probability(self, curve: Curve) -> np.ndarray:
        """Return the log of the predictive probability (of scores: density) of each run of a curve."""
        runs = Runs.of(curve)
        found = _marginal(runs, self.predictor, self.deviation, self.ends, self.link)[0]
        if runs.trials is None:
            constant = -np.log(runs.error * np.sqrt(2 * np.pi))
        else:
            right = runs.trials * runs.score
            constant = -special.betaln(right + 1, runs.trials - right + 1) - np.log1p(runs.trials)
        return constant + special.logsumexp(found + np.log(np.maximum(self.weight, 1e-300))[:, None], axis=0)


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A curve's line under a link, with its scatter, and what follows from it.

    Attributes
    ----------
    curve, link, confidence : Curve, str, float
        The inputs.
    informative : ndarray of bool, shape (sizes,)
        Which sizes are off both floor and ceiling, each at 5%.
    below_floor : ndarray, shape (some,)
        Sizes whose score is surely below the floor (Holm, 5%): then floor or model is wrong.
    reason : str
        Why there is no fit (estimates are NaN then); empty when there is one.
    posterior : Posterior or None
        Of intercept and slope in ln size (natural logarithm, less `centre`), floor and ceiling.
    centre : float
        Mean ln size.
    """

    curve: Curve
    link: str
    confidence: float
    informative: np.ndarray
    below_floor: np.ndarray
    reason: str = ""
    posterior: Posterior | None = field(default=None, repr=False)
    centre: float = np.nan

    @cached_property
    def exponent(self) -> float:
        """Slope of the line per unit of ln size, above 0 where scores go towards the ceiling (median)."""
        return np.nan if self.reason else self.posterior.quantile(_SLOPE, 0.5)

    @cached_property
    def exponent_interval(self) -> tuple[float, float]:
        """Interval of the slope."""
        if self.reason:
            return np.nan, np.nan
        tail = (1 - self.confidence) / 2
        return self.posterior.quantile(_SLOPE, tail), self.posterior.quantile(_SLOPE, 1 - tail)

    @cached_property
    def width(self) -> float:
        """Decades from 10 to 90% of the way; NaN where the scores do not surely rise or fall."""
        low, high = self.exponent_interval
        return self._distance / abs(self.exponent) if low * high > 0 else np.nan

    @cached_property
    def width_interval(self) -> tuple[float, float]:
        """Interval of the width; its high end is infinite where the scores do not surely rise or fall."""
        low, high = sorted(map(abs, self.exponent_interval))
        surely = np.prod(self.exponent_interval) > 0
        return self._distance / high, self._distance / low if surely else np.inf

    @cached_property
    def middle(self) -> float:
        """Size at which the curve is half way (median); NaN where the scores do not surely rise or fall."""
        return np.nan if np.isnan(self.width) else self._place(0.5)

    @cached_property
    def middle_interval(self) -> tuple[float, float]:
        """Interval of the size at which the curve is half way (Fieller's)."""
        if np.isnan(self.width):
            return np.nan, np.nan
        tail = (1 - self.confidence) / 2
        return self._place(tail), self._place(1 - tail)

    @cached_property
    def scatter(self) -> float:
        """Standard deviation of models around the line on the scale of the link (median).

        Under the Gompertz link it is that of ln loss: 0.05 is about 5% of the loss.
        """
        if self.reason:
            return np.nan
        share = np.cumsum(self.posterior.weight) - self.posterior.weight / 2
        return float(np.exp(np.interp(0.5, share, np.log(self.posterior.scatter))))

    @cached_property
    def curvature_p_value(self) -> float:
        """Lack of fit: two-sided probability of a curvature as large, given the scatter; NaN without a fit.

        A line with a quadratic term is fitted. A small value says that the curve has not the link's shape.
        """
        if self.reason or self.informative.sum() <= LEAST_SIZES:
            return np.nan
        below = _posterior(self.curve, self.link, _design(self.curve, 3)).below(_CURVATURE, 0)
        return 2 * min(below, 1 - below)

    def under_other_links(self) -> dict[str, "CurveFit"]:
        """Return the fits under the other links: a width that depends on the link should say so."""
        return {link: fit_curve(self.curve, link, self.confidence) for link in LINKS if link != self.link}

    def expected(self, parameters: ArrayLike) -> np.ndarray:
        """Return the score that the line expects at each size; NaN where there is no fit."""
        size = np.log(_validate.array("parameters", parameters, 0, open_low=True)) - self.centre
        if self.reason:
            return np.full_like(size, np.nan)
        intercept, slope, floor, ceiling = self.posterior.weight @ self.posterior.mean
        return floor + (ceiling - floor) * scaling.inverse_link(intercept + slope * size, self.link)

    def predict(self, curve: Curve) -> Prediction:
        """Return what is predicted for the runs of a curve, from their sizes and items alone."""
        posterior = self.posterior.with_known_ends()
        size = np.log(curve.parameters) - self.centre
        contrasts = np.column_stack([np.ones(size.size), size, np.zeros((size.size, 2))])
        line = np.einsum("hp,tpq,hq->th", contrasts, posterior.covariance, contrasts)
        deviation = np.sqrt(np.maximum(line, 0) + posterior.scatter[:, None] ** 2)
        mixture = posterior.weight, posterior.mean @ contrasts.T, deviation, posterior.mean[:, -2:]
        return Prediction.of(*mixture, curve, self.link, self.confidence)

    @property
    def _distance(self) -> float:
        bottom, top = scaling.link(LEVELS, self.link)
        return (top - bottom) / np.log(10)

    def _place(self, level: float) -> float:
        """Return a quantile of the place where the line is half way: Fieller's, over the mixture."""
        half, rising = float(scaling.link(0.5, self.link)), self.exponent > 0

        def beyond(size: float) -> float:
            below = self.posterior.below(np.array([1.0, size]), half)
            return (1 - below if rising else below) - level

        if beyond(-100) * beyond(100) > 0:
            return np.nan
        return float(np.exp(optimize.brentq(beyond, -100, 100) + self.centre))


def fit_curve(curve: Curve, link: str = "gompertz", confidence: float = 0.95) -> CurveFit:
    """Fit the expected score floor + (ceiling − floor)·g(a ln N + b + u), with g the inverse link.

    u is normal scatter between models, of unknown size and never taken to be zero; models of one size are
    replicates. Counts are binomial, or vary by their design effect more; scores are normal with their
    standard errors. Counts of 0 and of all are data like any other. Floor and ceiling are known, or known
    with an error, and then estimated with the rest.

    The prior is flat for the intercept, and normal with mean 0 and standard deviation 3 for the slope, which
    may be negative: wide, as widths under a quarter of a decade are beyond it. That of the scatter is the
    cube root of Jeffreys', cut off above 1 (a factor of e in the loss) like Cauchy's: with Jeffreys' prior
    itself intervals are half as long again where the scatter is small beside the luck of the items, and hold
    the truth in more than 99%. The scatter of each model is integrated by adaptive quadrature; the line,
    floor and ceiling by Laplace's method, given the size of the scatter; that size on an adaptive grid.
    Nothing is drawn at random.

    Parameters
    ----------
    curve : Curve
        Counts; or scores with their standard errors, floor and ceiling.
    link : {"gompertz", "logistic", "probit"}
        Shape of the curve, as in `scaling.link`.
    confidence : float
        Of the intervals, strictly between 0 and 1.

    Returns
    -------
    CurveFit
        With `reason` set when no size is surely off floor and ceiling, or the scores have no standard
        errors, floor or ceiling.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, Sec. 4.3 (links). Röver (2020), *J. Statist.
    Softw.* 93(6) (scatter on a grid, Jeffreys' prior). Pinheiro and Bates (1995), *J. Comput. Graph.
    Statist.* 4:12 (adaptive quadrature). Tierney and Kadane (1986), *J. Am. Statist. Assoc.* 81:82 (Laplace).

    Examples
    --------
    >>> sizes = np.geomspace(1e8, 1e11, 8)
    >>> right = np.round(2000 * np.exp(-5 * (sizes / 1e9) ** -0.5))
    >>> fit = fit_curve(Curve.from_counts(sizes, right, [2000] * 8))
    >>> round(float(fit.exponent), 1), round(float(fit.width), 1)
    (0.5, 2.7)
    """
    if not isinstance(curve, Curve):
        raise TypeError(f"curve must be a Curve (see Curve.from_table); got {_validate.shown(curve)}")
    link, confidence = _validate.choice("link", link, LINKS), _validate.share("confidence", confidence)
    if np.isnan(curve.floor) or np.isnan(curve.ceiling):
        return _refused(curve, link, confidence, "the score has no floor and ceiling")
    if curve.trials is None and curve.standard_errors is None:
        return _refused(curve, link, confidence, "the scores have no standard errors")
    informative = between_ends(curve)
    below_floor = curve.sizes[resolution.holm(at_floor(curve, above=False)) <= 0.05]
    if not informative.any():
        reason = "no size is surely between floor and ceiling"
        return CurveFit(curve, link, confidence, informative, below_floor, reason)
    posterior = _posterior(curve, link, _design(curve, 2))
    centre = float(np.log(curve.parameters).mean())
    return CurveFit(curve, link, confidence, informative, below_floor, "", posterior, centre)


def _refused(curve: Curve, link: str, confidence: float, reason: str) -> CurveFit:
    return CurveFit(curve, link, confidence, np.zeros(curve.sizes.size, bool), np.empty(0), reason)


def at_floor(curve: Curve, *, above: bool = True) -> np.ndarray:
    """Return one-sided p-values of each size for being at the floor (or: no lower than it)."""
    return _at(curve.by_size(), curve.floor, curve.floor_error, toward_ceiling=above)


def _at(sizes: Curve, end: float, error: float, *, toward_ceiling: bool) -> np.ndarray:
    """Return how likely a score is as far beyond one end, if the truth is there."""
    upward = toward_ceiling == (sizes.ceiling > sizes.floor)
    if sizes.trials is not None:
        effective = sizes.trials / sizes.design_effect
        share, end = (sizes.scores, end) if upward else (1 - sizes.scores, 1 - end)
        return resolution.tail_at_floor(share, effective, end, error)
    distance = (sizes.scores - end) * (1 if upward else -1)
    return special.ndtr(-distance / np.maximum(np.hypot(sizes.standard_errors, error), 1e-300))


def between_ends(curve: Curve) -> np.ndarray:
    """Return which sizes are off both floor and ceiling, each at 5%."""
    sizes = curve.by_size()
    at_ceiling = _at(sizes, curve.ceiling, curve.ceiling_error, toward_ceiling=False)
    return (at_floor(curve) < 0.05) & (at_ceiling < 0.05)


def _design(curve: Curve, columns: int) -> np.ndarray:
    """Return powers of the centred ln size, each orthogonal to the ones before, shape (runs, columns)."""
    size = np.log(curve.parameters) - np.log(curve.parameters).mean()
    design = np.column_stack([np.ones_like(size), size])
    if columns == 3:
        square = size**2
        square = square - design @ np.linalg.lstsq(design, square, rcond=None)[0]
        design = np.column_stack([design, square])
    return design


def share_of_way(predictor: np.ndarray, link: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the share of the way from floor to ceiling, 1 − it, and its derivative."""
    if link == "gompertz":
        loss = np.exp(-np.clip(predictor, -6.5, 500))
        return np.exp(-loss), -np.expm1(-loss), loss * np.exp(-loss)
    if link == "logistic":
        share, rest = special.expit(predictor), special.expit(-predictor)
        return share, rest, share * rest
    density = np.exp(-np.minimum(predictor**2, 1400) / 2) / np.sqrt(2 * np.pi)
    return special.ndtr(predictor), special.ndtr(-predictor), density


def _expected(runs: Runs, share: np.ndarray, rest: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the log likelihood and its derivatives where so much of the way is gone; ends (values, 2)."""
    floor, ceiling = ends.T.reshape(2, -1, *[1] * (share.ndim - 1))
    if share.ndim == 3:
        runs = Runs(*(None if values is None else values[:, None] for values in runs))
    return runs.log_likelihood(floor * rest + ceiling * share, (1 - floor) * rest + (1 - ceiling) * share)


def _scores(runs: Runs, predictor: np.ndarray, ends: np.ndarray, link: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the derivative of the log likelihood in the predictor, and its expected information."""
    share, rest, slope = share_of_way(predictor, link)
    _, first, _, information = _expected(runs, share, rest, ends)
    slope = slope * np.diff(ends)
    return first * slope, information * slope**2


def _marginal(runs: Runs, mean: np.ndarray, deviation: np.ndarray, ends: np.ndarray, link: str):
    """Integrate over the predictor of each run, normal with mean and deviation, both (values, runs).

    Return the log likelihood (values, runs) and, by Louis' (1982) formula, its gradient (values, runs, 3) and
    curvature (values, runs, 3, 3) in the mean of the predictor, the floor and the ceiling.
    """
    centre, variance = mean, deviation**2
    for _ in range(6):
        slope, information = _scores(runs, centre, ends, link)
        step = (variance * slope - (centre - mean)) / (1 + variance * information)
        centre = centre + np.clip(step, -2, 2)
    spread = deviation / np.sqrt(1 + variance * _scores(runs, centre, ends, link)[1])
    for _ in range(2):  # once around the mode, then around the mean
        predictor = centre[..., None] + spread[..., None] * _NODES
        share, rest, _ = share_of_way(predictor, link)
        value, first, second, _ = _expected(runs, share, rest, ends)
        distance = (predictor - mean[..., None]) / deviation[..., None]
        logs = value - distance**2 / 2 + _NODES**2 / 2 + _LOG_WEIGHTS
        total = special.logsumexp(logs, axis=-1)
        weight = np.exp(logs - total[..., None])
        total += np.log(spread / deviation)
        centre = (weight * predictor).sum(-1)
        spread = np.sqrt((weight * (predictor - centre[..., None]) ** 2).sum(-1)) + 1e-12
    slopes = np.stack([distance / deviation[..., None], first * rest, first * share], axis=-1)
    gradient = np.einsum("tik,tika->tia", weight, slopes)
    slopes = slopes - gradient[..., None, :]
    curvature = np.einsum("tik,tika,tikb->tiab", weight, slopes, slopes)
    parts = np.stack([rest, share], axis=-1)
    curvature[..., 1:, 1:] += np.einsum("tik,tika,tikb->tiab", weight * second, parts, parts)
    curvature[..., 0, 0] -= 1 / variance
    return total, gradient, curvature


def _posterior(curve: Curve, link: str, design: np.ndarray) -> Posterior:
    problem = _Problem(curve, link, design)
    log_density, *_ = problem.laplace(_COARSE)
    low, high = _COARSE[log_density > log_density.max() - _NEGLIGIBLE][[0, -1]]
    ratio = _COARSE[1] / _COARSE[0]
    scatter = np.geomspace(low / ratio, high * ratio, _FINE)
    log_density, mean, covariance = problem.laplace(scatter)
    return Posterior(special.softmax(log_density), scatter, mean, covariance)


class _Problem:
    """The log posterior of the line's coefficients, floor and ceiling, given the scatter."""

    def __init__(self, curve: Curve, link: str, design: np.ndarray):
        self.runs, self.link, self.design, self.lines = Runs.of(curve), link, design, design.shape[1]
        self.ends, errors = np.array([curve.floor, curve.ceiling]), [curve.floor_error, curve.ceiling_error]
        self.free = np.append(np.ones(self.lines, bool), np.array(errors) > 0)
        self.bounds = (1e-9, 1 - 1e-9) if curve.trials is not None else (-np.inf, np.inf)
        self.prior = np.append(np.zeros(self.lines), self.ends)
        self.precision = np.zeros(self.lines + 2)
        self.precision[1] = _STEEPEST**-2
        self.precision[self.lines :] = [error**-2 if error else 0 for error in errors]
        self.jacobian = np.zeros((len(design), 3, self.lines + 2))  # of the predictor, floor and ceiling
        self.jacobian[:, 0, : self.lines] = design
        self.jacobian[:, 1, -2] = self.jacobian[:, 2, -1] = 1

    def laplace(self, scatter: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the log posterior density of each scatter's logarithm, and mean and covariance given it."""
        ends = np.tile(self.ends, (scatter.size, 1))
        place = best = np.column_stack([self._by_least_squares(ends, scatter), ends])
        value = np.full(scatter.size, -np.inf)
        for _ in range(_ROUNDS):
            found, slope, curvature = self._derivatives(place, scatter)
            worse = (found < value - 1e-7)[:, None]
            new = place.copy()
            new[:, self.free] += np.clip(_solved(-curvature, slope), -5, 5)
            new[:, -2:][:, self.free[-2:]] = np.clip(new[:, -2:][:, self.free[-2:]], *self.bounds)
            new = np.where(worse, (best + place) / 2, new)
            best, value = np.where(worse, best, place), np.maximum(found, value)
            if np.abs(new - place).max() < 1e-7:
                break
            place = new
        value, _, curvature = self._derivatives(best, scatter)
        covariance = np.zeros((scatter.size, *self.jacobian.shape[2:] * 2))
        some = np.flatnonzero(self.free)
        covariance[:, some[:, None], some] = small = np.linalg.inv(_positive(-curvature))
        return value + np.linalg.slogdet(small)[1] / 2 + self._of_scatter(best, scatter), best, covariance

    def _derivatives(self, place: np.ndarray, scatter: np.ndarray) -> tuple[np.ndarray, ...]:
        mean = place[:, : self.lines] @ self.design.T
        deviation = np.broadcast_to(scatter[:, None], mean.shape)
        value, slope, curvature = _marginal(self.runs, mean, deviation, place[:, -2:], self.link)
        distance = place - self.prior
        value = value.sum(1) - (self.precision * distance**2).sum(1) / 2
        slope = np.einsum("tia,iap->tp", slope, self.jacobian) - self.precision * distance
        curvature = np.einsum("tiab,iap,ibq->tpq", curvature, self.jacobian, self.jacobian)
        curvature = (curvature - np.diag(self.precision))[:, self.free][:, :, self.free]
        return value, slope[:, self.free], curvature

    def _by_least_squares(self, ends: np.ndarray, scatter: np.ndarray) -> np.ndarray:
        """Return the line that iterated weighted least squares finds, of the joint mode with the scatters."""
        share = np.clip((self.runs.score - self.ends[0]) / (self.ends[1] - self.ends[0]), 0.02, 0.98)
        predictor = np.tile(scaling.link(share, self.link), (scatter.size, 1))
        variance, line = scatter[:, None] ** 2, np.zeros((scatter.size, self.lines))
        for _ in range(_ROUNDS):
            slope, information = _scores(self.runs, predictor, ends, self.link)
            inflation = 1 + variance * information
            weight = information / inflation
            target = np.einsum("ip,ti->tp", self.design, weight * predictor + slope / inflation)
            gram = np.einsum("ip,ti,iq->tpq", self.design, weight, self.design)
            line = line + np.clip(_solved(gram, target) - line, -5, 5)
            new = (variance * (slope + information * predictor) + line @ self.design.T) / inflation
            predictor = predictor + np.clip(new - predictor, -2, 2)
        return line

    def _of_scatter(self, place: np.ndarray, scatter: np.ndarray) -> np.ndarray:
        """Return the log of the prior of the scatter, as a density of its logarithm."""
        mean = place[:, : self.lines] @ self.design.T
        _, information = _scores(self.runs, mean, place[:, -2:], self.link)
        precision = information / (1 + scatter[:, None] ** 2 * information)
        jeffreys = np.log((precision**2).sum(1) + 1e-300) / 2 + 2 * np.log(scatter)
        return jeffreys / 3 - np.log1p(scatter**2)


def _positive(matrices: np.ndarray) -> np.ndarray:
    """Return symmetric matrices with eigenvalues that are not below a small share of the largest."""
    values, vectors = np.linalg.eigh((matrices + np.swapaxes(matrices, -1, -2)) / 2)
    least = 1e-12 * np.abs(values).max(-1, keepdims=True) + 1e-300
    return np.einsum("tij,tj,tkj->tik", vectors, np.maximum(np.abs(values), least), vectors)


def _solved(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.linalg.solve(_positive(matrices), vectors[..., None])[..., 0]


def _quantile(level: float, runs: Runs, mean: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the quantile of each run's measured score: of counts the smallest share that reaches it."""
    reach = 12 * runs.error if runs.trials is None else 0.5 / runs.trials
    low, high = mean.min(1) - reach, mean.max(1) + reach
    if runs.trials is not None:
        low, high = np.full_like(low, -reach), np.ones_like(high)
    rounds = 50 if runs.trials is None else int(runs.trials.max()).bit_length() + 3
    for _ in range(rounds):
        middle = (low + high) / 2
        reached = runs.below(middle, mean) @ weight >= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high if runs.trials is None else np.round(high * runs.trials) / runs.trials
