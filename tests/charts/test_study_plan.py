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


def points(scatter, runs):
    """Return label, factor and share of every point that Vega draws with the sliders at these values."""
    chart = charts.study_plan(POWER).to_dict()
    values = {"scatter": scatter, "runs": runs}
    for parameter in chart["params"]:
        parameter["value"] = values.get(parameter["name"], parameter.get("value"))
    labels = re.findall(r'aria-label="([^"]*)"', vl_convert.vegalite_to_svg(chart))
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


def test_it_describes_itself_and_leaves_no_menu():
    chart = charts.study_plan(POWER).to_dict()
    assert "factor of the step" in chart["description"]
    assert chart["usermeta"]["embedOptions"]["actions"] is False


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="missing: share"):
        charts.study_plan(POWER.drop(columns="share"))
