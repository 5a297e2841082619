"""The chart that plans a study: where Vega puts the points, against the formula, and the errors."""

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts

POWER = pd.DataFrame(
    {
        "sizes": [6, 6, 12, 12],
        "ratio": [9.0, 30.0, 9.0, 30.0],
        "share": [0.1, 0.5, 0.3, 0.9],
        "low": [0.08, 0.45, 0.25, 0.85],
        "high": [0.12, 0.55, 0.35, 0.95],
    }
)


def drawn(scatter, runs):
    """Return what Vega draws with the sliders at these values: an SVG that carries the numbers as labels."""
    chart = charts.study_plan(POWER).to_dict()
    values = {"scatter": scatter, "runs": runs}
    for parameter in chart["params"]:
        parameter["value"] = values.get(parameter["name"], parameter.get("value"))
    return vl_convert.vegalite_to_svg(chart)


def points(scatter, runs):
    """Return label, factor and share of every point that Vega draws."""
    labels = re.findall(r'aria-label="([^"]*)"', drawn(scatter, runs))
    marks = [dict(field.split(": ", 1) for field in label.split("; ") if ": " in field) for label in labels]
    numbers = "Factor of the step in the loss", "Share of studies that find it"
    return sorted(
        (mark["label"], *(float(mark[name]) for name in numbers)) for mark in marks if "low" in mark
    )


@pytest.mark.parametrize(("scatter", "runs"), [(5, 1), (15, 4), (50, 16), (1, 2)])
def test_points_stand_at_the_factor_that_scatter_and_runs_give(scatter, runs):
    expected = sorted(
        (f"{row.sizes} sizes", np.exp(row.ratio * scatter / 100 / np.sqrt(runs)), row.share)
        for row in POWER.itertuples()
    )
    drawn = points(scatter, runs)
    assert [(label, share) for label, _, share in drawn] == [(label, share) for label, _, share in expected]
    np.testing.assert_allclose([each[1] for each in drawn], [each[1] for each in expected], rtol=1e-9)


def test_it_says_the_factor_where_a_line_reaches_eight_of_ten():
    # Of 12 sizes the line is at 0.8 five sixths of the way from 9 to 30; that of 6 sizes does not reach it.
    factor = np.exp((9 + 21 * 5 / 6) * 0.15 / 2)
    said = f"Found in 8 of 10 studies are a factor of {factor:.3g} with 12 sizes."
    assert f"Scatter 15%, 4 runs per size. {said}" in drawn(15, 4)


def test_without_a_line_that_reaches_it_no_factor_is_said():
    chart = charts.study_plan(POWER.assign(share=0.1)).to_dict()
    assert "studies." not in vl_convert.vegalite_to_svg(chart)


def test_it_describes_itself_and_leaves_no_menu():
    chart = charts.study_plan(POWER).to_dict()
    assert "factor of the step" in chart["description"]
    assert chart["usermeta"]["embedOptions"]["actions"] is False


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="missing: share"):
        charts.study_plan(POWER.drop(columns="share"))
