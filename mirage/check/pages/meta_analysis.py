"""Exercises of the page on the meta-analysis."""

import numpy as np

from mirage import emergence
from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _odds_ratio() -> Number:
    claimed, others = 0.92 / 0.08, 0.80 / 0.20
    mistakes = {
        "that is the ratio of the shares; odds are p/(1 − p).": 0.92 / 0.80,
        "that is upside down: the odds of the claimed come first.": others / claimed,
        "those are the odds among the claimed; divide by those among the others.": claimed,
    }
    return Number(claimed / others, mistakes, "odds are p/(1 − p); divide those at 0.92 by those at 0.80.")


def _neither() -> Number:
    mistakes = {
        "that is the chance that one of them is exact match.": 2 / 6,
        "two different curves are high, so the draws are without putting back.": (5 / 6) ** 2,
    }
    otherwise = "exact match is as likely as any other of the six to be among the four that are not high."
    return Number(4 / 6, mistakes, otherwise)


def _expected() -> Number:
    curves = 88_000  # 220 tasks, 40 metrics, 10 families: the paper's factors
    rng = np.random.default_rng(1)
    scores = np.abs(emergence.emergence_score(rng.binomial(1000, 0.25, (20_000, 10)) / 1000))
    share = np.mean(scores >= 10)
    mistakes = {"that is the share; multiply by the number of curves.": share}
    otherwise = "draw binomial counts of 1,000 items at 0.25, score them, and count sizes of at least 10."
    # Each reader draws other families; the exercise asks for a factor of 1.5.
    return Number(curves * share, mistakes, otherwise, tolerance=0.5)


EXERCISES = (_odds_ratio, _neither, _expected)
