"""The width of a transition: statsmodels, the toy model, simulated curves, and when it cannot tell."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mirage import scaling
from mirage.emergence.sharpness import sharpness, sharpness_of_counts

SIZES = np.logspace(8, 11, 8)
LINKS = ["gompertz", "logistic", "probit"]


def toy(exponent, sizes=SIZES):
    """Accuracy of the toy model with a constant of 1e9."""
    return np.exp(-((sizes / 1e9) ** -exponent))


def curve(width, link="gompertz", sizes=SIZES, middle=9.5):
    """Return a curve that is straight under a link and has a given width."""
    low, half, high = scaling.link([0.1, 0.5, 0.9], link)
    return scaling.inverse_link(half + (high - low) / width * (np.log10(sizes) - middle), link)


@pytest.mark.parametrize("exponent", [0.4, 1, 2])
def test_width_of_the_toy_model(exponent):  # −ln A goes from ln 10 to −ln 0.9 at 10 and 90 %
    result = sharpness(SIZES, toy(exponent))
    assert result.width == pytest.approx(np.log10(np.log(10) / -np.log(0.9)) / exponent)
    assert result.width == pytest.approx(1.339 / exponent, rel=1e-3)
    assert result.middle == pytest.approx(1e9 * np.log(2) ** (-1 / exponent))
    assert result.interval == pytest.approx((result.width, result.width))


@pytest.mark.parametrize("link", LINKS)
def test_width_is_that_of_the_curve_under_every_link(link):
    expected = scaling.transition_width(lambda sizes: curve(2.5, link, sizes))
    result = sharpness(SIZES, 3 - 5 * curve(2.5, link), floor=3, ceiling=-2, link=link)
    assert result.width == pytest.approx(expected)
    assert result.middle == pytest.approx(10**9.5)


def textbook(x, y, weights, confidence, link):
    """Return the width and its interval from statsmodels' regression."""
    fit = sm.WLS(y, sm.add_constant(x), weights=weights).fit()
    distance = np.diff(scaling.link([0.1, 0.9], link))[0]
    low, high = distance / fit.conf_int(1 - confidence)[1][::-1]
    return distance / fit.params[1], (low, high)


@pytest.mark.parametrize("link", LINKS)
def test_without_standard_errors_it_is_ordinary_least_squares(link):
    scores = curve(2, link) * np.array([1, 0.9, 1.1, 1, 0.95, 1, 0.97, 0.999])
    result = sharpness(SIZES, scores, link=link, confidence=0.9)
    width, interval = textbook(np.log10(SIZES), scaling.link(scores, link), 1, 0.9, link)
    assert result.width == pytest.approx(width)
    assert result.interval == pytest.approx(interval)


def test_scatter_and_weights_solve_the_equations_of_the_textbook():
    scores = curve(2, "logistic") * np.array([1, 0.6, 1.5, 1, 0.8, 1, 0.9, 0.99])
    errors = np.sqrt(scores * (1 - scores) / 300)
    result = sharpness(SIZES, scores, errors, link="logistic")
    x, y = np.log10(SIZES), scaling.link(scores, "logistic")
    slope = np.diff(scaling.link([0.1, 0.9], "logistic"))[0] / result.width
    fitted = 1 / (1 + np.exp(-slope * (x - np.log10(result.middle))))
    weights = 1 / (result.scatter**2 + (errors / (fitted * (1 - fitted))) ** 2)
    width, interval = textbook(x, y, weights, 0.95, "logistic")
    assert result.width == pytest.approx(width, rel=1e-4)
    assert result.interval == pytest.approx(interval, rel=1e-4)
    assert result.scatter > 0
    residuals = y - slope * (x - np.log10(result.middle))
    assert weights @ residuals**2 == pytest.approx(SIZES.size - 2, rel=1e-3)  # Paule and Mandel


def test_a_line_that_fits_too_well_is_no_surer_than_the_items():
    errors = np.full(8, 0.02)
    result = sharpness(SIZES, curve(2), errors)
    x, linear = np.log10(SIZES), scaling.link(curve(2))
    deviation = errors / (curve(2) * -np.log(curve(2)))  # of −ln(−ln A)
    covariance = sm.WLS(linear, sm.add_constant(x), weights=deviation**-2).fit().normalized_cov_params
    slope = np.diff(scaling.link([0.1, 0.9]))[0] / 2
    half = stats.norm.ppf(0.975) * np.sqrt(covariance[1, 1])
    assert result.scatter == 0
    assert result.interval == pytest.approx(2 * slope / np.array([slope + half, slope - half]), rel=1e-3)


def coverage(draw, width, families, **options):
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(families):
        low, high = sharpness_of_counts(*draw(rng), **options).interval
        hits += low <= width <= high
    return hits


@pytest.mark.parametrize("items", [50, 5000])
@pytest.mark.parametrize("scatter", [0, 0.15, 0.5])
@pytest.mark.parametrize("link", ["gompertz", "logistic"])
def test_intervals_of_counts_hold_the_width_as_often_as_they_say(link, scatter, items):
    linear = scaling.link(curve(2, link), link)

    def draw(rng):
        ability = scaling.inverse_link(linear + scatter * rng.normal(size=8), link)
        return SIZES, rng.binomial(items, ability), np.full(8, items)

    hits = coverage(draw, 2, 150, link=link)
    assert stats.binomtest(hits, 150, 0.95, alternative="less").pvalue > 0.01


def test_replicates_that_share_their_misfit_are_not_independent():
    linear = scaling.link(curve(2))

    def draw(rng):
        shared = np.repeat(linear + 0.3 * rng.normal(size=8), 10)
        return np.repeat(SIZES, 10), rng.binomial(500, scaling.inverse_link(shared)), np.full(80, 500)

    hits = coverage(draw, 2, 100)
    assert stats.binomtest(hits, 100, 0.95, alternative="less").pvalue > 0.01


def test_more_runs_hold_the_width_of_the_typical_run():
    linear = np.repeat(scaling.link(curve(2)), 4)

    def draw(rng):
        ability = scaling.inverse_link(linear + 0.5 * rng.normal(size=32))
        return np.repeat(SIZES, 4), rng.binomial(1000, ability), np.full(32, 1000)

    hits = coverage(draw, 2, 100)
    assert stats.binomtest(hits, 100, 0.95, alternative="less").pvalue > 0.01


def test_replicates_are_averaged_under_the_link():
    linear = scaling.link(curve(3))
    apart = [scaling.inverse_link(linear + 0.2), scaling.inverse_link(linear - 0.2)]
    both = sharpness([*SIZES, *SIZES], np.concatenate(apart), [0.02] * 16)
    one = sharpness(SIZES, curve(3), [0.02 / 2**0.5] * 8)
    assert both.interval == pytest.approx(one.interval, rel=1e-3)


counts = st.lists(st.integers(0, 60), min_size=2, max_size=10)
settled = settings(deadline=None, max_examples=60)


def same(one, other, factor=1.0):
    assert one.width == pytest.approx(other.width, rel=1e-4, nan_ok=True)
    assert (one.interval is None) == (other.interval is None)
    if one.interval:
        assert one.interval == pytest.approx(other.interval, rel=1e-4, abs=1e-9)
    if np.isfinite(one.middle) and one.middle > 0:
        assert np.log10(one.middle * factor) == pytest.approx(np.log10(other.middle), rel=1e-3)


@settled
@given(counts, st.sampled_from([1e-9, 1e-3, 12.0]))
def test_the_unit_of_the_parameters_does_not_matter(right, factor):
    sizes, trials = np.geomspace(1e8, 1e11, len(right)), np.full(len(right), 60)
    same(
        sharpness_of_counts(sizes, right, trials), sharpness_of_counts(sizes * factor, right, trials), factor
    )


@settled
@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_the_runs_does_not_matter(right, random):
    runs = list(zip(np.round(np.geomspace(1e8, 1e11, len(right)), -9) + 1e8, right, strict=True))
    shuffled = random.sample(runs, len(runs))
    trials = [60] * len(runs)
    one, other = (sharpness_of_counts(*zip(*order, strict=True), trials) for order in (runs, shuffled))
    same(one, other)


@settled
@given(counts, st.sampled_from(LINKS))
def test_a_mirrored_curve_has_the_same_width(right, link):
    sizes, trials = np.geomspace(1e8, 1e11, len(right)), np.full(len(right), 60)
    rising = sharpness_of_counts(sizes, right, trials, link=link)
    falling = sharpness_of_counts(sizes, right[::-1], trials, link=link)
    loss = sharpness_of_counts(sizes, 60 - np.array(right), trials, floor=1, ceiling=0, link=link)
    for other in (falling, loss):
        assert other.width == pytest.approx(rising.width, rel=1e-4, nan_ok=True)
        assert (other.interval is None) == (rising.interval is None)
        if rising.interval:
            assert other.interval == pytest.approx(rising.interval, rel=1e-4, abs=1e-9)


# An estimated scatter is what the items leave unexplained. More items explain less of the same misfit, so the
# scatter and the weights change with them, and an interval may move either way. Bounds use no scatter.
@settled
@given(st.lists(st.integers(0, 60), min_size=2, max_size=3), st.integers(2, 20))
def test_more_of_the_same_items_never_widen_bounds(right, factor):
    sizes, right = np.geomspace(1e8, 1e11, len(right)), np.array(right)
    before = sharpness_of_counts(sizes, right, np.full(right.size, 60))
    after = sharpness_of_counts(sizes, factor * right, np.full(right.size, 60 * factor))
    if before.interval and after.interval:
        assert after.interval[0] >= before.interval[0] and after.interval[1] <= before.interval[1]
    else:  # nothing is lost but by a contradiction that only many items show
        assert after.interval is not None or before.interval is None or "both" in after.reason


@settled
@given(st.floats(0.5, 4), st.floats(0.005, 0.1), st.floats(0.2, 0.9))
def test_smaller_errors_never_widen_the_interval_of_a_straight_line(width, error, factor):
    scores = curve(width)
    before, after = (sharpness(SIZES, scores, [size] * 8) for size in (error, factor * error))
    if before.scatter == after.scatter == 0 and np.isfinite(before.width) and np.isfinite(after.width):
        assert np.ptp(after.interval) < np.ptp(before.interval)


def test_a_jump_between_two_sizes_bounds_the_width_by_their_gap():
    result = sharpness_of_counts([1e8, 1e9, 5e9, 1e11], [0, 1, 199, 200], [200] * 4)
    assert result.interval == pytest.approx((0, np.log10(5)))
    assert np.isnan([result.width, result.middle]).all()
    assert "at most 0.7 decades" in result.summary()


def test_sizes_surely_on_the_way_bound_the_width_from_below():
    result = sharpness_of_counts([1e8, 1e9, 1e10, 1e12], [0, 60, 120, 200], [200] * 4)
    assert result.interval == pytest.approx((1, 4))
    assert "at least 1 and at most 4 decades" in result.summary()
    assert sharpness_of_counts([1e9, 1e10], [60, 120], [200] * 2).interval == pytest.approx((1, np.inf))


@pytest.mark.parametrize("jump", [0.1, 0.35])
def test_bounds_hold_the_width_at_least_as_often_as_they_say(jump):
    sizes, hits = np.logspace(8, 11, 5), 0
    rng = np.random.default_rng(5)
    for _ in range(200):
        right = rng.binomial(100, curve(jump, sizes=sizes, middle=9.7))
        low, high = sharpness_of_counts(sizes, right, [100] * 5).interval
        hits += low <= jump <= high
    assert stats.binomtest(hits, 200, 0.95, alternative="less").pvalue > 0.01


@pytest.mark.parametrize(("share", "widest"), [(0.99, 1), (1.01, 2)])
def test_bounds_of_scores_are_those_of_normal_intervals(share, widest):
    z = stats.norm.ppf(1 - 0.025 / 3)  # three sizes
    result = sharpness([1e8, 1e9, 1e10], [0.0, 0.05, 0.95], [1e-3, share * 0.05 / z, 1e-3])
    assert result.interval == pytest.approx((0, widest))


@pytest.mark.parametrize(
    ("right", "reason"),
    [
        ([0] * 8, "floor and ceiling: 0, and 4"),
        ([0, 0, 0, 0, 0, 0, 1, 9], "floor and ceiling: 2, and 4"),
        ([0, 0, 200, 200, 0, 0, 200, 200], "both rises and falls"),
        ([100, 90, 110, 100, 90, 110, 100, 95], "do not surely rise or fall"),
    ],
)
def test_counts_that_cannot_tell(right, reason):
    result = sharpness_of_counts(SIZES, right, [200] * 8)
    assert np.isnan(result.width) and reason in result.reason
    assert result.summary().startswith("cannot tell")


def test_a_flat_curve_is_at_least_wide():
    low, high = sharpness_of_counts(SIZES, [100, 90, 110, 100, 90, 110, 100, 95], [200] * 8).interval
    assert low > 3 and high == np.inf


def test_chance_above_the_floor_is_no_information():
    right = np.random.default_rng(0).binomial(200, 0.25, 8)
    assert (right > 50).sum() >= 3
    assert sharpness_of_counts(SIZES, right, [200] * 8, floor=0.25).interval is None


def test_the_width_is_said_to_be_the_links_where_the_runs_do_not_reach():
    small = SIZES[1:5]
    assert "the rest is the link's" in sharpness(small, toy(0.8, small)).summary()
    assert "the rest" not in sharpness(SIZES, toy(1.2)).summary()


def test_scores_at_the_floor_are_left_out_without_standard_errors():
    at_floor, off_floor = sharpness(SIZES, [0, *toy(0.8)[1:]]), sharpness(SIZES[1:], toy(0.8)[1:])
    assert at_floor.interval == off_floor.interval
    assert np.isnan(sharpness([*SIZES, *SIZES], [0] * 8 + [1] * 8).width)
    assert sharpness(SIZES[:3], [0, 0.5, 1]).reason.endswith("bounds need standard errors")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ceiling": np.inf}, "ceiling must be finite, as an unbounded score has no width; got inf"),
        ({"floor": -np.inf}, "floor must be finite.*got -inf.*break_test"),
        ({"floor": 1.0}, "ceiling must differ from floor by a finite number; got 1 and 1"),
        ({"floor": -1e308, "ceiling": 1e308}, "finite number"),
        ({"standard_errors": [0.1]}, "standard_errors must be as many as parameters; got 1 for 8"),
        ({"standard_errors": [-0.1] * 8}, "standard_errors must be.*at least 0; got -0.1"),
        ({"scores": [0.1]}, "scores must be as many as parameters; got 1 for 8"),
        ({"link": "tanh"}, "link must be one of gompertz, logistic, probit"),
        ({"confidence": 1}, "confidence must be strictly between 0 and 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sharpness(**({"parameters": SIZES, "scores": toy(1)} | arguments))


def test_counts_need_a_floor_and_a_ceiling_that_are_shares():
    with pytest.raises(ValueError, match=r"ceiling must be.*at most 1; got 2"):
        sharpness_of_counts([1e9], [1], [2], ceiling=2)
