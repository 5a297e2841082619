"""One likelihood of a curve: a line under a link, scatter between models, and counts or scores around it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, resolution, scaling
from mirage._curve import Curve
from mirage._later import optimize, special, stats

__all__ = ["LINKS", "CurveFit", "Posterior", "Prediction", "fit_curve"]

LINKS = "gompertz", "logistic", "probit"
LEVELS = 0.1, 0.9  # a transition runs from 10 to 90% of the way from floor to ceiling
LEAST_SIZES = 4  # that are informative, for a width: a line, and two degrees of freedom for the scatter

# Of a quadrature, by values of the scatter, by runs.
_NODES, _WEIGHTS = (each[:, None, None] for each in np.polynomial.hermite_e.hermegauss(15))
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum()) + _NODES**2 / 2
_END_NODES, _END_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
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

    def log_likelihood(self, share: np.ndarray, rest: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return it, its two derivatives in the expected score, and minus the expected second.

        Shapes: share of the way and 1 − it (..., values, runs), ends (values, 2).
        """
        floor, ceiling = ends[:, :1], ends[:, 1:]
        mean, rest = floor * rest + ceiling * share, (1 - floor) * rest + (1 - ceiling) * share
        if self.trials is None:
            precision, distance = self.error**-2, self.score - mean
            return -precision * distance**2 / 2, precision * distance, -precision, precision
        mean, rest = np.maximum([mean, rest], 1e-150)
        right, wrong = self.trials * self.score, self.trials * (1 - self.score)
        value = special.xlogy(right, mean) + special.xlogy(wrong, rest)
        second = -right / mean**2 - wrong / rest**2
        return value, right / mean - wrong / rest, second, self.trials / (mean * rest)

    def quantile(self, level: float, mean: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return that of each run's measured score, of a mixture: of counts the smallest share to reach it.

        Shapes: mean (parts, runs), weight (parts,).
        """
        if self.trials is None:
            low, high, rounds = mean.min(0) - 12 * self.error, mean.max(0) + 12 * self.error, 50
        else:
            low, high = np.zeros_like(self.score), np.ones_like(self.score)
            rounds = int(self.trials.max()).bit_length() + 3
        for _ in range(rounds):
            middle = (low + high) / 2
            if self.trials is None:
                below = special.ndtr((middle - mean) / self.error)
            else:
                right = np.floor(middle * self.trials)
                below = special.betainc(self.trials - right, right + 1, 1 - mean)
            reached = weight @ below >= level
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return high if self.trials is None else np.round(high * self.trials) / self.trials


class Posterior(NamedTuple):
    """A mixture of normals, one a value of the scatter: of the line's coefficients, floor and ceiling.

    Shapes: weight and scatter (values,), mean (values, coefficients + 2), covariance (values, coefficients +
    2, coefficients + 2). An end that is known exactly has no variance.
    """

    weight: np.ndarray
    scatter: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def marginal(self, contrasts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard deviations of linear functions, shape (..., coefficients)."""
        count = contrasts.shape[-1]
        covariance = self.covariance[:, :count, :count]
        variance = np.einsum("...p,tpq,...q->t...", contrasts, covariance, contrasts)
        return self.mean[:, :count] @ contrasts.T, np.sqrt(np.maximum(variance, 1e-300))

    def below(self, contrast: np.ndarray, value: float) -> float:
        """Return the probability that a linear function of the coefficients is below a value."""
        mean, deviation = self.marginal(contrast)
        return float(self.weight @ special.ndtr((value - mean) / deviation))

    def quantile(self, contrast: np.ndarray, level: float) -> float:
        """Return a quantile of a linear function of the coefficients."""
        return optimize.brentq(lambda value: self.below(contrast, value) - level, -100, 100, xtol=1e-12)

    def crossing(self, value: float, level: float) -> float:
        """Return a quantile of the place where the line crosses a value: Fieller's, over the mixture."""
        direction = -np.sign(self.quantile(_SLOPE, 0.5))

        def excess(place: float) -> float:
            return self.below(direction * np.array([1, place]), direction * value) - level

        return optimize.brentq(excess, -100, 100) if excess(-100) * excess(100) <= 0 else np.nan

    def with_known_ends(self) -> "Posterior":
        """Return about the same mixture, with more parts, in each of which floor and ceiling are known."""
        weight, scatter, mean, covariance = self
        shares = _END_WEIGHTS / _END_WEIGHTS.sum()
        for end in (-2, -1):
            variance = covariance[:, end, end, None]
            if variance.max() > 0:
                gain = covariance[:, end] / variance
                mean = np.concatenate([mean + gain * node * np.sqrt(variance) for node in _END_NODES])
                weight, scatter = np.kron(shares, weight), np.tile(scatter, shares.size)
                left = covariance - gain[:, :, None] * covariance[:, None, end]
                covariance = np.tile(left, (shares.size, 1, 1))
        return Posterior(weight, scatter, mean, covariance)


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
        normal = stats.norm.ppf((np.arange(quantiles) + 0.5) / quantiles)[:, None, None]
        share, *_ = scaling.share_of_way(predictor + deviation * normal, link)
        mean = (ends[:, :1] + np.diff(ends) * share).reshape(-1, len(curve))
        weights = np.tile(weight / quantiles, quantiles)
        runs, tail = Runs.of(curve), (1 - confidence) / 2
        low, median, high = (runs.quantile(level, mean, weights) for level in (tail, 0.5, 1 - tail))
        return cls(median, np.column_stack([low, high]), weight, predictor, deviation, ends, link)

    def log_probability(self, curve: Curve) -> np.ndarray:
        """Return the log of the predictive probability (of scores: density) of each run of a curve."""
        runs = Runs.of(curve)
        found, *_ = _marginal(runs, self.predictor, self.deviation, self.ends, self.link)
        if runs.trials is None:
            constant = stats.norm.logpdf(0, scale=runs.error)
        else:
            right = runs.trials * runs.score
            constant = -special.betaln(right + 1, runs.trials - right + 1) - np.log1p(runs.trials)
        return constant + special.logsumexp(found, b=self.weight[:, None], axis=0)


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
    exponent : float
        Slope of the line per unit of ln size, above 0 where scores go towards the ceiling (median).
    exponent_interval : tuple of float
        Interval of the slope.
    width : float
        Decades from 10 to 90% of the way; NaN where the scores do not surely rise or fall.
    width_interval : tuple of float
        Interval of the width; its high end is infinite where the scores do not surely rise or fall.
    middle : float
        Size at which the curve is half way (median); NaN where the scores do not surely rise or fall.
    middle_interval : tuple of float
        Interval of the size at which the curve is half way (Fieller's).
    scatter : float
        Standard deviation of models around the line on the scale of the link (median). Under the Gompertz
        link it is that of ln loss: 0.05 is about 5% of the loss.
    """

    curve: Curve
    link: str
    confidence: float
    informative: np.ndarray
    below_floor: np.ndarray
    reason: str = ""
    posterior: Posterior | None = field(default=None, repr=False)
    centre: float = np.nan
    exponent: float = np.nan
    exponent_interval: tuple[float, float] = (np.nan, np.nan)
    width: float = np.nan
    width_interval: tuple[float, float] = (np.nan, np.inf)
    middle: float = np.nan
    middle_interval: tuple[float, float] = (np.nan, np.nan)
    scatter: float = np.nan

    @cached_property
    def curvature_p_value(self) -> float:
        """Lack of fit: two-sided probability of a curvature as large, given the scatter; NaN without a fit.

        A line with a quadratic term is fitted. A small value says that the curve has not the link's shape.
        """
        if self.reason or self.informative.sum() <= LEAST_SIZES:
            return np.nan
        below = _posterior(self.curve, self.link, 3).below(_CURVATURE, 0)
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
        predictor, deviation = posterior.marginal(np.vander(size, 2, increasing=True))
        deviation = np.hypot(deviation, posterior.scatter[:, None])
        mixture = posterior.weight, predictor, deviation, posterior.mean[:, -2:]
        return Prediction.of(*mixture, curve, self.link, self.confidence)


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
    _validate.instance("curve", curve, Curve)
    link, confidence = _validate.choice("link", link, LINKS), _validate.share("confidence", confidence)
    asked = CurveFit(curve, link, confidence, np.zeros(curve.sizes.size, bool), np.empty(0))
    if np.isnan(curve.floor) or np.isnan(curve.ceiling):
        return replace(asked, reason="the score has no floor and ceiling")
    if curve.trials is None and curve.standard_errors is None:
        return replace(asked, reason="the scores have no standard errors")
    sizes, rising = curve.by_size(), curve.ceiling > curve.floor
    floor, ceiling = (curve.floor, curve.floor_error), (curve.ceiling, curve.ceiling_error)
    informative = (_at(sizes, *floor, rising) < 0.05) & (_at(sizes, *ceiling, not rising) < 0.05)
    below_floor = sizes.parameters[resolution.holm(_at(sizes, *floor, not rising)) <= 0.05]
    asked = replace(asked, informative=informative, below_floor=below_floor)
    if not informative.any():
        return replace(asked, reason="no size is surely between floor and ceiling")
    posterior, centre = _posterior(curve, link, 2), float(np.log(curve.parameters).mean())
    return replace(
        asked, posterior=posterior, centre=centre, **_estimates(posterior, centre, link, confidence)
    )


def _at(sizes: Curve, end: float, error: float, above: bool) -> np.ndarray:
    """Return one-sided p-values of each size for being at one end, and no higher (or: no lower)."""
    if sizes.trials is not None:
        share, end = (sizes.scores, end) if above else (1 - sizes.scores, 1 - end)
        return resolution.tail_at_floor(share, sizes.trials / sizes.design_effect, end, error)
    beyond = sizes.scores - end if above else end - sizes.scores
    return special.ndtr(-beyond / np.maximum(np.hypot(sizes.standard_errors, error), 1e-300))


def _estimates(posterior: Posterior, centre: float, link: str, confidence: float) -> dict[str, object]:
    """Return those of a fit that follow from its posterior: by default they are unknown."""
    share = np.cumsum(posterior.weight) - posterior.weight / 2
    scatter = float(np.exp(np.interp(0.5, share, np.log(posterior.scatter))))
    levels = (1 - confidence) / 2, 0.5, (1 + confidence) / 2
    low, exponent, high = (posterior.quantile(_SLOPE, level) for level in levels)
    found = {"scatter": scatter, "exponent": exponent, "exponent_interval": (low, high)}
    distance = np.ptp(scaling.link(LEVELS, link)) / np.log(10)
    widest, narrowest = distance / np.sort(np.abs([low, high]))
    if low * high <= 0:
        return found | {"width_interval": (narrowest, np.inf)}
    found |= {"width": distance / abs(exponent), "width_interval": (narrowest, widest)}
    half = scaling.link(0.5, link)
    first, middle, last = (float(np.exp(posterior.crossing(half, level) + centre)) for level in levels)
    return found | {"middle": middle, "middle_interval": (first, last)}


def _scores(runs: Runs, predictor: np.ndarray, ends: np.ndarray, link: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the derivative of the log likelihood in the predictor, and its expected information."""
    share, rest, slope = scaling.share_of_way(predictor, link)
    _, first, _, information = runs.log_likelihood(share, rest, ends)
    slope = slope * np.diff(ends)
    return first * slope, information * slope**2


def _marginal(runs: Runs, mean: np.ndarray, deviation: np.ndarray, ends: np.ndarray, link: str):
    """Integrate over the predictor of each run, normal with mean (values, runs) and deviation.

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
        predictor = centre + spread * _NODES
        share, rest, _ = scaling.share_of_way(predictor, link)
        value, first, second, _ = runs.log_likelihood(share, rest, ends)
        distance = (predictor - mean) / deviation
        logs = value - distance**2 / 2 + _LOG_WEIGHTS
        total = special.logsumexp(logs, axis=0)
        weight = np.exp(logs - total)
        total += np.log(spread / deviation)
        centre = (weight * predictor).sum(0)
        spread = np.sqrt((weight * (predictor - centre) ** 2).sum(0)) + 1e-12
    slopes = np.stack([distance / deviation, first * rest, first * share], axis=-1)
    gradient = np.einsum("kti,ktia->tia", weight, slopes)
    slopes -= gradient
    curvature = np.einsum("kti,ktia,ktib->tiab", weight, slopes, slopes)
    parts = np.stack([rest, share], axis=-1)
    curvature[..., 1:, 1:] += np.einsum("kti,ktia,ktib->tiab", weight * second, parts, parts)
    curvature[..., 0, 0] -= 1 / variance
    return total, gradient, curvature


def _posterior(curve: Curve, link: str, columns: int) -> Posterior:
    problem = _Problem(curve, link, columns)
    log_density, *_ = problem.laplace(_COARSE)
    low, high = _COARSE[log_density > log_density.max() - _NEGLIGIBLE][[0, -1]]
    ratio = _COARSE[1] / _COARSE[0]
    scatter = np.geomspace(low / ratio, high * ratio, _FINE)
    log_density, mean, covariance = problem.laplace(scatter)
    return Posterior(special.softmax(log_density), scatter, mean, covariance)


class _Problem:
    """The log posterior, given the scatter, of a place: the line's coefficients, floor and ceiling.

    The line is along powers of the centred ln size, the last of which is orthogonal to the others.
    """

    def __init__(self, curve: Curve, link: str, columns: int):
        self.runs, self.link = Runs.of(curve), link
        ends, errors = np.array([[curve.floor, curve.ceiling], [curve.floor_error, curve.ceiling_error]])
        size = np.log(curve.parameters)
        design = np.vander(size - size.mean(), columns, increasing=True)
        design[:, -1] -= design[:, :-1] @ np.linalg.lstsq(design[:, :-1], design[:, -1], rcond=None)[0]
        self.design = np.pad(design, [(0, 0), (0, 2)])
        self.jacobian = np.zeros((len(curve), 3, columns + 2))  # of the predictor, floor and ceiling
        self.jacobian[:, 0], self.jacobian[:, 1:, columns:] = self.design, np.eye(2)
        self.free = np.eye(columns + 2)[np.append(np.ones(columns), errors) > 0]
        self.prior = np.append(np.zeros(columns), ends)
        self.precision = np.array([0, _STEEPEST**-2, 0][:columns] + [error and error**-2 for error in errors])
        self.least = np.where((errors > 0) & (curve.trials is not None), 1e-9, -np.inf)  # of each end

    def laplace(self, scatter: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the log posterior density of each scatter's logarithm, and mean and covariance given it."""
        place = best = self._by_least_squares(scatter)
        value = np.full(scatter.size, -np.inf)
        for _ in range(_ROUNDS):
            found, slope, curvature = self._derivatives(place, scatter)
            worse = (found < value - 1e-7)[:, None]
            new = place + np.clip(_solved(-curvature, slope), -5, 5) @ self.free
            new[:, -2:] = np.clip(new[:, -2:], self.least, 1 - self.least)
            new = np.where(worse, (best + place) / 2, new)
            best, value = np.where(worse, best, place), np.maximum(found, value)
            if np.abs(new - place).max() < 1e-7:
                break
            place = new
        value, _, curvature = self._derivatives(best, scatter)
        covariance = np.linalg.inv(_positive(-curvature))
        log_density = value + np.linalg.slogdet(covariance)[1] / 2 + self._of_scatter(best, scatter)
        return log_density, best, self.free.T @ covariance @ self.free

    def _derivatives(self, place: np.ndarray, scatter: np.ndarray) -> tuple[np.ndarray, ...]:
        mean = place @ self.design.T
        value, slope, curvature = _marginal(self.runs, mean, scatter[:, None], place[:, -2:], self.link)
        distance = place - self.prior
        value = value.sum(1) - distance**2 @ self.precision / 2
        slope = np.einsum("tia,iap->tp", slope, self.jacobian) - self.precision * distance
        curvature = np.einsum("tiab,iap,ibq->tpq", curvature, self.jacobian, self.jacobian)
        curvature -= np.diag(self.precision)
        return value, slope @ self.free.T, self.free @ curvature @ self.free.T

    def _by_least_squares(self, scatter: np.ndarray) -> np.ndarray:
        """Return the place that iterated weighted least squares finds: the joint mode with the scatters."""
        design, ends = self.design[:, :-2], np.tile(self.prior[-2:], (scatter.size, 1))
        share = (self.runs.score - ends[:, :1]) / np.diff(ends)
        predictor = scaling.link(np.clip(share, 0.02, 0.98), self.link)
        variance, line = scatter[:, None] ** 2, np.zeros((scatter.size, design.shape[1]))
        for _ in range(_ROUNDS):
            slope, information = _scores(self.runs, predictor, ends, self.link)
            pull, inflation = slope + information * predictor, 1 + variance * information
            gram = np.einsum("ip,ti,iq->tpq", design, information / inflation, design)
            line = line + np.clip(_solved(gram, pull / inflation @ design) - line, -5, 5)
            new = (variance * pull + line @ design.T) / inflation
            predictor = predictor + np.clip(new - predictor, -2, 2)
        return np.column_stack([line, ends])

    def _of_scatter(self, place: np.ndarray, scatter: np.ndarray) -> np.ndarray:
        """Return the log of the prior of the scatter, as a density of its logarithm."""
        _, information = _scores(self.runs, place @ self.design.T, place[:, -2:], self.link)
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
