"""Exercises of the page on in-context learning."""

from mirage._later import stats
from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _won() -> Number:
    mistakes = {
        "that counts one side only; all could have been lost as well.": 5,
        "that is what davinci won; its p-value is twice 0.5 to the fourth.": 4,
    }
    won = next(count for count in range(1, 20) if stats.binomtest(0, count).pvalue <= 0.05)
    return Number(won, mistakes, otherwise="double 0.5 to the number of tasks, until it is at most 0.05.")


def _needed() -> Number:
    needed = next(count for count in range(30) if stats.binom.sf(count - 1, 29, 0.2) <= 0.05)
    mistakes = {
        "that leaves out the observed count itself: at least so many, not more.": needed - 1,
        "that is what chance gives on average.": 5.8,
    }
    return Number(needed, mistakes, otherwise="find the first count whose p-value is at most .05.")


EXERCISES = (_won, _needed)
