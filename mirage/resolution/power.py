"""How many items show an ability: at least once, or above chance."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import stats

__all__ = ["fisher_test", "items_needed", "power", "smallest_rise"]

_MOST_COMPARED = 10**6  # SciPy adds up as many terms
_MOST_ITEMS = 2**53  # beyond it a float skips whole numbers


def items_needed(probability: ArrayLike, confidence: float = 0.95) -> np.ndarray | int:
    """Return how many items show at least one success with the given confidence.

    The smallest n with 1 − (1 − p)^n of at least `confidence` (equality to within rounding counts).

    Parameters
    ----------
    probability : array-like
        Probability p of a success on one item, above 0 and at most 1; any shape.
    confidence : float
        Strictly between 0 and 1.

    Returns
    -------
    ndarray of int, or int
        Items, at least 1, in the shape of `probability`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number, lies outside its range, or 2**53 items are not enough.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, factor 2 (resolution); the formula is the binomial's.

    Examples
    --------
    >>> items_needed([0.5, 0.01])
    array([  5, 299])
    """
    probability = _validate.array("probability", probability, 0, 1, open_low=True)
    confidence = _validate.share("confidence", confidence)
    with np.errstate(divide="ignore", over="ignore"):  # a sure success; a hopelessly small probability
        exact = np.log1p(-confidence) / np.log1p(-probability)
    if (exact > _MOST_ITEMS).any():
        raise ValueError(
            f"probability must be large enough for 2**53 items to show it; got {probability.min():g}"
        )
    whole = np.round(exact)
    reached = np.isclose(exact, whole, rtol=_rounding(probability, confidence), atol=0)
    return np.maximum(np.where(reached, whole, np.ceil(exact)), 1).astype(np.int64)[()]


def power(
    chance: ArrayLike, ability: ArrayLike, trials: ArrayLike, significance: float = 0.05
) -> np.ndarray | float:
    """Return the probability that a test set shows an ability to be above chance.

    The test is the one-sided exact binomial test, and its power is exact too. It rises with the number of
    items in a sawtooth, because the level of a test on counts jumps. The usual formula for sample sizes,
    n = [(z_a √(p0 q0) + z_b √(p1 q1))/(p1 − p0)]², is its normal approximation and is a few points kinder
    (483 items for 80% from .25 to .30; the exact power there is 77%).

    Parameters
    ----------
    chance : array-like
        Proportion under the null hypothesis, between 0 and 1.
    ability : array-like
        True proportion, between 0 and 1; at or below `chance` the power is at most the significance.
    trials : array-like of int
        Items, at least 1. The three are broadcast against each other.
    significance : float
        Strictly between 0 and 1.

    Returns
    -------
    ndarray or float
        Between 0 and 1, in the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, ch. 2.

    Examples
    --------
    >>> power(0.25, 0.30, [100, 500, 1000]).round(2)
    array([0.29, 0.8 , 0.97])
    """
    chance, ability, trials = _validate.broadcast(
        chance=_validate.array("chance", chance, 0, 1),
        ability=_validate.array("ability", ability, 0, 1),
        trials=_validate.integers("trials", trials, 1),
    )
    significance = _validate.share("significance", significance)
    most_by_chance = stats.binom.isf(significance, trials, chance)
    return stats.binom.sf(most_by_chance, trials, ability)[()]


def fisher_test(
    successes: ArrayLike, trials: ArrayLike, other_successes: ArrayLike, other_trials: ArrayLike
) -> np.ndarray | float:
    """Return the one-sided p-value of Fisher's exact test: so many successes or more, if chances are equal.

    Parameters
    ----------
    successes, trials : array-like of int
        Of the sample that may be better.
    other_successes, other_trials : array-like of int
        Of the sample to compare it with. The four are broadcast against each other.

    Returns
    -------
    ndarray or float
        In the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        If an argument is no whole number of 0 or more, trials are none or more than a million, or successes
        are more than trials.

    References
    ----------
    Fisher (1935), *The Design of Experiments*, Sec. 21.1.

    Examples
    --------
    >>> fisher_test(8, 10, [2, 8], 10).round(3)
    array([0.012, 0.709])
    """
    given = {"successes": successes, "trials": trials}
    given |= {"other_successes": other_successes, "other_trials": other_trials}
    right, items, other_right, other_items = _validate.broadcast(
        **{name: _validate.integers(name, values, "trials" in name) for name, values in given.items()}
    )
    _validate.at_most(right, items)
    _validate.at_most(other_right, other_items)
    if items.size and max(items.max(), other_items.max()) > _MOST_COMPARED:
        raise ValueError(
            f"trials must be at most {_MOST_COMPARED:,}, as every way to share the successes counts"
        )
    p_value = stats.hypergeom.sf(right - 1, items + other_items, right + other_right, items)
    return np.clip(p_value, 0, 1)[()]


def smallest_rise(share: float, trials: int, significance: float = 0.05) -> float:
    """Return the smallest rise of a score that `fisher_test` can tell from luck, on as many items each.

    Parameters
    ----------
    share : float
        Score before the rise, between 0 and 1; rounded to a multiple of 1/trials.
    trials : int
        Items, at least 1.
    significance : float
        Strictly between 0 and 1. For one of m comparisons divide it by m.

    Returns
    -------
    float
        NaN if even a rise to 1 could be luck.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    Examples
    --------
    >>> smallest_rise(0, 10), smallest_rise(0.5, 2)
    (0.4, nan)
    """
    items = int(_validate.number("trials", _validate.integer("trials", trials, 1), 1, _MOST_COMPARED))
    before = round(_validate.number("share", share, 0, 1) * items)
    after = np.arange(before, items + 1)
    sure = fisher_test(after, items, before, items) <= _validate.share("significance", significance)
    return float(sure.argmax() / items) if sure.any() else np.nan


def _rounding(probability: np.ndarray, confidence: float) -> np.ndarray:
    # How far the rounding of p and of the confidence moves ln(1 − confidence)/ln(1 − p), relatively.
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = [x / ((1 - x) * -np.log1p(-x)) for x in (probability, np.float64(confidence))]
    return np.finfo(float).eps * (4 + np.nan_to_num(sum(moved), nan=0.0, posinf=0.0))
