"""The toy model: what each metric is expected to show when every token is right with probability p.

Schaeffer, Miranda and Koyejo (2023), Sec. 2 and Fig. 2. The scores of fixed outputs, with the same
names, are in `mirage.metrics`.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from mirage import _validate, scaling

__all__ = [
    "accuracy",
    "brier_score",
    "clearing_probability",
    "multiple_choice_grade",
    "sample_outputs",
    "token_edit_distance",
]

_MOST_DIGITS = 10**8  # of all models together: several GB while they are drawn


def accuracy(p: ArrayLike, length: ArrayLike) -> np.ndarray | float:
    """Return the expected exact match of a target of `length` tokens: p^L.

    Parameters
    ----------
    p : array-like
        Probability that a token is right, between 0 and 1; tokens are independent.
    length : array-like
        Tokens in the target, whole numbers of at least 1; broadcast against `p`.

    Returns
    -------
    ndarray or float
        Probability that the whole target is right.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, Fig. 2C.

    Examples
    --------
    >>> float(accuracy(0.5, 3))
    0.125
    """
    p, length = _probability_and_length(p, length)
    return (p**length)[()]


def token_edit_distance(p: ArrayLike, length: ArrayLike) -> np.ndarray | float:
    """Return the expected number of wrong tokens, L(1 − p): the paper's token edit distance (a loss).

    For outputs as long as the target this is an upper bound on the expected Levenshtein distance, which
    may shift tokens to save edits (target 1234, output 2341: four wrong tokens, two edits).

    Parameters
    ----------
    p : array-like
        Probability that a token is right, between 0 and 1.
    length : array-like
        Tokens in the target, whole numbers of at least 1; broadcast against `p`.

    Returns
    -------
    ndarray or float
        Expected edits, between 0 (best) and L.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, Fig. 2E, and App. A.2, whose ε is here 1 − p.

    Examples
    --------
    >>> float(token_edit_distance(0.75, 4))
    1.0
    """
    p, length = _probability_and_length(p, length)
    return (length * (1 - p))[()]


def multiple_choice_grade(p: ArrayLike, options: ArrayLike = 4) -> np.ndarray | float:
    """Return the grade of one multiple-choice item: 1 if the right option is the most probable, else 0.

    The wrong options share 1 − p evenly, so the grade is a step at p = 1/K; there all K tie and share the
    mark.

    Parameters
    ----------
    p : array-like
        Probability given to the right option, between 0 and 1.
    options : array-like
        Number of options K, whole numbers of at least 2; broadcast against `p`.

    Returns
    -------
    ndarray or float
        0, 1/K at the tie, or 1.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, Fig. 2D, which gives no formula; the even spread is ours.

    Examples
    --------
    >>> multiple_choice_grade([0.2, 0.25, 0.3], options=4)
    array([0.  , 0.25, 1.  ])
    """
    p, options = _probability_and_options(p, options)
    return np.where(np.isclose(p, 1 / options, rtol=1e-12, atol=0), 1 / options, p * options > 1)[()]


def brier_score(p: ArrayLike, options: ArrayLike = 4) -> np.ndarray | float:
    """Return the Brier score of one multiple-choice item, summed over its options: (1 − p)² K/(K − 1).

    The wrong options share 1 − p evenly. It is a loss: 0 is best.

    Parameters
    ----------
    p : array-like
        Probability given to the right option, between 0 and 1.
    options : array-like
        Number of options K, whole numbers of at least 2; broadcast against `p`.

    Returns
    -------
    ndarray or float
        Between 0 and K/(K − 1).

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Brier (1950). Schaeffer, Miranda and Koyejo (2023), Fig. 2F, which gives no formula; the even spread
    is ours.

    Examples
    --------
    >>> float(brier_score(0.25, options=4))
    0.75
    """
    p, options = _probability_and_options(p, options)
    return ((1 - p) ** 2 * options / (options - 1))[()]


def clearing_probability(mean: ArrayLike, deviation: ArrayLike, bar: ArrayLike) -> np.ndarray | float:
    """Return the probability that a jump clears the bar, Φ((mean − bar)/deviation).

    Parameters
    ----------
    mean : array-like
        Mean height of the athlete's jumps.
    deviation : array-like
        Standard deviation of the jumps, above 0, in the same unit.
    bar : array-like
        Height of the bar, in the same unit.

    Returns
    -------
    ndarray or float
        Probability between 0 and 1, in the broadcast shape of the arguments.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number, is not finite, or `deviation` is not above 0.

    References
    ----------
    The picture is Barak's (2023); the normal distribution is ours.

    Examples
    --------
    >>> clearing_probability([1.8, 2.0, 2.2], deviation=0.1, bar=2.0).round(3)
    array([0.023, 0.5  , 0.977])
    """
    mean = _validate.array("mean", mean)
    deviation = _validate.array("deviation", deviation, 0, open_low=True)
    bar = _validate.array("bar", bar)
    mean, deviation, bar = _validate.broadcast(mean=mean, deviation=deviation, bar=bar)
    with np.errstate(over="ignore"):  # a distance beyond the floats is a certain outcome
        return stats.norm.cdf((mean - bar) / deviation)[()]


def sample_outputs(
    parameters: ArrayLike,
    constant: float = 1e9,
    exponent: float = 0.4,
    length: int = 5,
    items: int = 1000,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw the fixed outputs of a toy family: strings of digits, each right with probability p(N).

    A wrong digit is any of the nine others with equal probability. All models answer the same items.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters of each model, above 0.
    constant, exponent : float
        Of `scaling.loss`.
    length : int
        Digits in each target, at least 1.
    items : int
        Items in the test set, at least 1.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    DataFrame, one row per model and item
        Columns `family, model, parameters, seed, step, task, item, target, prediction` (strings of
        digits) and `log_probabilities` (one per digit of the target, in nats).

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    Examples
    --------
    >>> outputs = sample_outputs([1e8, 1e30], length=3, items=2)
    >>> list(outputs["model"])
    ['toy-1e+08', 'toy-1e+08', 'toy-1e+30', 'toy-1e+30']
    >>> list(outputs["target"] == outputs["prediction"])[2:]
    [True, True]
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    length, items = _validate.integer("length", length, 1), _validate.integer("items", items, 1)
    if (digits := size.size * length * items) > _MOST_DIGITS:
        raise ValueError(f"length and items must ask for at most {_MOST_DIGITS} digits in all; got {digits}")
    generator = _validate.generator(rng)
    loss = scaling.loss(size, constant, exponent)
    p = scaling.token_probability(loss)
    target = generator.integers(10, size=(items, length))
    wrong = generator.random((size.size, items, length)) >= p[:, None, None]
    shift = generator.integers(1, 10, size=wrong.shape)
    prediction = (target + wrong * shift) % 10
    return pd.DataFrame(
        {
            "family": "toy",
            "model": np.repeat([f"toy-{n:.4g}" for n in size], items),
            "parameters": np.repeat(size, items),
            "seed": 0,
            "step": 0,
            "task": f"{length} digits",
            "item": np.tile(np.arange(items), size.size),
            "target": np.tile(_strings(target), size.size),
            "prediction": _strings(prediction.reshape(-1, length)),
            "log_probabilities": list(np.repeat(-loss, items)[:, None].repeat(length, 1)),
        }
    )


def _probability_and_length(p: ArrayLike, length: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return _validate.broadcast(
        p=_validate.array("p", p, 0, 1), length=_validate.integers("length", length, 1)
    )


def _probability_and_options(p: ArrayLike, options: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return _validate.broadcast(
        p=_validate.array("p", p, 0, 1), options=_validate.integers("options", options, 2)
    )


def _strings(digits: np.ndarray) -> list[str]:
    letters = (digits + ord("0")).astype(np.uint8)
    return letters.view(f"S{letters.shape[1]}").ravel().astype(str).tolist()
