"""Exercises of the page on longer answers."""

import numpy as np

from mirage import datasets, outputs
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _foretold() -> Number:
    product = 0.99 * 0.5 * 0.99
    mistakes = {
        "that takes the mean of the probabilities; the loss is a mean of logarithms.": (2.48 / 3) ** 3,
        "that is p itself, for one token; there are three.": product ** (1 / 3),
    }
    return Number(product, mistakes, otherwise="take the mean of −ln p, then exp(−3 × that).")


def _excess() -> Function:
    def exact(known: float, guessed: float, length: int) -> float:
        return (known**length + guessed**length) / 2

    def foretold(known: float, guessed: float, length: int) -> float:
        return (known * guessed) ** (length / 2)

    def excess(*case: float) -> float:
        return exact(*case) / foretold(*case)

    def of_mean(known: float, guessed: float, length: int) -> float:
        return ((known + guessed) / 2) ** length / foretold(known, guessed, length)

    mistakes = {
        "that is the other way round: how often p^L is higher.": lambda *case: 1 / excess(*case),
        "that is exact match itself; divide it by p^L.": exact,
        "that takes the mean of the two probabilities before the power.": of_mean,
    }
    cases = [(0.99, 0.1, 3), (0.9, 0.9, 4), (0.8, 0.2, 1), (0.99, 0.01, 5)]
    otherwise = "exact match is the mean of the two powers; the loss is the mean of the two −ln p."
    return Function(excess, cases, mistakes, otherwise)


def _together() -> Number:
    def factor(right: np.ndarray) -> float:
        return right.all(axis=1).mean() / right.mean(axis=0).prod()

    table = datasets.load_arithmetic("sums of 5 digits", "mixed")
    table = table[table["parameters"] == 57_696]
    right, _ = outputs.places(table)
    mean = np.mean([factor(right[table["seed"] == seed]) for seed in table["seed"].unique()])
    mistakes = {
        "all runs together are unlike each other, which alone makes a factor.": factor(right),
        "that is the inverse: divide exact match by the product.": 1 / mean,
    }
    otherwise = "outputs.places gives one column a place; take the mean of each, for each run by itself."
    return Number(mean, mistakes, otherwise)


EXERCISES = (_foretold, _excess, _together)
