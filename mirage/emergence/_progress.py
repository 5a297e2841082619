"""From the scores or counts of single runs to the share of the way that each size has come."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirage import resolution

_FARTHEST = 1e100  # a score farther beyond floor or ceiling, in their distance, says no more


@dataclass(frozen=True, eq=False)
class Progress:
    """How far runs and sizes have come, as shares of the way from floor to ceiling.

    `decades` are log10 of the sizes, rising; `run` tells the size of each run by its index. `share` is the
    estimate of each run for a line, moved off the floor and the ceiling as far as the noise allows;
    `off_ends` tells which runs needed no such move. `variance` gives the sampling variance of each run from
    the fitted shares. `low` and `high` hold the mean of each size, all at once with the confidence.
    """

    decades: np.ndarray
    run: np.ndarray
    share: np.ndarray
    off_ends: np.ndarray
    variance: Callable[[np.ndarray], np.ndarray]
    low: np.ndarray
    high: np.ndarray

    def usable(self) -> np.ndarray:
        """Return which runs a link can take: exact scores at an end are lost to it."""
        return (self.share > 0) & (self.share < 1)

    def informative(self) -> int:
        """Return how many sizes are surely off both the floor and the ceiling, with a run that is usable."""
        has_run = np.bincount(self.run, self.usable()) > 0
        return int(((self.low > 0) & (self.high < 1) & has_run).sum())


def way(scores: np.ndarray, floor: float, ceiling: float) -> np.ndarray:
    """Return the share of the way from floor to ceiling that each score has come."""
    with np.errstate(over="ignore"):
        return np.clip((scores - floor) / (ceiling - floor), -_FARTHEST, _FARTHEST)


def of_scores(parameters, scores, standard_errors, floor, ceiling, confidence) -> Progress:
    """Return the progress that scores show, with normal intervals, of no width without standard errors."""
    decades, run = np.unique(np.log10(parameters), return_inverse=True)
    share, error = way(scores, floor, ceiling), np.zeros_like(scores)
    if standard_errors is not None:
        error = way(standard_errors, 0, abs(ceiling - floor))
    runs = np.bincount(run)
    mean, mean_error = np.bincount(run, share) / runs, np.sqrt(np.bincount(run, error**2)) / runs
    reach = stats.norm.isf((1 - confidence) / (2 * decades.size)) * mean_error
    inside, off_ends = _inside(share, error / 2)
    return Progress(decades, run, inside, off_ends, lambda fitted: error**2, mean - reach, mean + reach)


def of_counts(parameters, successes, trials, floor, ceiling, confidence) -> Progress:
    """Return the progress that counts show, with the intervals of Clopper and Pearson."""
    decades, run = np.unique(np.log10(parameters), return_inverse=True)
    right, items = np.bincount(run, successes), np.bincount(run, trials)
    joint = 1 - (1 - confidence) / decades.size
    ends = resolution.proportion_interval(right, items, joint, "clopper-pearson")
    low, high = np.sort([way(end, floor, ceiling) for end in ends], axis=0)
    distance = abs(ceiling - floor)
    half_answer = way(0.5 / (trials + 1), 0, distance)
    inside, _ = _inside(way((successes + 0.5) / (trials + 1), floor, ceiling), half_answer)
    _, off_ends = _inside(way(successes / trials, floor, ceiling), half_answer)

    def variance(fitted: np.ndarray) -> np.ndarray:
        ability = floor + fitted * (ceiling - floor)
        return way(np.sqrt(ability * (1 - ability) / trials), 0, distance) ** 2

    return Progress(decades, run, inside, off_ends, variance, low, high)


def _inside(share: np.ndarray, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    margin = np.minimum(margin, 0.5)
    inside = np.clip(share, margin, 1 - margin)
    return inside, inside == share
