"""Exercises of the page on small numbers."""

from collections.abc import Callable

import numpy as np
from scipy import stats

from mirage import resolution
from mirage._checkers import Verdict, judge_number

__all__ = ["EXERCISES"]


def _items(answer: object) -> Verdict:
    ability = 0.001
    return judge_number(
        answer,
        expected=int(resolution.items_needed(ability)),
        mistakes={
            "with 1/p items you expect one right answer on average, and see none in more than a third of all "
            "tests. The exercise asks for 95 %.": 1 / ability,
            "that is the rule of three, 3/p, an approximation. Use (1 − p)^n itself.": 3 / ability,
            "that is −ln 0.05 / p, an approximation. The formula has ln(1 − p).": np.ceil(
                -np.log(0.05) / ability
            ),
            "half an item cannot be asked: round up.": np.log(0.05) / np.log1p(-ability),
            "that many show a right answer with a probability of 5 %, not 95 %.": int(
                resolution.items_needed(ability, 0.05)
            ),
        },
        otherwise="solve 1 − (1 − p)^n ≥ 0.95 for n, or use resolution.items_needed.",
        tolerance=1e-4,
    )


def _bound(answer: object) -> Verdict:
    items = 250
    return judge_number(
        answer,
        expected=float(resolution.zero_success_bound(items)),
        mistakes={
            "that is the rule of three, 3/n. The exercise asks for the exact bound.": 3 / items,
            "that is the upper end of a two-sided interval (Clopper–Pearson). One side only is asked for, so "
            "all 5 % may lie on it.": float(
                resolution.proportion_interval(0, items, method="clopper-pearson")[1]
            ),
            "that is the upper end of a two-sided interval (Wilson). Solve (1 − p)^n = 0.05.": float(
                resolution.proportion_interval(0, items)[1]
            ),
            "the 5 % is the probability of seeing nothing: solve (1 − p)^n = 0.05, not 0.95.": float(
                resolution.zero_success_bound(items, 0.05)
            ),
            "that is 1 − p. The exercise asks for p.": 0.05 ** (1 / items),
            "that is one step of the score. It says how fine the scale is, and nothing of what can hide "
            "below it.": 1 / items,
        },
        otherwise="solve (1 − p)^n = 0.05 for p, or use resolution.zero_success_bound.",
        tolerance=1e-3,
    )


def _above_chance(answer: object) -> Verdict:
    right, items, chance = 12, 40, 0.25
    expected = stats.binomtest(right, items, chance, alternative="greater").pvalue
    z = (right / items - chance) / np.sqrt(chance * (1 - chance) / items)
    return judge_number(
        answer,
        expected=expected,
        mistakes={
            "that is the probability of more than 12. Twelve itself is as good a result as the one seen, so "
            "it counts too: sf takes the number below.": stats.binom.sf(right, items, chance),
            "that is the probability of exactly 12. Add all the better results.": stats.binom.pmf(
                right, items, chance
            ),
            "that is two-sided. Above chance is one side.": stats.binomtest(right, items, chance).pvalue,
            "that is the other side, 12 or fewer.": stats.binom.cdf(right, items, chance),
            "that is the normal approximation. The exercise asks for the exact test.": stats.norm.sf(z),
        },
        otherwise="add the binomial probabilities of 12, 13, … 40 right answers at p = 0.25; stats.binomtest "
        "with alternative='greater' does it.",
    )


def _discoveries(answer: object) -> Verdict:
    p_values = np.array([0.021, 0.3, 0.004, 0.046, 0.029])
    limits = 0.05 * np.arange(1, p_values.size + 1) / p_values.size
    return judge_number(
        answer,
        expected=int((resolution.benjamini_hochberg(p_values) <= 0.05).sum()),
        mistakes={
            "that many are below 0.05 without any correction.": (p_values <= 0.05).sum(),
            "that is Bonferroni's count, and also what you get if you stop at the first p-value above its "
            "limit. Look for the last one that is below its limit.": (p_values <= 0.05 / p_values.size).sum(),
            "that many are below their own limit. All that are smaller than the last of them count too.": (
                np.sort(p_values) <= limits
            ).sum(),
        },
        otherwise="sort the p-values, compare the i-th with 0.05·i/5, and count all up to the last that is "
        "below its limit; or use resolution.benjamini_hochberg.",
    )


EXERCISES: dict[str, Callable[[object], Verdict]] = {
    "seeing-small-numbers-1": _items,
    "seeing-small-numbers-2": _bound,
    "seeing-small-numbers-3": _above_chance,
    "seeing-small-numbers-4": _discoveries,
}
