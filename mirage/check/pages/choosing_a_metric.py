"""Exercises of the page on choosing a metric."""

from mirage._later import stats
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _one_wrong_digit() -> Function:
    def first(target: int) -> int:
        return int(str(target)[0])

    def place(target: int) -> int:
        return 10 ** (len(str(target)) - 1)

    def of_digit(target: int) -> int:
        return max(first(target), 9 - first(target))

    def worst(target: int) -> int:
        return of_digit(target) * place(target)

    def up(target: int) -> int:
        return (9 - first(target)) * place(target)

    def down(target: int) -> int:
        return first(target) * place(target)

    mistakes = {
        "the first digit can also become smaller, down to 0: take the larger change.": up,
        "the first digit can also become larger, up to 9: take the larger change.": down,
        "that is the relative error. The absolute error is asked for.": lambda target: worst(target) / target,
        "that is the change of the digit. A change in the hundreds counts a hundredfold.": of_digit,
    }
    otherwise = (
        "write the target as a string, put each digit in each place in turn, and keep the largest "
        "absolute difference from the target."
    )
    return Function(worst, [(378,), (58,), (4275,), (905,)], mistakes, otherwise)


def _spread() -> Number:
    width = 2 * stats.norm.ppf(0.9)
    confidence = 2 * stats.norm.ppf(0.975)
    mistakes = {
        "that is the width for a deviation of one decade. Which deviation gives a width of one?": width,
        "that reaches from the middle to 90%. The width runs from 10% to 90%.": 2 / width,
        "that is the range from 2.5% to 97.5%, as for a confidence interval.": 1 / confidence,
    }
    otherwise = (
        "the curve is the distribution function of the thresholds; its 10–90 width is the distance "
        "between the two quantiles, in proportion to the standard deviation."
    )
    return Number(1 / width, mistakes, otherwise)


EXERCISES = (_one_wrong_digit, _spread)
