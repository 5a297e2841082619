"""Exercises of the page on the four questions as statistics."""

import numpy as np

from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _at_least_one() -> Number:
    level, families = 0.05, 20
    none, every = (1 - level) ** families, level**families
    count = level * families
    mistakes = {
        "that is the expected number of false steps. The exercise asks for a probability.": count,
        "that is the probability of no false step at all.": none,
        "that is the probability for one family.": level,
        "that is the probability that all of them are called.": every,
    }
    return Number(1 - none, mistakes, "find the probability that none is called, and take it from 1.")


def _runs() -> Number:
    steps, scatters = 2, 3  # ln 4 over ln 2, and 15% over 5%
    ratio = steps * scatters
    mistakes = {
        "that is the square root of it: the scatter of a mean falls with the root of the number.": ratio,
        "the step differs as well: ln 2 is half of ln 4.": scatters**2,
        "the scatter differs as well: three times as much.": steps**2,
    }
    return Number(ratio**2, mistakes, otherwise="solve ln 2 / (0.15/√r) = ln 4 / 0.05 for r.")


def _steepest_gap() -> Function:
    def slopes(sizes: np.ndarray, losses: np.ndarray) -> np.ndarray:
        return np.diff(np.log(losses)) / np.diff(np.log10(sizes))

    def gap(sizes: np.ndarray, losses: np.ndarray) -> int:
        return np.argmin(slopes(sizes, losses))

    def of_steps(sizes: np.ndarray, losses: np.ndarray) -> int:
        return np.argmin(np.diff(np.log(losses)))

    def per_parameter(sizes: np.ndarray, losses: np.ndarray) -> int:
        return np.argmin(np.diff(np.log(losses)) / np.diff(sizes))

    def of_losses(sizes: np.ndarray, losses: np.ndarray) -> int:
        return gap(sizes, np.exp(losses))

    def largest(sizes: np.ndarray, losses: np.ndarray) -> int:
        return np.argmax(slopes(sizes, losses))

    uneven, even = np.array([1e8, 2e8, 4e8, 1e11, 2e11]), np.array([1e8, 1e9, 1e10])
    cases = [
        (uneven, np.array([4.0, 3.9, 3.0, 1.0, 0.9])),
        (uneven, np.array([1.0, 0.99, 0.5, 0.45, 3.0])),
        (even, np.array([2.0, 1.0, 0.9])),
        (even, np.array([4.0, 3.0, 2.1])),  # the largest fall in ln loss is not the largest in loss
        (even, np.array([4.0, 3.5, 2.0])),  # nor, here, the largest per parameter
    ]
    mistakes = {
        "divide each step by the width of its gap, in decades.": of_steps,
        "divide by the gap of log10 N, not of N.": per_parameter,
        "take the logarithm of the loss first.": of_losses,
        "a fall is a negative slope: look for the smallest, not the largest.": largest,
    }
    otherwise = "take np.diff(np.log(losses)) over np.diff(np.log10(sizes)), and the place of its minimum."
    return Function(gap, cases, mistakes, otherwise)


EXERCISES = (_at_least_one, _runs, _steepest_gap)
