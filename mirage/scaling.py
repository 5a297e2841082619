"""From the size of a model to its loss, to the probability of a right token, and back from real accuracies.

`fit_exponent` asks which exponent the toy model would need to pass through measured accuracies.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from mirage import _validate

__all__ = ["ExponentFit", "fit_exponent", "loss", "token_probability", "transition_width"]

# A width is looked for between 1e-100 and 1e100 parameters: far wider than any curve of interest.
_DECADES = np.linspace(-100, 100, 4001)
_LEAST_INFORMATIVE_SIZES = 4


def loss(
    parameters: ArrayLike, constant: float, exponent: float, irreducible: float = 0.0
) -> np.ndarray | float:
    """Return the cross-entropy per token of a model of a given size: E + (N/c)^−a.

    Parameters
    ----------
    parameters : array-like
        Number of parameters N of each model, above 0; any shape.
    constant : float
        The size c, above 0, at which the reducible loss is one nat.
    exponent : float
        The exponent a, above 0. Schaeffer et al. write (N/c)^α with α = −a.
    irreducible : float
        The loss E, at least 0, that no size removes.

    Returns
    -------
    ndarray or float
        Loss in nats per token, in the shape of `parameters`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2. Kaplan et al. (2020), Eq. 1.1.

    Examples
    --------
    >>> float(loss(1e9, constant=1e9, exponent=0.5))
    1.0
    >>> loss([1e8, 1e10], constant=1e9, exponent=0.5).round(3)
    array([3.162, 0.316])
    """
    size = _validate.array("parameters", parameters, 0, open_low=True)
    constant = _validate.number("constant", constant, 0, open_low=True)
    exponent = _validate.number("exponent", exponent, 0, open_low=True)
    irreducible = _validate.number("irreducible", irreducible, 0)
    with np.errstate(over="ignore"):  # a vanishing model has an infinite loss
        return (irreducible + np.exp(-exponent * (np.log(size) - np.log(constant))))[()]


def token_probability(loss: ArrayLike) -> np.ndarray | float:
    """Return the probability of the right token, exp(−loss).

    Parameters
    ----------
    loss : array-like
        Cross-entropy in nats per token, at least 0 (infinity is allowed); any shape.

    Returns
    -------
    ndarray or float
        Probability between 0 and 1, in the shape of `loss`.

    Raises
    ------
    ValueError, TypeError
        If `loss` is negative, NaN or not a number.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2: with one right token the cross-entropy is −log p.

    Examples
    --------
    >>> float(token_probability(0.0))
    1.0
    >>> token_probability([1.0, 2.0]).round(4)
    array([0.3679, 0.1353])
    """
    values = _validate.array("loss", loss, 0, infinite=True)
    return np.exp(-values)[()]


def transition_width(curve: Callable[[np.ndarray], np.ndarray], low: float = 0.1, high: float = 0.9) -> float:
    """Return how many decades of parameters a curve needs to go from one level to another.

    Parameters
    ----------
    curve : callable
        Takes an array of numbers of parameters, returns the score of each. It must cross each level
        exactly once between 1e-100 and 1e100 parameters, upwards or downwards.
    low, high : float
        The two levels of the score; `low` is below `high`.

    Returns
    -------
    float
        Width in decades (factors of ten) of parameters, at least 0.

    Raises
    ------
    ValueError, TypeError
        If the levels are out of order, or the curve does not cross each of them once.

    Examples
    --------
    In the toy model the width is 1.3395/a whatever the length of the target.

    >>> def accuracy(parameters, length):
    ...     return token_probability(loss(parameters, constant=1e9, exponent=0.4)) ** length
    >>> round(transition_width(lambda parameters: accuracy(parameters, 1)), 3)
    3.349
    >>> round(transition_width(lambda parameters: accuracy(parameters, 10)), 3)
    3.349
    """
    low, high = _validate.number("low", low), _validate.number("high", high)
    if low >= high:
        raise ValueError(f"low must be below high; got low={low:g}, high={high:g}")
    if not callable(curve):
        raise TypeError(f"curve must be a function of parameters; got {_validate.shown(curve)}")
    scores = _scores(curve, 10.0**_DECADES)
    return abs(_crossing(curve, scores, high) - _crossing(curve, scores, low))


@dataclass(frozen=True)
class ExponentFit:
    """The toy model A = exp(−(N/c)^−a) fitted to counts of right answers, one model a size.

    Attributes
    ----------
    parameters, successes, trials : ndarray
        The inputs, one entry a model.
    confidence : float
        Of the interval.
    exponent : float
        The exponent a; NaN when the counts cannot tell.
    interval : tuple of float
        Low and high end for the exponent; NaN when the counts cannot tell.
    constant : float
        The size c at which the accuracy is 1/e (the length of the target is part of it).
    dispersion : float
        Deviance per degree of freedom, at least 1: near 1 when items alone explain the scatter around the
        curve, far above 1 when the curve does not fit.
    reason : str
        Why the counts cannot tell; empty when they can.
    """

    parameters: np.ndarray
    successes: np.ndarray
    trials: np.ndarray
    confidence: float
    exponent: float
    interval: tuple[float, float]
    constant: float
    dispersion: float
    reason: str = ""

    def accuracy(self, parameters: ArrayLike) -> np.ndarray | float:
        """Return the accuracy that the fitted curve gives to models of these sizes."""
        if self.reason:
            raise ValueError(f"accuracy needs a fit, but the counts cannot tell: {self.reason}")
        size = _validate.array("parameters", parameters, 0, open_low=True)
        # Not through `loss`, whose exponent is above 0: a fitted one may be below.
        return np.exp(-np.exp(-self.exponent * (np.log(size) - np.log(self.constant))))[()]

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        low, high = self.interval
        return (
            f"exponent {self.exponent:.2f} ({self.confidence:.0%} interval {low:.2f} to {high:.2f}), "
            f"dispersion {self.dispersion:.1f}"
        )


def fit_exponent(
    parameters: ArrayLike, successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95
) -> ExponentFit:
    """Fit the exponent that the toy model would need to pass through measured accuracies.

    ln(−ln A) = a ln c − a ln N is a straight line in ln N, so the fit is a binomial regression of the
    wrong answers with the complementary log-log link. Scatter beyond that of the items widens the
    interval: the variance is multiplied by the deviance over its degrees of freedom (where that is above
    1), and the quantile is Student's. The deviance is used because Pearson's chi-square explodes where the
    curve expects almost no right answers. The interval is approximate: with strong scatter between few
    models it covers less often than it says, and none repairs a curve of the wrong shape.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters of each model, above 0.
    successes, trials : array-like, shape (models,)
        Right answers and items of each model.
    confidence : float
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    ExponentFit
        With `reason` set, and NaN for the estimates, when fewer than four different sizes have an
        accuracy strictly between 0 and 1: then the counts cannot tell.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, solved for the exponent. McCullagh and Nelder (1989),
    *Generalized Linear Models*, ch. 4 (link, dispersion).

    Examples
    --------
    >>> sizes = np.geomspace(1e9, 1e11, 4)
    >>> expected = token_probability(loss(sizes, constant=5e9, exponent=0.7))
    >>> fit = fit_exponent(sizes, np.round(2000 * expected), np.full(4, 2000))
    >>> round(fit.exponent, 2)
    0.7
    """
    size, right, items = _validate.counts(parameters, successes, trials)
    confidence = _validate.share("confidence", confidence)
    informative = np.unique(size[(right > 0) & (right < items)]).size
    if informative < _LEAST_INFORMATIVE_SIZES:
        reason = (
            f"{informative} sizes have an accuracy strictly between 0 and 1, "
            f"{_LEAST_INFORMATIVE_SIZES} are needed"
        )
        nan = float("nan")
        return ExponentFit(size, right, items, confidence, nan, (nan, nan), nan, nan, reason)
    centre = np.log(size).mean()
    design = np.column_stack([np.ones(size.size), np.log(size) - centre])
    family = families.Binomial(link=families.links.CLogLog())
    model = GLM(np.column_stack([items - right, right]), design, family=family)
    fit = model.fit()
    intercept, slope = fit.params
    dispersion = max(1.0, fit.deviance / fit.df_resid)
    half = stats.t.ppf((1 + confidence) / 2, fit.df_resid) * fit.bse[1] * np.sqrt(dispersion)
    constant = float(np.exp(centre - intercept / slope))
    interval = (float(-slope - half), float(-slope + half))
    return ExponentFit(size, right, items, confidence, float(-slope), interval, constant, float(dispersion))


def _scores(curve: Callable[[np.ndarray], np.ndarray], parameters: np.ndarray) -> np.ndarray:
    try:
        values = curve(parameters)
    except Exception as error:  # the reader's own function may fail in any way
        raise ValueError(
            "curve must take an array of numbers of parameters (np.exp does, math.exp does not); "
            f"it stopped with {type(error).__name__}: {error}"
        ) from error
    scores = _validate.array("curve(parameters)", values)
    if scores.shape != parameters.shape:
        raise ValueError(
            f"curve must return one score per size; got shape {scores.shape} for {parameters.shape}"
        )
    return scores


def _crossing(curve: Callable[[np.ndarray], np.ndarray], scores: np.ndarray, level: float) -> float:
    above = scores > level
    (changes,) = np.nonzero(np.diff(above))
    if changes.size != 1:
        raise ValueError(f"curve must cross {level:g} once; it crosses it {changes.size} times")
    left, right = _DECADES[changes[0]], _DECADES[changes[0] + 1]

    def distance(decade: float) -> float:
        return float(_scores(curve, np.array([10.0**decade]))[0]) - level

    return optimize.brentq(distance, left, right)
