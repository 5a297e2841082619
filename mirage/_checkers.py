"""What the checkers of exercises are made of: a verdict, and how to judge a number or a function."""

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mirage import _validate

__all__ = ["Verdict", "judge_function", "judge_number"]

_UNTOUCHED = "not answered yet: replace the `...` with your answer, then run the cell again."


@dataclass(frozen=True)
class Verdict:
    """What a checker says of an answer.

    Attributes
    ----------
    passed : bool
        Whether the answer is right.
    message : str
        What to look at, in plain words.
    """

    passed: bool
    message: str

    def __str__(self) -> str:
        return self.message

    def _repr_markdown_(self) -> str:
        mark = "✔" if self.passed else "○" if self.message == _UNTOUCHED else "✘"
        return f"{mark} {self.message}"


def judge_number(
    answer: object, expected: float, mistakes: Mapping[str, float], otherwise: str, tolerance: float = 0.01
) -> Verdict:
    """Judge a number: right within the relative tolerance, a known mistake, or something else."""
    if answer is None or answer is ...:
        return Verdict(False, _UNTOUCHED)
    if not _is_number(answer):
        return Verdict(
            False, f"the answer should be one number; this is {_validate.shown(answer)}, a {_type(answer)}."
        )
    if np.isclose(float(answer), expected, rtol=tolerance, atol=0):
        return Verdict(True, "right.")
    for hint, value in mistakes.items():
        if np.isclose(float(answer), value, rtol=tolerance, atol=0):
            return Verdict(False, f"not yet: {hint}")
    return Verdict(False, f"not yet: {otherwise}")


def judge_function(
    answer: object,
    reference: Callable[..., float],
    cases: Sequence[tuple],
    mistakes: Mapping[str, Callable[..., float]],
    otherwise: str,
) -> Verdict:
    """Judge a function by its values on some cases, against a reference and known wrong ones."""
    if answer is None or answer is ...:
        return Verdict(False, _UNTOUCHED)
    if not callable(answer):
        return Verdict(False, f"the answer should be a function; this is {_validate.shown(answer)}.")
    values = []
    for case in cases:
        try:
            values.append(answer(*case))
        except (Exception, SystemExit) as error:  # a student's code may fail in any way; say how
            return Verdict(
                False, f"not yet: with {_call(case)} it stops with {type(error).__name__}: {error}"
            )
    if all(value is None or value is ... for value in values):
        return Verdict(False, _UNTOUCHED)
    for case, value in zip(cases, values, strict=True):
        if not _is_number(value):
            return Verdict(False, f"not yet: with {_call(case)} it should return a number, not {value!r}.")
    if _agrees(values, reference, cases):
        return Verdict(True, "right.")
    for hint, wrong in mistakes.items():
        if _agrees(values, wrong, cases):
            return Verdict(False, f"not yet: {hint}")
    return Verdict(False, f"not yet: {otherwise}")


def _agrees(values: list, function: Callable[..., float], cases: Sequence[tuple]) -> bool:
    return np.allclose(
        [float(value) for value in values], [function(*case) for case in cases], rtol=0.01, atol=0
    )


def _is_number(value: object) -> bool:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, numbers.Real) or isinstance(value, bool | np.bool_):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def _type(value: object) -> str:
    return type(value).__name__


def _call(case: tuple) -> str:
    return ", ".join(f"{value:g}" if _is_number(value) else _validate.shown(value) for value in case)
