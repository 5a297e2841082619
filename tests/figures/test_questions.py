"""The figure of the four questions draws what the result says, also where that is "cannot tell"."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from mirage import figures, toy
from mirage.emergence import four_questions

SIZES = np.geomspace(1e8, 1e11, 8)
QUESTIONS = ["Smoothness", "Sharpness", "Visibility", "Predictability"]


def family(kind="power law", **options):
    losses = toy.loss_curve(SIZES, kind, between=(SIZES[3], SIZES[4]), factor=8)
    return toy.sample_family(SIZES, losses, scatter=0.05, rng=1, **options)


FAMILY = family(items=2000, length=2)
COUNTS = FAMILY[["parameters", "successes", "trials"]]


@pytest.fixture(scope="module")
def result():
    return four_questions(FAMILY, length=2, floor=0.01, held_out=3, confidence=0.9)


@pytest.fixture
def panels(result):
    return dict(zip(QUESTIONS, figures.draw_four_questions(result).axes, strict=True))


def labelled(ax, label):
    """Return the line that the legend calls by this name."""
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line


def ends(collection):
    """Return the sizes, and the low and high ends, of vertical lines."""
    segments = np.array(collection.get_segments())
    return segments[:, 0, 0], segments[:, :, 1]


def titles(result):
    figure = figures.draw_four_questions(result)
    figure.canvas.draw()
    found = dict(ax.get_title().split(": ", 1) for ax in figure.axes)
    assert list(found) == QUESTIONS
    return found


def test_the_titles_give_the_answers(result):
    found = titles(result)
    low, high = result.sharpness.interval
    assert f"p = {result.smoothness.p_value:.2g}" in found["Smoothness"]
    assert found["Sharpness"] == f"{low:.2f} to {high:.2f} decades wide"
    assert found["Visibility"].startswith(f"{result.visibility.visible.sum()} of 8 sizes")
    assert found["Predictability"].startswith(f"{result.predictability.covered.sum()} of 3 held-out models")


def test_the_title_counts_the_held_out_models_that_were_forecast():
    surprise = COUNTS.assign(successes=[*COUNTS["successes"][:6], COUNTS["successes"][6], 0])
    result = four_questions(surprise)
    assert result.predictability.covered.tolist() == [True, False]
    assert titles(result)["Predictability"].startswith("1 of 2 held-out models")


def test_the_four_panels_lie_one_below_the_other_over_the_same_sizes(panels):
    axes = list(panels.values())
    tops = [ax.get_position().y1 for ax in axes]
    assert tops == sorted(tops, reverse=True)
    assert [ax.get_xlabel() for ax in axes] == ["", "", "", "Parameters"]
    assert {ax.get_xscale() for ax in axes} == {"log"}
    assert len({ax.get_xlim() for ax in axes}) == 1


def test_smoothness_shows_the_loss_its_errors_and_the_smooth_curve(panels):
    spread = family(items=2000, item_spread=0.5)
    result = four_questions(spread)
    ax = figures.draw_four_questions(result).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), spread["loss"])
    _, interval = ends(ax.collections[0])
    half = 2 * spread["loss_standard_error"]
    np.testing.assert_allclose(interval, np.transpose([spread["loss"] - half, spread["loss"] + half]))
    np.testing.assert_allclose(labelled(ax, "smooth").get_ydata(), result.smoothness.smooth)
    assert ax.get_yscale() == "log" and "nats" in ax.get_ylabel()


def test_the_gap_with_the_largest_step_is_shaded():
    result = four_questions(family("jump"))
    ax = figures.draw_four_questions(result).axes[0]
    (shade,) = [patch for patch in ax.patches if patch.get_label() == "the largest step"]
    box = shade.get_extents().transformed(ax.transData.inverted())
    assert (box.x0, box.x1) == pytest.approx((SIZES[3], SIZES[4]))


def test_runs_in_any_order_are_joined_from_small_to_large():
    order = [3, 0, 7, 1, 5, 2, 6, 4]
    mixed = four_questions(FAMILY.iloc[order])
    smooth = labelled(figures.draw_four_questions(mixed).axes[0], "smooth")
    assert (np.diff(smooth.get_xdata()) > 0).all()
    np.testing.assert_allclose(smooth.get_ydata()[order], mixed.smoothness.smooth)


def test_sharpness_shows_the_scores_and_the_fitted_curve(panels, result):
    ax = panels["Sharpness"]
    share = FAMILY["successes"] / FAMILY["trials"]
    seen = share > 0
    np.testing.assert_allclose(ax.lines[0].get_ydata(), share[seen])
    np.testing.assert_allclose(ax.lines[0].get_xdata(), SIZES[seen])
    fitted = labelled(ax, "fitted curve")
    np.testing.assert_allclose(fitted.get_ydata(), result.sharpness.curve(fitted.get_xdata()))
    assert (fitted.get_xdata()[0], fitted.get_xdata()[-1]) == pytest.approx((1e8, 1e11))


@pytest.mark.parametrize("link", ["gompertz", "logistic", "probit"])
def test_the_way_from_10_to_90_percent_is_shaded(link):
    right = np.round(5000 / (1 + 10 ** -(np.log10(SIZES) - 9.5)))
    curve = pd.DataFrame({"parameters": SIZES, "successes": right, "trials": 5000})
    found = four_questions(curve, link=link).sharpness
    ax = figures.draw_four_questions(four_questions(curve, link=link)).axes[1]
    (shade,) = [patch for patch in ax.patches if "90 %" in patch.get_label()]
    box = shade.get_extents().transformed(ax.transData.inverted())
    assert np.log10(box.x1 / box.x0) == pytest.approx(found.width)
    np.testing.assert_allclose(found.curve([box.x0, found.middle, box.x1]), [0.1, 0.5, 0.9], atol=1e-9)


def test_visibility_shows_the_intervals_and_what_the_items_could_have_shown(panels, result):
    ax, seen = panels["Visibility"], result.visibility
    sizes, intervals = ends(ax.collections[0])
    least = 0.2 / 2000  # a logarithmic axis has no 0
    np.testing.assert_allclose(sizes, SIZES)
    np.testing.assert_allclose(intervals, np.maximum(np.transpose(seen.interval), least))
    np.testing.assert_allclose(labelled(ax, "above the floor").get_xdata(), SIZES[seen.visible])
    not_sure = labelled(ax, "cannot tell")
    np.testing.assert_allclose(not_sure.get_xdata(), SIZES[~seen.visible])
    assert not_sure.get_markerfacecolor() == "none" and 0 < seen.visible.sum() < 8
    np.testing.assert_allclose(labelled(ax, "shown with 80 % power").get_ydata(), seen.smallest_visible)
    np.testing.assert_allclose(labelled(ax, "floor").get_ydata(), 0.01)


def test_sizes_with_replicates_have_one_interval_each():
    double = pd.concat([COUNTS, COUNTS], ignore_index=True)
    result = four_questions(double)
    sizes, _ = ends(figures.draw_four_questions(result).axes[2].collections[0])
    np.testing.assert_allclose(sizes, SIZES)


def test_held_out_models_and_their_intervals_are_where_the_result_says(panels, result):
    ax = panels["Predictability"]
    share = FAMILY["successes"] / FAMILY["trials"]
    np.testing.assert_allclose(labelled(ax, "fitted").get_xydata(), np.transpose([SIZES[:5], share[:5]]))
    held_out = labelled(ax, "held out")
    np.testing.assert_allclose(held_out.get_xydata(), np.transpose([SIZES[5:], share[5:]]))
    assert held_out.get_markerfacecolor() == "none"
    forecasts = [("forecast from size", result.predictability), ("loss known", result.with_loss)]
    assert len(ax.collections) == 2
    for (label, made), drawn in zip(forecasts, ax.collections, strict=True):
        sizes, intervals = ends(drawn)
        np.testing.assert_allclose(intervals, made.interval)
        np.testing.assert_allclose(labelled(ax, label).get_ydata(), made.prediction)
        np.testing.assert_allclose(labelled(ax, label).get_xdata(), sizes)
        np.testing.assert_allclose(np.log10(sizes / SIZES[5:]), 0, atol=0.15)  # beside the measured point


def test_the_two_forecasts_differ_by_more_than_colour(panels):
    size, loss = (labelled(panels["Predictability"], label) for label in ("forecast from size", "loss known"))
    assert size.get_color() != loss.get_color() and size.get_marker() != loss.get_marker()
    assert not np.isclose(size.get_xdata(), loss.get_xdata()).any()


def test_without_losses_there_is_one_forecast():
    ax = figures.draw_four_questions(four_questions(COUNTS)).axes[3]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "fitted",
        "held out",
        "forecast from size",
    ]


@pytest.mark.parametrize(
    ("curve", "unknown"),
    [
        (FAMILY.iloc[2:5], ["Smoothness", "Predictability"]),
        (FAMILY.assign(successes=0), ["Sharpness", "Predictability"]),
        (FAMILY.iloc[2:5].assign(successes=0), ["Smoothness", "Sharpness", "Predictability"]),
        (COUNTS.assign(successes=[0, 0, 0, 0, 0, 9, 99, 2000]), ["Smoothness", "Predictability"]),
    ],
    ids=["three sizes", "no right answer", "neither", "few sizes with a right answer"],
)
def test_curves_that_cannot_tell_are_drawn_and_say_so(curve, unknown):
    found = titles(four_questions(curve))
    assert [question for question in QUESTIONS if found[question] == "cannot tell"] == unknown


def test_a_flat_curve_is_at_least_wide():
    curve = pd.DataFrame({"parameters": SIZES, "successes": [50, 48, 53, 50, 47, 51, 52, 49], "trials": 100})
    result = four_questions(curve)
    assert titles(result)["Sharpness"] == f"at least {result.sharpness.interval[0]:.2f} decades"


def test_a_continuous_score_is_not_asked_what_needs_counts():
    curve = pd.DataFrame({"parameters": SIZES, "score": np.exp(-FAMILY["loss"])})
    result = four_questions(curve)
    figure = figures.draw_four_questions(result)
    assert titles(result)["Visibility"] == titles(result)["Predictability"] == "not asked"
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), curve["score"])
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), curve["score"])
    assert all("not a count" in ax.texts[0].get_text() for ax in figure.axes[2:])


def test_a_score_that_falls_below_0_is_drawn_on_a_plain_axis():
    curve = pd.DataFrame({"parameters": SIZES, "score": -FAMILY["loss"]})
    result = four_questions(curve, floor=-20, ceiling=0)
    figure = figures.draw_four_questions(result)
    assert figure.axes[0].get_yscale() == "linear"
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), -FAMILY["loss"])


def test_one_size_is_drawn():
    result = four_questions(pd.DataFrame({"parameters": [1e9], "score": [0.5]}))
    assert set(titles(result).values()) == {"cannot tell", "not asked"}


def test_one_size_with_counts_is_drawn():
    assert titles(four_questions(FAMILY.iloc[[4]]))["Predictability"] == "not asked"


def test_drawing_leaves_the_result_as_it_was(result):
    before = result.smoothness.scores.copy(), result.predictability.interval.copy(), result.curve.copy()
    figures.draw_four_questions(result)
    np.testing.assert_array_equal(result.smoothness.scores, before[0])
    np.testing.assert_array_equal(result.predictability.interval, before[1])
    assert result.curve.equals(before[2])


def test_each_call_draws_a_figure_of_its_own(result):
    first, second = (figures.draw_four_questions(result) for _ in range(2))
    assert first is not second and len(plt.get_fignums()) == 2


def test_something_else_than_a_result_is_refused():
    with pytest.raises(TypeError, match="result must be what four_questions returns; got None"):
        figures.draw_four_questions(None)
