"""Every run is drawn, and the mean over the seeds of each size."""

import numpy as np
import pytest

from mirage import figures

SIZES = [1e3, 1e4, 1e3, 1e4, 1e4]
SCORES = [0.0, 0.3, 0.2, 0.6, 0.9]


def test_the_line_goes_through_the_means_and_every_run_is_a_mark():
    means, runs, _ = figures.draw_runs(SIZES, SCORES).lines
    np.testing.assert_allclose(means.get_xydata(), [[1e3, 0.1], [1e4, 0.6]])
    np.testing.assert_array_equal(runs.get_xydata(), np.column_stack([SIZES, SCORES]))
    assert runs.get_linestyle() == "None"


def test_on_a_logarithmic_axis_what_is_zero_is_an_open_triangle_where_it_is_told():
    means, runs, none = figures.draw_runs([*SIZES, 1e2], [*SCORES, 0.0], lowest=1e-4).lines
    np.testing.assert_array_equal(none.get_xydata(), [[1e3, 1e-4], [1e2, 1e-4]])
    assert none.get_markerfacecolor() == "none"
    assert runs.get_ydata().tolist() == [0.3, 0.2, 0.6, 0.9]
    assert np.isnan(means.get_ydata()).tolist() == [True, False, False]


def test_series_differ_in_colour_and_marker_and_have_labels():
    ax = figures.draw_runs(SIZES, SCORES, "one")
    figures.draw_runs(SIZES, SCORES, "two", series=1, ax=ax)
    one, _, _, two, _, _ = ax.lines
    assert one.get_color() != two.get_color() and one.get_marker() != two.get_marker()
    assert ax.get_legend_handles_labels()[1] == ["one", "two"]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="scores must have one value per size; got 1 for 5 sizes"):
        figures.draw_runs(SIZES, [0.1])
