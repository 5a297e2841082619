"""Friendly checkers for the exercises of the book.

`check.answer("toy-model-1", answer)` says whether the answer is right and, if not, what to look at.
"""

from collections.abc import Callable

from mirage import _validate
from mirage._checkers import Verdict
from mirage._exercises import (
    arithmetic_length,
    arithmetic_metric,
    arithmetic_resolution,
    can_we_trust_the_answers,
    choosing_a_metric,
    high_jump,
    in_context_learning,
    meta_analysis,
    multiple_choice_to_brier,
    seeing_small_numbers,
    toy_model,
    vision_autoencoder,
    vision_mnist,
    vision_omniglot,
    what_is_emergence,
)

__all__ = ["Verdict", "answer", "exercises"]


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
        Shown by Jupyter as one line; `passed` and `message` for programs.

    Raises
    ------
    ValueError, TypeError
        If there is no exercise of that name.

    Examples
    --------
    >>> print(answer("toy-model-1", ...))
    not answered yet: replace the `...` with your answer, then run the cell again.
    """
    return _EXERCISES[_validate.choice("exercise", exercise, exercises())](answer)


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
    return tuple(_EXERCISES)


_PAGES = (  # as in the book
    what_is_emergence,
    toy_model,
    high_jump,
    choosing_a_metric,
    can_we_trust_the_answers,
    seeing_small_numbers,
    arithmetic_metric,
    arithmetic_resolution,
    arithmetic_length,
    meta_analysis,
    multiple_choice_to_brier,
    vision_mnist,
    vision_autoencoder,
    vision_omniglot,
    in_context_learning,
)
_EXERCISES: dict[str, Callable[[object], Verdict]] = {
    name: judge for page in _PAGES for name, judge in page.EXERCISES.items()
}
