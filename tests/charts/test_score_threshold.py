"""The interactive threshold: what Vega counts against NumPy, the controls, the text, what it refuses."""

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts

RNG = np.random.default_rng(0)
SCORES = pd.DataFrame(
    {
        "metric": np.repeat(["exact match", "brier score", "perplexity"], [40, 25, 10]),
        "score": np.concatenate([10 ** RNG.uniform(-1, 4, 64), -(10 ** RNG.uniform(0, 3, 11))]),
    }
)
SCORES.loc[:4, "score"] = [np.inf, np.inf, np.nan, -np.inf, 0]


def drawn(bar):
    """Return what Vega draws with the slider at this power of ten: an SVG that carries the counts."""
    chart = charts.score_threshold(SCORES).to_dict()
    for parameter in chart["params"]:
        if parameter["name"] == "bar_power":
            parameter["value"] = bar
    return vl_convert.vegalite_to_svg(chart)


@pytest.mark.parametrize("bar", [0.3, 1.0, 1.7, 3.0])
def test_vega_counts_the_curves_above_the_threshold(bar):
    svg, threshold = drawn(bar), float(f"{10**bar:.1e}")  # the slider stands for two digits
    found = re.findall(r'aria-label="[^"]*metric: ([a-z ]+); told: (\d+) of (\d+)', svg)
    above = SCORES.assign(above=SCORES["score"] > threshold).groupby("metric")["above"]
    expected = {metric: (counts.sum(), counts.size) for metric, counts in above}
    assert {metric: (int(a), int(b)) for metric, a, b in found} == expected
    assert f"{above.sum().sum()} of {len(SCORES)} curves have one" in svg


def test_a_score_just_above_the_threshold_is_above_it():
    scores = pd.DataFrame({"metric": ["exact match"] * 2, "score": [10.00000009, 10.0]})
    assert "told: 1 of 2" in vl_convert.vegalite_to_svg(charts.score_threshold(scores).to_dict())


def test_the_title_gives_the_threshold():
    assert "score above 10:" in drawn(1.0) and "score above 500:" in drawn(2.7)


def test_the_chart_carries_its_description_and_control():
    chart = charts.score_threshold(SCORES).to_dict()
    assert len(chart["description"].split()) > 20
    assert [param["name"] for param in chart["params"] if "bind" in param] == ["bar_power"]


@pytest.mark.parametrize(
    ("scores", "error", "reason"),
    [
        (SCORES[["score"]], ValueError, "metric"),
        (SCORES.assign(score="high"), TypeError, "score must be a number or an array of numbers"),
    ],
)
def test_what_is_no_table_of_scores_is_refused(scores, error, reason):
    with pytest.raises(error, match=reason):
        charts.score_threshold(scores)
