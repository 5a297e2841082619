"""Exercises of the page on how far the four answers can be trusted."""

from collections.abc import Callable

import numpy as np

from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _at_least_one(answer: object) -> Verdict:
    level, families = 0.05, 20
    return judge_number(
        answer,
        expected=1 - (1 - level) ** families,
        mistakes={
            "that is the expected number of false steps. The exercise asks for a probability.": level
            * families,
            "that is the probability of no false step at all.": (1 - level) ** families,
            "that is the probability for one family.": level,
            "that is the probability that all of them are called.": level**families,
        },
        otherwise="find the probability that none is called, and take it from 1.",
        tolerance=1e-3,
    )


def _families(answer: object) -> Verdict:
    smallest = 0.001
    return judge_number(
        answer,
        expected=1 / smallest - 1,
        mistakes={
            "nearly: the measured family counts too, in the 1 of (1 + R).": 1 / smallest,
            "that adds one; solve 1/(1 + R) = 0.001.": 1 / smallest + 1,
        },
        otherwise="no drawn family is as extreme in the best case: solve 1/(1 + R) = 0.001.",
        tolerance=1e-6,
    )


def _gap(sizes: np.ndarray, losses: np.ndarray) -> int:
    return int(np.argmin(np.diff(np.log(losses)) / np.diff(np.log10(sizes))))


def _steepest_gap(answer: object) -> Verdict:
    uneven = np.array([1e8, 2e8, 4e8, 1e11, 2e11])
    losses = np.array([4.0, 3.9, 3.0, 1.0, 0.9])
    rising = np.array([1.0, 0.99, 0.5, 0.45, 3.0])
    return judge_function(
        answer,
        _gap,
        [(uneven, losses), (uneven, rising), (np.array([1e8, 1e9, 1e10]), np.array([2.0, 1.0, 0.9]))],
        mistakes={
            "divide each step by the width of its gap, in decades.": lambda sizes, losses: int(
                np.argmin(np.diff(np.log(losses)))
            ),
            "divide by the gap of log10 N, not of N.": lambda sizes, losses: int(
                np.argmin(np.diff(np.log(losses)) / np.diff(sizes))
            ),
            "take the logarithm of the loss first.": lambda sizes, losses: int(
                np.argmin(np.diff(losses) / np.diff(np.log10(sizes)))
            ),
            "a fall is a negative slope: look for the smallest, not the largest.": lambda sizes, losses: int(
                np.argmax(np.diff(np.log(losses)) / np.diff(np.log10(sizes)))
            ),
        },
        otherwise="take np.diff(np.log(losses)) over np.diff(np.log10(sizes)), and the place of its minimum.",
    )


def _runs(answer: object) -> Verdict:
    ratio = np.log(4) / np.log(2) * 0.15 / 0.05
    return judge_number(
        answer,
        expected=ratio**2,
        mistakes={
            "that is the square root of it: the scatter of a mean falls with the root of the number.": ratio,
            "the step differs as well: ln 2 is half of ln 4.": (0.15 / 0.05) ** 2,
            "the scatter differs as well: three times as much.": (np.log(4) / np.log(2)) ** 2,
        },
        otherwise="solve ln 2 / (0.15/√r) = ln 4 / 0.05 for r.",
        tolerance=1e-3,
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "can-we-trust-the-answers-1": _at_least_one,
    "can-we-trust-the-answers-2": _families,
    "can-we-trust-the-answers-3": _steepest_gap,
    "can-we-trust-the-answers-4": _runs,
}
