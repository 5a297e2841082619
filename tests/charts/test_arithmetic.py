"""The chart of the arithmetic family: what Vega draws for each choice, against pandas."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts

RNG = np.random.default_rng(0)
SCORES = pd.DataFrame(
    [
        (task, mark, items, parameters, seed, 0.0 if seed == 1 and parameters == 1e3 else RNG.random())
        for task, mark, items, parameters, seed in itertools.product(
            ["addition", "multiplication"], ["exact match", "loss"], [50, 2000], [1e3, 1e4, 1e5], [0, 1, 2]
        )
    ],
    columns=["task", "mark", "items", "parameters", "seed", "score"],
).round(5)


def drawn(**chosen):
    """Return the parameters and shown values of the points that Vega draws with these choices."""
    chart = charts.arithmetic(SCORES).to_dict()
    for parameter in chart["params"]:
        parameter["value"] = chosen.get(parameter["name"], parameter.get("value"))
    labels = re.findall(r'aria-label="([^"]*)"', vl_convert.vegalite_to_svg(chart))
    marks = [dict(field.split(": ", 1) for field in label.split("; ") if ": " in field) for label in labels]
    return ordered((mark["parameters"], mark["score"]) for mark in marks if "score" in mark)


def ordered(points):
    return np.array(sorted((float(size), float(score)) for size, score in points))


@pytest.mark.parametrize("task", ["addition", "multiplication"])
@pytest.mark.parametrize("items", [50, 2000])
@pytest.mark.parametrize("axis", ["linear", "logarithmic"])
def test_the_runs_that_are_chosen_are_drawn(task, items, axis):
    wanted = SCORES.query("task == @task and items == @items and mark == 'loss'")
    for seed, rows in [("mean", wanted), ("1", wanted.query("seed == 1"))]:
        expected = ordered(rows[["parameters", "score"]].to_numpy())
        found = drawn(task=task, items=items, mark="loss", axis=axis, seed=seed)
        np.testing.assert_allclose(found, expected)


def test_all_items_and_the_mean_are_shown_first():
    values = {
        parameter["name"]: parameter["value"] for parameter in charts.arithmetic(SCORES).to_dict()["params"]
    }
    assert values == {
        "task": "addition",
        "mark": "exact match",
        "axis": "linear",
        "items": 2000,
        "seed": "mean",
    }


def test_it_describes_itself_and_leaves_no_menu():
    chart = charts.arithmetic(SCORES).to_dict()
    assert "Choose the task" in chart["description"]
    assert chart["usermeta"]["embedOptions"]["actions"] is False


def test_bad_tables_are_named():
    with pytest.raises(ValueError, match="missing: score"):
        charts.arithmetic(SCORES.drop(columns="score"))
    with pytest.raises(ValueError, match="scores must have at least one row; got none"):
        charts.arithmetic(SCORES[:0])
