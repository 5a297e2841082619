"""Curves at chance, against SciPy's exact test; pass@k, against all ways to choose tries."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mirage import debate


def test_a_curve_is_at_chance_if_no_exact_test_rejects_after_holm():
    rng = np.random.default_rng(0)
    models = pd.DataFrame(
        [(task, large) for task in range(40) for large in (False, True) for _ in range(3)],
        columns=["task", "large"],
    )
    share = np.where(models["large"], 0.4, 0.27)
    models = models.assign(successes=rng.binomial(100, share), trials=100, chance=0.25)
    found = debate.curves_at_chance(models, ("task",))
    for (task, large), rows in models.groupby(["task", "large"]):
        p = [stats.binomtest(int(k), 100, 0.25, alternative="greater").pvalue for k in rows["successes"]]
        assert found.loc[task, "large" if large else "small"] == (min(p) * 3 > 0.05)
    assert found["small"].mean() > 0.6 and found["large"].mean() < 0.4


def test_pass_at_k_counts_all_ways_to_choose_the_tries():
    right, tries = np.array([0, 1, 2, 4]), 6
    passed = []
    for k in (1, 2, 3):
        ways = [
            np.mean(
                [any(place < one for place in chosen) for chosen in itertools.combinations(range(tries), k)]
            )
            for one in right
        ]
        passed.append(np.mean(ways))
    line = np.polyfit(np.log([1, 2, 3]), np.log(-np.log(passed)), 1)
    measured, law, equal = debate.pass_from_few(right, tries, 3)
    assert law == pytest.approx(np.exp(-np.exp(np.polyval(line, np.log(tries)))))
    assert measured == 0.75 and equal == pytest.approx(1 - (1 - 7 / 24) ** 6)


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(TypeError, match="table must be a DataFrame"):
        debate.curves_at_chance({"successes": [1]}, ("task",))
    with pytest.raises(ValueError, match="right must hold some tries that are right"):
        debate.pass_from_few([0, 0], 20)
    with pytest.raises(ValueError, match="successes must be at most trials"):
        debate.pass_from_few([21], 20)
    with pytest.raises(ValueError, match="few must be finite and at least 2; got 1"):
        debate.pass_from_few([0, 1], 20, 1)  # one point is no line
