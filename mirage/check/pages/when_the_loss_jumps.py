"""Exercises of the page on losses that jump."""

from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _expected() -> Number:
    expected = 0.3 * 0.95 + 0.7 * 0.05
    mistakes = {
        "that is the middle of the two ends; few runs are at the upper one.": 0.5,
        "that weighs the ends the wrong way round.": 0.7 * 0.95 + 0.3 * 0.05,
        "the lower runs are not at 0: they add 0.05 each.": 0.3 * 0.95,
    }
    return Number(expected, mistakes, otherwise="weigh each end by the share of runs that are there.")


def _factor() -> Number:
    mistakes = {
        "that is for an exponent of -1.": 2.0,
        "that is the loss after doubling the number, turned over; solve for the number.": 2**0.5,
        "that uses the exponent of the use, not that of the loss.": 2 ** (1 / 1.5),
    }
    return Number(2 ** (1 / 0.5), mistakes, otherwise="solve factor to the power -0.5 = one half.")


EXERCISES = (_expected, _factor)
