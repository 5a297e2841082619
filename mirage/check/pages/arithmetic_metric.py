"""Exercises of the page on one set of answers, scored in several ways."""

from __future__ import annotations

import functools

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


@functools.cache
def _last(task: str) -> pd.DataFrame:
    runs = datasets.load_arithmetic_runs().query("family == 'mixed' and task == @task")
    return runs[runs["step"] == runs["step"].max()]


def _four_seeds() -> Number:
    last = _last("addition")

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


def _hundreds_wrong() -> Number:
    sums = _last("addition")
    worst = sums.loc[sums[sums["parameters"] == sums["parameters"].max()]["exact_match"].idxmin()]

    def share(digits: int, place: int) -> float:
        rows = _last(f"sums of {digits} digits")
        one = rows[(rows["parameters"] == worst["parameters"]) & (rows["seed"] == worst["seed"])].iloc[0]
        return 1 - one["place_right"][place] / one["place_items"][place]

    mistakes = {
        "those are the hundreds of sums with five digits, where it guesses.": share(5, 2),
        "with four digits the hundreds stand in the second place; that is the third.": share(4, 2),
        "that is the share it has right; take the rest.": 1 - share(4, 1),
    }
    otherwise = "divide place_right by place_items at the second place, in the row of that run and task."
    return Number(share(4, 1), mistakes, otherwise)


EXERCISES = (_right_before_wrong, _four_seeds, _hundreds_wrong)
