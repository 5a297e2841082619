"""What several tests of charts need."""

import re

import altair as alt
import pytest
import vl_convert


@pytest.fixture(scope="session")
def said():
    """Return a function that returns the sentence of a chart, with its sliders where they are put."""

    def sentence(chart: alt.Chart, **sliders: float) -> str:
        drawn = chart.to_dict()
        for parameter in drawn["params"]:
            if parameter["name"] in sliders:
                parameter["value"] = sliders[parameter["name"]]
        return re.search(r"Title text '(.*?)'", vl_convert.vegalite_to_svg(drawn))[1]

    return sentence
