"""Steps beyond luck, against SciPy's tests one by one, whole enumerations and simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mirage.resolution import smallest_step, step_tests


@st.composite
def accuracies(draw):
    """One to three tasks of up to five sizes, with other numbers of items, in any order."""
    rows = []
    for task in "abc"[: draw(st.integers(1, 3))]:
        for size in range(1, draw(st.integers(2, 5)) + 1):
            items = draw(st.integers(1, 40))
            rows.append((task, 10.0**size, draw(st.integers(0, items)), items))
    table = pd.DataFrame(draw(st.permutations(rows)), columns=["task", "parameters", "right", "items"])
    return table.assign(score=table["right"] / table["items"])


@settings(max_examples=60, deadline=None)
@given(accuracies())
def test_each_step_is_that_of_scipys_tests(table):
    found, expected = step_tests(table).set_index(["task", "parameters"]), 0
    for task, one in table.groupby("task"):
        one = one.sort_values("parameters").reset_index(drop=True)
        for last in range(1, len(one)):
            expected += 1
            step = found.loc[task, one["parameters"][last]]
            (a, n), (b, m) = one.loc[[last, last - 1], ["right", "items"]].to_numpy()
            p = stats.fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue
            assert step["p_value"] == pytest.approx(p, abs=1e-9)
            assert step["step"] == pytest.approx(a / n - b / m)
            counts = step[["before", "before_items", "after", "after_items"]]
            assert counts.tolist() == [b, m, a, n]
            smaller = one[:last]
            right, items = smaller["right"].sum(), smaller["items"].sum()
            assert step[["smaller", "smaller_items"]].tolist() == [right, items]
            if last == 1:
                assert np.isnan(step["smaller_p_value"])
            elif right in (0, items):
                assert step["smaller_p_value"] == 1
            else:
                both = [smaller["right"], smaller["items"] - smaller["right"]]
                p = stats.chi2_contingency(both, correction=False).pvalue
                assert step["smaller_p_value"] == pytest.approx(p, abs=1e-9)
    assert len(found) == expected
    np.testing.assert_allclose(found["adjusted"], multipletests(found["p_value"], method="holm")[1])


def test_without_a_step_a_false_alarm_is_rare():
    rng = np.random.default_rng(0)
    size = np.tile(np.logspace(7, 11, 12), 20)
    alarms = 0
    for _ in range(200):
        score = rng.binomial(100, 0.3, size.size) / 100
        table = pd.DataFrame({"task": np.repeat(np.arange(20), 12), "parameters": size, "score": score})
        alarms += (step_tests(table.assign(items=100))["adjusted"] <= 0.05).any()
    assert alarms <= 17  # of 200 at 5%, that many or fewer in 99 of 100 cases


@given(st.integers(1, 40), st.integers(0, 40), st.floats(1e-6, 0.5))
def test_the_smallest_step_is_told_and_the_next_smaller_is_not(items, before, level):
    before = min(before, items)

    def beyond(after):
        counts = [[after, items - after], [before, items - before]]
        return stats.fisher_exact(counts, alternative="greater").pvalue <= level

    steps = [(after - before) / items for after in range(before, items + 1) if beyond(after)]
    found = smallest_step(before / items, items, level)
    assert found == pytest.approx(min(steps)) if steps else np.isnan(found)


def test_from_nothing_the_p_value_is_a_ratio_of_binomial_coefficients():
    """With none of n right before and all after, it is one over the ways to choose n of 2n."""
    assert smallest_step(0, 3, 1 / 20 + 1e-9) == 1 and np.isnan(smallest_step(0, 3, 1 / 20 - 1e-9))
    assert smallest_step([[0], [0.5]], [12, 200], 0.05).shape == (2, 2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"score": 0.123}, ValueError, "score times items must be whole; got 1.23 right"),
        ({"score": 1.1}, ValueError, "score must be.*at most 1; got 1.1"),
        ({"items": 0}, ValueError, "items must be.*at least 1"),
        ({"parameters": 0}, ValueError, "parameters must be.*above 0"),
        ({"parameters": 1e8}, ValueError, "one row for each task and size"),
        ({"task": None}, ValueError, "name the task of each row"),
        ({"task": ["a", "b"]}, ValueError, "a task with two sizes"),
    ],
)
def test_what_is_no_table_of_accuracies_is_refused(change, error, message):
    table = pd.DataFrame({"task": "a", "parameters": [1e8, 1e9], "score": [0.1, 0.2], "items": 10})
    with pytest.raises(error, match=message):
        step_tests(table.assign(**change))
    with pytest.raises(ValueError, match="missing: items"):
        step_tests(table.drop(columns="items"))


def test_too_many_items_are_refused():
    with pytest.raises(ValueError, match="items must be at most 10,000; got 1000000"):
        smallest_step(0, 10**6)
