"""Tasks of different lengths, each tried several times: does the hazard fall, or do tasks differ?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from mirage import _validate

__all__ = ["RepeatsFit", "fit_repeats"]

# The trapezoidal rule for a deviate of mean 0 and standard deviation 1: the logarithm of a log-normal or of
# an exponential hazard. Finer than what a few runs of a task can tell.
_EXPONENTIAL = stats.gumbel_l(np.euler_gamma * 6**0.5 / np.pi, 6**0.5 / np.pi)
_DEVIATES = {
    "normal": (np.linspace(-4.5, 4.5, 121), stats.norm),
    "exponential": (np.linspace(-8, 2.5, 121), _EXPONENTIAL),
}
_CERTAIN, _HOPELESS = -25.0, 6.0  # logarithms of -log p, beyond which a pass is certain, or none is seen
_START = {"place": np.nan, "shape": 0.8, "spread": 2.4}
_MOST, _BEYOND = {"shape": 10, "spread": 20}, 15


@dataclass(frozen=True, eq=False)
class RepeatsFit:
    """A curve of passes over the length of tasks, where tasks of one length may differ.

    A run of a task of length t passes with probability exp(−e^(σz) (t/τ)^k), with z a deviate of mean 0 and
    standard deviation 1 that all runs of the task share.

    Attributes
    ----------
    lengths, passed, runs : ndarray
        The inputs.
    scale, shape, spread : float
        τ, at which a middling task is passed with probability 1/e; k, where 1 is a constant hazard and less
        is a falling one; σ, where 0 says that tasks of one length are alike.
    log_likelihood : float
        Of the passes of each task, but for the binomial coefficients; weighted as the fit is.
    differences : str
        How z is distributed.
    """

    lengths: np.ndarray
    passed: np.ndarray
    runs: np.ndarray
    scale: float
    shape: float
    spread: float
    log_likelihood: float
    differences: str

    def expected(self, passed: ArrayLike, runs: ArrayLike) -> np.ndarray:
        """Return the probability of as many passes in as many runs, for a task of each length."""
        k, n = (np.broadcast_to(each, self.lengths.shape) for each in (passed, runs))
        deviates, log_weights = _rule(self.differences)
        log_hazard = _log_hazard(np.log(self.lengths), np.log(self.scale), self.shape, self.spread, deviates)
        chance = np.exp(-np.exp(log_hazard))
        return stats.binom.pmf(k[:, None], n[:, None], chance) @ np.exp(log_weights)


def fit_repeats(
    lengths: ArrayLike,
    passed: ArrayLike,
    runs: ArrayLike,
    *,
    shape: float | None = None,
    spread: float | None = None,
    weights: ArrayLike | None = None,
    differences: str = "normal",
) -> RepeatsFit:
    """Fit a curve of passes over the length of tasks, with a spread between tasks that the repeats show.

    A mixture of easy and hard tasks, each of constant hazard, gives a curve that falls like that of a falling
    hazard. Repeats tell the two apart: if tasks differ, most are passed always or never.

    Parameters
    ----------
    lengths : array-like, shape (tasks,)
        Length of each task, above 0, in any unit; two different ones unless the shape is given.
    passed, runs : array-like of int, shape (tasks,)
        How many runs passed, of how many; at least one must pass, and one fail.
    shape, spread : float, optional
        Keep k, or σ, at this value from 0 to 10, or 20; otherwise it is fitted.
    weights : array-like, shape (tasks,), optional
        How often each task counts, from 0 to a billion, as in a bootstrap; 1 by default.
    differences : str
        How the logarithm of the tasks' hazards is distributed, at every length: "normal", or "exponential",
        as that of an exponential variable, with more of the very easy tasks. The shape may depend on it.

    Returns
    -------
    RepeatsFit

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or outside its range, or nothing can be fitted.

    References
    ----------
    The proportional-hazards (complementary log-log) model with a random effect; Hougaard (2000),
    *Analysis of Multivariate Survival Data*, on frailty.

    Examples
    --------
    Of ten tasks, each run ten times, some are passed nearly always and some of the same length never.

    >>> lengths, passed = [1, 1, 3, 3, 10, 10, 30, 30, 99, 99], [10, 10, 10, 0, 10, 1, 9, 0, 0, 0]
    >>> alike, apart = (fit_repeats(lengths, passed, [10] * 10, spread=spread) for spread in (0, None))
    >>> bool(alike.shape < 1 < apart.shape), alike.spread < apart.spread
    (True, True)
    """
    lengths = _validate.vector("lengths", lengths, 0, open_low=True)
    passed, runs = _validate.counts(passed, runs)
    _validate.as_many(passed=passed, lengths=lengths)
    rule = _rule(_validate.choice("differences", differences, tuple(_DEVIATES)))
    weights = _validate.each("weights", 1.0 if weights is None else weights, lengths, 0, 1e9)
    given = {name: value for name, value in (("shape", shape), ("spread", spread)) if value is not None}
    fixed = {name: _validate.number(name, value, 0, _MOST[name]) for name, value in given.items()}
    counted = weights > 0
    if not 0 < passed[counted].sum() < runs[counted].sum():
        raise ValueError("passed must hold a pass and a failure; it holds only one of them")
    x = np.log(lengths)
    if "shape" not in fixed and np.ptp(x[counted]) == 0:
        raise ValueError(f"lengths must differ if no shape is given; got {lengths[0]:g} only")
    start = _START | {"place": x[counted].mean()} | fixed
    found, log_likelihood = _most_likely(start, set(fixed), (x, passed, runs, weights), rule)
    scale, shape, spread = float(np.exp(found["place"])), found["shape"], found["spread"]
    return RepeatsFit(lengths, passed, runs, scale, shape, spread, log_likelihood, differences)


def _most_likely(
    start: dict[str, float], fixed: set[str], tasks: tuple[np.ndarray, ...], rule: tuple[np.ndarray, ...]
) -> tuple[dict[str, float], float]:
    """Return the parameters of the largest likelihood, some of them fixed, and its logarithm."""
    free = [name for name in start if name not in fixed]
    *counts, weights = tasks
    x, total = counts[0], weights.sum()
    bounds = {"place": (x.min() - _BEYOND, x.max() + _BEYOND)}
    bounds |= {name: (0, most) for name, most in _MOST.items()}

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        of = start | dict(zip(free, values, strict=True))
        log_likelihood, slopes = _log_likelihood((*counts, weights / total), rule, **of)
        return -log_likelihood, -np.array([slopes[name] for name in free])

    first = [start[name] for name in free]
    found = optimize.minimize(loss, first, jac=True, method="L-BFGS-B", bounds=[bounds[n] for n in free])
    return start | dict(zip(free, map(float, found.x), strict=True)), float(-found.fun * total)


def _rule(differences: str) -> tuple[np.ndarray, np.ndarray]:
    """Return deviates and the logarithms of their weights."""
    deviates, distribution = _DEVIATES[differences]
    log_weights = distribution.logpdf(deviates)
    return deviates, log_weights - special.logsumexp(log_weights)


def _log_hazard(x: np.ndarray, place: float, shape: float, spread: float, deviates: np.ndarray) -> np.ndarray:
    """Return log(−log p) of each task, for each deviate that it may have."""
    return np.clip(shape * (x[:, None] - place) + spread * deviates, _CERTAIN, _HOPELESS)


def _log_likelihood(
    tasks: tuple[np.ndarray, ...], rule: tuple[np.ndarray, ...], **of: float
) -> tuple[float, dict[str, float]]:
    """Return the log-likelihood, and its slope in each parameter."""
    (x, passed, runs, weights), (deviates, log_weights) = tasks, rule
    hazard = np.exp(_log_hazard(x, **of, deviates=deviates))
    odds = np.expm1(hazard)  # of a failure
    passed, runs = passed[:, None], runs[:, None]
    failed = runs - passed
    given = failed * np.log(odds) - runs * hazard + log_weights
    most = given.max(axis=1, keepdims=True)
    share = np.exp(given - most)
    total = share.sum(axis=1, keepdims=True)
    each = (most + np.log(total))[:, 0]
    slope = (failed / odds - passed) * hazard * share / total
    slope *= weights[:, None]
    by_task = slope.sum(axis=1)
    slopes = {
        "place": -of["shape"] * by_task.sum(),
        "shape": ((x - of["place"]) * by_task).sum(),
        "spread": (slope * deviates).sum(),
    }
    return float(weights @ each), slopes
