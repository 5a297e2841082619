"""Which steps between neighbouring sizes are larger than luck with the items can make them."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from mirage import _counts, _validate
from mirage.resolution.comparisons import holm

__all__ = ["smallest_step", "step_tests"]

_MOST_ITEMS = 10_000


def step_tests(table: pd.DataFrame) -> pd.DataFrame:
    """Test each step between neighbouring sizes, on each task: is it up by more than luck with the items?

    Fisher's exact test, one-sided, takes the answers of the two models for independent samples of items. If
    both answered the same items the test is too strict. A step beyond luck need not be a steep one, nor one
    of the family: where each size has one model, it may be one unusual model.

    Parameters
    ----------
    table : DataFrame, one row per task and size
        `task`, `parameters` (above 0), `score` (share of right answers) and `items`, at least 1.

    Returns
    -------
    DataFrame, one row per task and step
        `task`; `parameters`, the larger of the two sizes; `before`, `before_items`, `after`, `after_items`:
        right answers and items on either side; `step`, the difference of the two shares; `p_value`, and
        `adjusted`, the same by Holm's correction over all rows; `smaller`, `smaller_items`: right answers and
        items of all smaller models; `smaller_p_value`: Pearson's chi-square test that these have one chance
        of a right answer, NaN for a single smaller model, and 1 if all their answers are right or all wrong.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or a value is outside its range, score times items is not whole, a task has a
        size twice, or no task has two sizes.

    References
    ----------
    Fisher (1935), *The Design of Experiments*. Holm (1979), *Scand. J. Statist.* 6:65.

    Examples
    --------
    >>> sums = pd.DataFrame({"task": "sums", "parameters": [1e8, 1e9, 1e10], "items": 20})
    >>> found = step_tests(sums.assign(score=[0.1, 0.1, 0.75]))
    >>> found[["parameters", "before", "after", "adjusted"]].round(3)
         parameters  before  after  adjusted
    0  1.000000e+09       2      2     0.698
    1  1.000000e+10       2     15     0.000
    """
    counts = _counts.of_tasks(table)
    tasks, right, items = counts["task"], counts["right"], counts["items"]
    # Of the models up to each size: right answers, items, models, and squares for the chi-square test.
    sums = pd.DataFrame({"right": right, "items": items, "models": 1, "squares": right * (right / items)})
    sums = sums.groupby(tasks).cumsum() - sums
    last = counts.groupby("task")[["right", "items"]].shift()
    steps = pd.DataFrame(
        {
            "task": tasks,
            "parameters": counts["parameters"],
            "before": last["right"],
            "before_items": last["items"],
            "after": right,
            "after_items": items,
            "smaller": sums["right"],
            "smaller_items": sums["items"],
        }
    )
    between = last["right"].notna()
    if not between.any():
        raise ValueError("table must have a task with two sizes; got none")
    steps, sums = steps[between], sums[between]
    steps = steps.astype({name: np.int64 for name in steps.columns[2:]})
    before, of, after, items = (steps[name].to_numpy() for name in steps.columns[2:6])
    p_value = stats.hypergeom.sf(after - 1, of + items, before + after, items)
    p_value = np.clip(p_value, 0, 1)
    steps = steps.assign(
        step=after / items - before / of,
        p_value=p_value,
        adjusted=holm(p_value),
        smaller_p_value=_of_one_chance(sums),
    )
    return steps.reset_index(drop=True)


def _of_one_chance(sums: pd.DataFrame) -> np.ndarray:
    """Return the p-values of Pearson's test that models have one chance."""
    right, items, models, squares = (sums[name].to_numpy(float) for name in sums)
    chance = right / items
    spread = chance * (1 - chance)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(spread > 0, np.maximum(squares - right * chance, 0) / spread, 0.0)
    return stats.chi2.sf(statistic, np.where(models > 1, models - 1, np.nan))


def smallest_step(before: ArrayLike, items: ArrayLike, significance: float = 0.05) -> np.ndarray | float:
    """Return the smallest step up that `step_tests` can tell from luck, with as many items on both sides.

    Parameters
    ----------
    before : array-like
        Share of right answers before the step, from 0 to 1; the nearest number of right answers counts.
    items : array-like of int
        Items of each of the two models, from 1 to 10,000. The two are broadcast against each other.
    significance : float
        Strictly between 0 and 1. For Holm's or Bonferroni's correction over m steps: 0.05/m.

    Returns
    -------
    ndarray or float
        Difference of the two shares, in the broadcast shape; NaN where even a model with all answers right
        would not be told from luck.

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    References
    ----------
    Fisher's exact test; see `step_tests`.

    Examples
    --------
    >>> smallest_step(0.5, [15, 50, 200], significance=0.05 / 935).round(2)
    array([ nan, 0.38, 0.2 ])
    """
    before, items = _validate.broadcast(
        before=_validate.array("before", before, 0, 1), items=_validate.integers("items", items, 1)
    )
    if (items > _MOST_ITEMS).any():
        raise ValueError(f"items must be at most {_MOST_ITEMS:,}; got {items.max()}")
    significance = _validate.share("significance", significance)
    found = [
        _smallest(round(b * n), int(n), significance) for b, n in zip(before.flat, items.flat, strict=True)
    ]
    return np.reshape(found, before.shape)[()]


def _smallest(before: int, items: int, significance: float) -> float:
    after = np.arange(before, items + 1)
    p_value = stats.hypergeom.sf(after - 1, 2 * items, before + after, items)
    beyond = after[p_value <= significance]
    return (beyond[0] - before) / items if beyond.size else np.nan
