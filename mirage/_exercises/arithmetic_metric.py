"""Exercises of the page on one set of answers, marked in several ways."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mirage import datasets, emergence
from mirage._checkers import Verdict, judge_function, judge_number

__all__ = ["EXERCISES"]


def _prefix(target: str, prediction: str) -> int:
    for place, (wanted, given) in enumerate(zip(target, prediction, strict=False)):
        if wanted != given:
            return place
    return min(len(target), len(prediction))


def _right_before_wrong(answer: object) -> Verdict:
    cases = [("357.", "35."), ("357.", "357."), ("357.", "957."), ("12345.", "12845."), ("88.", "")]
    return judge_function(
        answer,
        _prefix,
        cases,
        mistakes={
            "that counts all right places; stop at the first wrong one.": lambda target, prediction: sum(
                wanted == given for wanted, given in zip(target, prediction, strict=False)
            ),
            "that is the place of the first wrong token, counted from 1.": lambda target, prediction: (
                _prefix(target, prediction) + 1
            ),
            "that is a share; the exercise asks for a number of tokens.": lambda target, prediction: (
                _prefix(target, prediction) / len(target)
            ),
        },
        otherwise="compare the two from the left, and count until they differ or one of them ends.",
    )


def _last() -> pd.DataFrame:
    runs = datasets.load_arithmetic_runs().query("family == 'mixed' and task == 'addition'")
    return runs[runs["step"] == runs["step"].max()]


def _scores(seeds: int, every: bool = True) -> np.ndarray:
    found = _last().assign(score=lambda runs: runs["exact_match"] / runs["trials"])
    by_size = found[found["seed"] < seeds].groupby("parameters")["score"]
    return (by_size.mean() if every else by_size.first()).to_numpy()


def _four_seeds(answer: object) -> Verdict:
    return judge_number(
        answer,
        expected=float(emergence.emergence_score(_scores(4))),
        mistakes={
            "that is the score of all seeds.": float(emergence.emergence_score(_scores(8))),
            "that is the score of one seed.": float(emergence.emergence_score(_scores(4, every=False))),
        },
        otherwise="keep the last step and the seeds below 4, and take the mean of each size first.",
    )


def _hardest_place(answer: object) -> Verdict:
    rows = _last()
    sizes = np.sort(rows["parameters"].unique())
    rows = rows[rows["parameters"] == sizes[len(sizes) // 2]]
    losses = -rows["place_log_probability"].sum() / rows["place_items"].sum()
    return judge_number(
        answer,
        expected=int(losses.argmax()) + 1,
        mistakes={"count the places from 1.": int(losses.argmax())},
        otherwise="divide the summed log-probabilities of each place by its number of items.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "arithmetic-metric-1": _right_before_wrong,
    "arithmetic-metric-2": _four_seeds,
    "arithmetic-metric-3": _hardest_place,
}
