"""Exercises of the page on one's own evaluation logs."""

from mirage import resolution
from mirage.check.judges import Number

__all__ = ["EXERCISES"]

_P_VALUES = 0.003, 0.012, 0.04, 0.2, 0.5, 0.8


def _bound() -> Number:
    def bound(units: float, confidence: float = 0.95) -> float:
        return float(resolution.zero_success_bound(units, confidence))

    mistakes = {
        "that counts 120 items; questions about one text are right or wrong together.": bound(120),
        "that is the rule of three, which is rough with so few texts; take the exact bound.": 3 / 40,
        "that is two-sided; with nothing right there is no lower end.": bound(40, 0.975),
    }
    return Number(bound(40), mistakes, "how many independent tries are there, and none of them right?", 0.005)


def _steps() -> Number:
    mistakes = {
        "those are the p-values below 0.05, each as if it were the only one.": 3,
        "so many Benjamini and Hochberg's procedure finds, which allows a share of false ones.": 2,
        "the smallest p-value times 6 is still below 0.05.": 0,
    }
    otherwise = "multiply the smallest p-value by 6, the next by 5, and so on, until one is above 0.05."
    return Number(int((resolution.holm(_P_VALUES) <= 0.05).sum()), mistakes, otherwise)


EXERCISES = (_steps, _bound)
