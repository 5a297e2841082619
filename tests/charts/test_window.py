"""The interactive window: what Vega shows and says against NumPy, the controls, what it refuses."""

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert

from mirage import charts, emergence

SIZES = np.array([100, 200, 500, 1000, 2000, 5000, 10_000])
ONE = {"digits": np.array([0.1, 0.15, 0.3, 0.5, 0.8, 0.9, 0.95]), "sums": np.linspace(0.1, 0.7, 6)}
CURVES = pd.concat(
    pd.DataFrame({"task": task, "parameters": SIZES[: len(one)], "one": one, "five": one**5})
    for task, one in ONE.items()
)
SCORES = pd.DataFrame(
    [
        (task, first, last, *(emergence.emergence_score(each[first - 1 : last]) for each in (one, one**5)))
        for task, one in ONE.items()
        for first in range(1, len(one) - 2)
        for last in range(first + 3, len(one) + 1)
    ],
    columns=["task", "first", "last", "one", "five"],
)


@pytest.mark.parametrize(
    ("task", "first", "sizes", "window"),
    [
        ("digits", 1, 7, (1, 7)),
        ("digits", 2, 4, (2, 5)),
        ("digits", 4, 7, (4, 7)),
        ("sums", 1, 7, (1, 6)),
        ("sums", 4, 4, (3, 6)),  # the list is shorter than the slider: the last window there is
    ],
)
def test_it_says_the_scores_of_the_window(said, task, first, sizes, window):
    part = ONE[task][window[0] - 1 : window[1]]
    one, five = emergence.emergence_score([part, part**5])
    text = said(charts.window(CURVES, SCORES), task=task, first=first, sizes=sizes)
    ends = [f"{SIZES[end - 1]:,}" for end in window]
    assert text.startswith(f"From {ends[0]} to {ends[1]} parameters")
    assert f"1 of 1 has an emergence score of {one:.3g}, 5 of 5 one of {five:.3g}:" in text
    assert text.endswith(f"{'5 of 5' if five > one else '1 of 1'} looks the more sudden.")


def test_the_lower_panel_has_the_sizes_of_the_window():
    chart = charts.window(CURVES, SCORES).to_dict()
    for parameter in chart["params"]:
        parameter["value"] = {"task": "sums", "first": 2, "sizes": 4}[parameter["name"]]
    labels = re.findall(
        r'aria-label="Parameters: ([\d,]+); The window: ([\d.]+)', vl_convert.vegalite_to_svg(chart)
    )
    found = {(int(size.replace(",", "")), round(float(share), 5)) for size, share in labels}
    shown = CURVES[(CURVES["task"] == "sums") & CURVES["parameters"].between(200, 2000)]
    assert found == {
        (row.parameters, round(share, 5)) for row in shown.itertuples() for share in (row.one, row.five)
    }


def test_the_chart_carries_its_description_and_controls():
    chart = charts.window(CURVES, SCORES).to_dict()
    assert len(chart["description"].split()) > 20
    bound = {param["name"]: param["bind"] for param in chart["params"] if "bind" in param}
    assert bound["task"]["options"] == ["digits", "sums"]
    assert (bound["first"]["max"], bound["sizes"]["min"], bound["sizes"]["max"]) == (4, 4, 7)


def test_an_infinite_score_is_said(said):
    text = said(charts.window(CURVES, SCORES.assign(five=np.inf)))
    assert "5 of 5 one of ∞:" in text and text.endswith("5 of 5 looks the more sudden.")


@pytest.mark.parametrize(
    ("curves", "scores", "reason"),
    [
        (CURVES.drop(columns="five"), SCORES, "five"),
        (CURVES.assign(one=2.0), SCORES, "one must be"),
        (CURVES, SCORES[1:], "scores must have all windows; got none of"),
        (CURVES.query("parameters < 1000"), SCORES, "at least 4 sizes"),
    ],
)
def test_what_are_no_curves_or_scores_is_refused(curves, scores, reason):
    with pytest.raises(ValueError, match=reason):
        charts.window(curves, scores)
