"""One model against chance and against others, on many tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from mirage import _validate
from mirage.resolution.comparisons import benjamini_hochberg, holm

__all__ = ["McNemar", "above", "from_chance", "lead", "mcnemar"]

_CORRECTIONS = {"benjamini-hochberg": benjamini_hochberg, "holm": holm, "none": np.asarray}


@dataclass(frozen=True)
class McNemar:
    """How two rows of yes and no differ, and McNemar's exact test of it.

    Attributes
    ----------
    won, lost : int
        How many turn from no to yes, and from yes to no.
    p_value : float
        Of a split at least as uneven, to either side, if both turns are equally probable.
    """

    won: int
    lost: int
    p_value: float


def above(
    table: pd.DataFrame,
    model: str,
    rivals: Sequence[str],
    *,
    by: str = "setting",
    correction: str = "benjamini-hochberg",
) -> pd.DataFrame:
    """Return p-values of two questions: is a model above the baseline, and above every rival?

    The first is an exact binomial test. The second is Fisher's exact test against each rival, of which the
    largest p-value counts: then an error is as rare as stated, whichever rival is the best one (an
    intersection-union test). Fisher's test takes the answers of two models as independent. Where the models
    find the same items easy, it is cautious.

    Parameters
    ----------
    table : DataFrame, one row per model, task and condition
        With the columns `model`, `task`, `right`, `items`, `baseline` (share that chance gives), and `by`.
    model : str
        The model in question.
    rivals : sequence of str
        The models that it must beat.
    by : str
        Column with the conditions, such as the kind of prompt; each is tested on its own.
    correction : {"benjamini-hochberg", "holm", "none"}
        Over the tasks of a condition, for each question.

    Returns
    -------
    DataFrame, indexed by `by` and task
        Adjusted p-values in the columns `baseline` and `rivals`, for the tasks that have a baseline and all
        of these models.

    Raises
    ------
    ValueError, TypeError
        If a column or a model is missing, a model has two rows of one task and condition, no task is left, or
        counts and baselines are none.

    References
    ----------
    Berger (1982), *Technometrics* 24:295, on intersection-union tests.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["small", "large"], "task": "sums", "setting": "few-shot"})
    >>> table = table.assign(right=[5, 15], items=20, baseline=0.25)
    >>> above(table, "large", ["small"]).round(4).values.tolist()
    [[0.0, 0.0019]]
    """
    correction = _validate.choice("correction", correction, tuple(_CORRECTIONS))
    wide = _wide(table, model, rivals, by, ["right", "items", "baseline"])
    right, items = (wide[name].to_numpy() for name in ("right", "items"))  # the model comes first
    _validate.counts(right.ravel(), items.ravel())
    chance = _validate.vector("baseline", wide["baseline", model].to_numpy(), 0, 1)
    own, n = right[:, :1], items[:, :1]
    fisher = stats.hypergeom.sf(own - 1, n + items[:, 1:], own + right[:, 1:], n)
    p = {"baseline": stats.binom.sf(own - 1, n, chance[:, None])[:, 0], "rivals": fisher.max(axis=1)}
    p = pd.DataFrame(p, wide.index).clip(0, 1)
    return p.groupby(level=0).transform(lambda values: _CORRECTIONS[correction](values.to_numpy()))


def from_chance(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table where a score below chance counts as chance.

    A model that does not keep to the form of the answer scores below chance, able or not. Raised to chance,
    such scores no longer tell forms apart.

    Parameters
    ----------
    table : DataFrame
        With the columns `score` and `baseline`; where no baseline is known, the score stays as it is.

    Returns
    -------
    DataFrame
        A copy.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no numbers.

    Examples
    --------
    >>> from_chance(pd.DataFrame({"score": [0.1, 0.6], "baseline": 0.25}))["score"].tolist()
    [0.25, 0.6]
    """
    _validate.instance("table", table, pd.DataFrame)
    _validate.columns("table", table, ["score", "baseline"])
    score, baseline = (_validate.array(name, table[name], missing=True) for name in ("score", "baseline"))
    return table.assign(score=np.fmax(score, baseline))


def lead(table: pd.DataFrame, model: str, rivals: Sequence[str], *, by: str = "setting") -> pd.DataFrame:
    """Return by how much a model's score exceeds the mean score of its rivals.

    Parameters
    ----------
    table : DataFrame, one row per model, task and condition
        With the columns `model`, `task`, `score`, and `by`.
    model : str
        The model in question.
    rivals : sequence of str
        The models that it is compared with.
    by : str
        Column with the conditions, such as the kind of prompt.

    Returns
    -------
    DataFrame, one row per task, one column per condition
        For the tasks that have all of these models under every condition.

    Raises
    ------
    ValueError, TypeError
        As `above`; or if a score is no finite number.

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["a", "b", "c"], "task": "sums", "setting": "few-shot"})
    >>> lead(table.assign(score=[0.2, 0.25, 0.5]), "c", ["a", "b"]).round(3).values.tolist()
    [[0.275]]
    """
    wide = _wide(table, model, rivals, by, ["score"])["score"]
    values = _validate.array("score", wide.to_numpy())
    with np.errstate(over="ignore", invalid="ignore"):
        ahead = values[:, 0] - values[:, 1:].mean(axis=1)
    return pd.Series(ahead, wide.index).unstack(level=0).dropna()


def mcnemar(first: ArrayLike, second: ArrayLike) -> McNemar:
    """Compare what passes twice: McNemar's exact test.

    Parameters
    ----------
    first, second : array-like of bool, shape (tasks,)
        Whether each task passes, before and after; the same tasks in the same order.

    Returns
    -------
    McNemar

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is neither true nor false.

    References
    ----------
    McNemar (1947), *Psychometrika* 12:153.

    Examples
    --------
    >>> mcnemar([0, 0, 0, 1], [1, 1, 1, 1])
    McNemar(won=3, lost=0, p_value=0.25)
    """
    first, second = _validate.flags("first", first), _validate.flags("second", second)
    _validate.as_many(first=first, second=second)
    won, lost = int(np.sum(second > first)), int(np.sum(first > second))
    return McNemar(won, lost, float(stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0)


def _wide(table: object, model: object, rivals: object, by: object, columns: list[str]) -> pd.DataFrame:
    """Return the columns, by condition and task, with one for each model, the model in question first."""
    _validate.instance("table", table, pd.DataFrame)
    _validate.instance("model", model, str)
    _validate.instance("by", by, str)
    _validate.instance("rivals", rivals, Sequence)
    for name in rivals:
        _validate.instance("each of rivals", name, str)
    if isinstance(rivals, str) or not rivals or model in rivals or len(set(rivals)) < len(rivals):
        raise ValueError(f"rivals must be a list of other models, each once; got {_validate.shown(rivals)}")
    _validate.columns("table", table, ["model", "task", by, *columns])
    names = [model, *rivals]
    if missing := set(names) - set(table["model"]):
        raise ValueError(f"table must have each model; missing: {', '.join(sorted(missing))}")
    rows = table[table["model"].isin(names)]
    wide = rows.pivot(index=[by, "task"], columns="model", values=columns).dropna()
    if wide.empty:
        raise ValueError("table must have a task that all of these models have; there is none")
    return wide[[(column, name) for column in columns for name in names]]
