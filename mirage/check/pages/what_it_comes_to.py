"""Exercises of the page on what it comes to."""

from mirage import datasets
from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _beside_zero() -> Number:
    found = datasets.load_findings().dropna(subset=["low", "high"])
    above, below = int((found["low"] > 0).sum()), int((found["high"] < 0).sum())
    mistakes = {
        "those are the intervals that hold 0; count the others.": len(found) - above - below,
        "those are all that have an interval; ask which of them leave out 0.": len(found),
        "an interval also leaves out 0 if it lies wholly below.": above,
    }
    otherwise = "drop the findings without an interval, then compare both ends with 0."
    return Number(above + below, mistakes, otherwise)


EXERCISES = (_beside_zero,)
