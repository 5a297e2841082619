"""Exercises of the page on forecasts."""

import math

from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _gain() -> Number:
    mistakes = {
        "that is the difference of the probabilities; take that of their logarithms.": 0.02 - 0.005,
        "that is in bits; take the natural logarithm.": math.log2(4),
        "that is their ratio; take its logarithm.": 4.0,
        "that is the wrong way round: the forecast was better than no change.": -math.log(4),
    }
    return Number(
        math.log(4), mistakes, otherwise="subtract the log of one probability from that of the other."
    )


def _power_law() -> Number:
    mistakes = {
        "that follows a straight line: 2, 1, 0. A power law halves it each time.": 1.0,
        "that is -ln(accuracy); the accuracy is asked.": 0.5,
        "that is the accuracy at the second size.": math.exp(-1),
    }
    return Number(math.exp(-0.5), mistakes, otherwise="ten times the computation halves -ln(accuracy).")


EXERCISES = (_gain, _power_law)
