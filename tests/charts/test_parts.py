"""What all charts share: the numbers they write, their sliders in powers of ten, their look."""

import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts, style, words
from mirage.charts import _parts

SCORES = pd.DataFrame({"metric": ["exact match"], "score": [5.0]})
RUNS = pd.DataFrame({"task": ["sums"], "metric": ["loss"], "parameters": [1e3], "seed": [0]})
POWER = pd.DataFrame({"sizes": [8], "ratio": [9.0], "share": [0.9], "low": [0.8], "high": [1.0]})
ERRORS = pd.DataFrame({"parameters": [100, 1000], "error": [2.0, 0.1]})
ALL = [
    charts.arithmetic(RUNS.assign(score=0.1)),
    charts.high_jump(),
    charts.many_steps(),
    charts.reconstruction(ERRORS),
    charts.score_threshold(SCORES),
    charts.small_numbers(),
    charts.study_plan(POWER),
    charts.toy_model(),
]


def title(expression: str) -> str:
    """Return what Vega makes of an expression, as a chart's title."""
    chart = alt.Chart(alt.sequence(1)).mark_point()
    chart = _parts.sum_up(chart, "A dot.", expression, "'and no more'")
    return re.search(r"Title text '(.*?) and no more'", vl_convert.vegalite_to_svg(chart.to_dict()))[1]


@pytest.mark.parametrize("number", [1, 12.345, 999, 1234, 65_984, 894_336, 13e9, 1.75e11, 2.5e12, 9.99e14])
def test_numbers_are_written_as_in_the_text(number):
    assert title(_parts.said(str(number))) == words.number(number)


@pytest.mark.parametrize(("number", "expected"), [("0.2", "less than 1"), ("1e20", "over 10¹⁵")])
def test_numbers_without_a_name_are_not_written_out(number, expected):
    assert title(_parts.said(number)) == expected


@pytest.mark.parametrize("power", [-4, -2.6, -0.3, 0.3, 1.0, 2.7])
def test_a_power_of_ten_stands_for_two_digits(power):
    number = _parts.power_of_ten(power)
    assert float(title(f"toNumber(format(pow(10, {power}), '.2r'))")) == number
    assert number == pytest.approx(10**power, rel=0.05)
    assert len(np.format_float_positional(number).strip("0.").replace(".", "")) <= 2


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.to_dict()["description"][:20])
@pytest.mark.parametrize("version", ["5.20", "6.4"])  # Colab's, and the site's
def test_charts_fill_their_container(chart, version):
    spec = vl_convert.vegalite_to_vega(chart.to_dict(), vl_version=version)
    for step in spec["usermeta"]["embedOptions"]["patch"]:  # what vega-embed does
        if step["op"] == "remove":
            del spec[step["path"].removeprefix("/")]
        else:
            spec["signals"].insert(0, step["value"])
    (width,) = (signal for signal in spec["signals"] if signal["name"] == "width")
    assert "width" not in spec
    assert "containerSize()[0]" in width["init"]
    assert width["on"][0]["events"] == "window:resize"


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.to_dict()["description"][:20])
def test_colours_can_follow_the_page_and_are_those_of_the_figures_elsewhere(chart):
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    colours = set(re.findall(r'(?:fill|stroke)="(?!none|transparent|url)([^"]*)"', svg))
    assert all(colour.startswith("var(--chart-") for colour in colours), colours
    fallbacks = {re.search(r", (.*)\)", colour)[1] for colour in colours}
    assert fallbacks <= {*style.PALETTE, "white", "#222222", "#dddddd"}
