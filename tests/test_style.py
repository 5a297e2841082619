"""How figures look."""

import numpy as np
import pandas as pd
import pytest

from mirage import style


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


def test_a_table_writes_no_number_with_an_e():
    with pd.option_context("display.float_format", None):
        style.use()
        shown = repr(pd.DataFrame({"x": [0.12345, 5.415e8, 3e-7]}, index=[1e8, 2.5, 7.0]))
    assert "e+" not in shown and "e-" not in shown
    assert all(said in shown for said in ("0.1235", "542 million", "3 × 10⁻⁷", "100 million"))
