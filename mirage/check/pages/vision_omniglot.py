"""Exercises of the page on sequences of images."""

from math import prod

from mirage import datasets
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _all_right() -> Function:
    def chance(p: float, rho: float, L: int, start: int = 0) -> float:
        return prod((p * (1 - rho) + i * rho) / (1 - rho + i * rho) for i in range(start, start + L))

    def mixture(p: float, rho: float, L: int) -> float:
        return (1 - rho) * p**L + rho * p

    mistakes = {
        "that holds for a correlation of 0.": lambda p, rho, L: p**L,
        "i starts at 0 and ends at L − 1.": lambda p, rho, L: chance(p, rho, L, start=1),
        "a mixture of independent and equal images is as correlated, but not the beta model.": mixture,
    }
    cases = [(0.8, 0.0, 5), (0.8, 0.2, 5), (0.5, 0.5, 3), (0.9, 0.1, 1)]
    otherwise = "multiply the fraction of the formula for i = 0, 1, …, L − 1."
    return Function(chance, cases, mistakes, otherwise)


def _correlation() -> Number:
    mean, variance = (0.98 + 0.58) / 2, ((0.98 - 0.58) / 2) ** 2
    expected = variance / (mean * (1 - mean))
    luck = variance / ((0.98 * 0.02 + 0.58 * 0.42) / 2)
    mistakes = {
        "that is the covariance; divide it by the variance of one image's error.": variance,
        "the variance of two equally frequent values is the square of half their difference.": 4 * expected,
        "divide by p(1 − p) of the mean chance, which noise and luck make together.": luck,
    }
    otherwise = "divide the variance of a sequence's own chance by p(1 − p), with p the mean chance."
    return Number(expected, mistakes, otherwise, tolerance=0.02)  # two digits are enough


def _none_right() -> Number:
    table = datasets.load_vision_answers("omniglot")
    some = table[(table["parameters"] == table["parameters"].max()) & (table["task"] == "shared noise")]
    pairs = zip(some["target"], some["prediction"], strict=True)
    right = [sum(map(str.__eq__, *pair)) for pair in pairs]
    none, every = right.count(0) / len(right), right.count(5) / len(right)
    independent = (1 - sum(right) / (5 * len(right))) ** 5
    mistakes = {
        "that is how many there are; divide by the number of sequences.": right.count(0),
        "that is the share that is not all right; ask for those without any right image.": 1 - every,
        "independent errors would give that; count them.": independent,
    }
    otherwise = 'take the sequences of "shared noise" at the largest size, and count those all wrong.'
    return Number(none, mistakes, otherwise)


EXERCISES = (_all_right, _correlation, _none_right)
