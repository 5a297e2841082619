"""The exercises of the page `choosing-a-metric`."""

from collections.abc import Callable

from scipy import stats

from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _one_wrong_digit(answer: object) -> Verdict:
    def worst(target: int) -> int:
        first, place = _first_digit(target)
        return max(first, 9 - first) * place

    def only_up(target: int) -> int:
        first, place = _first_digit(target)
        return (9 - first) * place

    def only_down(target: int) -> int:
        first, place = _first_digit(target)
        return first * place

    def relative(target: int) -> float:
        return worst(target) / target

    def of_digit(target: int) -> float:
        return worst(target) / _first_digit(target)[1]

    return judge_function(
        answer,
        reference=worst,
        cases=[(378,), (58,), (4275,), (905,)],
        mistakes={
            "the first digit can also become smaller, down to 0: take the larger change.": only_up,
            "the first digit can also become larger, up to 9: take the larger change.": only_down,
            "that is the relative error. The absolute error is asked for.": relative,
            "that is the change of the digit. A change in the hundreds counts a hundredfold.": of_digit,
        },
        otherwise="write the target as a string, put each digit in each place in turn, and keep the largest "
        "absolute difference from the target.",
    )


def _information(answer: object) -> Verdict:
    p, length = 0.5, 10
    of_tokens = length / (p * (1 - p))
    of_answer = length**2 * p ** (length - 2) / (1 - p**length)
    return judge_number(
        answer,
        expected=of_tokens / of_answer,
        mistakes={
            "the ratio is upside down: which of the two scores needs more items?": of_answer / of_tokens,
            "that compares one token with a whole answer. An answer has ten tokens to count.": of_tokens
            / length
            / of_answer,
            "that compares the two probabilities. The question is about information.": p / p**length,
            "that is the information of the ten tokens alone. Divide it by that of exact match.": of_tokens,
        },
        otherwise="divide L/(p(1 − p)) by L² p^(L − 2)/(1 − p^L).",
    )


def _spread(answer: object) -> Verdict:
    quantile = stats.norm.ppf(0.9)
    return judge_number(
        answer,
        expected=1 / (2 * quantile),
        mistakes={
            "that is the width for a deviation of one decade. Which deviation gives a width of one?": 2
            * quantile,
            "that reaches from the middle to 90 %. The width runs from 10 % to 90 %.": 1 / quantile,
            "that is the range from 2.5 % to 97.5 %, as for a confidence interval.": 1
            / (2 * stats.norm.ppf(0.975)),
        },
        otherwise="the curve is the distribution function of the thresholds; its 10–90 width is the distance "
        "between the two quantiles, in proportion to the standard deviation.",
    )


def _uniform_guess(answer: object) -> Verdict:
    def right_option_only(options: int) -> float:
        return (1 - 1 / options) ** 2

    def divided(options: int) -> float:
        return (options - 1) / options**2

    def negative(options: int) -> float:
        return -(options - 1) / options

    def chance(options: int) -> float:
        return 1 / options

    return judge_function(
        answer,
        reference=lambda options: (options - 1) / options,
        cases=[(2,), (4,), (10,)],
        mistakes={
            "that counts the right option only. This Brier score sums over all options.": right_option_only,
            "either the right option is left out, or the sum is divided by K. Add all K terms.": divided,
            "the sign: a Brier score is a loss, at least 0. Some figures plot minus the score.": negative,
            "that is the chance of a right guess, not the Brier score.": chance,
        },
        otherwise="sum (1/K − y)² over the K options: y is 1 for one of them and 0 for the others.",
    )


def _first_digit(target: int) -> tuple[int, int]:
    """Return the first digit of a whole number, and what one counts in its place."""
    digits = str(int(target))
    return int(digits[0]), 10 ** (len(digits) - 1)


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "choosing-a-metric-1": _one_wrong_digit,
    "choosing-a-metric-2": _information,
    "choosing-a-metric-3": _spread,
    "choosing-a-metric-4": _uniform_guess,
}
