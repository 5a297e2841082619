"""Exercises of the page on how many items it takes to see small models answer."""

from collections.abc import Callable
from math import comb

import numpy as np

from mirage import datasets, outputs
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _none_right(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda k, n, m: comb(n - k, m) / comb(n, m),
        [(1, 2000, 50), (12, 2000, 200), (0, 1000, 200), (3, 20_000, 2000), (5, 10, 6)],
        mistakes={
            "that draws with putting back; an answer that was drawn is gone.": lambda k, n, m: (
                (1 - k / n) ** m
            ),
            "that is the chance of at least one right answer.": lambda k, n, m: (
                1 - comb(n - k, m) / comb(n, m)
            ),
        },
        otherwise="count the ways to draw m answers out of the n - k wrong ones, and out of all n.",
    )


def _right_products(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=1000 * (0.75 / 9000 + 0.25 / 900),
        mistakes={
            "numbers of four digits do not begin with 0: there are 9,000.": 1000 * (0.75e-4 + 0.25e-3),
            "that is the chance for one product; there are 1,000.": 0.75 / 9000 + 0.25 / 900,
            "take the mean of the two chances, not of the two counts.": 1000 / (0.75 * 9000 + 0.25 * 900),
        },
        otherwise="find the chance for each of the two lengths, and weigh them.",
    )


def _hardest_digit(answer: object) -> Verdict:
    answers = datasets.load_arithmetic("addition", "mixed")
    sizes = np.sort(answers["parameters"].unique())
    middle = answers["parameters"] == sizes[len(sizes) // 2]
    right, _ = outputs.places(answers[middle & (answers["target"].str.len() == 5)])
    expected = int(right[:, :4].mean(axis=0).argmin()) + 1
    return judge_number(
        answer,
        expected=expected,
        mistakes={"count the places from 1.": expected - 1},
        otherwise="keep targets of five tokens, take outputs.places and the mean of each column.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "arithmetic-resolution-1": _none_right,
    "arithmetic-resolution-2": _right_products,
    "arithmetic-resolution-3": _hardest_digit,
}
