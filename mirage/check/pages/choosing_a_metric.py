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


def _information() -> Number:
    p, length = 0.5, 10
    of_token = 1 / (p * (1 - p))
    of_tokens = length * of_token
    of_answer = length**2 * p ** (length - 2) / (1 - p**length)
    one = of_token / of_answer
    mistakes = {
        "the ratio is upside down: which of the two scores needs more items?": of_answer / of_tokens,
        "that compares one token with a whole answer. An answer has ten tokens to count.": one,
        "that compares the two probabilities. The question is about information.": p / p**length,
        "that is the information of the ten tokens alone. Divide it by that of exact match.": of_tokens,
    }
    otherwise = "divide L/(p(1 − p)) by L² p^(L − 2)/(1 − p^L)."
    return Number(of_tokens / of_answer, mistakes, otherwise)


def _spread() -> Number:
    width = 2 * stats.norm.ppf(0.9)
    confidence = 2 * stats.norm.ppf(0.975)
    mistakes = {
        "that is the width for a deviation of one decade. Which deviation gives a width of one?": width,
        "that reaches from the middle to 90 %. The width runs from 10 % to 90 %.": 2 / width,
        "that is the range from 2.5 % to 97.5 %, as for a confidence interval.": 1 / confidence,
    }
    otherwise = (
        "the curve is the distribution function of the thresholds; its 10–90 width is the distance "
        "between the two quantiles, in proportion to the standard deviation."
    )
    return Number(1 / width, mistakes, otherwise)


def _uniform_guess() -> Function:
    mistakes = {
        "that counts the right option only. This Brier score sums over all options.": (
            lambda options: (1 - 1 / options) ** 2
        ),
        "either the right option is left out, or the sum is divided by K. Add all K terms.": (
            lambda options: (options - 1) / options**2
        ),
        "the sign: a Brier score is a loss, at least 0. Some figures plot minus the score.": (
            lambda options: (1 - options) / options
        ),
        "that is the chance of a right guess, not the Brier score.": lambda options: 1 / options,
    }
    otherwise = "sum (1/K − y)² over the K options: y is 1 for one of them and 0 for the others."
    return Function(lambda options: 1 - 1 / options, [(2,), (4,), (10,)], mistakes, otherwise)


EXERCISES = (_one_wrong_digit, _information, _spread, _uniform_guess)
