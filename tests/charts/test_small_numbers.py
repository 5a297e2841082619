"""The interactive small numbers: what Vega draws against SciPy and the package, the controls, the text."""

import re

import numpy as np
import pytest
import vl_convert
from scipy import stats

from mirage import charts, resolution


def drawn(items, decade):
    """Return what Vega draws with the sliders at these values: an SVG that carries the numbers as labels."""
    chart = charts.small_numbers().to_dict()
    values = {"items": items, "p_power": decade}
    for parameter in chart["params"]:
        parameter["value"] = values.get(parameter["name"], parameter.get("value"))
    return vl_convert.vegalite_to_svg(chart)


def ability(decade):
    return float(f"{10**decade:.1e}")  # what the slider stands for, in two digits


def numbers(svg, *fields):
    """Return the values of some fields, one row a mark that carries them all."""
    labels = re.findall(r'aria-label="([^"]*)"', svg)
    marks = [dict(field.split(": ", 1) for field in label.split("; ") if ": " in field) for label in labels]
    rows = [[mark[field] for field in fields] for mark in marks if set(fields) <= set(mark)]
    return np.array([[float(value.replace("−", "-")) for value in row] for row in rows]).T


@pytest.mark.parametrize(("items", "decade"), [(100, -2.6), (10, -4), (2000, -0.3), (500, -1)])
def test_vega_draws_the_binomial_distribution(items, decade):
    right, probability = numbers(drawn(items, decade), "right", "probability")
    expected = stats.binom.pmf(np.arange(items + 1), items, ability(decade))
    np.testing.assert_array_equal(right, np.flatnonzero(expected >= 1e-4))
    np.testing.assert_allclose(probability, expected[right.astype(int)], rtol=1e-9)


@pytest.mark.parametrize(("items", "decade"), [(100, -2.6), (2000, -0.3), (10, -4)])
def test_vega_draws_wilsons_intervals_and_says_how_often_they_hold_the_ability(items, decade):
    svg = drawn(items, decade)
    right, share, low, high = numbers(svg, "right", "share", "low", "high")
    expected = resolution.proportion_interval(right, np.full(right.size, items))
    np.testing.assert_allclose(share, right / items, rtol=1e-9)
    np.testing.assert_allclose([low, high], expected, rtol=1e-9, atol=1e-12)
    low, high = resolution.proportion_interval(np.arange(items + 1), items)
    held = (low <= ability(decade)) & (ability(decade) <= high)
    coverage = stats.binom.pmf(np.arange(items + 1), items, ability(decade))[held].sum()
    assert f"holds p with probability {coverage:.3f}" in svg


def test_the_title_gives_the_step_and_the_probability_of_no_right_answer():
    svg = drawn(50, -2)
    assert "p = 0.01, 50 items (steps of 0.02):" in svg
    assert f"no right answer has probability {0.99**50:.3f}." in svg


def test_the_chart_carries_its_description_and_controls():
    chart = charts.small_numbers().to_dict()
    assert len(chart["description"].split()) > 20
    assert [param["name"] for param in chart["params"] if "bind" in param] == ["items", "p_power"]
