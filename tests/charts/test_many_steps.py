"""The interactive chain of steps: its expressions against the package and against simulated chains."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from mirage import charts, scaling, toy

EACH, END = "each step", "the end only"


def computed(place: float, **sliders) -> SimpleNamespace:
    """Return what the chart computes at one point; with `?:` turned round, Vega's expressions are Python."""
    datum = SimpleNamespace(place=place)
    names = {"pow": pow, "exp": np.exp, "cumulativeNormal": stats.norm.cdf, "datum": datum, **sliders}
    for step in charts.many_steps().to_dict()["layer"][0]["transform"]:
        if "calculate" in step and " " not in step["as"]:
            test, _, rest = step["calculate"].rpartition(" ? ")
            yes, _, no = rest.partition(" : ")
            text = f"({yes} if {test} else {no})" if test else step["calculate"]
            if test.startswith("("):
                text = f"({yes} if {test[1:]} else {no[:-1]})"
            setattr(datum, step["as"], eval(text, names))
    return datum


@pytest.mark.parametrize("link", ["probit", "gompertz"])
@pytest.mark.parametrize("place", [0, 0.4, 1])
def test_one_step_follows_the_link_from_10_to_90_percent(link, place):
    datum = computed(place, link=link, steps=7, correlation=0, tries=3, caught=0.5, checks=EACH)
    low, high = scaling.link([0.1, 0.9], link)
    assert datum.one == pytest.approx(scaling.inverse_link(low + place * (high - low), link))
    assert datum.bare == pytest.approx(datum.one**7)
    assert datum.checked == pytest.approx(toy.verified_probability(datum.one, 3, 0.5) ** 7)


def test_the_chain_is_that_of_simulated_steps_with_this_correlation():
    steps, correlation = 4, 0.3
    datum = computed(
        0.8, link="probit", steps=steps, correlation=correlation, tries=5, caught=0.6, checks=END
    )
    rng = np.random.default_rng(0)
    draws = rng.random((200_000, steps))
    shared = rng.random((200_000, 1)) < correlation
    right = np.where(shared, draws[:, :1], draws) < datum.one
    assert np.corrcoef(right.T)[0, 1] == pytest.approx(correlation, abs=0.01)
    assert datum.bare == pytest.approx(right.all(axis=1).mean(), abs=0.005)
    assert datum.checked == pytest.approx(toy.verified_probability(datum.bare, 5, 0.6))


@pytest.mark.parametrize(("checks", "expected"), [(EACH, 0.99**10), (END, 1 - (1 - 0.9**10) ** 2)])
def test_it_says_what_tries_and_a_perfect_verifier_do(said, checks, expected):
    chart = charts.many_steps()
    drawn = chart.to_dict()
    assert [each["name"] for each in drawn["params"] if "bind" in each] == (
        ["steps", "correlation", "tries", "caught", "checks", "link"]
    )
    sentence = said(chart, steps=10, correlation=0, tries=2, caught=1, checks=checks)
    bare, checked = map(float, re.search(r"all 10 in ([\d.]+)%.* ([\d.]+)%\.$", sentence).groups())
    assert bare == pytest.approx(100 * 0.9**10, abs=0.06)
    assert checked == pytest.approx(100 * expected, abs=0.06)


def test_the_chart_carries_its_description():
    assert len(charts.many_steps().to_dict()["description"].split()) > 20
