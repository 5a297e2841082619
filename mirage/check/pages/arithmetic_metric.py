"""Exercises of the page on one set of answers, marked in several ways."""

from __future__ import annotations

import numpy as np

from mirage import datasets, emergence
from mirage._later import pd
from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _right_before_wrong() -> Function:
    def same(target: str, prediction: str) -> list[bool]:
        return [wanted == given for wanted, given in zip(target, prediction, strict=False)]

    def prefix(target: str, prediction: str) -> int:
        return [*same(target, prediction), False].index(False)

    def right(target: str, prediction: str) -> int:
        return sum(same(target, prediction))

    def from_one(target: str, prediction: str) -> int:
        return prefix(target, prediction) + 1

    def share(target: str, prediction: str) -> float:
        return prefix(target, prediction) / len(target)

    mistakes = {
        "that counts all right places; stop at the first wrong one.": right,
        "that is the place of the first wrong token, counted from 1.": from_one,
        "that is a share; the exercise asks for a number of tokens.": share,
    }
    cases = [("357.", "35."), ("357.", "357."), ("357.", "957."), ("12345.", "12845."), ("88.", "")]
    otherwise = "compare the two from the left, and count until they differ or one of them ends."
    return Function(prefix, cases, mistakes, otherwise)


def _last() -> pd.DataFrame:
    runs = datasets.load_arithmetic_runs().query("family == 'mixed' and task == 'addition'")
    return runs[runs["step"] == runs["step"].max()]


def _four_seeds() -> Number:
    last = _last()

    def score(seeds: int) -> float:
        some = last[last["seed"] < seeds]
        return emergence.emergence_score(
            (some["exact_match"] / some["trials"]).groupby(some["parameters"]).mean()
        )

    mistakes = {
        "that is the score of all seeds.": score(8),
        "that is the score of one seed.": score(1),
    }
    otherwise = "keep the last step and the seeds below 4, and take the mean of each size first."
    return Number(score(4), mistakes, otherwise)


def _hardest_place() -> Number:
    rows = _last()
    sizes = np.sort(rows["parameters"].unique())
    rows = rows[rows["parameters"] == sizes[len(sizes) // 2]]
    losses = -rows["place_log_probability"].sum() / rows["place_items"].sum()
    hardest = int(losses.argmax()) + 1
    otherwise = "divide the summed log-probabilities of each place by its number of items."
    return Number(hardest, {"count the places from 1.": hardest - 1}, otherwise)


EXERCISES = (_right_before_wrong, _four_seeds, _hardest_place)
