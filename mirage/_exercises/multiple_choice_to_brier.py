"""Exercises of the page on multiple choice and the Brier score."""

from collections.abc import Callable

from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _summed(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda p, options: (1 - p) ** 2 * options / (options - 1),
        [(0.4, 4), (0.25, 4), (0.9, 2), (0.0, 5), (1.0, 3)],
        mistakes={
            "that is the square of the right option alone; add those of the others.": lambda p, options: (
                (1 - p) ** 2
            ),
            "the others share 1 − p: each of them has (1 − p)/(K − 1), squared.": lambda p, options: (
                (1 - p) ** 2 + (options - 1) * (1 - p) ** 2
            ),
            "that is the mean over the options; the score is the sum.": lambda p, options: (
                (1 - p) ** 2 / (options - 1)
            ),
        },
        otherwise="add (1 − p)² for the right option and the squares of the other K − 1.",
    )


def _difference(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=(0.1**2 + 0.9**2) / 2 - 0.6**2,
        mistakes={
            "take the mean of the squares, not the square of the mean of 1 − p.": 0.5**2 - 0.6**2,
            "that is A less B; B's is the higher one.": 0.6**2 - (0.1**2 + 0.9**2) / 2,
            "that is the score of B; take that of A from it.": (0.1**2 + 0.9**2) / 2,
        },
        otherwise="compute the mean of (1 − p)² over the items for each model.",
    )


def _least(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=0.3,
        mistakes={
            "that is 1 − p; take it from 1.": 0.7,
            "undo the square first.": 0.51,
        },
        otherwise="(1 − p)² is at most .49; solve for p.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "multiple-choice-to-brier-1": _summed,
    "multiple-choice-to-brier-2": _difference,
    "multiple-choice-to-brier-3": _least,
}
