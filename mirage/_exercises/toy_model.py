"""Exercises of the page on the toy model."""

from collections.abc import Callable

import numpy as np

from mirage import datasets, resolution, scaling, toy
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _shift(answer: object) -> Verdict:
    length, exponent = 20, 0.5
    factor = length ** (1 / exponent)
    return judge_number(
        answer,
        expected=factor,
        mistakes={
            "that is the length itself. The loss is multiplied by the length; by how much must N grow to "
            "bring it back?": length,
            "the exponent stands on the wrong side: N^−a must fall by the factor L, so solve for N.": length
            ** exponent,
            "that is the number of decades. The exercise asks for the factor.": np.log10(factor),
        },
        otherwise="write down p(N)^L = p(N′) with p = exp(−(N/c)^−a) and solve for N′/N.",
    )


def _width(answer: object) -> Verdict:
    def width(low: float, high: float, exponent: float) -> float:
        return np.log10(np.log(low) / np.log(high)) / exponent

    def in_e_folds(low: float, high: float, exponent: float) -> float:
        return width(low, high, exponent) * np.log(10)

    def multiplied(low: float, high: float, exponent: float) -> float:
        return width(low, high, exponent) * exponent**2

    def negative(low: float, high: float, exponent: float) -> float:
        return -width(low, high, exponent)

    return judge_function(
        answer,
        reference=width,
        cases=[(0.1, 0.9, 0.4), (0.1, 0.9, 1.0), (0.25, 0.75, 0.076)],
        mistakes={
            "these are e-folds, from natural logarithms of N; decades are asked for.": in_e_folds,
            "the exponent should divide: a larger exponent makes a narrower transition.": multiplied,
            "the sign: a width is positive. Which of the two levels is reached first?": negative,
        },
        otherwise="solve A = exp(−(N/c)^−a) for log10 N at both levels and take the difference; c cancels.",
    )


def _items(answer: object) -> Verdict:
    p = scaling.token_probability(scaling.loss(1e9, constant=1e9, exponent=0.4))
    expected = int(resolution.items_needed(toy.accuracy(p, 10)))
    return judge_number(
        answer,
        expected=expected,
        mistakes={
            "that is for one token. The whole target has ten.": float(resolution.items_needed(p)),
            "with 1/A items you expect one right answer on average, but often see none. The exercise asks "
            "for 95 % confidence.": float(1 / toy.accuracy(p, 10)),
        },
        otherwise="compute p, then A = p^10, then use resolution.items_needed.",
        tolerance=1e-4,
    )


def _exponent(answer: object) -> Verdict:
    table = datasets.load_gpt3_arithmetic().query("task == '3-digit addition' and setting == 'few-shot'")
    small, large = table.nlargest(2, "parameters").sort_values("parameters").itertuples()
    drop = np.log(-np.log([small.successes / small.items, large.successes / large.items]))
    decades = np.log10(large.parameters / small.parameters)
    exponent = -np.diff(drop)[0] / (decades * np.log(10))
    return judge_number(
        answer,
        expected=exponent,
        mistakes={
            "the sign: our exponent a is positive when accuracy rises.": -exponent,
            "that is the slope per decade (log10 N); the exponent is the slope against ln N.": exponent
            * np.log(10),
        },
        otherwise="take ln(−ln A) at the two largest sizes, and divide its fall by the rise of ln N.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "toy-model-1": _shift,
    "toy-model-2": _width,
    "toy-model-3": _items,
    "toy-model-4": _exponent,
}
