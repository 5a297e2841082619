"""Items that are not independent: clusters of items, several samples of one item."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from mirage import _validate

__all__ = ["cluster_standard_error", "design_effect", "odds_ratio"]


def cluster_standard_error(scores: ArrayLike, clusters: ArrayLike) -> tuple[float, int]:
    """Return the standard error of the mean of scores that come in clusters, and the number of clusters.

    Items of one passage, or samples of one item, resemble each other. The error is that of a ratio of sums
    over the clusters, which allows for any dependence within a cluster.

    Parameters
    ----------
    scores : array-like, shape (items,)
        Score of each item.
    clusters : array-like, shape (items,)
        Name or number of each item's cluster.

    Returns
    -------
    standard_error : float
        NaN with a single cluster.
    clusters : int

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a score is not a finite number.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, Sec. 9A.3. Miller (2024), arXiv:2411.00640, for evaluations.

    Examples
    --------
    >>> error, count = cluster_standard_error([1, 1, 0, 0], ["a", "a", "b", "b"])
    >>> round(error, 3), count
    (0.5, 2)
    """
    values = _validate.vector("scores", scores)
    entry, count = _entries(clusters)
    _validate.as_many(scores=values, clusters=entry)
    with np.errstate(over="ignore", invalid="ignore"):
        rest = np.bincount(entry, values - values.mean())
    if count < 2:
        return np.nan, count
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(count / (count - 1) * (rest @ rest)) / values.size), count


def design_effect(scores: ArrayLike, clusters: ArrayLike) -> float:
    """Return the variance of a share of right answers over that of as many independent items.

    The estimated effect is at least 1, and made larger as Korn and Graubard do where clusters are few: an
    exact interval of items over the effect then allows for the error of the estimate.

    Parameters
    ----------
    scores : array-like, shape (items,)
        1 for a right answer, 0 for a wrong one.
    clusters : array-like, shape (items,)
        Name or number of each item's cluster.

    Returns
    -------
    float
        NaN if all answers are right, or all wrong, or there is one cluster: then it cannot be estimated.

    Raises
    ------
    ValueError, TypeError
        As `cluster_standard_error`.

    References
    ----------
    Kish (1965), *Survey Sampling*. Korn and Graubard (1998), *Survey Methodology* 24:193.

    Examples
    --------
    Five identical answers to each question are one answer.

    >>> answers = np.repeat(np.arange(400) % 2, 5)
    >>> round(design_effect(answers, np.repeat(np.arange(400), 5)), 1)
    5.0
    """
    scores = _validate.flags("scores", scores)
    error, count = cluster_standard_error(scores, clusters)
    share, items = np.mean(scores), np.size(scores)
    if count < 2 or share in (0, 1):
        return np.nan
    few = stats.t.ppf(0.975, count - 1) / stats.t.ppf(0.975, max(items - 1, 1))
    return float(max(error**2 * (items - 1) / (share * (1 - share)), 1) * few**2)


def odds_ratio(
    outcomes: ArrayLike,
    groups: ArrayLike,
    clusters: ArrayLike,
    *,
    confidence: float = 0.95,
    replicates: int = 2000,
    rng: int | np.random.Generator = 0,
) -> tuple[float, tuple[float, float]]:
    """Return the odds of an outcome in a group over those outside it, with an interval by whole clusters.

    A half is added to each of the four counts, so that none is 0. Cases of one cluster resemble each other,
    so clusters are drawn again; with few of them the interval tends to be too narrow.

    Parameters
    ----------
    outcomes : array-like, shape (cases,)
        Whether each case has the outcome: True and False, or 1 and 0.
    groups : array-like, shape (cases,)
        Whether it is in the group, in the same form.
    clusters : array-like, shape (cases,)
        Name or number of its cluster.
    confidence : float
        Strictly between 0 and 1.
    replicates : int
        How often clusters are drawn, from 99 to 100,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    ratio : float
    interval : tuple of float
        NaN with a single cluster.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Haldane (1956), *Annals of Human Genetics* 20:309, on the half.

    Examples
    --------
    >>> high, exact = [1, 1, 1, 0, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]
    >>> ratio, _ = odds_ratio(high, exact, list("abcdabcd"))
    >>> round(ratio, 2)
    5.44
    """
    outcome, group = _validate.flags("outcomes", outcomes), _validate.flags("groups", groups)
    entry, count = _entries(clusters)
    _validate.as_many(outcomes=outcome, groups=group, clusters=entry)
    confidence = _validate.share("confidence", confidence)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 100_000))
    rng = _validate.generator(rng)
    counts = np.zeros((count, 2, 2))  # cluster, outcome, group
    np.add.at(counts, (entry, outcome.astype(int), group.astype(int)), 1)
    drawn = rng.multinomial(count, np.full(count, 1 / count), replicates)
    ratios = [_odds_ratio(times @ counts.reshape(count, 4)) for times in (np.ones((1, count)), drawn)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(ratios[1], [tail, 1 - tail]) if count > 1 else (np.nan, np.nan)
    return float(ratios[0][0]), (float(low), float(high))


def _odds_ratio(counts: np.ndarray) -> np.ndarray:
    neither, in_group, with_outcome, both = (counts + 0.5).T
    return both * neither / (in_group * with_outcome)


def _entries(clusters: ArrayLike) -> tuple[np.ndarray, int]:
    """Return the number of each case's cluster, from 0, and how many clusters there are."""
    try:
        names = np.asarray(clusters)
    except Exception:
        raise TypeError(f"clusters must be a list of names; got {_validate.shown(clusters)}") from None
    found, entry = np.unique(names, return_inverse=True)
    return entry.reshape(names.shape), found.size
