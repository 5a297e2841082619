"""The recurring figures draw what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from mirage import figures

SIZES = [1e8, 1e9, 1e10]


def test_curves_are_drawn_as_given_with_lines_of_their_own():
    ax = figures.draw_curves(SIZES, {"low": [0, 0.1, 0.2], "high": [0.5, 0.6, 0.7]})
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [0.5, 0.6, 0.7])
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["low", "high"]


def test_proportions_have_wilson_intervals_and_zero_is_an_open_triangle():
    ax = figures.draw_proportions(SIZES, [0, 30, 100], [100, 100, 100])
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()]).T
    np.testing.assert_allclose(ends, proportion_confint([0, 30, 100], 100, method="wilson"), atol=1e-9)
    points, triangle = ax.lines
    np.testing.assert_allclose(points.get_ydata()[np.isfinite(points.get_ydata())], [0.3, 1.0])
    assert triangle.get_markerfacecolor() == "none"
    assert list(triangle.get_xdata()) == [1e8]
    assert triangle.get_ydata() == pytest.approx(proportion_confint(0, 100, method="wilson")[1])


def test_linearised_accuracies_lie_on_a_line_in_the_toy_model():
    accuracy = np.exp(-((np.array(SIZES) / 1e9) ** -0.5))
    ax = figures.draw_linearised(SIZES, np.round(accuracy * 10**9), [10**9] * 3)
    slopes = np.diff(ax.lines[0].get_ydata()) / np.diff(np.log(SIZES))
    np.testing.assert_allclose(slopes, 0.5, atol=1e-5)


def test_linearised_all_right_and_none_right_show_the_finite_end():
    ax = figures.draw_linearised(SIZES, [0, 5, 10], [10, 10, 10])
    down, up = ax.lines[1], ax.lines[2]
    assert (down.get_marker(), up.get_marker()) == ("v", "^")
    assert np.isfinite([down.get_ydata(), up.get_ydata()]).all()


def test_missing_estimates_say_cannot_tell():
    ax = figures.draw_estimates(["a", "b"], [1.0, np.nan], [[0.5, 1.5], [np.nan, np.nan]])
    assert [text.get_text() for text in ax.texts] == ["cannot tell"]
    assert ax.texts[0].get_position()[1] == 1
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is on top


def test_estimates_stand_in_their_rows_with_their_intervals():
    ax = figures.draw_estimates(["a", "b"], [1.0, 2.0], [[0.5, 1.5], [1.0, 3.0]], shift=0.2)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.2, 1.2])
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[0.5, 1.5], [1.0, 3.0]]


def test_compared_estimates_share_their_rows_without_touching_and_have_a_legend():
    series = {name: ([value] * 2, [[0, 1]] * 2) for value, name in enumerate("abc")}
    ax = figures.draw_compared(["above", "below"], series)
    values, places = (np.array([line.get_data()[axis] for line in ax.lines]) for axis in (0, 1))
    np.testing.assert_array_equal(values, [[0, 0], [1, 1], [2, 2]])
    assert (np.diff(places, axis=0) >= 0.15).all() and (abs(places - [0, 1]) < 0.5).all()
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 3
    assert [text.get_text() for text in ax.figure.legends[0].get_texts()] == list("abc")


def test_each_series_has_a_look_of_its_own():
    _, axes = plt.subplots()
    for series in (0, 1):
        figures.draw_proportions(SIZES, [1, 2, 3], [9, 9, 9], series=series, ax=axes)
    first, second = axes.lines[0], axes.lines[2]
    assert first.get_color() != second.get_color()
    assert first.get_marker() != second.get_marker()


def test_of_stacked_panels_only_the_lowest_names_the_axis():
    _, (top, bottom) = plt.subplots(2, 1, sharex=True)
    for axes in (top, bottom):
        figures.draw_curves(SIZES, {"a": [0, 1, 2]}, ax=axes)
    assert (top.get_xlabel(), bottom.get_xlabel()) == ("", "Parameters")


def test_figures_draw_on_the_axes_they_are_given():
    _, axes = plt.subplots()
    assert figures.draw_curves(SIZES, {"a": [0, 1, 2]}, ax=axes) is axes


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.draw_curves(SIZES, {}), "curves must be 1 to 6; got 0"),
        (lambda: figures.draw_curves(SIZES, {"a": [1]}), "one value per size; got 1 for 3 sizes"),
        (lambda: figures.draw_proportions(SIZES, [1, 2, 3], [2, 2, 2]), "at most trials; got 3 of 2"),
        (lambda: figures.draw_estimates(["a"], [1.0], [1.0]), "a row a label, and two ends; got"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
