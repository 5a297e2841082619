"""The exercises of the pages: each tells its right answer from known mistakes, and the notebooks ask all."""

import itertools
import math
import re
import subprocess
import sys
from numbers import Integral
from statistics import NormalDist

import pytest
from scipy import stats

from mirage import check
from mirage.check.pages import PAGES
from tools.project import ROOT

EXERCISES = {name: make() for name, make in check._named(PAGES).items()}
NUMBERS = {name: each for name, each in EXERCISES.items() if isinstance(each, check.Number)}
every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
every_number = pytest.mark.parametrize("exercise", NUMBERS.values(), ids=NUMBERS)


def shaped(exercise, number):
    """The number as an answer to the exercise: itself, or a function that always returns it."""
    return number if isinstance(exercise, check.Number) else lambda *case: number


@pytest.mark.parametrize("name", EXERCISES)
def test_an_untouched_stub_is_not_answered_yet(name):
    for stub in (..., None, shaped(EXERCISES[name], ...)):
        assert check.answer(name, stub).message.startswith("not answered yet")


@every
def test_the_right_answer_passes(exercise):
    right = exercise.expected if isinstance(exercise, check.Number) else exercise.reference
    assert exercise.judge(right) == check.Verdict(True, "right.")


@every
def test_each_known_mistake_gets_its_own_hint_and_any_other_answer_the_last_one(exercise):
    assert exercise.mistakes
    for hint, mistake in exercise.mistakes.items():
        assert exercise.judge(mistake) == check.Verdict(False, f"not yet: {hint}")
    other = exercise.judge(shaped(exercise, -54321.9))
    assert other == check.Verdict(False, f"not yet: {exercise.otherwise}")


@every_number
def test_a_rounded_number_is_close(exercise):
    close = "close, but rounded: keep more digits."
    if isinstance(exercise.expected, Integral):
        close = f"close, but not exact: {exercise.otherwise}"
    for answer in (exercise.expected * 0.985, exercise.expected * 1.015):
        assert exercise.judge(answer).message == (close if exercise.tolerance < 0.015 else "right.")


@every_number
def test_no_answer_is_near_enough_to_be_both_right_and_a_mistake(exercise):
    def reach(number):
        return 0 if isinstance(number, Integral) else exercise.tolerance * abs(number)

    for mistake in exercise.mistakes.values():
        assert abs(mistake - exercise.expected) > reach(mistake) + reach(exercise.expected)


def slope_score_by_hand(points):
    """Five points have four slopes: the median of the squares is the mean of the middle two."""
    mean_gap = math.log(points[-1][0] / points[0][0]) / 4
    pairs = itertools.pairwise(points)
    squares = sorted(((b - a) / math.log(large / small) * mean_gap) ** 2 for (small, a), (large, b) in pairs)
    return (max(points, key=lambda point: point[1])[1] - points[0][1]) / math.sqrt(
        (squares[1] + squares[2]) / 2
    )


BY_HAND = {
    "what-is-emergence-1": 0.7528,  # (1884 − 184)/2000/log10(175/13)
    "what-is-emergence-2": 29,
    "toy-model-1": 400,  # 20^2
    "toy-model-3": 65985,  # −ln(0.05) e^10
    "toy-model-4": 0.934,  # ln(2.4769/0.2182)/ln(175/13)
    "high-jump-1": 0.5126,  # 2 · 1.28155 · 0.06/0.3
    "high-jump-2": 1.6905,  # 10^(0.05 · 1.8242/0.4), where Φ(1.8242) = 0.5^(1/20)
    "choosing-a-metric-in-depth-2": 102.3,  # (1 − 2^−10)/(10 · 2^−9 · ½)
    "choosing-a-metric-2": 0.3902,  # 1/2.5631
    "high-jump-4": 28_434,  # 2.99573/0.000105355, where 0.000105355 = −ln(0.9)/1000 − 5.6e-9
    "can-we-trust-the-answers-1": 0.6415,  # 1 − 0.95^20
    "can-we-trust-the-answers-2": 36,  # (2 · 3)^2
    "how-far-to-trust-them-2": sum(math.comb(200, k) * 19**k for k in range(182)) / 20**200,
    "how-far-to-trust-them-3": lambda sizes, scores: slope_score_by_hand(
        list(zip(sizes, scores, strict=True))
    ),
    "seeing-small-numbers-1": 149,  # ln 0.05/ln 0.98 = 148.3
    "seeing-small-numbers-3": 3,
    "arithmetic-resolution-2": 0.3611,  # 1000 (3/4 · 1/9000 + 1/4 · 1/900)
    "arithmetic-length-1": 0.49005,  # .99² / 2
    "meta-analysis-1": 2.875,  # 11.5/4
    "meta-analysis-3": 616,  # the .7% of 88,000 that others drew
    "multiple-choice-to-brier-1": 0.05,  # (.01 + .81)/2 − .36
    "vision-mnist-1": 0.8706,
    "vision-mnist-3": 1.7368,
    "vision-autoencoder-2": lambda s, b, low, high: (
        (NormalDist(0, s).inv_cdf(high) - NormalDist(0, s).inv_cdf(low)) / b
    ),
    "vision-omniglot-2": 0.2331,
    "many-steps-1": 0.8100,  # a step fails with 0.05 · (0.2 + 0.04 · (0.2 + 0.04 · 1)) = 0.01048 …
    "many-steps-2": lambda t: (0.001 + 0.1 * math.exp(-0.099 * t)) / (1 + math.exp(-0.099 * t)),
    "in-context-learning-1": 6,  # 2 · 0.5^6 = 0.031
    "in-context-learning-2": 10,
    "answers-without-questions-1": 0.73,  # .49 + .42/2 + .09/3
    "answers-without-questions-3": lambda options: 2 if options[1][:3] in ("bir", "cut") else 0,
    "forecasting-1": 1.386294,  # ln 4
    "forecasting-2": 0.606531,  # e^(-1/2)
    "vision-mnist-2": lambda right, images, K: stats.hypergeom.pmf(K, images, right, K),
    "vision-omniglot-1": lambda p, rho, L: (
        stats.betabinom.pmf(L, L, p * (1 / rho - 1), (1 - p) * (1 / rho - 1)) if rho else p**L
    ),
    "multiple-choice-to-brier-2": lambda p, options: (1 - p) ** 2 + (1 - p) ** 2 / (options - 1),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_worked_by_hand_passes(name):
    assert check.answer(name, BY_HAND[name]).passed


@pytest.mark.parametrize(
    ("name", "answer"), [("vision-mnist-3", 1.7), ("vision-omniglot-2", 0.23), ("vision-autoencoder-3", 53)]
)
def test_two_digits_are_enough(name, answer):
    assert check.answer(name, answer).passed


def test_the_notebooks_ask_all_exercises_in_the_order_of_the_book():
    pages = re.findall(r"file: (notebooks/\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    texts = [(ROOT / f"{page}.md").read_text(encoding="utf-8") for page in pages]
    asked = [name for text in texts for name in re.findall(r'check\.answer\("([^"]+)"', text)]
    assert tuple(asked) == check.exercises()


def test_a_page_is_imported_only_when_asked():
    code = (
        "import sys; from mirage import check; check.answer('in-context-learning-2', 10); "
        "print(*(name for name in sys.modules if name.startswith('mirage.check.pages.')))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["mirage.check.pages.in_context_learning"]


def test_an_unknown_exercise_is_refused_with_those_of_its_page_or_with_all():
    with pytest.raises(ValueError, match=r"must be one of toy-model-1, .*, toy-model-4; got 'toy-model-99'"):
        check.answer("toy-model-99", 1)
    with pytest.raises(ValueError, match=r"must be one of what-is-.*, audit-your-own-2; got 'no-page-1'"):
        check.answer("no-page-1", 1)
