"""Exercises of the page on choosing a metric, in depth."""

from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


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


EXERCISES = (_uniform_guess, _information)
