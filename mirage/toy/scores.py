"""What each metric is expected to show when every token is right with probability p."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate

__all__ = [
    "accuracy",
    "brier_score",
    "multiple_choice_grade",
    "token_edit_distance",
]


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


def _probability_and_length(p: ArrayLike, length: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return _validate.broadcast(
        p=_validate.array("p", p, 0, 1), length=_validate.integers("length", length, 1)
    )


def _probability_and_options(p: ArrayLike, options: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return _validate.broadcast(
        p=_validate.array("p", p, 0, 1), options=_validate.integers("options", options, 2)
    )
