"""Exercises of the page on LeNets and K of K images."""

from collections.abc import Callable
from math import comb

from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _chance(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda right, images, K: comb(right, K) / comb(images, K),
        [(80, 100, 3), (5, 10, 5), (7, 9, 1), (3, 8, 4)],
        mistakes={
            "that puts each image back; the second is drawn from one image less.": lambda right, images, K: (
                (right / images) ** K
            ),
            "that is the chance that none is right.": lambda right, images, K: (
                comb(images - right, K) / comb(images, K)
            ),
        },
        otherwise="count the subsets of K right images, and divide by all subsets of K images.",
    )


def _accuracy_needed(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=0.5 ** (1 / 5),
        mistakes={
            "that is the chance of five right at an accuracy of one half.": 0.5**5,
            "one half is what all five together need.": 0.5,
            "take the fifth root of one half, not of its odds.": 0.9,
        },
        otherwise="solve a⁵ = 1/2 for a.",
        tolerance=0.002,
    )


def _factor(answer: object) -> Verdict:
    mean, both = ((0.95 + 0.55) / 2) ** 5, (0.95**5 + 0.55**5) / 2
    return judge_number(
        answer,
        expected=both / mean,
        mistakes={
            "that is the chance itself; divide it by the fifth power of the mean accuracy.": both,
            "that is the fifth power of the mean accuracy; divide by it.": mean,
            "turn the ratio over.": mean / both,
        },
        otherwise="take the mean of the two fifth powers, and divide by the fifth power of the mean.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "vision-mnist-1": _chance,
    "vision-mnist-2": _accuracy_needed,
    "vision-mnist-3": _factor,
}
