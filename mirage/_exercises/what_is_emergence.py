"""The exercises of the page `what-is-emergence`."""

from collections.abc import Callable

import numpy as np

from mirage import datasets, emergence, resolution
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _slope(answer: object) -> Verdict:
    table = datasets.load_gpt3_arithmetic().query("task == '3-digit subtraction' and setting == 'few-shot'")
    largest = table.nlargest(3, "parameters").sort_values("parameters")
    rise = np.diff(largest["successes"] / largest["items"])
    decades = np.diff(np.log10(largest["parameters"]))
    before, slope = rise / decades
    return judge_number(
        answer,
        expected=slope,
        mistakes={
            "that is the change itself. Divide it by the gap in decades.": rise[1],
            "that is per factor e of size, from natural logarithms. A decade is a factor of ten.": slope
            / np.log(10),
            "give accuracy from 0 to 1, not in per cent.": 100 * slope,
            "that is the gap from 6.7 to 13 billion parameters. The last one is asked for.": before,
        },
        otherwise="take the difference of the two accuracies, and divide it by the difference of log10 N.",
    )


def _score(answer: object) -> Verdict:
    curve = [0.1, 0.2, 0.3, 0.4, 0.7]
    with_means = emergence.linearity(curve)
    return judge_number(
        answer,
        expected=emergence.emergence_score(curve),
        mistakes={
            "that is n − 1, the score for evenly spaced sizes. Accuracy rises by 0.3 in the last gap.": 4,
            "that divides by the root of the mean squared step. The score takes the median.": with_means,
            "that is the range itself. Divide it by the typical step.": np.ptp(curve),
        },
        otherwise="write down the five accuracies; in the last gap, of three decades, accuracy rises by 0.3.",
    )


def _right_answers(answer: object) -> Verdict:
    items, level = 2000, 0.01
    successes = np.arange(items + 1)
    share = successes / items
    half = 1.959964 * np.sqrt(share * (1 - share) / items)

    def first(lower: np.ndarray) -> float:
        return float(successes[lower > level][0])

    def lower(confidence: float = 0.95, method: str = "wilson") -> np.ndarray:
        return resolution.proportion_interval(successes, items, confidence, method)[0]

    one_short = first(share)
    return judge_number(
        answer,
        expected=first(lower()),
        mistakes={
            "with so many the share itself is above 1 %, but the interval reaches below.": one_short,
            "with so many the share is 1 %, and half of the interval lies below.": one_short - 1,
            "that is the Wald interval, share ± 1.96 standard errors. Take Wilson's.": first(share - half),
            "that is the interval of Clopper and Pearson. Take Wilson's.": first(
                lower(method="clopper-pearson")
            ),
            "that is an interval with 90 % confidence. Take 95 %.": first(lower(0.90)),
        },
        otherwise="compute the lower end for 0, 1, 2, … right answers; which is the first above 0.01?",
        tolerance=1e-4,
    )


def _size(answer: object) -> Verdict:
    def size(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * 10 ** ((wanted - accuracy) / slope)

    def decades(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return (wanted - accuracy) / slope

    def logarithm(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return np.log10(size(wanted, slope, parameters, accuracy))

    def natural(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * np.exp((wanted - accuracy) / slope)

    def smaller(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * 10 ** ((accuracy - wanted) / slope)

    def multiplied(wanted: float, slope: float, parameters: float, accuracy: float) -> float:
        return parameters * 10 ** ((wanted - accuracy) * slope)

    return judge_function(
        answer,
        reference=size,
        cases=[(0.5, 0.2, 1.3e10, 0.1), (0.9, 0.05, 1e9, 0.6), (0.8, 0.64, 1.75e11, 0.7)],
        mistakes={
            "that is the number of decades to grow. The size is asked for.": decades,
            "that is the logarithm of the size. Raise ten to that power.": logarithm,
            "the slope is per decade, so the base is ten and not e.": natural,
            "the sign: a higher accuracy needs a larger model.": smaller,
            "divide by the slope: a steeper line needs less growth.": multiplied,
        },
        otherwise="how many decades of growth make up what is missing? Multiply by ten to that power.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "what-is-emergence-1": _slope,
    "what-is-emergence-2": _score,
    "what-is-emergence-3": _right_answers,
    "what-is-emergence-4": _size,
}
