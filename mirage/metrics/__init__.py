"""Scores of fixed outputs, one per item: what a model answered, marked in several ways.

The same outputs can look emergent under one of these scores and smooth under another (Schaeffer, Miranda
and Koyejo 2023, Sec. 3). What each score is expected to be in the toy model is in `mirage.toy`.
"""

import operator
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import distance, process, special
from mirage.metrics import _pairs

__all__ = [
    "brier_score",
    "cross_entropy",
    "exact_match",
    "multiple_choice_grade",
    "pass_at_k",
    "reconstruction_accuracy",
    "subset_accuracy",
    "token_accuracy",
    "token_edit_distance",
]

_ROUNDING = 1e-12
_SUM_TOLERANCE = 1e-6


def exact_match(targets: Sequence, predictions: Sequence) -> np.ndarray:
    """Return 1 for each item whose prediction is the target, token by token, and 0 for the others.

    Parameters
    ----------
    targets, predictions : list, tuple, array or Series, of `items` answers
        Right answers and answers given. An answer is a sequence of tokens (any hashable: numbers, words),
        or a string, whose tokens are its characters. An empty answer is allowed.

    Returns
    -------
    ndarray of float, shape (items,)
        1 or 0.

    Raises
    ------
    TypeError
        If an argument is not a list of answers, a string is paired with a sequence of tokens, or a token
        is missing (None, NaN) or not hashable.
    ValueError
        If there are no items, or the numbers of items differ.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 1: Exact String Match.

    Examples
    --------
    >>> exact_match(["4275", "88"], ["4275", "89"])
    array([1., 0.])
    """
    return _pairs.scored(_matches, targets, predictions)


def token_edit_distance(targets: Sequence, predictions: Sequence) -> np.ndarray:
    """Return the fewest insertions, deletions and substitutions of tokens from prediction to target.

    It is a loss, in tokens: 0 is best, and it is not divided by the length of the target.

    Parameters
    ----------
    targets, predictions : list, tuple, array or Series, of `items` answers
        Right answers and answers given. An answer is a sequence of tokens (any hashable: numbers, words),
        or a string, whose tokens are its characters. An empty answer is allowed.

    Returns
    -------
    ndarray of int, shape (items,)
        Edits, at least 0.

    Raises
    ------
    TypeError
        If an argument is not a list of answers, a string is paired with a sequence of tokens, or a token
        is missing (None, NaN) or not hashable.
    ValueError
        If there are no items, or the numbers of items differ.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), App. A.2. Levenshtein (1966).

    Examples
    --------
    >>> token_edit_distance(["4275", "88"], ["4257", ""])
    array([2, 2])
    >>> token_edit_distance([["four", "two"]], [["four", "three"]])
    array([1])
    """
    return _pairs.scored(_edits, targets, predictions)


def token_accuracy(targets: Sequence, predictions: Sequence) -> np.ndarray:
    """Return the share of each target's positions at which the prediction has the right token.

    Positions are compared one to one, so a token too many shifts, and spoils, all that follow it. Tokens
    beyond the end of the target are not looked at.

    Parameters
    ----------
    targets, predictions : list, tuple, array or Series, of `items` answers
        Right answers and answers given. An answer is a sequence of tokens (any hashable: numbers, words),
        or a string, whose tokens are its characters. An empty answer is allowed.

    Returns
    -------
    ndarray of float, shape (items,)
        Between 0 and 1. An empty target has 1 if the prediction is empty too, else 0.

    Raises
    ------
    TypeError
        If an argument is not a list of answers, a string is paired with a sequence of tokens, or a token
        is missing (None, NaN) or not hashable.
    ValueError
        If there are no items, or the numbers of items differ.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, whose p, the probability of a right token, it estimates.

    Examples
    --------
    >>> token_accuracy(["4275", "88"], ["4257", "88"])
    array([0.5, 1. ])
    """
    return _pairs.scored(_share_of_right_tokens, targets, predictions)


def multiple_choice_grade(probabilities: ArrayLike, answers: ArrayLike) -> np.ndarray:
    """Return 1 for each item whose right option has the highest probability, and 0 for the others.

    Options that tie for the highest probability (to within rounding) share the mark.

    Parameters
    ----------
    probabilities : array-like, shape (items, options)
        Probability of each option; every row sums to 1.
    answers : array-like of int, shape (items,)
        Index of the right option, from 0.

    Returns
    -------
    ndarray of float, shape (items,)
        0, 1, or 1/m if the right option is one of m that tie.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, a row does not sum to 1, or an answer is not the index of an option.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 1. Sharing the mark is ours: taking the first of the tied
    options would reward the order in which they are listed.

    Examples
    --------
    >>> multiple_choice_grade([[0.6, 0.4], [0.6, 0.4], [0.5, 0.5]], [0, 1, 1])
    array([1. , 0. , 0.5])
    """
    probability, answer = _options(probabilities, answers)
    best = probability >= probability.max(axis=1, keepdims=True) * (1 - _ROUNDING)
    return best[np.arange(answer.size), answer] / best.sum(axis=1)


def brier_score(probabilities: ArrayLike, answers: ArrayLike) -> np.ndarray:
    """Return the squared error of each item's probabilities, summed over its options: Σ (p_k − y_k)².

    It is a loss: 0 is best and 2 is worst. With two options it is twice the binary form (p − y)².

    Parameters
    ----------
    probabilities : array-like, shape (items, options)
        Probability of each option; every row sums to 1.
    answers : array-like of int, shape (items,)
        Index of the right option, from 0.

    Returns
    -------
    ndarray of float, shape (items,)
        Between 0 and 2.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, a row does not sum to 1, or an answer is not the index of an option.

    References
    ----------
    Brier (1950). Schaeffer, Miranda and Koyejo (2023), Sec. 4 and Fig. 6.

    Examples
    --------
    >>> brier_score([[1.0, 0.0], [0.5, 0.5]], [0, 1])
    array([0. , 0.5])
    """
    probability, answer = _options(probabilities, answers)
    right = np.eye(probability.shape[1])[answer]
    return ((probability - right) ** 2).sum(axis=1)


def cross_entropy(log_probabilities: Sequence) -> np.ndarray:
    """Return minus the mean log-probability of each target's tokens.

    It is a loss, in nats per token. One impossible token (−inf) makes the item's loss infinite.

    Parameters
    ----------
    log_probabilities : list of sequences, or array-like of shape (items, tokens)
        Natural logarithm of the probability of each token of the target; items may differ in length.

    Returns
    -------
    ndarray of float, shape (items,)
        At least 0.

    Raises
    ------
    ValueError, TypeError
        If there are no items, an item has no tokens, or a value is above 0, NaN or not a number.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2: with one right token the cross-entropy is −log p.

    Examples
    --------
    >>> cross_entropy([[-0.5, -1.5], [-0.25]])
    array([1.  , 0.25])
    """
    name = "log_probabilities"
    rows = _pairs.sequences(name, _pairs.items(name, log_probabilities))
    lengths = np.fromiter(map(len, rows), int, len(rows))
    values = _log_probabilities(name, rows)
    starts = np.cumsum(lengths) - lengths
    with np.errstate(over="ignore"):  # a sum beyond the floats is an infinite loss
        return np.abs(np.add.reduceat(values, starts)) / lengths  # no value is above 0; abs avoids −0


def subset_accuracy(correct: ArrayLike, size: int) -> float:
    """Return the probability that `size` items, drawn without replacement, are all right.

    With k right items of n it is C(k, size)/C(n, size): the exact mean over all subsets, not an estimate
    from some. For many items it approaches accuracy^size.

    Parameters
    ----------
    correct : array-like of bool, or of 0 and 1, shape (items,)
        Whether each item was answered correctly.
    size : int
        Items in a subset, from 1 to the number of items.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError, TypeError
        If `correct` holds anything but 0 and 1, or `size` is outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), App. B.1, Fig. 10C ("K of K").

    Examples
    --------
    >>> subset_accuracy([1, 1, 1, 0], size=2)
    0.5
    """
    right = _validate.flags("correct", correct)
    size = _validate.integer("size", size, 1)
    if size > right.size:
        raise ValueError(f"size must be at most the number of items, {right.size}; got {size}")
    # A product of ratios, as the binomial coefficients themselves leave the floats.
    drawn = np.arange(min(size, int(right.sum()) + 1))  # once no right item is left, the factor is 0
    return float(np.prod((right.sum() - drawn) / (right.size - drawn)))


def pass_at_k(samples: ArrayLike, right: ArrayLike, k: int) -> np.ndarray:
    """Return the probability that at least one of k samples of each item is right.

    The unbiased estimator 1 − C(n − c, k)/C(n, k) from c right answers among n samples: 1 − (1 − c/n)^k is
    too low.

    Parameters
    ----------
    samples, right : array-like of int, shape (items,)
        Samples n of each item, at least k; and how many of them are right.
    k : int
        From 1 to the smallest n.

    Returns
    -------
    ndarray, shape (items,)
        Between 0 and 1.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Chen et al. (2021), *Evaluating Large Language Models Trained on Code*, Eq. 1, arXiv:2107.03374.

    Examples
    --------
    >>> pass_at_k([10, 10], [0, 5], 2).round(3)
    array([0.   , 0.778])
    """
    number, successes = _validate.integers("samples", samples, 1), _validate.integers("right", right)
    _validate.as_many(samples=number, right=successes)
    _validate.at_most(successes, number)
    k = _validate.integer("k", k, 1)
    if number.min() < k:
        raise ValueError(f"k must be at most the smallest number of samples, {number.min()}; got {k}")
    wrong = number - successes
    logs = special.betaln(number - k + 1, k + 1) - special.betaln(np.maximum(wrong - k, 0) + 1, k + 1)
    return np.where(wrong < k, 1.0, 0.0 - np.expm1(logs + np.log((number + 1) / (np.maximum(wrong, k) + 1))))


def reconstruction_accuracy(errors: ArrayLike, threshold: ArrayLike) -> np.ndarray | float:
    """Return the share of items whose error is strictly below the threshold.

    Parameters
    ----------
    errors : array-like, shape (items,)
        Squared error of each item (image), at least 0.
    threshold : array-like
        The error c that counts as reconstructed, in the unit of `errors`, at least 0; any shape.

    Returns
    -------
    ndarray or float
        Between 0 and 1, in the shape of `threshold`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 5: Reconstruction_c.

    Examples
    --------
    >>> float(reconstruction_accuracy([0.1, 0.2, 0.3, 0.4], 0.3))
    0.5
    >>> reconstruction_accuracy([0.1, 0.2, 0.3, 0.4], [0.1, 0.5])
    array([0., 1.])
    """
    ordered = np.sort(_validate.vector("errors", errors, 0))
    limit = _validate.array("threshold", threshold, 0)
    return (np.searchsorted(ordered, limit, side="left") / ordered.size)[()]


def _matches(targets: Sequence, predictions: Sequence) -> np.ndarray:
    return np.fromiter(map(operator.eq, targets, predictions), float, len(targets))


def _edits(targets: Sequence, predictions: Sequence) -> np.ndarray:
    return process.cpdist(targets, predictions, scorer=distance.Levenshtein.distance).astype(np.int64)


def _share_of_right_tokens(targets: Sequence, predictions: Sequence) -> np.ndarray:
    length, given = (np.fromiter(map(len, answers), int) for answers in (targets, predictions))
    wrong = process.cpdist(targets, predictions, scorer=distance.Hamming.distance).astype(np.int64)
    right = np.maximum(length, given) - wrong  # Hamming's distance counts surplus tokens as wrong
    return np.where(length > 0, right / np.maximum(length, 1), given == 0)


def _options(probabilities: object, answers: object) -> tuple[np.ndarray, np.ndarray]:
    probability = _validate.array("probabilities", probabilities, 0, 1)
    if probability.ndim != 2 or probability.shape[1] < 2:
        raise ValueError(
            "probabilities must have a row per item and a column for each of at least two options; "
            f"got shape {probability.shape}"
        )
    answer = _validate.integers("answers", answers)
    if answer.shape != probability.shape[:1]:
        raise ValueError(
            f"answers must hold one index per item, {probability.shape[0]}; got shape {answer.shape}"
        )
    options = probability.shape[1]
    if (answer >= options).any():
        raise ValueError(f"answers must be indices from 0 to {options - 1}; got {answer.max()}")
    sums = probability.sum(axis=1)
    worst = int(np.argmax(np.abs(sums - 1)))
    if abs(sums[worst] - 1) > _SUM_TOLERANCE:
        raise ValueError(f"probabilities must sum to 1 in every row; row {worst} sums to {sums[worst]:.9g}")
    return probability, answer


def _log_probabilities(name: str, rows: list[Sequence]) -> np.ndarray:
    try:
        if all(rows):
            return _validate.vector(name, list(chain.from_iterable(rows)), high=0, infinite=True)
    except (TypeError, ValueError):
        pass
    # Something is wrong: go row by row, so that the message names the item.
    for place, row in enumerate(rows):
        _validate.vector(f"{name}[{place}]", row, high=0, infinite=True)
    raise TypeError(f"{name} must hold sequences of numbers; got {_validate.shown(rows)}")
