"""Friendly checkers for the exercises of the book.

`check.answer("toy-model-1", answer)` says whether the answer is right and, if not, what to look at.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from types import ModuleType

from mirage import _validate
from mirage.check.judges import Function, Number, Rule, Verdict
from mirage.check.pages import PAGES

__all__ = ["Function", "Number", "Rule", "Verdict", "answer", "exercise", "exercises"]


def answer(exercise: str, answer: object = None) -> Verdict:
    """Check the answer to an exercise.

    Parameters
    ----------
    exercise : str
        Name of the exercise, the page and its number: "toy-model-1".
    answer : object
        Your answer: a number or a function, as the exercise says. `...` means not answered yet.

    Returns
    -------
    Verdict
        Shown by Jupyter as one line. What a program that grades many answers needs is in it: `passed`,
        true or false, and `message`, the hint.

    Raises
    ------
    ValueError, TypeError
        If there is no exercise of that name.

    Examples
    --------
    >>> print(answer("toy-model-1", ...))
    not answered yet: replace the `...` with your answer, then run the cell again.
    >>> sum(answer(name, 400).passed for name in ("toy-model-1", "toy-model-2"))
    1
    """
    return _made("exercise", exercise).judge(answer)


def exercise(name: str) -> Number | Function:
    """Return an exercise: what is right, and which mistakes are known.

    Parameters
    ----------
    name : str
        The page and its number: "toy-model-1".

    Returns
    -------
    Number or Function

    Raises
    ------
    ValueError, TypeError
        If there is no exercise of that name.

    Examples
    --------
    >>> exercise("toy-model-1").expected
    400.0
    """
    return _made("name", name)


def exercises() -> tuple[str, ...]:
    """Return the names of all exercises.

    Returns
    -------
    tuple of str
        In the order of the book.

    Examples
    --------
    >>> "toy-model-1" in exercises()
    True
    """
    return tuple(_named(PAGES))


def _made(argument: str, exercise: object) -> Number | Function:
    page = exercise.rpartition("-")[0] if isinstance(exercise, str) else ""
    known = _named([page] if page in PAGES else PAGES)
    return known[_validate.choice(argument, exercise, tuple(known))]()


def _named(pages: Iterable[str]) -> dict[str, Callable[[], Number | Function]]:
    """Import some pages, and return what makes each of their exercises, by name."""
    return {
        f"{page}-{number}": exercise
        for page in pages
        for number, exercise in enumerate(_imported(page).EXERCISES, start=1)
    }


def _imported(page: str) -> ModuleType:
    return import_module(f"mirage.check.pages.{page.replace('-', '_')}")
