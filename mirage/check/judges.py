"""What exercises are made of: a number or a function to find, each with its known mistakes; and the verdict.

One rule says when a number agrees, alone or as a value of a function, with what is expected or with what a
known mistake leads to: within 1%, but exactly if that is a whole number (an `int`). Where a mistake leads
nearer than that to the right answer, the exercise states a `tolerance` of its own.
"""

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from mirage import _validate

__all__ = ["Function", "Number", "Rule", "Verdict"]

_UNTOUCHED = "not answered yet: replace the `...` with your answer, then run the cell again."
_TOLERANCE = 0.01
_CLOSE = 0.02
_EXACT = 1e-9  # what the arithmetic of floats may leave of a whole number


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
        """Return the message."""
        return self.message

    def _repr_markdown_(self) -> str:
        mark = "✔" if self.passed else "○" if self.message == _UNTOUCHED else "✘"
        return f"{mark} {self.message}"


@dataclass(frozen=True)
class Rule:
    """The verdict on all answers near a number.

    Attributes
    ----------
    number : float
        What the answer is compared with.
    within : float
        Largest relative error at which the rule holds.
    verdict : Verdict
        What is said then.
    """

    number: float
    within: float
    verdict: Verdict

    def holds(self, answer: float) -> bool:
        """Say whether the answer is near enough.

        Parameters
        ----------
        answer : float
            What the reader found.

        Returns
        -------
        bool

        Examples
        --------
        >>> Rule(2.0, 0.01, Verdict(True, "right.")).holds(2.01)
        True
        """
        return abs(float(answer) - self.number) <= self.within * abs(self.number)


@dataclass(frozen=True)
class Number:
    """An exercise whose answer is a number.

    Attributes
    ----------
    expected : float
        The right answer; if it is an `int`, only this whole number is right.
    mistakes : mapping of str to float
        By hint, the number that a known mistake leads to.
    otherwise : str
        The hint for any other number.
    tolerance : float
        Largest relative error of an answer that is still right, or still this mistake.
    """

    expected: float
    mistakes: Mapping[str, float]
    otherwise: str
    tolerance: float = _TOLERANCE

    def judge(self, answer: object) -> Verdict:
        """Say whether the answer is right, a known mistake, close, or something else.

        Parameters
        ----------
        answer : object
            What the reader found.

        Returns
        -------
        Verdict
            With a hint, unless it passed.

        Examples
        --------
        >>> root = Number(2**0.5, {"take the root.": 2}, otherwise="which number has the square 2?")
        >>> for answer in (1.414, 1.39, 2, 3):
        ...     print(root.judge(answer))
        right.
        close, but rounded: keep more digits.
        not yet: take the root.
        not yet: which number has the square 2?
        """
        if _is_untouched(answer):
            return Verdict(False, _UNTOUCHED)
        if not _is_number(answer):
            got = f"{_validate.shown(answer)}, a {type(answer).__name__}"
            return Verdict(False, f"the answer should be one number; this is {got}.")
        ruled = (rule.verdict for rule in self.rules() if rule.holds(answer))
        return next(ruled, Verdict(False, f"not yet: {self.otherwise}"))

    def rules(self) -> list["Rule"]:
        """Return what an answer is held against, in order: the first rule that holds gives the verdict.

        Returns
        -------
        list of Rule
            The right answer, the known mistakes, and what is close to the right answer.

        Examples
        --------
        >>> root = Number(2**0.5, {"take the root.": 2}, otherwise="which number has the square 2?")
        >>> [round(rule.number, 3) for rule in root.rules()]
        [1.414, 2.0, 1.414]
        """
        whole = isinstance(self.expected, numbers.Integral)
        close = f"but not exact: {self.otherwise}" if whole else "but rounded: keep more digits."
        known = {f"not yet: {hint}": mistake for hint, mistake in self.mistakes.items()}
        return [
            Rule(float(self.expected), _within(self.expected, self.tolerance), Verdict(True, "right.")),
            *(
                Rule(float(number), _within(number, self.tolerance), Verdict(False, message))
                for message, number in known.items()
            ),
            Rule(float(self.expected), _CLOSE, Verdict(False, f"close, {close}")),
        ]


@dataclass(frozen=True)
class Function:
    """An exercise whose answer is a function.

    Attributes
    ----------
    reference : callable
        A right answer.
    cases : sequence of tuple
        The arguments of the calls that answers are compared on.
    mistakes : mapping of str to callable
        By hint, the function that a known mistake leads to.
    otherwise : str
        The hint for any other function.
    """

    reference: Callable[..., float]
    cases: Sequence[tuple]
    mistakes: Mapping[str, Callable[..., float]]
    otherwise: str

    def judge(self, answer: object) -> Verdict:
        """Say whether the answer agrees with the reference, with a known mistake, or with neither.

        Parameters
        ----------
        answer : object
            What the reader wrote.

        Returns
        -------
        Verdict
            With a hint, unless it passed.

        Examples
        --------
        >>> double = Function(lambda x: 2 * x, [(1.5,), (3.0,)], {"add.": lambda x: x * x}, "what is x + x?")
        >>> for answer in (lambda x: x + x, lambda x: x**2, lambda x: 3.0, lambda x: 1 / 0):
        ...     print(double.judge(answer))
        right.
        not yet: add.
        not yet: what is x + x?
        not yet: with 1.5 it stops with ZeroDivisionError: division by zero
        """
        if _is_untouched(answer):
            return Verdict(False, _UNTOUCHED)
        if not callable(answer):
            return Verdict(False, f"the answer should be a function; this is {_validate.shown(answer)}.")
        values = []
        for case in self.cases:
            try:
                values.append(answer(*deepcopy(case)))  # it may change what it is given
            except (Exception, SystemExit) as error:  # a student's code may fail in any way; say how
                stops = f"it stops with {type(error).__name__}: {error}"
                return Verdict(False, f"not yet: with {_call(case)} {stops}")
        return self._judge_values(values)

    def _judge_values(self, values: list) -> Verdict:
        if all(map(_is_untouched, values)):
            return Verdict(False, _UNTOUCHED)
        for case, value in zip(self.cases, values, strict=True):
            if not _is_number(value):
                wanted = f"it should return a number, not {_validate.shown(value)}."
                return Verdict(False, f"not yet: with {_call(case)} {wanted}")
        if self._agrees(values, self.reference):
            return Verdict(True, "right.")
        hints = (hint for hint, mistake in self.mistakes.items() if self._agrees(values, mistake))
        return Verdict(False, f"not yet: {next(hints, self.otherwise)}")

    def _agrees(self, values: list, function: Callable[..., float]) -> bool:
        return all(_agree(value, function(*case)) for value, case in zip(values, self.cases, strict=True))


def _agree(answer: float, number: float) -> bool:
    return abs(float(answer) - float(number)) <= _within(number, _TOLERANCE) * abs(float(number))


def _within(number: float, tolerance: float) -> float:
    return _EXACT if isinstance(number, numbers.Integral) else tolerance


def _is_untouched(value: object) -> bool:
    return value is None or value is ...


def _is_number(value: object) -> bool:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def _call(case: tuple) -> str:
    return ", ".join(f"{value:g}" if _is_number(value) else _validate.shown(value) for value in case)
