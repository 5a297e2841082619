"""Exercises of the page on longer answers."""

from collections.abc import Callable

import numpy as np

from mirage import datasets, outputs
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _foretold(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=0.99 * 0.5 * 0.99,
        mistakes={
            "that takes the mean of the probabilities; the loss is a mean of logarithms.": (2.48 / 3) ** 3,
            "that is p itself, for one token; there are three.": (0.99 * 0.5 * 0.99) ** (1 / 3),
        },
        otherwise="take the mean of −ln p, then exp(−3 × that).",
    )


def _excess(answer: object) -> Verdict:
    return judge_function(
        answer,
        lambda known, guessed, length: (
            (known**length + guessed**length) / 2 / (known * guessed) ** (length / 2)
        ),
        [(0.99, 0.1, 3), (0.9, 0.9, 4), (0.8, 0.2, 1), (0.99, 0.01, 5)],
        mistakes={
            "that is the other way round: how often p^L is higher.": lambda known, guessed, length: (
                2 * (known * guessed) ** (length / 2) / (known**length + guessed**length)
            ),
            "that is exact match itself; divide it by p^L.": lambda known, guessed, length: (
                (known**length + guessed**length) / 2
            ),
            "that takes the mean of the two probabilities before the power.": lambda known, guessed, length: (
                ((known + guessed) / 2) ** length / (known * guessed) ** (length / 2)
            ),
        },
        otherwise="exact match is the mean of the two powers; the loss is the mean of the two −ln p.",
    )


def _together(answer: object) -> Verdict:
    table = datasets.load_arithmetic("sums of 5 digits", "mixed")
    table = table[table["parameters"] == table["parameters"].max()]
    right, _ = outputs.places(table)
    runs = [right[rows] for rows in table.reset_index().groupby("seed").indices.values()]
    factors = [_factor(run) for run in runs]
    return judge_number(
        answer,
        expected=sum(factors) / len(factors),
        mistakes={
            "all runs together are unlike each other, which alone makes a factor.": _factor(right),
            "that is the inverse: divide exact match by the product.": len(factors) / sum(factors),
        },
        otherwise="outputs.places gives one column a place; take the mean of each, for each run by itself.",
    )


def _factor(right: np.ndarray) -> float:
    return right.all(axis=1).mean() / right.mean(axis=0).prod()


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "arithmetic-length-1": _foretold,
    "arithmetic-length-2": _excess,
    "arithmetic-length-3": _together,
}
