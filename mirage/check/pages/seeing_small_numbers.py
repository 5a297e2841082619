"""Exercises of the page on small numbers."""

import numpy as np

from mirage import resolution
from mirage._later import stats
from mirage.check.judges import Number

__all__ = ["EXERCISES"]


def _items() -> Number:
    ability = 0.001
    exact = np.log(0.05) / np.log1p(-ability)
    poisson = np.ceil(-np.log(0.05) / ability)
    surely_none = resolution.items_needed(ability, 0.05)
    mistakes = {
        "with 1/p items you expect one right answer on average, and see none in more than a third of all "
        "tests. The exercise asks for 95 %.": 1 / ability,
        "that is the rule of three, 3/p, an approximation. Use (1 − p)^n itself.": 3 / ability,
        "that is −ln 0.05 / p, an approximation. The formula has ln(1 − p).": poisson,
        "half an item cannot be asked: round up.": exact,
        "that many show a right answer with a probability of 5 %, not 95 %.": surely_none,
    }
    otherwise = "solve 1 − (1 − p)^n ≥ 0.95 for n, or use resolution.items_needed."
    # The formula's 2994.2 is less than 1 % away.
    return Number(int(resolution.items_needed(ability)), mistakes, otherwise, tolerance=1e-4)


def _bound() -> Number:
    items = 250
    _, wilson = resolution.proportion_interval(0, items)
    _, clopper_pearson = resolution.proportion_interval(0, items, method="clopper-pearson")
    seen = resolution.zero_success_bound(items, 0.05)
    mistakes = {
        "that is the rule of three, 3/n. The exercise asks for the exact bound.": 3 / items,
        "that is the upper end of a two-sided interval (Clopper–Pearson). One side only is asked for, so "
        "all 5 % may lie on it.": clopper_pearson,
        "that is the upper end of a two-sided interval (Wilson). Solve (1 − p)^n = 0.05.": wilson,
        "the 5 % is the probability of seeing nothing: solve (1 − p)^n = 0.05, not 0.95.": seen,
        "that is 1 − p. The exercise asks for p.": 0.05 ** (1 / items),
        "that is one step of the score. It says how fine the scale is, and nothing of what can hide "
        "below it.": 1 / items,
    }
    otherwise = "solve (1 − p)^n = 0.05 for p, or use resolution.zero_success_bound."
    # The rule of three is less than 1 % away.
    return Number(resolution.zero_success_bound(items), mistakes, otherwise, tolerance=1e-3)


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


EXERCISES = (_items, _bound, _above_chance, _discoveries)
