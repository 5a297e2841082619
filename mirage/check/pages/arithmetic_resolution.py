"""Exercises of the page on how many items it takes to see small models answer."""

from math import comb

import numpy as np

from mirage import datasets, outputs
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _none_right() -> Function:
    def none(k: int, n: int, m: int) -> float:
        return comb(n - k, m) / comb(n, m)

    def put_back(k: int, n: int, m: int) -> float:
        return (1 - k / n) ** m

    mistakes = {
        "that draws with putting back; an answer that was drawn is gone.": put_back,
        "that is the chance of at least one right answer.": lambda k, n, m: 1 - none(k, n, m),
    }
    cases = [(1, 2000, 50), (12, 2000, 200), (0, 1000, 200), (3, 20_000, 2000), (5, 10, 6)]
    otherwise = "count the ways to draw m answers out of the n - k wrong ones, and out of all n."
    return Function(none, cases, mistakes, otherwise)


def _right_products() -> Number:
    chance = 0.75 / 9000 + 0.25 / 900
    mean = 1 / (0.75 * 9000 + 0.25 * 900)
    mistakes = {
        "numbers of four digits do not begin with 0: there are 9,000.": 1000 * (0.75e-4 + 0.25e-3),
        "that is the chance for one product; there are 1,000.": chance,
        "take the mean of the two chances, not of the two counts.": 1000 * mean,
    }
    return Number(1000 * chance, mistakes, "find the chance for each of the two lengths, and weigh them.")


def _hardest_digit() -> Number:
    answers = datasets.load_arithmetic("addition", "mixed")
    sizes = np.sort(answers["parameters"].unique())
    middle = answers["parameters"] == sizes[len(sizes) // 2]
    right, _ = outputs.places(answers[middle & (answers["target"].str.len() == 5)])
    hardest = int(right[:, :4].mean(axis=0).argmin()) + 1
    otherwise = "keep targets of five tokens, take outputs.places and the mean of each column."
    return Number(hardest, {"count the places from 1.": hardest - 1}, otherwise)


EXERCISES = (_none_right, _right_products, _hardest_digit)
