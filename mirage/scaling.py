"""From the size of a model to its loss, to the probability of a right token, and to the width of a curve.

The links turn a probability into a place on a line, and back.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import optimize, special

__all__ = ["inverse_link", "link", "loss", "token_probability", "transition_width"]

# A width is looked for between 1e-100 and 1e100 parameters: far wider than any curve of interest.
_DECADES = np.linspace(-100, 100, 4001)

_LINKS = {
    "gompertz": (lambda p: -np.log(-np.log(p)), lambda x: np.exp(-np.exp(-x))),
    "logistic": (lambda p: special.logit(p), lambda x: special.expit(x)),  # SciPy: only when it is asked
    "probit": (lambda p: special.ndtri(p), lambda x: special.ndtr(x)),
}


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


def link(probability: ArrayLike, name: str = "gompertz") -> np.ndarray | float:
    """Return the linear predictor of a probability, under a link of generalised linear models.

    Parameters
    ----------
    probability : array-like
        Between 0 and 1; any shape.
    name : {"gompertz", "logistic", "probit"}
        "gompertz" is −ln(−ln p), also called the log-log link: in ln N the toy model is straight, with
        slope a. "logistic" is ln(p/(1 − p)). "probit" is the quantile of the standard normal distribution.

    Returns
    -------
    ndarray or float
        Increasing in `probability` and in its shape; −infinity at 0, infinity at 1.

    Raises
    ------
    ValueError, TypeError
        If `probability` is not a number between 0 and 1, or `name` is none of the three.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, Sec. 4.3.

    Examples
    --------
    >>> link([0.1, 0.5, 0.9], "probit").round(3)
    array([-1.282,  0.   ,  1.282])
    >>> p = token_probability(loss([1e8, 1e9, 1e10], constant=1e9, exponent=0.5))
    >>> np.diff(link(p)) / np.log(10)
    array([0.5, 0.5])
    """
    probability = _validate.array("probability", probability, 0, 1)
    forward, _ = _LINKS[_validate.choice("name", name, tuple(_LINKS))]
    with np.errstate(divide="ignore"):  # 0 and 1 lie infinitely far away
        return forward(probability)[()]


def inverse_link(predictor: ArrayLike, name: str = "gompertz") -> np.ndarray | float:
    """Return the probability that belongs to a linear predictor: the inverse of `link`.

    Parameters
    ----------
    predictor : array-like
        Any number, or an infinity; any shape.
    name : {"gompertz", "logistic", "probit"}
        As in `link`.

    Returns
    -------
    ndarray or float
        Probability between 0 and 1, in the shape of `predictor`.

    Raises
    ------
    ValueError, TypeError
        If `predictor` is NaN or not a number, or `name` is none of the three.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, Sec. 4.3.

    Examples
    --------
    >>> inverse_link([-2, 0, 2], "logistic").round(3)
    array([0.119, 0.5  , 0.881])
    """
    predictor = _validate.array("predictor", predictor, infinite=True)
    _, inverse = _LINKS[_validate.choice("name", name, tuple(_LINKS))]
    with np.errstate(over="ignore"):  # far below the middle, exp(−exp(−x)) is 0
        return inverse(predictor)[()]


def share_of_way(predictor: np.ndarray, link: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the inverse link, 1 − it, and its derivative: for fits, so nothing is checked or quite 0."""
    if link == "gompertz":
        loss = np.exp(-np.clip(predictor, -6.5, 500))
        return np.exp(-loss), -np.expm1(-loss), loss * np.exp(-loss)
    if link == "logistic":
        share, rest = special.expit(predictor), special.expit(-predictor)
        return share, rest, share * rest
    density = np.exp(-np.minimum(predictor**2, 1400) / 2) / np.sqrt(2 * np.pi)
    return special.ndtr(predictor), special.ndtr(-predictor), density


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
