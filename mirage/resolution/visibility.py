"""Which abilities differ from the floor, and which ability this test set could have shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import special, stats
from mirage.resolution.comparisons import holm

__all__ = ["Visibility", "tail_at_floor", "visibility"]

_MOST_ITEMS = 2**53  # beyond it a float skips whole numbers
_POWER = 0.8  # with which an ability is to be shown
_NODES = (np.arange(1001) + 0.5) / 1001
_MOST_EXACT = 2**17  # right answers; with more, the normal formula for the items is as good


@dataclass(frozen=True, eq=False)
class Visibility:
    """What the counts of some models show above the floor, one entry a model.

    Attributes
    ----------
    successes, trials : ndarray
        The inputs.
    floor, floor_error : float
        The floor, and its standard error.
    design_effect : ndarray
        Variance of each count over that of as many independent items.
    expected, confidence : ndarray or None, float
        The inputs.
    interval : tuple of ndarray
        Low and high ends of Clopper and Pearson's interval of each model alone.
    p_value : ndarray
        Exact one-sided binomial test of each model against the floor.
    adjusted_p_value : ndarray
        The same after Holm's correction over the models.
    visible : ndarray of bool
        Whether the model is surely above the floor, after the correction. False is "cannot tell".
    smallest_visible : ndarray
        Smallest true ability that as many items show above the floor with 80% power, at the level of
        Bonferroni, which is enough whatever the other models show; NaN where no number of right answers
        would do.
    items_needed : ndarray or None
        Smallest number of items, as dependent as these, that shows the expected ability with 80% power at
        that level, the floor taken as exact; NaN where
        it is not above the floor, so that no number would do; infinite beyond 2**53. None without
        `expected`.
    below : ndarray of bool
        Whether the model is surely below the floor (Holm): then the floor is wrong.
    """

    successes: np.ndarray
    trials: np.ndarray
    floor: float
    floor_error: float
    design_effect: np.ndarray
    expected: np.ndarray | None
    confidence: float
    interval: tuple[np.ndarray, np.ndarray]
    p_value: np.ndarray
    adjusted_p_value: np.ndarray
    visible: np.ndarray
    smallest_visible: np.ndarray
    items_needed: np.ndarray | None
    below: np.ndarray

    def answer(self) -> str:
        """Return how many models are visible, in a few words."""
        words = f"{self.visible.sum()} of {self.visible.size} sizes"
        if self.floor == 0 and not self.floor_error:
            return f"{words} have a right answer, which is enough where the floor is 0"
        words += f" are surely above the floor of {self.floor:g}"
        return words + f", and {self.below.sum()} surely below it: the floor is wrong" * bool(
            self.below.any()
        )


def visibility(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    floor: float | tuple[float, float],
    expected: ArrayLike | None = None,
    design_effect: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Visibility:
    """Tell which models are surely above the floor, and what the test set could have shown.

    Each model is tested by itself, and Holm's correction keeps the chance that any of them is falsely
    called visible below 1 − confidence: a reader asks of a single size whether it differs from the floor,
    so a share of false answers, which Benjamini and Hochberg allow, will not do. The intervals are Clopper
    and Pearson's, as they hold at every ability, also near the floor, and invert the exact test; they are
    two-sided and each for its own model. With a floor of 0 a single right answer shows the ability.

    Parameters
    ----------
    successes, trials : array-like of int, shape (models,)
        Right answers and items of each model.
    floor : float, or pair of float
        Share of right answers of a model without the ability, from 0 to 1; or that and its standard error.
    expected : array-like, shape (models,), optional
        Ability of each model, from 0 to 1, that a smooth curve predicts.
    design_effect : array-like, shape (models,) or a number
        Variance of each count over that of as many independent items, at least 1e-6 (Kish): the items count
        as so many times fewer. Where items come in clusters, or are asked several times, see `outputs.curve`.
    confidence : float
        Strictly between 0 and 1.

    Returns
    -------
    Visibility
        One entry a model, in the order of the inputs.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Clopper and Pearson (1934). Holm (1979), *Scand. J. Statist.* 6:65. Schaeffer, Miranda and Koyejo (2023),
    Sec. 2, factor 2 (resolution).

    Examples
    --------
    >>> seen = visibility([24, 30, 60], [100, 100, 100], floor=0.25, expected=[0.26, 0.3, 0.6])
    >>> seen.visible
    array([False, False,  True])
    >>> seen.smallest_visible.round(3)
    array([0.386, 0.386, 0.386])
    >>> seen.items_needed
    array([16728.,   703.,    17.])
    """
    right, items = _validate.counts(successes, trials)
    floor, floor_error = _validate.with_error("floor", floor, 0, 1)
    confidence = _validate.share("confidence", confidence)
    effect = _validate.each("design_effect", design_effect, right, 1e-6)
    effective = items / effect
    p_value = tail_at_floor(right / items, effective, floor, floor_error)
    adjusted = holm(p_value)
    level = (1 - confidence) / right.size
    needed = None
    if expected is not None:
        expected = _validate.each("expected", expected, right, 0, 1)
        needed = np.array([_items(ability, floor, level) for ability in expected])
        with np.errstate(over="ignore"):  # no number of items is enough
            needed = np.where(effect == 1, needed, np.ceil(needed * effect))
    return Visibility(
        *(right, items, floor, floor_error, effect, expected, confidence),
        interval=_interval(right / items, effective, (1 - confidence) / 2),
        p_value=p_value,
        adjusted_p_value=adjusted,
        visible=adjusted <= 1 - confidence,
        smallest_visible=_smallest_visible(np.floor(np.maximum(effective, 1)), floor, floor_error, level),
        items_needed=needed,
        below=holm(tail_at_floor(1 - right / items, effective, 1 - floor, floor_error)) <= 1 - confidence,
    )


def tail_at_floor(
    share: np.ndarray, trials: np.ndarray, floor: float, floor_error: float = 0.0
) -> np.ndarray:
    """Return the probability of a share of right answers as large, at the floor: exact and one-sided.

    Parameters
    ----------
    share : array-like, shape (models,)
        Measured shares of right answers, from 0 to 1.
    trials : array-like, shape (models,)
        Independent items, which need not be whole numbers.
    floor, floor_error : float
        The floor, from 0 to 1, and its standard error; with one, the probability is the mean over it.

    Returns
    -------
    ndarray, shape (models,)

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Korn and Graubard (1998), *Survey Methodology* 24:193, put effective items into the exact test.

    Examples
    --------
    >>> tail_at_floor(np.array([0.26, 0.4]), np.array([100, 100]), 0.25).round(3)
    array([0.447, 0.001])
    """
    share, trials = _validate.array("share", share, 0, 1), _validate.array("trials", trials, 0, open_low=True)
    _validate.as_many(share=share, trials=trials)
    share, trials = share[:, None], trials[:, None]
    floor = _validate.number("floor", floor, 0, 1)
    floor_error = _validate.number("floor_error", floor_error, 0, 1)
    nodes = np.clip(floor + floor_error * (stats.norm.ppf(_NODES) if floor_error else np.zeros(1)), 0, 1)
    tail = special.betainc(np.maximum(trials * share, 1e-12), trials * (1 - share) + 1, nodes)
    return np.minimum(np.where(share > 0, tail, 1.0).mean(axis=1), 1.0)


def _interval(share: np.ndarray, trials: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return Clopper and Pearson's interval, of items that need not be whole numbers."""
    right, wrong = trials * share, trials * (1 - share)
    low = special.betaincinv(np.maximum(right, 1e-12), wrong + 1, tail)
    high = special.betainccinv(right + 1, np.maximum(wrong, 1e-12), tail)
    return np.where(share > 0, low, 0.0), np.where(share < 1, high, 1.0)


def _smallest_visible(items: np.ndarray, floor: float, floor_error: float, level: float) -> np.ndarray:
    most_by_chance, too_many = -np.ones_like(items), items + 1
    while (too_many - most_by_chance > 1).any():
        middle = (most_by_chance + too_many) // 2
        shows = tail_at_floor(middle / items, items, floor, floor_error) <= level
        most_by_chance, too_many = np.where(shows, most_by_chance, middle), np.where(shows, middle, too_many)
    possible = most_by_chance < items
    # The chance of more right answers than that is a distribution function of the ability.
    ability = special.betaincinv(most_by_chance + 1, np.maximum(items - most_by_chance, 1), _POWER)
    return np.where(possible, ability, np.nan)


def _items(ability: float, floor: float, level: float) -> float:
    # The power falls wherever the test asks for one more right answer. So, for each number of right answers,
    # the items that bring as many with the power wanted; the first number that is too many for the floor.
    if ability <= floor:
        return np.nan
    about = _items_by_normal(ability, floor, level)
    if about > _MOST_ITEMS:
        return np.inf
    if about * ability > _MOST_EXACT:
        return np.ceil(about)
    right = np.arange(1, int(about * ability) + 2)
    while True:
        items = right + stats.nbinom.ppf(_POWER, right, ability)
        shows = stats.binom.sf(right - 1, items, floor) <= level
        if shows.any():
            return float(items[shows][0])
        right = right + right.size  # the formula is too kind where right or wrong answers are few


def _items_by_normal(ability: float, floor: float, level: float) -> float:
    deviations = stats.norm.isf(level) * np.sqrt(floor * (1 - floor))
    deviations += stats.norm.ppf(_POWER) * np.sqrt(ability * (1 - ability))
    with np.errstate(over="ignore"):
        return (deviations / (ability - floor)) ** 2
