"""How figures are shown and saved."""

import base64
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mirage import style

ALT = 'A line that rises from "low" to <high> & back'


@pytest.fixture
def figure():
    style.use()
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    return figure


def test_show_gives_an_image_with_the_alt_text_and_closes_the_figure(figure, monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", shown.append)
    style.show(figure, alt=ALT)
    html = shown[0].data
    assert 'alt="A line that rises from &quot;low&quot; to &lt;high&gt; &amp; back"' in html
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    assert svg.startswith(b"<?xml")
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("alt", "error"), [("", ValueError), ("too short a text", ValueError), (None, TypeError)]
)
def test_show_refuses_alt_text_that_says_nothing(figure, alt, error):
    with pytest.raises(error, match="alt must"):
        style.show(figure, alt=alt)


def test_svg_is_the_same_at_every_run_and_closes_the_figure():
    def draw():
        figure, axes = plt.subplots()
        axes.plot([0, 1], [0, 1])
        return style.svg(figure)

    assert draw() == draw()
    assert not plt.get_fignums()


def luminance(color: str) -> float:
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("color", style.PALETTE)
def test_each_colour_stands_out_from_the_white_page(color):
    assert 1.05 / (luminance(color) + 0.05) >= 3  # success criterion 1.4.11, graphical objects


def test_each_series_has_a_line_and_a_marker_of_its_own():
    assert len(style.PALETTE) == len(style.LINES) == len(style.MARKERS) == len(set(style.MARKERS))
    assert len({str(line) for line in style.LINES}) == len(style.LINES)


@pytest.mark.parametrize(
    ("interval", "digits", "words"),
    [
        ((0.125, 1), 1, "0.1 to 1.0"),
        ([2, np.inf], 0, "2 to inf"),
        (np.array([-0.5, 0.25]), 2, "-0.50 to 0.25"),
    ],
)
def test_an_interval_in_words(interval, digits, words):
    assert style.between(interval, digits) == words


def test_an_interval_has_two_ends():
    with pytest.raises(ValueError, match="a low and a high end"):
        style.between([1, 2, 3])
