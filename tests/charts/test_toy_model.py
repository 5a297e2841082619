"""The interactive toy model: its expressions against the package, its controls, its description."""

import math
import re
from types import SimpleNamespace

import pytest
from scipy import optimize

from mirage import charts, scaling, toy, words


@pytest.mark.parametrize("decade", [7.0, 9.5, 12.0])
@pytest.mark.parametrize("length", [1, 7])
def test_the_chart_computes_the_toy_model(decade, length):
    # The few expressions of Vega that the chart uses are Python too, but for "? :".
    datum = SimpleNamespace(decade=decade)
    names = {"pow": pow, "exp": math.exp, "datum": datum, "length": length, "exponent": 0.3, "items": 50}
    for step in charts.toy_model().to_dict()["vconcat"][0]["transform"]:
        if step["as"] != "visible":
            setattr(datum, step["as"], eval(step["calculate"], names))
    p = scaling.token_probability(scaling.loss(10**decade, 1e9, 0.3))
    assert datum.accuracy == pytest.approx(toy.accuracy(p, length))
    assert datum.edits == pytest.approx(toy.token_edit_distance(p, 1))
    assert datum.floor == 1 / 50


@pytest.mark.parametrize(("length", "exponent", "items"), [(5, 0.4, 1000), (12, 1.1, 50), (3, 0.3, 10_000)])
def test_it_says_where_exact_match_rises_and_how_fast(said, length, exponent, items):
    def accuracy(parameters):
        return toy.accuracy(scaling.token_probability(scaling.loss(parameters, 1e9, exponent)), length)

    sentence = said(charts.toy_model(), length=length, exponent=exponent, items=items)
    numbers = r"one half at (.*) parameters; .* takes (.*) decades. One right answer in .*: from (.*)\."
    half, width, one = re.search(numbers, sentence).groups()
    assert words.number(_size(accuracy, 0.5)) == half
    assert words.number(_size(accuracy, 1 / items)) == one
    assert float(width) == pytest.approx(scaling.transition_width(accuracy), abs=0.005)


def _size(curve, level):
    return 10 ** optimize.brentq(lambda decade: curve(10**decade) - level, 3, 16)


def test_the_chart_carries_its_description_and_controls():
    chart = charts.toy_model().to_dict()
    assert len(chart["description"].split()) > 20
    controls = [param["name"] for param in chart["params"] if "bind" in param]
    assert controls == ["length", "exponent", "items"]
