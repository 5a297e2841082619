"""Exercises of the page on what emergence is."""

import numpy as np

from mirage import datasets, resolution
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _slope() -> Number:
    table = datasets.load_gpt3_arithmetic().query("task == '3-digit subtraction' and setting == 'few-shot'")
    largest = table.nlargest(3, "parameters").sort_values("parameters")
    rise = np.diff(largest["successes"] / largest["items"])
    before, slope = rise / np.diff(np.log10(largest["parameters"]))
    per_e = slope / np.log(10)
    mistakes = {
        "that is the change itself. Divide it by the gap in decades.": rise[1],
        "that is per factor e of size, from natural logarithms. A decade is a factor of ten.": per_e,
        "give accuracy from 0 to 1, not in per cent.": 100 * slope,
        "that is the gap from 6.7 to 13 billion parameters. The last one is asked for.": before,
    }
    otherwise = "take the difference of the two accuracies, and divide it by the difference of log10 N."
    return Number(slope, mistakes, otherwise)


def _right_answers() -> Number:
    items, level = 2000, 0.01
    successes = np.arange(items + 1)
    share = successes / items
    wald = share - 1.959964 * np.sqrt(share * (1 - share) / items)

    def first(lower: np.ndarray) -> int:
        return int(successes[lower > level][0])

    def needed(confidence: float = 0.95, method: str = "wilson") -> int:
        return first(resolution.proportion_interval(successes, items, confidence, method)[0])

    mistakes = {
        "with so many the share itself is above 1%, but the interval reaches below.": first(share),
        "with so many the share is 1%, and half of the interval lies below.": first(share) - 1,
        "that is the Wald interval, share ± 1.96 standard errors. Take Wilson's.": first(wald),
        "that is the interval of Clopper and Pearson. Take Wilson's.": needed(method="clopper-pearson"),
        "that is an interval with 90% confidence. Take 95%.": needed(0.90),
    }
    otherwise = "compute the lower end for 0, 1, 2, … right answers; which is the first above 0.01?"
    return Number(needed(), mistakes, otherwise)


def _size() -> Function:
    def size(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * 10 ** ((wanted - accuracy) / slope)

    def decades(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return (wanted - accuracy) / slope

    def logarithm(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return np.log10(size(wanted, slope, parameters, accuracy))

    def natural(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * np.exp((wanted - accuracy) / slope)

    def smaller(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return size(accuracy, slope, parameters, wanted)

    def multiplied(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return size(wanted, 1 / slope, parameters, accuracy)

    cases = [(0.5, 0.2, 1.3e10, 0.1), (0.9, 0.05, 1e9, 0.6), (0.8, 0.64, 1.75e11, 0.7)]
    mistakes = {
        "that is the number of decades to grow. The size is asked for.": decades,
        "that is the logarithm of the size. Raise ten to that power.": logarithm,
        "the slope is per decade, so the base is ten and not e.": natural,
        "the sign: a higher accuracy needs a larger model.": smaller,
        "divide by the slope: a steeper line needs less growth.": multiplied,
    }
    otherwise = "how many decades of growth make up what is missing? Multiply by ten to that power."
    return Function(size, cases, mistakes, otherwise)


EXERCISES = (_slope, _right_answers, _size)
