"""The checkers of exercises: untouched, right, known mistakes, anything else."""

import math

import numpy as np
import pytest
from scipy import stats

from mirage import check, datasets


def linear_error(units):
    """The test error of the best linear code, by hand."""
    errors = datasets.load_vision_errors()
    some = errors[errors["model"] == f"principal components {units}"]
    return some["error"].mean()


def none_right(count):
    """The share of noisy sequences, at the largest size, with so many images right."""
    table = datasets.load_vision_answers("omniglot")
    table = table[(table["parameters"] == table["parameters"].max()) & (table["task"] == "shared noise")]
    places = [table[name].str.get(place) for place in range(5) for name in ("target", "prediction")]
    right = sum((places[2 * place] == places[2 * place + 1]).astype(int) for place in range(5))
    return (right == count).mean()


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
        ("what-is-emergence-1", 0.85, "ivide it by the gap"),
        ("what-is-emergence-2", 4, "n − 1"),
        ("what-is-emergence-3", 21, "share itself"),
        ("what-is-emergence-3", 31, "Wald"),
        ("what-is-emergence-4", lambda w, s, p, a: (w - a) / s, "number of decades"),
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
        ("high-jump-1", 0.2, "divided by the gain"),
        ("high-jump-2", 0.228, "number of decades"),
        ("high-jump-3", lambda q, tries: q**tries, "all tries succeed"),
        ("high-jump-4", 0.2745, "straight line"),
        (
            "choosing-a-metric-1",
            lambda target: (9 - int(str(target)[0])) * 10 ** (len(str(target)) - 1),
            "become smaller",
        ),
        ("choosing-a-metric-1", lambda target: 5, "each digit in each place"),
        ("choosing-a-metric-2", 10.23, "one token with a whole answer"),
        ("choosing-a-metric-2", 1 / 102.3, "upside down"),
        ("choosing-a-metric-3", 2.563, "deviation of one decade"),
        ("choosing-a-metric-3", 0.7803, "from the middle"),
        ("choosing-a-metric-4", lambda options: (1 - 1 / options) ** 2, "right option only"),
        ("choosing-a-metric-4", lambda options: -(options - 1) / options, "the sign"),
        ("can-we-trust-the-answers-1", 1.0, "expected number"),
        ("can-we-trust-the-answers-1", 0.3585, "no false step"),
        ("can-we-trust-the-answers-2", 1000, "counts too"),
        (
            "can-we-trust-the-answers-3",
            lambda sizes, losses: np.argmin(np.diff(np.log(losses))),
            "width of its gap",
        ),
        ("can-we-trust-the-answers-3", lambda sizes, losses: sizes[7], "IndexError"),
        ("can-we-trust-the-answers-4", 6, "falls with the root"),
        ("can-we-trust-the-answers-4", 9, "ln 2 is half of ln 4"),
        ("seeing-small-numbers-1", 1000, "one right answer on average"),
        ("seeing-small-numbers-1", 3000, "rule of three"),
        ("seeing-small-numbers-1", 2994, "round up"),
        ("seeing-small-numbers-1", 5, "solve 1"),
        ("seeing-small-numbers-2", 0.012, "rule of three"),
        ("seeing-small-numbers-2", 0.014647, "two-sided"),
        ("seeing-small-numbers-2", 0.988, "1 − p"),
        ("seeing-small-numbers-3", 0.5, "add the binomial"),
        ("seeing-small-numbers-4", 4, "without any correction"),
        ("seeing-small-numbers-4", 1, "Bonferroni"),
        ("seeing-small-numbers-4", 2, "their own limit"),
        ("arithmetic-metric-1", lambda target, prediction: len(target), "count until they differ"),
        (
            "arithmetic-metric-1",
            lambda target, prediction: sum(a == b for a, b in zip(target, prediction, strict=False)),
            "stop at the first wrong one",
        ),
        ("arithmetic-metric-2", 0.0, "mean of each size"),
        ("arithmetic-metric-3", 0, "summed log-probabilities"),
        ("arithmetic-resolution-1", lambda k, n, m: (1 - k / n) ** m, "putting back"),
        ("arithmetic-resolution-1", lambda k, n, m: 0.5, "ways to draw"),
        ("arithmetic-resolution-2", 0.325, "do not begin with 0"),
        ("arithmetic-resolution-2", 1 / 6.975, "mean of the two chances"),
        ("arithmetic-resolution-2", 0.000361111, "there are 1,000"),
        ("arithmetic-resolution-3", 6, "each column"),
        ("arithmetic-length-1", 0.5649, "mean of logarithms"),
        ("arithmetic-length-1", 0.7885, "for one token"),
        (
            "arithmetic-length-2",
            lambda known, guessed, length: (known**length + guessed**length) / 2,
            "divide",
        ),
        ("arithmetic-length-2", lambda known, guessed, length: 1.0, "mean of the two powers"),
        ("arithmetic-length-3", -1.0, "for each run by itself"),
        ("meta-analysis-1", 1.15, "odds are p/(1 − p)"),
        ("meta-analysis-1", 0.3478, "upside down"),
        ("meta-analysis-1", 11.5, "divide by those among the others"),
        ("meta-analysis-2", 0.007, "multiply by the number of curves"),
        ("meta-analysis-2", 4400, "draw binomial counts"),
        ("meta-analysis-3", 1 / 3, "one of them is exact match"),
        ("meta-analysis-3", 25 / 36, "without putting back"),
        ("multiple-choice-to-brier-1", lambda p, options: (1 - p) ** 2, "add those of the others"),
        (
            "multiple-choice-to-brier-1",
            lambda p, options: options * (1 - p) ** 2,
            "each of them has",
        ),
        ("multiple-choice-to-brier-1", lambda p, options: (1 - p) ** 2 / (options - 1), "the sum"),
        ("multiple-choice-to-brier-2", -0.11, "not the square of the mean"),
        ("multiple-choice-to-brier-2", -0.05, "higher one"),
        ("multiple-choice-to-brier-2", 0.41, "take that of A"),
        ("multiple-choice-to-brier-3", 0.7, "take it from 1"),
        ("multiple-choice-to-brier-3", 0.51, "undo the square"),
        ("vision-mnist-1", lambda right, images, K: (right / images) ** K, "one image less"),
        (
            "vision-mnist-1",
            lambda right, images, K: math.comb(images - right, K) / math.comb(images, K),
            "none is right",
        ),
        ("vision-mnist-2", 0.03125, "accuracy of one half"),
        ("vision-mnist-2", 0.5, "all five together"),
        ("vision-mnist-3", 0.4121, "the chance itself"),
        ("vision-mnist-3", 0.5758, "turn the ratio over"),
        ("vision-autoencoder-1", 0.15, "not below 3"),
        ("vision-autoencoder-1", 2, "divide by the number of images"),
        ("vision-autoencoder-2", lambda s, b: 1.2816 * s / b, "twice as far"),
        ("vision-autoencoder-2", lambda s, b: 2.5631 * s * b, "divide by b"),
        ("vision-autoencoder-2", lambda s, b: 2.5631 * s, "powers of ten of the error"),
        ("vision-autoencoder-3", linear_error(12), "with 12 units"),
        ("vision-omniglot-1", lambda p, rho, L: p**L, "correlation of 0"),
        ("vision-omniglot-1", lambda p, rho, L: (1 - rho) * p**L + rho * p, "not the beta model"),
        ("vision-omniglot-2", 0.04, "that is the covariance"),
        ("vision-omniglot-2", 0.16 / (0.78 * 0.22), "half their difference"),
        ("vision-omniglot-3", 1 - none_right(5), "not all right"),
        ("in-context-learning-1", lambda k, n, p: stats.binom.sf(k, n, p), "at least so many"),
        ("in-context-learning-1", lambda k, n, p: stats.binom.cdf(k, n, p), "other tail"),
        ("in-context-learning-1", lambda k, n, p: stats.binom.pmf(k, n, p), "exactly so many"),
        ("in-context-learning-2", 0, "not independent"),
        ("in-context-learning-2", 1, "error of its own"),
        ("in-context-learning-2", -0.5, "same way"),
        ("in-context-learning-3", 9, "at least so many"),
        ("in-context-learning-3", 5.8, "on average"),
    ],
)
def test_a_wrong_answer_gets_a_hint(name, answer, hint):
    verdict = check.answer(name, answer)
    assert not verdict.passed
    assert hint in verdict.message


# Worked by hand, each beside its answer.
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("what-is-emergence-1", 0.7528),  # (1884 − 184)/2000/log10(175/13)
        ("what-is-emergence-2", 6),
        ("what-is-emergence-3", 29),
        ("toy-model-1", 400),  # 20^2
        ("toy-model-1", np.float32(400)),
        ("toy-model-3", 65985),  # −ln(0.05) e^10, rounded up
        ("toy-model-4", 0.934),  # ln(2.4769/0.2182)/ln(175/13)
        ("high-jump-1", 0.5126),  # 2 · 1.28155 · 0.06/0.3
        ("high-jump-2", 1.6905),  # 10^(0.05 · 1.8242/0.4), where Φ(1.8242) = 0.5^(1/20)
        ("choosing-a-metric-2", 102.3),  # (1 − 2^−10)/(10 · 2^−9 · ½)
        ("choosing-a-metric-3", 0.3902),  # 1/2.5631
        ("can-we-trust-the-answers-1", 0.6415),  # 1 − 0.95^20
        ("can-we-trust-the-answers-2", 999),
        ("can-we-trust-the-answers-4", 36),  # (2 · 3)^2
        ("seeing-small-numbers-1", 2995),  # ln 0.05/ln 0.999 = 2994.2
        ("seeing-small-numbers-2", 0.011911),  # 1 − e^(−2.99573/250)
        ("seeing-small-numbers-4", 3),
        ("arithmetic-resolution-2", 0.3611),  # 1000 (3/4 · 1/9000 + 1/4 · 1/900)
        ("arithmetic-length-1", 0.49005),  # .99² / 2
        ("meta-analysis-1", 2.875),  # 11.5/4
        ("meta-analysis-2", 616),  # the .7 % of 88,000 that others drew
        ("meta-analysis-3", 2 / 3),
        ("multiple-choice-to-brier-1", lambda p, options: (1 - p) ** 2 + (1 - p) ** 2 / (options - 1)),
        ("multiple-choice-to-brier-2", 0.05),  # (.01 + .81)/2 − .36
        ("multiple-choice-to-brier-3", 0.3),
        ("vision-mnist-1", lambda right, images, K: stats.hypergeom.pmf(K, images, right, K)),
        ("vision-mnist-2", 0.8706),
        ("vision-mnist-3", 1.7368),
        ("vision-autoencoder-1", 0.1),
        ("vision-autoencoder-2", lambda s, b: (stats.norm.ppf(0.9) - stats.norm.ppf(0.1)) * s / b),
        ("vision-autoencoder-3", linear_error(16)),
        (
            "vision-omniglot-1",
            lambda p, rho, L: (
                stats.betabinom.pmf(L, L, p * (1 / rho - 1), (1 - p) * (1 / rho - 1)) if rho else p**L
            ),
        ),
        ("vision-omniglot-2", 0.2331),
        ("vision-omniglot-3", none_right(0)),
        ("in-context-learning-1", lambda k, n, p: stats.binomtest(k, n, p, alternative="greater").pvalue),
        ("in-context-learning-2", 0.5),
        ("in-context-learning-3", 10),
    ],
)
def test_a_right_answer_passes(name, answer):
    verdict = check.answer(name, answer)
    assert verdict.passed, verdict.message
    assert verdict._repr_markdown_().startswith("✔")


def test_an_unknown_exercise_is_refused_by_name():
    with pytest.raises(ValueError, match=r"exercise must be one of .*toy-model-1, .*; got 'toy-model-99'"):
        check.answer("toy-model-99", 1)
