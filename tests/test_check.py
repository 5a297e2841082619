"""The checkers of exercises: untouched, right, known mistakes, anything else."""

import numpy as np
import pytest

from mirage import check


@pytest.mark.parametrize("name", check.exercises())
def test_an_untouched_stub_is_not_answered_yet(name):
    for stub in (..., None):
        verdict = check.answer(name, stub)
        assert not verdict.passed
        assert "not answered yet" in str(verdict)


def test_a_function_that_still_returns_the_stub_is_not_answered_yet():
    verdict = check.answer("toy-model-2", lambda low, high, exponent: ...)
    assert "not answered yet" in verdict.message


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("toy-model-1", 20, "the length itself"),
        ("toy-model-1", 20**0.5, "wrong side"),
        ("toy-model-1", np.log10(400), "number of decades"),
        ("toy-model-1", 7, "solve for N"),
        ("toy-model-1", 410, "solve for N"),
        ("toy-model-1", "400", "one number"),
        ("toy-model-1", [400], "one number"),
        ("toy-model-1", float("nan"), "one number"),
        ("toy-model-1", True, "one number"),
        ("toy-model-2", 3.3, "a function"),
        ("toy-model-2", lambda low, high, exponent: "wide", "return a number"),
        ("toy-model-2", lambda low, high, exponent: 1 / 0, "ZeroDivisionError"),
        ("toy-model-2", lambda low, high, exponent: np.log(np.log(low) / np.log(high)) / exponent, "e-folds"),
        ("toy-model-2", lambda low, high, exponent: 1.0, "solve A"),
        ("toy-model-2", lambda low, high, exponent: 1.33954 / exponent, "solve A"),
        (
            "toy-model-2",
            lambda low, high, exponent: np.log10(np.log(high) / np.log(low)) / exponent,
            "the sign",
        ),
        ("toy-model-3", 7, "one token"),
        ("toy-model-3", np.exp(10), "one right answer on average"),
        ("toy-model-4", -0.93, "the sign"),
    ],
)
def test_a_wrong_answer_gets_a_hint(name, answer, hint):
    verdict = check.answer(name, answer)
    assert not verdict.passed
    assert hint in verdict.message


# Worked by hand: 20^2; -ln(0.05) e^10 rounded up; ln(2.4769/0.2182)/ln(175/13).
@pytest.mark.parametrize(
    ("name", "answer"),
    [("toy-model-1", 400), ("toy-model-1", np.float32(400)), ("toy-model-3", 65985), ("toy-model-4", 0.934)],
)
def test_a_right_answer_passes(name, answer):
    verdict = check.answer(name, answer)
    assert verdict.passed, verdict.message
    assert verdict._repr_markdown_().startswith("✔")


def test_an_unknown_exercise_is_refused_by_name():
    with pytest.raises(ValueError, match=r"exercise must be one of toy-model-1, .*; got 'toy-model-99'"):
        check.answer("toy-model-99", 1)
