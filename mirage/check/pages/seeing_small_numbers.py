"""Exercises of the page on small numbers."""

import numpy as np

from mirage import resolution
from mirage._later import stats
from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _items() -> Number:
    ability = 0.02
    mistakes = {
        "with 1/p items you expect one right answer on average, and see none in more than a third of all "
        "tests. The exercise asks for 95%.": 1 / ability,
        "that is the rule of three, an approximation. Use (1 − p)^n itself.": 3 / ability,
        "half an item cannot be asked: round up.": np.log(0.05) / np.log1p(-ability),
        "that many show a right answer with a probability of 5%, not 95%.": float(
            resolution.items_needed(ability, 0.05)
        ),
    }
    otherwise = "solve 1 − (1 − p)^n ≥ 0.95 for n, or use resolution.items_needed."
    return Number(int(resolution.items_needed(ability)), mistakes, otherwise, tolerance=1e-3)


def _above_chance() -> Number:
    right, items, chance = 12, 40, 0.25
    z = (right / items - chance) / np.sqrt(chance * (1 - chance) / items)
    exactly = stats.binom.pmf(right, items, chance)
    mistakes = {
        "that is the probability of more than 12. Twelve itself is as good a result as the one seen, so "
        "it counts too: sf takes the number below.": stats.binom.sf(right, items, chance),
        "that is the probability of exactly 12. Add all the better results.": exactly,
        "that is two-sided. Above chance is one side.": stats.binomtest(right, items, chance).pvalue,
        "that is the other side, 12 or fewer.": stats.binom.cdf(right, items, chance),
        "that is the normal approximation. The exercise asks for the exact test.": stats.norm.sf(z),
    }
    otherwise = (
        "add the binomial probabilities of 12, 13, … 40 right answers at p = 0.25; stats.binomtest "
        "with alternative='greater' does it."
    )
    return Number(stats.binom.sf(right - 1, items, chance), mistakes, otherwise)


def _discoveries() -> Number:
    p_values = np.array([0.004, 0.021, 0.029, 0.046, 0.3])
    bonferroni = np.sum(p_values <= 0.05 / 5)
    own = np.sum(p_values <= 0.05 * np.arange(1, 6) / 5)
    mistakes = {
        "that many are below 0.05 without any correction.": np.sum(p_values <= 0.05),
        "that is Bonferroni's count, and also what you get if you stop at the first p-value above its "
        "limit. Look for the last one that is below its limit.": bonferroni,
        "that many are below their own limit. All that are smaller than the last of them count too.": own,
    }
    otherwise = (
        "sort the p-values, compare the i-th with 0.05·i/5, and count all up to the last that is "
        "below its limit; or use resolution.benjamini_hochberg."
    )
    return Number(np.sum(resolution.benjamini_hochberg(p_values) <= 0.05), mistakes, otherwise)


EXERCISES = (_items, _above_chance, _discoveries)
