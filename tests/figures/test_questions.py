"""The figure of the four questions draws what the result says, also where that is "cannot tell"."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mirage import figures, style, toy
from mirage.emergence import Curve, four_questions

SIZES = np.geomspace(1e8, 1e11, 8)
FLOOR = 0.01
QUESTIONS = ["Smoothness", "Sharpness", "Visibility", "Predictability"]


def family(kind="power law", **options):
    losses = toy.loss_curve(SIZES, kind, between=(SIZES[3], SIZES[4]), factor=8)
    return Curve.from_table(toy.sample_family(SIZES, losses, scatter=0.05, rng=1, **options), floor=FLOOR)


FAMILY = family(items=2000, length=2)


def counted(successes, items=2000, **options):
    return Curve.from_counts(SIZES, successes, [items] * 8, **options)


@pytest.fixture(scope="module")
def result():
    return four_questions(FAMILY, length=2, held_out=3, confidence=0.9)


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


def shaded(ax, label):
    """Return the ends of the region that the legend calls by this name."""
    (shade,) = [patch for patch in ax.patches if patch.get_label() == label]
    box = shade.get_extents().transformed(ax.transData.inverted())
    return box.x0, box.x1


def titles(result):
    figure = figures.draw_four_questions(result)
    figure.canvas.draw()
    found = dict(ax.get_title().split(": ", 1) for ax in figure.axes)
    assert list(found) == QUESTIONS
    return found


def test_the_titles_give_the_answers(result):
    found = titles(result)
    low, high = result.sharpness.interval
    verdict = {"cannot tell": "cannot tell", "no step": "no step found"}[result.smoothness.verdict]
    assert found["Smoothness"] == f"{verdict} (p = {result.smoothness.p_value:.2g})"
    assert found["Sharpness"] == f"{low:.2f} to {high:.2f} decades wide"
    assert found["Visibility"].startswith(f"{result.visibility.visible.sum()} of 8 sizes")
    assert found["Predictability"].startswith(f"{result.predictability.covered.sum()} of 3 inside")


def test_the_title_counts_the_held_out_models_that_were_forecast():
    result = four_questions(counted([*FAMILY.successes[:7], 0]))
    assert result.predictability.covered.tolist() == [True, False]
    assert titles(result)["Predictability"].startswith("1 of 2 inside")


def test_the_four_panels_lie_one_below_the_other_over_the_same_sizes(panels):
    axes = list(panels.values())
    tops = [ax.get_position().y1 for ax in axes]
    assert tops == sorted(tops, reverse=True)
    assert [ax.get_xlabel() for ax in axes] == ["", "", "", "Parameters"]
    assert {ax.get_xscale() for ax in axes} == {"log"}
    assert len({ax.get_xlim() for ax in axes}) == 1


def test_smoothness_shows_the_loss_its_errors_and_the_smooth_curve_from_small_to_large():
    order = [3, 0, 7, 1, 5, 2, 6, 4]
    curve = family(items=2000, item_spread=0.5).take(order)
    result = four_questions(curve)
    ax = figures.draw_four_questions(result).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), np.transpose([curve.parameters, curve.losses]))
    _, interval = ends(ax.collections[0])
    half = 2 * curve.loss_standard_errors
    assert half.min() > 0
    np.testing.assert_allclose(interval, np.transpose([curve.losses - half, curve.losses + half]))
    smooth = labelled(ax, "smooth")
    np.testing.assert_allclose(smooth.get_xdata(), SIZES)
    np.testing.assert_allclose(smooth.get_ydata()[order], result.smoothness.smooth)
    assert ax.get_yscale() == "log" and "nats" in ax.get_ylabel()


def test_smoothness_of_counts_shows_the_logarithm_of_the_score_on_which_it_is_judged():
    curve = counted([40, 90, 150, 300, 500, 800, 1100, 1500])
    ax = figures.draw_four_questions(four_questions(curve)).axes[0]
    assert ax.get_ylabel() == "−ln(score)"
    np.testing.assert_allclose(ax.lines[0].get_ydata(), -np.log((curve.successes + 0.5) / 2001))


def test_the_gap_with_the_largest_step_is_shaded():
    result = four_questions(family("jump"))
    ax = figures.draw_four_questions(result).axes[0]
    assert result.smoothness.found and titles(result)["Smoothness"].startswith("a step (p ")
    assert shaded(ax, "the largest step") == pytest.approx((SIZES[3], SIZES[4]))


def test_sharpness_shows_the_scores_and_the_fitted_curve(panels, result):
    ax = panels["Sharpness"]
    seen = FAMILY.scores > 0
    np.testing.assert_allclose(ax.lines[0].get_xydata(), np.transpose([SIZES, FAMILY.scores])[seen])
    fitted = labelled(ax, "fitted curve")
    np.testing.assert_allclose(fitted.get_ydata(), result.sharpness.fit.expected(fitted.get_xdata()))
    assert (fitted.get_xdata()[0], fitted.get_xdata()[-1]) == pytest.approx((1e8, 1e11))


@pytest.mark.parametrize("link", ["gompertz", "logistic", "probit"])
@pytest.mark.parametrize("direction", [1, -1])
def test_the_way_from_10_to_90_percent_is_shaded(link, direction):
    share = 1 / (1 + 10 ** -(np.log10(SIZES) - 9.5))[::direction]
    result = four_questions(counted(np.round(5000 * share), items=5000), link=link)
    low, high = shaded(figures.draw_four_questions(result).axes[1], "10 to 90% of the way")
    assert np.log10(high / low) == pytest.approx(result.sharpness.width)
    at = result.sharpness.fit.expected([low, result.sharpness.middle, high])
    np.testing.assert_allclose(at[::direction], [0.1, 0.5, 0.9], atol=0.01)  # means and medians differ


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
    np.testing.assert_allclose(labelled(ax, "shown with 80% power").get_ydata(), seen.smallest_visible)
    np.testing.assert_allclose(labelled(ax, "floor").get_ydata(), FLOOR)


def test_sizes_with_replicates_have_one_place_each_and_their_runs_are_forecast():
    result = four_questions(FAMILY.take([*range(7, -1, -1)] * 2), held_out=1)
    axes = figures.draw_four_questions(result).axes
    np.testing.assert_allclose(ends(axes[2].collections[0])[0], SIZES)
    above = labelled(axes[2], "above the floor").get_xydata()
    np.testing.assert_allclose(above, np.transpose([SIZES, FAMILY.scores])[result.visibility.visible])
    assert "of 2 inside" in titles(result)["Predictability"]


def test_held_out_models_and_their_intervals_are_where_the_result_says(panels, result):
    ax = panels["Predictability"]
    points = np.transpose([SIZES, FAMILY.scores])
    np.testing.assert_allclose(labelled(ax, "fitted").get_xydata(), points[:5])
    held_out = labelled(ax, "held out")
    np.testing.assert_allclose(held_out.get_xydata(), points[5:])
    assert held_out.get_markerfacecolor() == "none"
    forecasts = {"forecast from size": result.predictability, "through the loss": result.from_loss}
    assert len(ax.collections) == 2
    for (label, made), drawn in zip(forecasts.items(), ax.collections, strict=True):
        sizes, intervals = ends(drawn)
        np.testing.assert_allclose(intervals, made.interval)
        np.testing.assert_allclose(labelled(ax, label).get_ydata(), made.prediction)
        np.testing.assert_allclose(labelled(ax, label).get_xdata(), sizes)
        np.testing.assert_allclose(np.log10(sizes / SIZES[5:]), 0, atol=0.15)  # beside the measured point
    size, loss = (labelled(ax, label) for label in forecasts)
    assert size.get_color() != loss.get_color() and size.get_marker() != loss.get_marker()
    assert not np.isclose(size.get_xdata(), loss.get_xdata()).any()


def test_without_losses_there_is_one_forecast():
    ax = figures.draw_four_questions(four_questions(counted(FAMILY.successes))).axes[3]
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["fitted", "held out", "forecast from size"]


@pytest.mark.parametrize(
    ("curve", "unknown"),
    [
        (FAMILY.take(slice(2, 5)), ["Smoothness", "Predictability"]),
        (counted([0] * 8), ["Smoothness", "Sharpness", "Predictability"]),
        (counted([0] * 8, losses=FAMILY.losses), ["Sharpness", "Predictability"]),
        (counted([0, 0, 0, 0, 0, 0, 99, 2000]), ["Smoothness", "Predictability"]),
        (counted([0] * 8).take([4]), ["Smoothness", "Sharpness"]),
        (Curve.from_scores([1e9], [0.5]), ["Smoothness", "Sharpness"]),
    ],
    ids=["three sizes", "no right answer", "losses alone", "few right answers", "one size", "one score"],
)
def test_curves_that_cannot_tell_are_drawn_and_say_so(curve, unknown):
    found = titles(four_questions(curve))
    assert [question for question in QUESTIONS if found[question] == "cannot tell"] == unknown


def test_a_flat_curve_is_at_least_wide():
    result = four_questions(counted([50, 48, 53, 50, 47, 51, 52, 49], items=100))
    assert titles(result)["Sharpness"] == f"at least {result.sharpness.interval[0]:.2f} decades wide"


def test_a_score_below_0_is_drawn_on_a_plain_axis_and_not_asked_what_needs_counts():
    result = four_questions(Curve.from_scores(SIZES, -FAMILY.losses, floor=-20, ceiling=0))
    figure, said = figures.draw_four_questions(result), titles(result)
    assert said["Visibility"] == said["Predictability"] == "not asked"
    assert figure.axes[0].get_yscale() == "linear"
    for ax in figure.axes[:2]:
        np.testing.assert_allclose(ax.lines[0].get_ydata(), -FAMILY.losses)
    assert all("counts" in ax.texts[0].get_text() for ax in figure.axes[2:])


def test_a_score_with_errors_and_ends_is_forecast():
    curve = Curve.from_scores(SIZES, np.exp(-FAMILY.losses), [0.01] * 8, floor=0, ceiling=1)
    result = four_questions(curve)
    ax = figures.draw_four_questions(result).axes[3]
    np.testing.assert_allclose(ends(ax.collections[0])[1], result.predictability.interval)
    assert titles(result)["Visibility"] == "not asked"


def test_each_call_draws_a_figure_of_its_own(result):
    first, second = (figures.draw_four_questions(result) for _ in range(2))
    assert first is not second and len(plt.get_fignums()) == 2


def test_titles_lie_within_the_figure_and_small_numbers_are_plain():
    sizes = np.geomspace(1e8, 1e11, 12)
    losses = toy.loss_curve(sizes)
    right = np.round(200_000 * np.exp(-5 * losses)).astype(int)
    curve = Curve.from_counts(sizes, right, [200_000] * 12, losses=losses)
    style.use()
    figure = figures.draw_four_questions(four_questions(curve, held_out=5))
    figure.draw_without_rendering()
    assert "5 inside, 5 through the loss" in figure.axes[3].get_title()
    for ax in figure.axes:
        assert ax.title.get_window_extent().x1 <= figure.bbox.x1
    labels = [label.get_text() for label in figure.axes[2].get_yticklabels()]
    assert "0.00001" in labels and max(map(len, labels)) < 9
