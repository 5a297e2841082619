"""The interactive toy model: its expressions against the package, its controls, its description."""

import math
from types import SimpleNamespace

import pytest

from mirage import charts, scaling, toy


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


def test_the_chart_carries_its_description_and_controls():
    chart = charts.toy_model().to_dict()
    assert len(chart["description"].split()) > 20
    controls = [param["name"] for param in chart["params"] if "bind" in param]
    assert controls == ["length", "exponent", "items"]
