"""Exercises of the page on the meta-analysis."""

from collections.abc import Callable

import numpy as np

from mirage import emergence
from mirage._checkers import Verdict, judge_number

__all__ = ["EXERCISES"]

_CURVES = 88_000  # 220 tasks, 40 metrics, 10 families: the paper's factors


def _odds_ratio(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=(0.92 / 0.08) / (0.80 / 0.20),
        mistakes={
            "that is the ratio of the shares; odds are p/(1 − p).": 0.92 / 0.80,
            "that is upside down: the odds of the claimed come first.": (0.80 / 0.20) / (0.92 / 0.08),
            "those are the odds among the claimed; divide by those among the others.": 0.92 / 0.08,
        },
        otherwise="odds are p/(1 − p); divide those at .92 by those at .80.",
    )


def _expected(answer: object) -> Verdict:
    rng = np.random.default_rng(1)
    scores = np.abs(emergence.emergence_score(rng.binomial(1000, 0.25, (20_000, 10)) / 1000))
    return judge_number(
        answer,
        expected=_CURVES * float(np.mean(scores >= 10)),
        tolerance=0.5,
        mistakes={
            "that is the share; multiply by the number of curves.": float(np.mean(scores >= 10)),
        },
        otherwise="draw binomial counts of 1,000 items at .25, score them, and count sizes of at least 10.",
    )


def _neither(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=4 / 6,
        mistakes={
            "that is the chance that one of them is exact match.": 2 / 6,
            "two different curves are high, so the draws are without putting back.": (5 / 6) ** 2,
        },
        otherwise="exact match is as likely as any other of the six to be among the four that are not high.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "meta-analysis-1": _odds_ratio,
    "meta-analysis-2": _expected,
    "meta-analysis-3": _neither,
}
