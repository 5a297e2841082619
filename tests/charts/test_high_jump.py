"""The interactive high jump: its expressions against the package, its controls, its description."""

import re
from types import SimpleNamespace

import pytest
from scipy import optimize, stats

from mirage import charts, toy


def computed(decade: float, **sliders: float) -> SimpleNamespace:
    """Return what the chart computes at one point; the expressions of Vega that it uses are Python too."""
    datum = SimpleNamespace(decade=decade)
    names = {"pow": pow, "cumulativeNormal": stats.norm.cdf, "datum": datum, **sliders}
    for step in charts.high_jump().to_dict()["vconcat"][0]["layer"][0]["transform"]:
        setattr(datum, step["as"], eval(step["calculate"], names))
    return datum


@pytest.mark.parametrize("decade", [0.0, 0.7, 1.3])
@pytest.mark.parametrize("jumps", [1, 7])
def test_the_chart_computes_the_high_jump(decade, jumps):
    datum = computed(decade, bar=1.55, spread=0.08, jumps=jumps)
    mean = 1.2 + 0.4 * decade
    once = toy.clearing_probability(mean, 0.08, 1.55)
    assert (datum.months, datum.mean, datum.bar) == (pytest.approx(10**decade), pytest.approx(mean), 1.55)
    assert datum.once == pytest.approx(once, rel=1e-9)
    assert datum.all == pytest.approx(once**jumps, rel=1e-6)
    assert (datum.low + datum.high) / 2 == pytest.approx(mean)
    inside = stats.norm.cdf(datum.high, mean, 0.08) - stats.norm.cdf(datum.low, mean, 0.08)
    assert inside == pytest.approx(0.8)


@pytest.mark.parametrize(("bar", "spread", "jumps"), [(1.6, 0.05, 10), (1.75, 0.1, 1), (1.45, 0.03, 40)])
def test_it_says_when_the_bar_is_cleared_and_how_fast(said, bar, spread, jumps):
    def months(jumps, level):
        def gap(decade):
            once = toy.clearing_probability(1.2 + 0.4 * decade, spread, bar)
            return once**jumps - level

        return 10 ** optimize.brentq(gap, -1, 3)

    sentence = said(charts.high_jump(), bar=bar, spread=spread, jumps=jumps)
    numbers = r"after (\S+) months .* after (\S+) months .* from 10% to 90% with (\S+) times"
    one, all_of_them, factor = map(float, re.search(numbers, sentence).groups())
    assert one == pytest.approx(months(1, 0.5), rel=0.005)
    assert all_of_them == pytest.approx(months(jumps, 0.5), rel=0.005)
    assert factor == pytest.approx(months(jumps, 0.9) / months(jumps, 0.1), rel=0.005)


def test_all_panels_draw_what_the_first_one_computes():
    panels = charts.high_jump().to_dict()["vconcat"]
    calculated = [
        [step for step in layer["transform"] if "calculate" in step]
        for panel in panels
        for layer in panel["layer"]
    ]
    assert all(steps == calculated[0] for steps in calculated)
    drawn = [panel["layer"][-1]["encoding"]["y"]["field"] for panel in panels]
    assert drawn == ["bar", "once", "all"]


def test_the_chart_carries_its_description_and_controls():
    chart = charts.high_jump().to_dict()
    assert len(chart["description"].split()) > 20
    controls = [param["name"] for param in chart["params"] if "bind" in param]
    assert controls == ["bar", "spread", "jumps"]
