"""What a test set of a given size can see: intervals, zero successes, power, many comparisons.

An accuracy measured on n items is a multiple of 1/n, so a small ability may show as exactly 0. Nothing
here decides whether an ability is there; it tells what the items could have shown.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from mirage import _validate

__all__ = ["benjamini_hochberg", "items_needed", "power", "proportion_interval", "zero_success_bound"]

_MOST_ITEMS = 2**53  # beyond it a float skips whole numbers


def proportion_interval(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95, method: str = "wilson"
) -> tuple[np.ndarray | float, np.ndarray | float]:
    """Return a two-sided confidence interval for a proportion.

    Parameters
    ----------
    successes : array-like of int
        Right answers, from 0 to `trials`; any shape.
    trials : array-like of int
        Items, at least 1; broadcast against `successes`.
    confidence : float
        Strictly between 0 and 1.
    method : {"wilson", "clopper-pearson", "jeffreys"}
        Wilson's score interval covers the truth in about `confidence` of the cases on average,
        Clopper and Pearson's in at least that many, always. Jeffreys' holds the middle of the posterior
        under a Beta(1/2, 1/2) prior. No Wald interval: at 0 successes it has no width.

    Returns
    -------
    low, high : ndarray or float
        Between 0 and 1, in the broadcast shape; `low` is 0 without a success, `high` is 1 without a failure.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number, lies outside its range, or `method` is none of the three.

    References
    ----------
    Wilson (1927). Clopper and Pearson (1934). Brown, Cai and DasGupta (2001), *Statist. Sci.* 16:101, who
    compare them and give Jeffreys' interval these ends.

    Examples
    --------
    >>> low, high = proportion_interval(30, 100)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.2189 to 0.3958
    """
    successes, trials = _counts(successes, trials)
    confidence = _validate.share("confidence", confidence)
    method = _validate.choice("method", method, tuple(_INTERVALS))
    low, high = _INTERVALS[method](successes, trials, (1 - confidence) / 2)
    low = np.where(successes == 0, 0, np.maximum(low, 0))
    high = np.where(successes == trials, 1, np.minimum(high, 1))
    return low[()], high[()]


def zero_success_bound(trials: ArrayLike, confidence: float = 0.95) -> np.ndarray | float:
    """Return the largest proportion that is compatible with no success at all: 1 − (1 − confidence)^(1/n).

    The bound is one-sided. At 95 % it is about 3/n, the "rule of three".

    Parameters
    ----------
    trials : array-like of int
        Items n, at least 1; any shape.
    confidence : float
        Strictly between 0 and 1.

    Returns
    -------
    ndarray or float
        Upper bound for the proportion, in the shape of `trials`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Hanley and Lippman-Hand (1983), *JAMA* 249:1743.

    Examples
    --------
    >>> print(f"{zero_success_bound(1000):.4f}")
    0.0030
    """
    trials = _validate.integers("trials", trials, 1)
    confidence = _validate.share("confidence", confidence)
    return -np.expm1(np.log1p(-confidence) / trials)[()]


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
    (483 items for 80 % from .25 to .30; the exact power there is 77 %).

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


def benjamini_hochberg(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted for many comparisons, which control the false discovery rate.

    Calling every finding with an adjusted value of at most q a discovery makes, on average, at most a
    share q of the discoveries false, if the tests are independent or positively dependent.

    Parameters
    ----------
    p_values : array-like, shape (tests,)
        Between 0 and 1, in any order.

    Returns
    -------
    ndarray of float, shape (tests,)
        Adjusted p-values, in the order of `p_values`.

    Raises
    ------
    ValueError, TypeError
        If `p_values` is not a list of numbers between 0 and 1.

    References
    ----------
    Benjamini and Hochberg (1995), *J. R. Statist. Soc. B* 57:289.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.5, 0.02])
    array([0.03, 0.5 , 0.03])
    """
    return stats.false_discovery_control(_validate.vector("p_values", p_values, 0, 1), method="bh")


def _rounding(probability: np.ndarray, confidence: float) -> np.ndarray:
    # How far the rounding of p and of the confidence moves ln(1 − confidence)/ln(1 − p), relatively.
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = [x / ((1 - x) * -np.log1p(-x)) for x in (probability, np.float64(confidence))]
    return np.finfo(float).eps * (4 + np.nan_to_num(sum(moved), nan=0.0, posinf=0.0))


def _counts(successes: object, trials: object) -> tuple[np.ndarray, np.ndarray]:
    successes, trials = _validate.broadcast(
        successes=_validate.integers("successes", successes), trials=_validate.integers("trials", trials, 1)
    )
    _validate.at_most(successes, trials)
    return successes, trials


def _wilson(successes: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    z, share = stats.norm.isf(tail), successes / trials
    centre = share + z**2 / (2 * trials)
    half = z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z**2 / trials
    return (centre - half) / scale, (centre + half) / scale


def _clopper_pearson(successes: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    failures = trials - successes
    low = special.betaincinv(np.maximum(successes, 1), failures + 1, tail)
    return low, special.betainccinv(successes + 1, np.maximum(failures, 1), tail)


def _jeffreys(successes: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    shape = successes + 0.5, trials - successes + 0.5
    return special.betaincinv(*shape, tail), special.betainccinv(*shape, tail)


_INTERVALS = {"wilson": _wilson, "clopper-pearson": _clopper_pearson, "jeffreys": _jeffreys}
