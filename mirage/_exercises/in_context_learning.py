"""Exercises of the page on in-context learning."""

from collections.abc import Callable

from scipy import stats

from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _above_baseline(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda right, items, baseline: stats.binom.sf(right - 1, items, baseline),
        [(12, 29, 0.2), (93, 170, 0.25), (0, 10, 0.5), (10, 10, 0.5), (25, 50, 0.48)],
        mistakes={
            "that leaves out the observed count itself: at least so many, not more.": lambda k, n, p: (
                stats.binom.sf(k, n, p)
            ),
            "that is the probability of so many or fewer; take the other tail.": lambda k, n, p: (
                stats.binom.cdf(k, n, p)
            ),
            "that is the probability of exactly so many; add those of more.": lambda k, n, p: stats.binom.pmf(
                k, n, p
            ),
        },
        otherwise="add the binomial probabilities of `right` and of all larger counts.",
    )


def _by_chance(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=0.5,
        mistakes={
            "the gains share the error of the plain score, so they are not independent.": 0.0,
            "each gain has an error of its own as well.": 1.0,
            "both gains subtract the same score, so it pulls them the same way.": -0.5,
        },
        otherwise="write both gains as differences of errors; what do they share?",
    )


def _needed(answer: object) -> Verdict:
    counts = range(30)
    needed = next(count for count in counts if stats.binom.sf(count - 1, 29, 0.2) <= 0.05)
    return judge_number(
        answer,
        expected=needed,
        mistakes={
            "that leaves out the observed count itself: at least so many, not more.": needed - 1,
            "that is what chance gives on average.": 5.8,
        },
        otherwise="find the first count whose p-value is at most .05.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "in-context-learning-1": _above_baseline,
    "in-context-learning-2": _by_chance,
    "in-context-learning-3": _needed,
}
