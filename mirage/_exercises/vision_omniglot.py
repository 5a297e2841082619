"""Exercises of the page on sequences of images."""

from collections.abc import Callable
from math import prod

from mirage import datasets
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _all_right(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda p, rho, L: prod((p * (1 - rho) + i * rho) / (1 - rho + i * rho) for i in range(L)),
        [(0.8, 0.0, 5), (0.8, 0.2, 5), (0.5, 0.5, 3), (0.9, 0.1, 1)],
        mistakes={
            "that holds for a correlation of 0.": lambda p, rho, L: p**L,
            "i starts at 0 and ends at L − 1.": lambda p, rho, L: prod(
                (p * (1 - rho) + i * rho) / (1 - rho + i * rho) for i in range(1, L + 1)
            ),
            "a mixture of independent and equal images is as correlated, but not the beta model.": (
                lambda p, rho, L: (1 - rho) * p**L + rho * p
            ),
        },
        otherwise="multiply the fraction of the formula for i = 0, 1, …, L − 1.",
    )


def _correlation(answer: object) -> Verdict:
    mean, variance = (0.98 + 0.58) / 2, ((0.98 - 0.58) / 2) ** 2
    return judge_number(
        answer,
        expected=variance / (mean * (1 - mean)),
        mistakes={
            "that is the covariance; divide it by the variance of one image's error.": variance,
            "the variance of two equally frequent values is the square of half their difference.": (
                (0.98 - 0.58) ** 2 / (mean * (1 - mean))
            ),
            "divide by p(1 − p) of the mean chance, which noise and luck make together.": variance
            / ((0.98 * 0.02 + 0.58 * 0.42) / 2),
        },
        otherwise="divide the variance of a sequence's own chance by p(1 − p), with p the mean chance.",
    )


def _none_right(answer: object) -> Verdict:
    table = datasets.load_vision_answers("omniglot")
    largest = table[table["parameters"] == table["parameters"].max()]
    some = largest[largest["task"] == "shared noise"]
    right = [
        sum(a == b for a, b in zip(target, prediction, strict=True))
        for target, prediction in zip(some["target"], some["prediction"], strict=True)
    ]
    wrong = len(some["target"].iloc[0]) - sum(right) / len(right)
    return judge_number(
        answer,
        expected=right.count(0) / len(right),
        mistakes={
            "that is how many there are; divide by the number of sequences.": right.count(0),
            "that is the share that is not all right; ask for those without any right image.": 1
            - right.count(5) / len(right),
            "independent errors would give that; count them.": (wrong / 5) ** 5,
        },
        otherwise='take the sequences of "shared noise" at the largest size, and count those all wrong.',
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "vision-omniglot-1": _all_right,
    "vision-omniglot-2": _correlation,
    "vision-omniglot-3": _none_right,
}
