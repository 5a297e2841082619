"""Exercises of the page on in-context learning."""

from scipy import stats

from mirage.check.judges import Function, Number

__all__ = ["EXERCISES"]


def _above_baseline() -> Function:
    mistakes = {
        "that leaves out the observed count itself: at least so many, not more.": stats.binom.sf,
        "that is the probability of so many or fewer; take the other tail.": stats.binom.cdf,
        "that is the probability of exactly so many; add those of more.": stats.binom.pmf,
    }
    cases = [(12, 29, 0.2), (93, 170, 0.25), (0, 10, 0.5), (10, 10, 0.5), (25, 50, 0.48)]
    otherwise = "add the binomial probabilities of `right` and of all larger counts."
    return Function(lambda k, n, p: stats.binom.sf(k - 1, n, p), cases, mistakes, otherwise)


def _by_chance() -> Number:
    mistakes = {
        "the gains share the error of the plain score, so they are not independent.": 0.0,
        "each gain has an error of its own as well.": 1.0,
        "both gains subtract the same score, so it pulls them the same way.": -0.5,
    }
    return Number(0.5, mistakes, "write both gains as differences of errors; what do they share?")


def _needed() -> Number:
    needed = next(count for count in range(30) if stats.binom.sf(count - 1, 29, 0.2) <= 0.05)
    mistakes = {
        "that leaves out the observed count itself: at least so many, not more.": needed - 1,
        "that is what chance gives on average.": 5.8,
    }
    return Number(needed, mistakes, otherwise="find the first count whose p-value is at most .05.")


EXERCISES = (_above_baseline, _by_chance, _needed)
