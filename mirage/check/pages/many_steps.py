"""Exercises of the page on many steps."""

import numpy as np

from mirage import toy
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _probability() -> Number:
    mistakes = {
        "that is the chain without a verifier.": 0.95**20,
        "that verifier catches every failure; this one misses a fifth.": (1 - 0.05**3) ** 20,
        "that verifier looks at the end only, at the whole chain.": toy.verified_probability(
            0.95**20, 3, 0.8
        ),
    }
    return Number(
        toy.verified_probability(0.95, 3, 0.8) ** 20,
        mistakes,
        otherwise="first find the chance of one step with its tries, then that of 20 such steps.",
    )


def _hazard() -> Function:
    def hazard(t: float) -> float:
        hard, easy = np.exp(-0.1 * t), np.exp(-0.001 * t)
        return (0.1 * hard + 0.001 * easy) / (hard + easy)

    mistakes = {
        "that is the mean over all tasks; weigh each half by its share that is still going well.": lambda t: (
            0.0505
        ),
        "that is how many fail in that minute; divide by those that are still going well.": lambda t: (
            (0.1 * np.exp(-0.1 * t) + 0.001 * np.exp(-0.001 * t)) / 2
        ),
        "that is the share still going well, not their hazard.": lambda t: (
            (np.exp(-0.1 * t) + np.exp(-0.001 * t)) / 2
        ),
    }
    otherwise = "after t minutes a share exp(−hazard · t) of each half is left; take the mean over these."
    return Function(hazard, [(0.0,), (10.0,), (60.0,)], mistakes, otherwise)


EXERCISES = (_probability, _hazard)
