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
        (task, metric, parameters, seed, 0.0 if seed == 1 and parameters == 1e3 else RNG.random())
        for task, metric, parameters, seed in itertools.product(
            ["addition", "multiplication"], ["exact match", "loss"], [1e3, 1e4, 1e5], [0, 1, 2]
        )
    ],
    columns=["task", "metric", "parameters", "seed", "score"],
).round(5)
LEAST = SCORES["score"][SCORES["score"] > 0].min()


def svg_of(**chosen):
    """Return what Vega draws with these choices."""
    chart = charts.arithmetic(SCORES).to_dict()
    for parameter in chart["params"]:
        parameter["value"] = chosen.get(parameter["name"], parameter.get("value"))
    return vl_convert.vegalite_to_svg(chart).replace("−", "-")


def drawn(**chosen):
    """Return size and height of the points that Vega draws with these choices, and those of the line."""
    svg = svg_of(**chosen)
    points = [dict(part.split(": ", 1) for part in label.split("; ")) for label in POINT.findall(svg)]
    found = np.array(sorted((float(point["Parameters"]), float(point["Score"])) for point in points))
    (path,) = LINE.findall(svg)
    places = [tuple(map(float, place)) for place in re.findall(r"([-\d.]+),([-\d.]+)", path)]
    return found, np.array(places)


POINT = re.compile(r'aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"')
LINE = re.compile(r'aria-roledescription="line mark" d="([^"]*)"')


@pytest.mark.parametrize("task", ["addition", "multiplication"])
@pytest.mark.parametrize("axis", ["linear", "logarithmic"])
@pytest.mark.parametrize("seed", ["mean", "1", "2"])
def test_the_runs_that_are_chosen_are_drawn_where_they_belong(task, axis, seed):
    wanted = SCORES.query("task == @task and metric == 'loss'")
    wanted = wanted if seed == "mean" else wanted[wanted["seed"] == int(seed)]
    points, line = drawn(task=task, metric="loss", axis=axis, seed=seed)
    heights, means = wanted["score"], wanted.groupby("parameters")["score"].mean()
    if axis == "logarithmic":
        heights = np.log10(heights.where(heights > 0, LEAST / 2))
        means = np.log10(means[means > 0])
    expected = np.array(sorted(zip(wanted["parameters"], heights, strict=True)))
    np.testing.assert_allclose(points, expected, atol=1e-6)
    assert len(line) == len(means)
    # The heights of the line on the screen are those of the means, but for one scale and shift.
    if len(means) > 2:
        assert abs(np.corrcoef(line[:, 1], means)[0, 1] + 1) < 1e-6


@pytest.mark.parametrize(("seed", "who"), [("mean", "Mean of seeds"), ("2", "Seed 2")])
def test_it_says_the_scores_of_the_smallest_and_the_largest_size(seed, who):
    runs = SCORES.query("task == 'addition' and metric == 'loss'")
    runs = runs if seed == "mean" else runs[runs["seed"] == int(seed)]
    first, *_, last = runs.groupby("parameters")["score"].mean()
    said = f"{who}, addition: loss is {first:.3f} at 1,000 and {last:.3f} at 100,000 parameters."
    assert said in svg_of(seed=seed, metric="loss")


def test_the_mean_is_shown_first():
    parameters = charts.arithmetic(SCORES).to_dict()["params"]
    values = {parameter["name"]: parameter["value"] for parameter in parameters if "bind" in parameter}
    assert values == {
        "task": "addition",
        "metric": "exact match",
        "axis": "linear",
        "seed": "mean",
    }


def test_it_describes_itself_and_leaves_no_menu():
    chart = charts.arithmetic(SCORES).to_dict()
    assert "Choose the task" in chart["description"]
    assert chart["usermeta"]["embedOptions"]["actions"] is False


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="missing: score"):
        charts.arithmetic(SCORES.drop(columns="score"))
