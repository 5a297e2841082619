"""Exercises of the page on the toy model."""

import numpy as np

from mirage import datasets, resolution, scaling, toy
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _shift() -> Number:
    length, exponent = 20, 0.5
    factor = length ** (1 / exponent)
    wrong_side = length**exponent
    mistakes = {
        "that is the length itself. The loss is multiplied by the length; by how much must N grow to "
        "bring it back?": length,
        "the exponent stands on the wrong side: N^−a must fall by the factor L, so solve for N.": wrong_side,
        "that is the number of decades. The exercise asks for the factor.": np.log10(factor),
    }
    otherwise = "write down p(N)^L = p(N′) with p = exp(−(N/c)^−a) and solve for N′/N."
    return Number(factor, mistakes, otherwise)


def _width() -> Function:
    def width(low: float, high: float, exponent: float) -> float:
        return np.log10(np.log(low) / np.log(high)) / exponent

    def in_e_folds(low: float, high: float, exponent: float) -> float:
        return width(low, high, exponent) * np.log(10)

    def multiplied(low: float, high: float, exponent: float) -> float:
        return width(low, high, 1 / exponent)

    def negative(low: float, high: float, exponent: float) -> float:
        return width(high, low, exponent)

    mistakes = {
        "these are e-folds, from natural logarithms of N; decades are asked for.": in_e_folds,
        "the exponent should divide: a larger exponent makes a narrower transition.": multiplied,
        "the sign: a width is positive. Which of the two levels is reached first?": negative,
    }
    otherwise = "solve A = exp(−(N/c)^−a) for log10 N at both levels and take the difference; c cancels."
    return Function(width, [(0.1, 0.9, 0.4), (0.1, 0.9, 1.0), (0.25, 0.75, 0.076)], mistakes, otherwise)


def _items() -> Number:
    p = scaling.token_probability(scaling.loss(1e9, constant=1e9, exponent=0.4))
    accuracy = toy.accuracy(p, 10)
    mistakes = {
        "that is for one token. The whole target has ten.": float(resolution.items_needed(p)),
        "with 1/A items you expect one right answer on average, but often see none. The exercise asks "
        "for 95% confidence.": float(1 / accuracy),
    }
    otherwise = "compute p, then A = p^10, then use resolution.items_needed."
    # Rounded, and with the approximation −ln(0.05)/A, it is right as well: so it is no `int` here.
    return Number(float(resolution.items_needed(accuracy)), mistakes, otherwise)


def _exponent() -> Number:
    table = datasets.load_gpt3_arithmetic().query("task == '3-digit addition' and setting == 'few-shot'")
    small, large = table.nlargest(2, "parameters").sort_values("parameters").itertuples()
    drop = np.log(-np.log([small.successes / small.items, large.successes / large.items]))
    per_decade = -np.diff(drop)[0] / np.log10(large.parameters / small.parameters)
    exponent = per_decade / np.log(10)
    mistakes = {
        "the sign: our exponent a is positive when accuracy rises.": -exponent,
        "that is the slope per decade (log10 N); the exponent is the slope against ln N.": per_decade,
    }
    otherwise = "take ln(−ln A) at the two largest sizes, and divide its fall by the rise of ln N."
    return Number(exponent, mistakes, otherwise)


EXERCISES = (_shift, _width, _items, _exponent)
