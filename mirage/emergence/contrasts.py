"""What a second condition changes for one model against others, such as examples in the prompt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mirage import _validate, resolution, words

__all__ = ["Contrast", "contrast"]


@dataclass(frozen=True, eq=False)
class Contrast:
    """What a second condition changes for one model against its rivals.

    Attributes
    ----------
    p_values : DataFrame
        Of `resolution.above`, for both conditions.
    passes : DataFrame of bool, one row per task, one column per condition
        Whether both p-values are at most 0.05.
    test : resolution.McNemar
        How the two columns of `passes` differ.
    changes : Series
        Of the lead, from the first condition to the second, on each of these tasks.
    interval : tuple of float
        95% interval of the mean change: Student's, over tasks.
    p_value : float
        Of the mean change, if on average there is none.
    """

    p_values: pd.DataFrame
    passes: pd.DataFrame
    test: resolution.McNemar
    changes: pd.Series
    interval: tuple[float, float]
    p_value: float

    @property
    def change(self) -> float:
        """Return the mean change of the lead."""
        return float(self.changes.mean())

    def answer(self) -> str:
        """Return it in two sentences."""
        (low, high), test = self.interval, self.test
        way = "surely upwards" if low > 0 else "surely downwards" if high < 0 else "we cannot tell which way"
        sure = "differ surely" if test.p_value <= 0.05 else "could differ by chance"
        return (
            f"The two counts {sure} ({test.won} tasks won, {test.lost} lost; McNemar, "
            f"{words.p(test.p_value)}). The scores say more: the lead over the mean rival changes by "
            f"{self.change:+.3f} on average (95% interval {words.interval(self.interval, 3)}), {way}."
        )


def contrast(
    table: pd.DataFrame,
    model: str,
    rivals: Sequence[str],
    first: str = "zero-shot",
    second: str = "few-shot",
    *,
    by: str = "setting",
    correction: str = "benjamini-hochberg",
) -> Contrast:
    """Compare a model with its rivals under two conditions, in counts of tasks and in scores.

    A task is passed if the model is surely above the baseline and above every rival (`resolution.above`).
    Counting throws much away, so the change of the lead (`resolution.lead`) is tested as well. There a task
    is one comparison.

    Parameters
    ----------
    table : DataFrame, one row per model, task and condition
        With the columns `model`, `task`, `right`, `items`, `baseline`, `score`, and `by`.
    model : str
        The model in question.
    rivals : sequence of str
        The models that it is compared with.
    first, second : str
        The two conditions.
    by : str
        Column with the conditions.
    correction : {"benjamini-hochberg", "holm", "none"}
        As for `resolution.above`.

    Returns
    -------
    Contrast
        Over the tasks that have a baseline and all of these models under both conditions.

    Raises
    ------
    ValueError, TypeError
        As `resolution.above` and `resolution.lead`; or if a condition is missing, or there are fewer than two
        tasks.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["large", "small"], ["s", "t"], ["before", "after"]])
    >>> table = pd.DataFrame(index=rows.set_names(["model", "task", "setting"])).reset_index()
    >>> table = table.assign(right=[5, 18, 6, 17, 5, 5, 6, 6], items=20, baseline=0.25)
    >>> found = contrast(table.assign(score=table["right"] / 20), "large", ["small"], "before", "after")
    >>> found.passes.sum().tolist(), round(found.change, 2), found.test.won
    ([0, 2], 0.6, 2)
    """
    p = resolution.above(table, model, rivals, by=by, correction=correction)
    ahead = resolution.lead(table, model, rivals, by=by)
    passes = (p <= 0.05).all(axis=1).unstack(level=0).dropna()
    for name, value in {"first": first, "second": second}.items():
        _validate.choice(name, value, tuple(map(str, passes)))
    passes = passes.loc[passes.index.intersection(ahead.index), [first, second]].astype(bool)
    if len(passes) < 2:
        raise ValueError(f"table must have two tasks or more under both conditions; got {len(passes)}")
    changes = (ahead[second] - ahead[first])[passes.index]
    with np.errstate(all="ignore"):
        test = stats.ttest_1samp(changes.to_numpy(), 0)
        low, high = map(float, test.confidence_interval())
    turned = resolution.mcnemar(passes[first], passes[second])
    return Contrast(p, passes, turned, changes, (low, high), float(test.pvalue))
