"""Blind readers: how much of a multiple-choice test can be answered from the options alone.

A table of options has one row an option: `item`, `option` (its text) and `right`. The options of an item
follow each other, as in `datasets.load_choices`.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from mirage import _validate, resolution

__all__ = ["Baseline", "accuracy", "alike", "answer", "baseline", "learn", "marks"]

_COLUMNS = ["item", "option", "right"]
_EQUAL = 9  # decimal places to which the scores of tied options agree

Parts = Callable[[str], Iterable[Hashable]]


def _words(option: str) -> dict[str, None]:
    return dict.fromkeys(re.findall(r"[a-z0-9]+", option.lower()))


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a blind reader scores on a test.

    Attributes
    ----------
    marks : Series
        By item of the test: 1 for right, 0 for wrong, a part for a tie.
    weights : Series
        By part of an option, such as a word.
    penalty : float
        That did best on the held-out training items.
    learning_error : float
        Standard error of the mean mark over other training items; that of the test's items is not in it.
    """

    marks: pd.Series
    weights: pd.Series
    penalty: float
    learning_error: float


def learn(rows: pd.DataFrame, penalty: float = 1.0, parts: Parts = _words) -> pd.Series:
    """Return the weights of words that make the right options of some items likely.

    A conditional logit: the score of an option is the sum of the weights of its words, and its probability
    the softmax of the scores over the options of its item. The weights maximise the log-probability of the
    right options, less the penalty times half the sum of their squares.

    Parameters
    ----------
    rows : DataFrame, one row an option
        With one right option an item.
    penalty : float
        Above 0.
    parts : callable
        From an option to its parts, in place of words.

    Returns
    -------
    Series
        By part, in the order in which they come.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, an item has no right option or several, or the penalty is not above 0.

    References
    ----------
    McFadden (1974), in *Frontiers in Econometrics*.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": [0, 0, 1, 1], "option": ["sun", "a moon", "a sun", "moon"]})
    >>> weights = learn(rows.assign(right=[True, False, True, False]))
    >>> weights[["sun", "moon"]].round(2).tolist()
    [0.52, -0.52]
    """
    rows = _checked("rows", rows)
    penalty = _validate.number("penalty", penalty, 0, open_low=True)
    known = _known(rows["option"], parts)
    return pd.Series(_fit(_bag(rows["option"], parts, known), rows, penalty), list(known))


def answer(weights: pd.Series, rows: pd.DataFrame, parts: Parts = _words) -> pd.Series:
    """Return the marks of a reader with these weights; a word without a weight counts nothing.

    Parameters
    ----------
    weights : Series
        By part, as `learn` returns them.
    rows : DataFrame, one row an option
        The test.
    parts : callable
        With which the weights were learnt.

    Returns
    -------
    Series
        As `marks` returns them.

    Raises
    ------
    ValueError, TypeError
        As `learn`.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": [7, 7], "option": ["no sun", "a moon"], "right": [True, False]})
    >>> answer(pd.Series({"sun": 0.4, "moon": -0.4}), rows).to_dict()
    {7: 1.0}
    """
    rows = _checked("rows", rows)
    _validate.instance("weights", weights, pd.Series)
    known = {part: place for place, part in enumerate(weights.index)}
    return marks(_bag(rows["option"], parts, known) @ weights.to_numpy(), rows)


def marks(scores: ArrayLike, rows: pd.DataFrame) -> pd.Series:
    """Return 1 for each item whose right option has the highest score, 0 for others, and 1/k for a tie of k.

    Parameters
    ----------
    scores : array-like, shape (options,)
        One for each row; equal to nine decimal places is a tie.
    rows : DataFrame, one row an option
        The test.

    Returns
    -------
    Series
        By item.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or as `learn`.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": [0, 0, 1, 1], "option": list("abcd"), "right": [True, False] * 2})
    >>> marks([1, 0, 2, 2], rows).tolist()
    [1.0, 0.5]
    """
    rows, scores = _checked("rows", rows), _validate.vector("scores", scores)
    _validate.as_many(scores=scores, rows=rows["item"].to_numpy())
    score, item = pd.Series(scores.round(_EQUAL)), rows["item"].reset_index(drop=True)
    best = score == score.groupby(item).transform("max")
    right = best & rows["right"].reset_index(drop=True)
    return right.groupby(item).sum() / best.groupby(item).sum()


def baseline(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    penalties: Sequence[float] = (0.3, 3.0, 30.0),
    parts: Parts = _words,
    folds: int = 4,
    halves: int = 20,
    rng: int | np.random.Generator = 0,
) -> Baseline:
    """Return what a bag of words scores that learnt from the options of other items.

    The penalty is chosen by the training items alone, of which each part is held out once. Then it learns
    from all. The error of learning is the standard deviation of its scores on the test after learning from
    random halves: halves of one sample vary as much as whole samples do among each other, if each item adds a
    little.

    Parameters
    ----------
    train, test : DataFrame, one row an option
        Items of one kind.
    penalties : sequence of float
        To choose from.
    parts : callable
        From an option to its parts, in place of words.
    folds : int
        Parts into which the training items are drawn for the choice of the penalty, at least 2.
    halves : int
        Random halves of the training items for the error of learning, at least 2.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    Baseline

    Raises
    ------
    ValueError, TypeError
        As `learn`, or if `folds` or `halves` is below 2.

    References
    ----------
    Balepur, Ravichander and Rudinger (2024), ACL, ask for such a baseline; they show the options to language
    models.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": np.repeat(np.arange(60), 2), "option": ["old sun", "new moon"] * 60})
    >>> rows["right"] = np.tile([True, False], 60)
    >>> bool(baseline(rows[:80], rows[80:]).marks.eq(1).all())
    True
    """
    train, test = _checked("train", train), _checked("test", test)
    folds, halves = _validate.integer("folds", folds, 2), _validate.integer("halves", halves, 2)
    draw, known = _validate.generator(rng), _known(train["option"], parts)
    learnt, asked = _bag(train["option"], parts, known), _bag(test["option"], parts, known)
    place, items = pd.factorize(train["item"])
    fold = (draw.permutation(len(items)) % folds)[place]
    held_out = {
        penalty: np.mean([_held_out(learnt, train, fold == k, penalty) for k in range(folds)])
        for penalty in penalties
    }
    best = max(held_out, key=held_out.get)
    some = ((draw.permutation(len(items)) % 2 == 0)[place] for _ in range(halves))
    scores = [marks(asked @ _fit(learnt[half], train[half], best), test).mean() for half in some]
    weights = pd.Series(_fit(learnt, train, best), list(known))
    found = marks(asked @ weights.to_numpy(), test)
    return Baseline(found, weights, float(best), float(np.std(scores, ddof=1)))


def accuracy(marks: pd.Series, rows: pd.DataFrame, learning_error: float = 0.0) -> tuple[float, float, float]:
    """Return the mean mark, its standard error, and the mean mark of chance.

    Items that share three or more options count as one cluster: each goes with the first that it shares them
    with. To the error of the items that of learning is added.

    Parameters
    ----------
    marks : Series
        By item of the test.
    rows : DataFrame, one row an option
        The test.
    learning_error : float
        Of a `Baseline`.

    Returns
    -------
    accuracy, standard_error, chance : float

    Raises
    ------
    ValueError, TypeError
        As `learn`, or if an item of the test has no mark.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": np.repeat(np.arange(50), 2), "right": [True, False] * 50})
    >>> rows["option"] = [f"word {k}" for k in range(100)]
    >>> print(*np.round(accuracy(pd.Series(np.arange(50) % 2), rows), 3))
    0.5 0.071 0.5
    """
    rows = _checked("rows", rows)
    _validate.instance("marks", marks, pd.Series)
    error = _validate.number("learning_error", learning_error, 0)
    sizes = rows.groupby("item").size()
    if len(missing := sizes.index.difference(marks.index)):
        raise ValueError(f"marks must have every item of rows; item {missing[0]} is missing")
    first = alike(rows, rows).groupby("item")["item_other"].min()
    clusters = first.reindex(sizes.index).fillna(sizes.index.to_series())
    of_items, _ = resolution.cluster_standard_error(marks[sizes.index], clusters)
    return float(marks[sizes.index].mean()), float(np.hypot(of_items, error)), float((1 / sizes).mean())


def alike(some: pd.DataFrame, others: pd.DataFrame, least: int = 3) -> pd.DataFrame:
    """Return the pairs of items that share many options.

    Parameters
    ----------
    some, others : DataFrame, one row an option
        The same table for both gives each item with itself as well.
    least : int
        How many options a pair must share at the least.

    Returns
    -------
    DataFrame, one row per pair of items and shared option
        `item, option, right`, and of the other item `item_other, right_other`.

    Raises
    ------
    ValueError, TypeError
        As `learn`.

    Examples
    --------
    >>> rows = pd.DataFrame({"item": [0, 0, 0, 1, 1, 1], "option": list("abcabd")})
    >>> rows["right"] = [True, False, False, False, True, False]
    >>> alike(rows[:3], rows[3:], least=2)[["option", "right", "right_other"]].to_numpy().tolist()
    [['a', True, False], ['b', False, True]]
    """
    some, others = _checked("some", some)[_COLUMNS], _checked("others", others)[_COLUMNS]
    both = some.merge(others, on="option", suffixes=("", "_other"))
    both = both.drop_duplicates(["item", "item_other", "option"])
    shared = both.groupby(["item", "item_other"])["option"].transform("size")
    return both[shared >= _validate.integer("least", least, 1)].reset_index(drop=True)


def _checked(name: str, rows: object) -> pd.DataFrame:
    _validate.instance(name, rows, pd.DataFrame)
    _validate.columns(name, rows, _COLUMNS)
    right = rows.groupby("item")["right"].sum()
    if (right != 1).any():
        item = right.index[right != 1][0]
        raise ValueError(f"{name} must have one right option an item; item {item} has {right[item]:g}")
    if (count := rows["item"].ne(rows["item"].shift()).sum()) > right.size:
        raise ValueError(
            f"{name} must have the options of an item together; {right.size} items are in {count}"
        )
    return rows


def _known(options: Iterable[str], parts: Parts) -> dict[Hashable, int]:
    known: dict[Hashable, int] = {}
    for option in options:
        for part in parts(option):
            known.setdefault(part, len(known))
    return known


def _bag(options: Iterable[str], parts: Parts, known: dict[Hashable, int]) -> sparse.csr_array:
    """Return a row an option, a column a part: 1 if the option has the part."""
    rows = [{known[part] for part in parts(option) if part in known} for option in options]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in sorted(row)], dtype=int)
    return sparse.csr_array((np.ones(ends[-1]), columns, ends), shape=(len(rows), len(known)))


def _held_out(features: sparse.csr_array, rows: pd.DataFrame, out: np.ndarray, penalty: float) -> float:
    """Return the mean mark of items that were held out."""
    return marks(features[out] @ _fit(features[~out], rows[~out], penalty), rows[out]).mean()


def _fit(features: sparse.csr_array, rows: pd.DataFrame, penalty: float) -> np.ndarray:
    right = rows["right"].to_numpy(bool)
    starts = np.flatnonzero(rows["item"].ne(rows["item"].shift()))
    item = np.repeat(np.arange(starts.size), np.diff([*starts, len(rows)]))

    by_part = features.T.tocsr()

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = features @ weights
        score -= np.maximum.reduceat(score, starts)[item]
        score -= np.log(np.add.reduceat(np.exp(score), starts))[item]
        value = penalty / 2 * weights @ weights - score[right].sum()
        return value, by_part @ (np.exp(score) - right) + penalty * weights

    start = np.zeros(features.shape[1])
    return optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
