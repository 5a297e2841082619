"""Exercises of the page on error rates and the emergence score."""

import numpy as np

from mirage._later import stats
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _families() -> Number:
    mistakes = {
        "nearly: the measured family counts too, in the 1 of (1 + R).": 1000,
        "that adds one; solve 1/(1 + R) = 0.001.": 1001,
    }
    otherwise = "no drawn family is as extreme in the best case: solve 1/(1 + R) = 0.001."
    return Number(999, mistakes, otherwise)


def _covered() -> Number:
    held = stats.binom(200, 0.95)
    mistakes = {
        "181 itself belongs to it: add the probability of 181 to that of fewer.": held.cdf(180),
        "that is the probability of exactly 181 times.": held.pmf(181),
        "that is the share that was held.": 181 / 200,
        "that is the probability of more than 181 times.": held.sf(181),
        "the count is binomial; the normal distribution is too rough so near the edge.": stats.norm.cdf(
            181, held.mean(), held.std()
        ),
    }
    otherwise = "add the binomial probabilities of 0 to 181 successes in 200 trials at 0.95."
    return Number(held.cdf(181), mistakes, otherwise)


def _slope_score() -> Function:
    def slopes(sizes: np.ndarray, scores: np.ndarray) -> np.ndarray:
        gaps = np.diff(np.log10(sizes))
        return np.diff(scores) / gaps * gaps.mean()

    def score(sizes: np.ndarray, scores: np.ndarray) -> float:
        return np.ptp(scores) / np.sqrt(np.median(slopes(sizes, scores) ** 2))

    def of_steps(sizes: np.ndarray, scores: np.ndarray) -> float:
        return np.ptp(scores) / np.sqrt(np.median(np.diff(scores) ** 2))

    def per_decade(sizes: np.ndarray, scores: np.ndarray) -> float:
        return score(sizes, scores) * np.diff(np.log10(sizes)).mean()

    def with_mean(sizes: np.ndarray, scores: np.ndarray) -> float:
        return np.ptp(scores) / np.sqrt(np.mean(slopes(sizes, scores) ** 2))

    sizes = np.array([1e8, 2e8, 1e9, 3e9, 1e11])
    cases = [
        (sizes, np.log10(sizes)),
        (sizes, np.array([0.0, 0.01, 0.05, 0.2, 0.9])),
        (sizes, np.array([0.1, 0.3, 0.31, 0.6, 0.65])),
    ]
    mistakes = {
        "those are steps: divide each by the width of its gap, in decades.": of_steps,
        "multiply the slopes by the mean gap, so that one slope everywhere scores n − 1.": per_decade,
        "the typical slope is the root of the median square, not of the mean.": with_mean,
    }
    otherwise = "slopes are np.diff(scores) over the gaps of log10 size, times the mean gap."
    return Function(score, cases, mistakes, otherwise)


EXERCISES = (_families, _covered, _slope_score)
