"""Curves of success over the number of steps, or the length of tasks: one parameter, or out of sample."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from mirage import _validate

__all__ = ["LENGTH_CURVES", "ChanceFit", "fit_chance", "length_losses"]

_LEAST = 1e-12
# Of each curve: whether failures have the complementary log-log link, or the logistic one; whether a slope in
# the logarithm of the length is fitted, or else is given.
LENGTH_CURVES = {
    "no effect of length": ("logit", False, 0.0),
    "constant hazard": ("cloglog", False, 1.0),
    "logistic": ("logit", True, 0.0),
    "Weibull": ("cloglog", True, 0.0),
}


@dataclass(frozen=True)
class ChanceFit:
    """The likeliest value of the one parameter of a curve, fitted to counts.

    Attributes
    ----------
    value : float
        The parameter.
    interval : tuple of float
        95% interval by the profile of the likelihood.
    lack_of_fit : float
        p-value of the likelihood ratio against a share of its own for each count, by the chi-squared
        distribution, which wants a few successes and failures in most of them.
    """

    value: float
    interval: tuple[float, float]
    lack_of_fit: float


def fit_chance(
    chance: Callable[[float], ArrayLike],
    successes: ArrayLike,
    trials: ArrayLike,
    bounds: tuple[float, float],
) -> ChanceFit:
    """Fit the one parameter of a curve of success to counts of independent items.

    Parameters
    ----------
    chance : callable
        From the parameter to the probability of success of each count, in their order.
    successes, trials : array-like of int, shape (counts,)
        Successes, and items, of at least two counts.
    bounds : tuple of float
        Low and high end between which the parameter is sought; the likelihood must have one peak there.

    Returns
    -------
    ChanceFit

    Raises
    ------
    ValueError, TypeError
        If an argument is of the wrong kind or outside its range.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, Sec. 4.4, on the deviance.

    Examples
    --------
    Solutions of two, three and four steps, each right with the same probability.

    >>> steps = np.array([2, 3, 4])
    >>> fit = fit_chance(lambda p: p**steps, [64, 51, 41], [100, 100, 100], (0.01, 0.99))
    >>> round(fit.value, 2), round(fit.lack_of_fit, 2)
    (0.8, 1.0)
    """
    if not callable(chance):
        raise TypeError(f"chance must be a function; got {_validate.shown(chance)}")
    right, items = _validate.counts(successes, trials)
    if right.size < 2:
        raise ValueError(f"successes must hold two counts or more; got {right.size}")
    low, high = _validate.vector("bounds", bounds)
    if low >= high:
        raise ValueError(f"bounds must have their low end first; got {low:g}, then {high:g}")

    def loss(value: float) -> float:
        probability = np.clip(_validate.array("chance", chance(value), 0, 1), _LEAST, 1 - _LEAST)
        return -float(stats.binom.logpmf(right, items, probability).sum())

    value = float(optimize.minimize_scalar(loss, bounds=(low, high), options={"xatol": 1e-8}).x)
    most = loss(value) + stats.chi2.ppf(0.95, 1) / 2
    ends = [
        optimize.brentq(lambda v: loss(v) - most, *sorted((value, end))) if loss(end) > most else end
        for end in (low, high)
    ]
    deviance = 2 * (loss(value) + stats.binom.logpmf(right, items, right / items).sum())
    return ChanceFit(value, tuple(map(float, ends)), float(stats.chi2.sf(deviance, right.size - 1)))


def length_losses(
    lengths: ArrayLike, passed: ArrayLike, runs: ArrayLike, groups: ArrayLike, curve: str
) -> np.ndarray:
    """Return the log loss of each task, under a curve fitted to the tasks of the other groups.

    The curves over the length t are "no effect of length", c; "constant hazard", exp(−t/τ), which is p^L with
    L steps a unit of length; "logistic", in log t; and "Weibull", exp(−(t/τ)^k). All tasks weigh the same,
    however often they were run. Probabilities are kept between 0.001 and 0.999.

    Parameters
    ----------
    lengths : array-like, shape (tasks,)
        Length of each task, above 0.
    passed, runs : array-like of int, shape (tasks,)
        How many runs passed, of how many.
    groups : array-like, shape (tasks,)
        Name or number of each task's group, at least two; each group is left out in turn.
    curve : str
        One of `LENGTH_CURVES`.

    Returns
    -------
    ndarray of float, shape (tasks,)
        Minus the log of the probability of a run's outcome, in the mean over the runs of the task, in nats.

    Raises
    ------
    ValueError, TypeError
        If an argument is of the wrong kind or outside its range, or no tasks are left to fit.

    References
    ----------
    Ord (2025), arXiv:2505.05115, for the constant hazard.

    Examples
    --------
    Without an effect of length the forecast of a group is the mean share of the other: here 0.625 for both.

    >>> length_losses([1, 2, 8, 9], [4, 3, 1, 2], [4] * 4, list("abab"), "no effect of length").round(2)
    array([0.47, 0.6 , 0.85, 0.73])
    """
    lengths = _validate.vector("lengths", lengths, 0, open_low=True)
    passed, runs = _validate.counts(passed, runs)
    link, slope, offset = LENGTH_CURVES[_validate.choice("curve", curve, tuple(LENGTH_CURVES))]
    names = _validate.names("groups", groups)
    _validate.as_many(lengths=lengths, passed=passed, groups=names)
    share, x = passed / runs, np.log(lengths)
    chance = np.empty_like(share)
    for out in (names == name for name in np.unique(names)):
        if out.all():
            raise ValueError("groups must name at least two groups; got one")
        fitted = _fitted(x[~out], share[~out], link, slope, offset)
        chance[out] = fitted(x[out])
    chance = np.clip(chance, 0.001, 0.999)
    return -special.xlogy(share, chance) - special.xlogy(1 - share, 1 - chance)


def _fitted(
    x: np.ndarray, share: np.ndarray, link: str, slope: bool, offset: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the probability of a pass over the log of the length; in the fit all tasks weigh the same."""
    middle = x.mean()

    def chance(parameters: np.ndarray, x: np.ndarray) -> np.ndarray:
        rise = parameters[1] if slope else offset
        place = np.clip(parameters[0] + rise * (x - middle), -30, 6)
        return special.expit(-place) if link == "logit" else np.exp(-np.exp(place))

    def loss(parameters: np.ndarray) -> float:
        kept = np.clip(chance(parameters, x), _LEAST, 1 - _LEAST)
        return -(share * np.log(kept) + (1 - share) * np.log1p(-kept)).mean()

    start = np.array([0.0, 0.5])[: 1 + slope]
    bounds = [(-40, 40), (-20, 20)][: 1 + slope]
    found = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return lambda x: chance(found, x)
