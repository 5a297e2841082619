"""How numbers and functions are judged, on exercises made up here."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

from mirage.check import Function, Number

ROOT = Number(2**0.5, {"take the root.": 2, "the sign.": -(2**0.5)}, "what is the square root of 2?")
TEN = Number(10, {"one less.": 9, "one half.": 9.5}, "count.")
NEAR = Number(0.5, {"a bit more.": 0.503}, "halve.", tolerance=0.001)
DOUBLE = Function(lambda x: 2 * x, [(1.5,), (-2.0,)], {"that is the square.": lambda x: x * x}, "add x to x.")
LENGTH = Function(len, [("four",), ("three",)], {"one less.": lambda word: len(word) - 1}, "count.")
FIRST = Function(lambda values: values[0], [([3.0, 1.0],)], {}, "take the first.")
NOT_ANSWERED = "not answered yet: replace the `...` with your answer, then run the cell again."
ROUNDED = "close, but rounded: keep more digits."


def prints(x):
    print(x)


def prints_and_returns(x):
    print(x)
    return 2 * x


def spoils_its_argument(values):
    values.sort()
    return values[-1]


@pytest.mark.parametrize(
    ("exercise", "answer", "message"),
    [
        *((exercise, stub, NOT_ANSWERED) for exercise in (ROOT, DOUBLE) for stub in (..., None)),
        *((ROOT, answer, "right.") for answer in (1.41, 1.428, np.float32(1.41), np.array(1.41))),
        *((ROOT, answer, ROUNDED) for answer in (1.4, Fraction(7, 5), 1.43, 1.4421, 1.3864)),
        *((ROOT, answer, "not yet: what is the square root of 2?") for answer in (1.4427, 1.385, 2.001, 0)),
        (ROOT, 2, "not yet: take the root."),
        (ROOT, -1.41, "not yet: the sign."),
        *((TEN, answer, "right.") for answer in (10, 10.0, np.int8(10), 3 * 0.1 / 0.03)),
        *((TEN, answer, "close, but not exact: count.") for answer in (10.001, 9.8, 10.2)),
        *((TEN, answer, "not yet: count.") for answer in (9.01, 9.75, 10.3)),
        (TEN, 9.0, "not yet: one less."),
        (TEN, 9.49, "not yet: one half."),
        (NEAR, 0.5004, "right."),
        (NEAR, 0.5015, ROUNDED),
        (NEAR, 0.5034, "not yet: a bit more."),
        (DOUBLE, lambda x: x + x, "right."),
        (DOUBLE, lambda x: 2.01 * x, "right."),
        (DOUBLE, lambda x: x**2, "not yet: that is the square."),
        (DOUBLE, lambda x: 2 * abs(x), "not yet: add x to x."),
        (DOUBLE, 3.0, "the answer should be a function; this is 3.0."),
        (DOUBLE, lambda x: ..., NOT_ANSWERED),
        (DOUBLE, prints, NOT_ANSWERED),
        (DOUBLE, prints_and_returns, "right."),
        (DOUBLE, lambda x: "wide", "not yet: with 1.5 it should return a number, not 'wide'."),
        (
            DOUBLE,
            lambda x: np.array([2 * x]),
            "not yet: with 1.5 it should return a number, not array([3.]).",
        ),
        (DOUBLE, lambda x: 3 if x > 0 else None, "not yet: with -2 it should return a number, not None."),
        (DOUBLE, lambda x: math.nan, "not yet: with 1.5 it should return a number, not nan."),
        (DOUBLE, lambda x: 1 / (x + 2), "not yet: with -2 it stops with ZeroDivisionError: "),
        (DOUBLE, lambda x: sys.exit("bye"), "not yet: with 1.5 it stops with SystemExit: bye"),
        (LENGTH, lambda word: float(len(word)), "right."),
        (LENGTH, lambda word: 1.001 * len(word), "not yet: count."),
        (LENGTH, lambda word: word + 1, "not yet: with 'four' it stops with TypeError: can only concatenate"),
        (FIRST, spoils_its_argument, "right."),
    ],
)
def test_the_message_fits_the_answer(exercise, answer, message):
    verdict = exercise.judge(answer)
    assert str(verdict).startswith(message)
    assert verdict.passed == (message == "right.")
    mark = {"right.": "✔", NOT_ANSWERED: "○"}.get(message, "✘")
    assert verdict._repr_markdown_() == f"{mark} {verdict.message}"


@pytest.mark.parametrize(
    "answer", ["10", [10], (10,), np.array([10.0]), math.nan, math.inf, 10**400, True, np.True_, 1j, len]
)
def test_only_one_finite_number_is_a_number(answer):
    verdict = TEN.judge(answer)
    assert not verdict.passed
    assert verdict.message.startswith("the answer should be one number; this is ")
    assert verdict.message.endswith(f", a {type(answer).__name__}.")


def test_what_a_function_prints_is_left_alone(capsys):
    assert DOUBLE.judge(prints_and_returns).passed
    assert capsys.readouterr().out == "1.5\n-2.0\n"


@pytest.mark.parametrize("exercise", [ROOT, TEN, NEAR])
@pytest.mark.parametrize("answer", [1.41, 1.4, 2, 3, 10, 9.8, 9, 9.49, 0.5004, 0.5015, 0.5034, -1.41])
def test_the_first_rule_that_holds_is_the_verdict(exercise, answer):
    told = [rule.verdict for rule in exercise.rules() if rule.holds(answer)]
    assert exercise.judge(answer).message == (told[0].message if told else f"not yet: {exercise.otherwise}")
