"""Friendly checkers for the exercises of the book.

`check.answer("toy-model-1", answer)` says whether the answer is right and, if not, what to look at.
"""

from collections.abc import Callable

import numpy as np

from mirage import _validate, datasets, resolution, scaling, toy
from mirage._checkers import Verdict, judge_function, judge_number

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
    >>> exercises()[0]
    'toy-model-1'
    """
    return tuple(_EXERCISES)


def _toy_model_1(answer: object) -> Verdict:
    length, exponent = 20, 0.5
    return judge_number(
        answer,
        expected=length ** (1 / exponent),
        mistakes={
            length: "that is the length itself. The loss is multiplied by the length; by how much must N "
            "grow to bring it back?",
            length
            ** exponent: "the exponent stands on the wrong side: N^−a must fall by the factor L, so solve "
            "for N.",
            np.log10(
                length ** (1 / exponent)
            ): "that is the number of decades. The exercise asks for the factor.",
        },
        otherwise="write down p(N)^L = p(N′) with p = exp(−(N/c)^−a) and solve for N′/N.",
    )


def _toy_model_2(answer: object) -> Verdict:
    def width(low: float, high: float, exponent: float) -> float:
        return np.log10(np.log(low) / np.log(high)) / exponent

    def in_e_folds(low: float, high: float, exponent: float) -> float:
        return width(low, high, exponent) * np.log(10)

    def multiplied(low: float, high: float, exponent: float) -> float:
        return width(low, high, exponent) * exponent**2

    def negative(low: float, high: float, exponent: float) -> float:
        return -width(low, high, exponent)

    return judge_function(
        answer,
        reference=width,
        cases=[(0.1, 0.9, 0.4), (0.1, 0.9, 1.0), (0.25, 0.75, 0.076)],
        mistakes={
            "these are e-folds, from natural logarithms of N; decades are asked for.": in_e_folds,
            "the exponent should divide: a larger exponent makes a narrower transition.": multiplied,
            "the sign: a width is positive. Which of the two levels is reached first?": negative,
        },
        otherwise="solve A = exp(−(N/c)^−a) for log10 N at both levels and take the difference; c cancels.",
    )


def _toy_model_3(answer: object) -> Verdict:
    p = scaling.token_probability(scaling.loss(1e9, constant=1e9, exponent=0.4))
    expected = int(resolution.items_needed(toy.accuracy(p, 10)))
    return judge_number(
        answer,
        expected=expected,
        mistakes={
            float(resolution.items_needed(p)): "that is for one token. The whole target has ten.",
            float(
                1 / toy.accuracy(p, 10)
            ): "with 1/A items you expect one right answer on average, but often "
            "see none. The exercise asks for 95 % confidence.",
        },
        otherwise="compute p, then A = p^10, then use resolution.items_needed.",
        tolerance=1e-4,
    )


def _toy_model_4(answer: object) -> Verdict:
    table = datasets.load_gpt3_arithmetic().query("task == '3-digit addition' and setting == 'few-shot'")
    small, large = table.nlargest(2, "parameters").sort_values("parameters").itertuples()
    drop = np.log(-np.log([small.successes / small.items, large.successes / large.items]))
    decades = np.log10(large.parameters / small.parameters)
    exponent = -np.diff(drop)[0] / (decades * np.log(10))
    return judge_number(
        answer,
        expected=exponent,
        mistakes={
            -exponent: "the sign: our exponent a is positive when accuracy rises.",
            -np.diff(drop)[0] / decades: "that is the slope per decade (log10 N); the exponent is the slope "
            "against ln N.",
        },
        otherwise="take ln(−ln A) at the two largest sizes, and divide its fall by the rise of ln N.",
    )


_EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "toy-model-1": _toy_model_1,
    "toy-model-2": _toy_model_2,
    "toy-model-3": _toy_model_3,
    "toy-model-4": _toy_model_4,
}
