"""The interactive bar: what Vega counts against NumPy, the control, the text, what it refuses."""

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts

RNG = np.random.default_rng(0)
ERRORS = pd.DataFrame(
    {"parameters": np.repeat([577, 4812, 49472], 40), "error": 10 ** RNG.uniform(-3, 1, 120)}
).round(6)


def drawn(bar):
    """Return what Vega draws with the slider at this power of ten: an SVG that carries the shares."""
    chart = charts.reconstruction(ERRORS).to_dict()
    for parameter in chart["params"]:
        if parameter["name"] == "bar_power":
            parameter["value"] = bar
    return vl_convert.vegalite_to_svg(chart)


@pytest.mark.parametrize("bar", [-2.5, -1.0, 0.3])
def test_vega_counts_the_errors_below_the_bar(bar):
    labels = re.findall(r'aria-label="Parameters: ([\d,]+); Share below the bar: ([\d.]+)', drawn(bar))
    found = {float(size.replace(",", "")): float(share) for size, share in labels}
    assert found == pytest.approx(
        (ERRORS["error"] < float(f"{10**bar:.1e}")).groupby(ERRORS["parameters"]).mean().to_dict()
    )


def test_every_image_is_a_mark_and_those_below_the_bar_are_filled():
    marks = re.findall(r'aria-label="[^"]*Error: [^"]*"[^>]*fill-opacity="([\d.]+)"', drawn(-1.0))
    assert len(marks) == len(ERRORS)
    assert sum(float(mark) > 0.5 for mark in marks) == (ERRORS["error"] < 0.1).sum()


@pytest.mark.parametrize("bar", [-2.5, -1.0, 0.3])
def test_it_says_the_bar_and_the_shares_of_the_smallest_and_the_largest_size(bar):
    threshold = float(f"{10**bar:.1e}")
    shares = (ERRORS["error"] < threshold).groupby(ERRORS["parameters"]).mean()
    first, last = f"{shares.iloc[0]:.0%}", f"{shares.iloc[-1]:.0%}"
    svg = drawn(bar)
    assert f"Below the bar of {threshold:g} are" in svg
    assert f"{first} of the images at 577 parameters and {last} of the images at 49,500 parameters" in svg


def test_the_chart_carries_its_description_and_control():
    chart = charts.reconstruction(ERRORS).to_dict()
    assert len(chart["description"].split()) > 20
    (bar,) = (param for param in chart["params"] if "bind" in param)
    assert bar["name"] == "bar_power"
    assert bar["bind"]["min"] < np.log10(ERRORS["error"].median()) < bar["bind"]["max"]


@pytest.mark.parametrize(
    ("errors", "error", "reason"),
    [
        (ERRORS[["error"]], ValueError, "parameters"),
        (ERRORS.assign(error=0.0), ValueError, "error must be .*above 0"),
        (ERRORS.assign(error="high"), TypeError, "error must be"),
    ],
)
def test_what_is_no_table_of_errors_is_refused(errors, error, reason):
    with pytest.raises(error, match=reason):
        charts.reconstruction(errors)
