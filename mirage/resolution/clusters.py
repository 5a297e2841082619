"""Items that are not independent: clusters of items, several samples of one item."""

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate
from mirage._later import stats

__all__ = ["cluster_draws", "cluster_standard_error", "design_effect", "exchange_test"]

_MOST = 24  # clusters whose signs can all be tried: 16 million sums


def cluster_draws(clusters: ArrayLike, times: int, rng: int | np.random.Generator) -> np.ndarray:
    """Return how often each item counts when whole clusters are drawn again, as a bootstrap does.

    Parameters
    ----------
    clusters : array-like, shape (items,)
        Name or number of each item's cluster.
    times : int
        How many times the clusters are drawn, with replacement, as many as there are; from 1 to 20,000.
    rng : int or numpy.random.Generator
        Seed, or source of randomness.

    Returns
    -------
    ndarray of int, shape (times, items)
        A weight for each item; items of one cluster have the same.

    Raises
    ------
    ValueError, TypeError
        If there is no cluster, or an argument is of the wrong kind.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, Sec. 3.8.

    Examples
    --------
    >>> cluster_draws(["a", "a", "b"], 4, rng=0)
    array([[1, 1, 1],
           [1, 1, 1],
           [0, 0, 2],
           [0, 0, 2]])
    """
    names = _validate.names("clusters", clusters)
    times = _validate.integer("times", _validate.number("times", times, 1, 20_000))
    found, entry = np.unique(names, return_inverse=True)
    if names.ndim != 1 or not found.size:
        raise ValueError(f"clusters must be a list of names; got shape {names.shape}")
    drawn = _validate.generator(rng).multinomial(found.size, np.full(found.size, 1 / found.size), times)
    return drawn[:, entry]


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
    names = _validate.names("clusters", clusters)
    _validate.as_many(scores=values, clusters=names)
    _, entry = np.unique(names, return_inverse=True)
    with np.errstate(over="ignore", invalid="ignore"):
        rest = np.bincount(entry, values - values.mean())
    count = rest.size
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


def exchange_test(differences: ArrayLike) -> float:
    """Return how often two scores would differ as much in all, to either side, if they were exchangeable.

    Each cluster says by how much one score is ahead of the other. If the scores are exchangeable, each
    difference could as well have the other sign. All signs are tried, so the p-value is exact.

    Parameters
    ----------
    differences : array-like, shape (clusters,)
        Of at most 24 clusters that do not depend on each other.

    Returns
    -------
    float
        The share of all signs under which the sum is as far from 0, or farther: at least 2 in 2^clusters.

    Raises
    ------
    ValueError, TypeError
        If `differences` is not a list of 1 to 24 finite numbers.

    References
    ----------
    Fisher (1935), *The Design of Experiments*, Sec. 21.

    Examples
    --------
    >>> exchange_test([0.1, 0.4, 0.2, 0.3])  # all signs plus, or all minus
    0.125
    """
    parts = _validate.vector("differences", differences)
    if parts.size > _MOST:
        raise ValueError(f"differences must be those of at most {_MOST} clusters; got {parts.size}")
    sums = np.zeros(1)
    for part in parts / (np.abs(parts).max() or 1):
        sums = np.concatenate([sums + part, sums - part])
    return float(np.mean(np.abs(sums) >= np.abs(sums[0]) - 1e-9))  # not less, but for rounding
