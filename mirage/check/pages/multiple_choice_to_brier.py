"""Exercises of the page on multiple choice and the Brier score."""

from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _difference() -> Number:
    score_a, score_b = 0.6**2, (0.1**2 + 0.9**2) / 2
    mistakes = {
        "take the mean of the squares, not the square of the mean of 1 − p.": 0.5**2 - score_a,
        "that is A less B; B's is the higher one.": score_a - score_b,
        "that is the score of B; take that of A from it.": score_b,
    }
    otherwise = "compute the mean of (1 − p)² over the items for each model."
    return Number(score_b - score_a, mistakes, otherwise)


def _summed() -> Function:
    def right(p: float, options: int) -> float:
        return (1 - p) ** 2

    def one_other(p: float, options: int) -> float:
        return right(p, options) / (options - 1)

    mistakes = {
        "that is the square of the right option alone; add those of the others.": right,
        "the others share 1 − p: each of them has (1 − p)/(K − 1), squared.": lambda p, K: K * right(p, K),
        "that is the mean over the options; the score is the sum.": one_other,
    }
    cases = [(0.4, 4), (0.25, 4), (0.9, 2), (0.0, 5), (1.0, 3)]
    otherwise = "add (1 − p)² for the right option and the squares of the other K − 1."
    return Function(lambda p, K: right(p, K) + one_other(p, K), cases, mistakes, otherwise)


def _least() -> Number:
    mistakes = {"that is 1 − p; take it from 1.": 0.7, "undo the square first.": 0.51}
    return Number(0.3, mistakes, otherwise="(1 − p)² is at most 0.49; solve for p.")


EXERCISES = (_difference, _summed, _least)
