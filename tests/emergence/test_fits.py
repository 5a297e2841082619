"""The fit of a curve, against the integral done slowly, least squares, and families whose truth is known."""

from functools import partial
from itertools import product

import numpy as np
import pytest
from scipy import integrate, special, stats

from mirage import datasets, scaling
from mirage.emergence import Curve, fit_curve

SIZES = np.geomspace(1e8, 1e11, 8)
DISTANCE = {
    link: np.diff(scaling.link([0.1, 0.9], link))[0] / np.log(10) for link in ("gompertz", "logistic")
}


def ability(sizes, exponent=0.4, length=5, scatter=0.0, rng=None):
    noise = 0 if rng is None else rng.normal(0, scatter, np.shape(sizes))
    return np.exp(-length * (sizes / 1e9) ** -exponent * np.exp(noise))


def slow_posterior(sizes, right, trials, floor=0.0):
    """Mean and standard deviation of the slope, by brute force on a grid of all three unknowns."""
    x = np.log(sizes) - np.log(sizes).mean()
    z = np.linspace(-5, 5, 101)
    weight = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    grids = np.linspace(-2, 0.5, 51), np.linspace(0.1, 0.9, 61), np.geomspace(0.01, 4, 24)
    density = np.empty([grid.size for grid in grids])
    for index, scatter in enumerate(grids[2]):
        line = grids[0][:, None, None] + grids[1][None, :, None] * x
        total = np.zeros(line.shape[:2])
        precision = np.zeros(line.shape)
        for run in range(x.size):
            predictor = line[..., run, None] + scatter * z
            mean = np.clip(floor + (1 - floor) * np.exp(-np.exp(-predictor)), 1e-200, 1 - 1e-12)
            logs = special.xlogy(right[run], mean) + special.xlog1py(trials[run] - right[run], -mean)
            total += special.logsumexp(logs, b=weight, axis=-1)
            share = np.exp(-np.exp(-line[..., run]))
            mean, slope = floor + (1 - floor) * share, (1 - floor) * share * np.exp(-line[..., run])
            information = trials[run] * slope**2 / np.maximum(mean * (1 - mean), 1e-300)
            precision[..., run] = information / (1 + scatter**2 * information)
        jeffreys = 2 * np.log(scatter) + np.log((precision**2).sum(-1) + 1e-300) / 2
        prior = jeffreys / 3 - np.log1p(scatter**2) - (grids[1] / 3) ** 2 / 2
        density[..., index] = total + prior
    mass = np.exp(density - density.max()).sum((0, 2))
    mass /= mass.sum()
    mean = mass @ grids[1]
    return mean, np.sqrt(mass @ (grids[1] - mean) ** 2)


@pytest.mark.parametrize("floor", [0.0, 0.25])
def test_the_slope_is_that_of_the_integral_done_slowly(floor):
    sizes = np.geomspace(1e9, 1e11, 6)
    right = np.round(500 * (floor + (1 - floor) * ability(sizes) * [1, 1.2, 0.9, 1.1, 0.95, 1]))
    fit = fit_curve(Curve.from_counts(sizes, right, [500] * 6, floor=floor))
    mean, deviation = slow_posterior(sizes, right, [500] * 6, floor)
    low, high = fit.exponent_interval
    assert fit.exponent == pytest.approx(mean, abs=0.3 * deviation)  # a median, and a skewed distribution
    assert (high - low) / 4 == pytest.approx(deviation, rel=0.25)


def test_scores_that_are_known_exactly_give_students_interval():
    rng = np.random.default_rng(0)
    share = ability(SIZES, 0.8, 1, 0.05, rng)
    fit = fit_curve(Curve.from_scores(SIZES, share, [1e-9] * 8, floor=0, ceiling=1))
    line = stats.linregress(np.log(SIZES), scaling.link(share))
    half = stats.t.ppf(0.975, 6) * line.stderr
    assert fit.exponent == pytest.approx(line.slope, rel=0.01)
    assert np.ptp(fit.exponent_interval) / 2 == pytest.approx(half, rel=0.05)
    # And the prediction of a new model is that of least squares.
    new = Curve.from_scores([1e12], [0.9], [1e-9], floor=0, ceiling=1)
    x, at = np.log(SIZES) - np.log(SIZES).mean(), np.log(1e12) - np.log(SIZES).mean()
    residual = scaling.link(share) - line.intercept - line.slope * np.log(SIZES)
    spread = np.sqrt(residual @ residual / 6 * (1 + 1 / 8 + at**2 / (x @ x)))
    centre = line.intercept + line.slope * np.log(1e12)
    ends = scaling.inverse_link(centre + spread * stats.t.ppf([0.025, 0.975], 6))
    assert fit.predict(new).interval[0] == pytest.approx(ends, rel=0.01)


def test_the_log_probability_of_a_count_is_that_of_its_predictive_distribution():
    rng = np.random.default_rng(1)
    right = rng.binomial(400, ability(SIZES))
    curve = Curve.from_counts(SIZES, right, [400] * 8)
    prediction = fit_curve(curve.take(np.arange(6))).predict(curve.take([6, 7]))
    part = rng.choice(prediction.weight.size, 100_000, p=prediction.weight / prediction.weight.sum())
    for run, count in enumerate(right[6:]):
        drawn = rng.normal(prediction.predictor[part, run], prediction.deviation[part, run])
        expected = np.clip(scaling.inverse_link(drawn), 1e-9, 1 - 1e-9)
        probability = stats.binom.pmf(count, 400, expected).mean()
        assert prediction.log_probability(curve.take([6, 7]))[run] == pytest.approx(
            np.log(probability), abs=0.05
        )
        ends = np.quantile(rng.binomial(400, expected), [0.025, 0.5, 0.975]) / 400
        found = [prediction.interval[run, 0], prediction.median[run], prediction.interval[run, 1]]
        assert found == pytest.approx(ends, abs=0.02)


def held(cell, families=30):
    """How many of some families have the true width, and the largest model, in their intervals."""
    floor, error, items, runs = cell
    widths = forecasts = told = 0
    for family in range(families):
        rng = np.random.default_rng([family, items, runs, int(100 * floor)])
        sizes = np.repeat(SIZES, runs)
        right = rng.binomial(items, floor + (1 - floor) * ability(sizes, scatter=0.05, rng=rng))
        asked = (floor + rng.normal(0, error), error) if error else floor
        curve = Curve.from_counts(sizes, right, np.full(sizes.size, items), floor=asked)
        low, high = fit_curve(curve).width_interval
        widths += low <= DISTANCE["gompertz"] / 0.4 <= high
        last = curve.take([sizes.size - 1])
        small = fit_curve(curve.take(sizes < SIZES[6]))
        if not small.reason:
            low, high = small.predict(last).interval[0]
            forecasts += low - 1e-9 <= last.scores[0] <= high + 1e-9
            told += 1
    return widths, families, forecasts, told


@pytest.mark.parametrize(
    "cell",
    [(0.0, 0, 1000, 1), (0.25, 0, 200, 1), (0.25, 0.02, 10_000, 1), (0.0, 0, 1000, 4)],
    ids=lambda cell: f"floor {cell[0]} ± {cell[1]}, {cell[2]} items, {cell[3]} runs",
)
def test_intervals_hold_the_truth_as_often_as_they_say(cell):
    widths, families, forecasts, told = held(cell)
    assert told >= 0.9 * families
    for count, of in ((widths, families), (forecasts, told)):  # that they are short is tested by an oracle
        assert stats.binomtest(count, of, 0.95, alternative="less").pvalue > 1e-3


def test_the_interval_is_little_longer_than_that_of_one_who_knows_scatter_and_floor():
    lengths = []
    for family in range(20):
        rng = np.random.default_rng(family)
        right = rng.binomial(1000, ability(SIZES, scatter=0.05, rng=rng))
        lengths.append(np.ptp(fit_curve(Curve.from_counts(SIZES, right, [1000] * 8)).exponent_interval))
    share = ability(SIZES)
    slope = share * -np.log(share)
    precision = 1 / (share * (1 - share) / 1000 / slope**2 + 0.05**2)
    design = np.column_stack([np.ones(8), np.log(SIZES)])
    known = np.sqrt(np.linalg.inv(design.T * precision @ design)[1, 1])
    assert np.median(lengths) < 1.5 * 2 * 1.96 * known


def test_a_floor_that_is_known_with_an_error_is_estimated():
    right = np.round(10_000 * (0.27 + 0.73 * ability(SIZES)))
    wrong, unsure = (Curve.from_counts(SIZES, right, [10_000] * 8, floor=f) for f in (0.25, (0.25, 0.02)))
    truth = DISTANCE["gompertz"] / 0.4
    low, high = fit_curve(unsure).width_interval
    assert low < truth < high
    assert not fit_curve(wrong).width_interval[0] < truth < fit_curve(wrong).width_interval[1]


def test_a_size_surely_below_the_floor_is_named():
    right = [1090, 3110, 3390, 3690, 3650, 3850, 3900, 4030]  # like a published curve: the first is too low
    fit = fit_curve(Curve.from_counts(SIZES, right, [10_000] * 8, floor=0.145))
    assert fit.below_floor.tolist() == [SIZES[0]]
    assert not fit_curve(Curve.from_counts(SIZES, right, [10_000] * 8, floor=0.1)).below_floor.size


def test_units_direction_and_sign_do_not_matter():
    rng = np.random.default_rng(3)
    share, error = ability(SIZES, 0.6, 3, 0.05, rng), np.full(8, 0.01)
    fit = fit_curve(Curve.from_scores(SIZES, share, error, floor=0, ceiling=1))
    scaled = fit_curve(Curve.from_scores(SIZES * 1e3, share * 50 + 7, error * 50, floor=7, ceiling=57))
    falling = fit_curve(Curve.from_scores(1 / SIZES, share, error, floor=0, ceiling=1))
    loss = fit_curve(Curve.from_scores(SIZES, 5 - 5 * share, error * 5, floor=5, ceiling=0))
    for other in (scaled, falling, loss):
        assert other.width == pytest.approx(fit.width, rel=1e-4)
        assert other.width_interval == pytest.approx(fit.width_interval, rel=1e-3)
    assert falling.exponent == pytest.approx(-fit.exponent, rel=1e-4)
    assert scaled.middle == pytest.approx(fit.middle * 1e3, rel=1e-3)


def test_the_middle_is_where_the_expected_score_is_half_way():
    fit = fit_curve(Curve.from_counts(SIZES, np.round(5000 * ability(SIZES)), [5000] * 8))
    assert fit.expected([fit.middle])[0] == pytest.approx(0.5, abs=0.01)
    assert fit.middle_interval[0] < fit.middle < fit.middle_interval[1]
    assert fit.width == pytest.approx(DISTANCE["gompertz"] / fit.exponent, rel=1e-3)


def test_lack_of_fit_is_told_from_the_right_shape():
    decade = np.log(SIZES / 1e9)
    logistic = np.round(20_000 * special.expit(1.2 * decade))
    assert fit_curve(Curve.from_counts(SIZES, logistic, [20_000] * 8)).curvature_p_value < 0.01
    assert fit_curve(Curve.from_counts(SIZES, logistic, [20_000] * 8), "logistic").curvature_p_value > 0.5
    p = []
    for family in range(20):
        rng = np.random.default_rng(family)
        right = rng.binomial(1000, ability(SIZES, scatter=0.05, rng=rng))
        p.append(fit_curve(Curve.from_counts(SIZES, right, [1000] * 8)).curvature_p_value)
    assert stats.binomtest(int(np.sum(np.array(p) <= 0.05)), 20, 0.05, alternative="greater").pvalue > 1e-3


def test_a_plateau_is_scatter_and_not_a_steep_curve():
    table = datasets.load_gpt3_arithmetic().query("setting == 'few-shot' and task == '2-digit addition'")
    counts = table["parameters"], table["successes"], table["items"]
    fit = fit_curve(Curve.from_counts(*counts, floor=0.01))
    low, high = fit.width_interval
    assert high > 2 * low and fit.scatter > 0.2  # a fit that gives the plateau no weight would look sure


def test_what_cannot_be_fitted_is_said():
    counts = partial(Curve.from_counts, SIZES)
    assert "no size is surely between" in fit_curve(counts([0] * 8, [100] * 8)).reason
    assert "standard errors" in fit_curve(Curve.from_scores(SIZES, ability(SIZES), floor=0, ceiling=1)).reason
    assert "floor" in fit_curve(Curve.from_scores(SIZES, ability(SIZES), [0.1] * 8)).reason
    flat = fit_curve(counts([100, 90, 110, 100, 90, 110, 100, 95], [200] * 8))
    assert np.isnan(flat.width) and flat.width_interval[1] == np.inf and flat.width_interval[0] > 1


def test_counts_of_none_and_all_are_data_like_any_other():
    right = [0, 0, 0, 40, 160, 198, 200, 200]
    with_ends = fit_curve(Curve.from_counts(SIZES, right, [200] * 8))
    inside = fit_curve(Curve.from_counts(SIZES[3:6], right[3:6], [200] * 3))
    assert np.ptp(with_ends.exponent_interval) < np.ptp(inside.exponent_interval)


def test_a_design_effect_is_as_good_as_fewer_items():
    right = np.round(1000 * ability(SIZES))
    many = fit_curve(Curve.from_counts(SIZES, right, [1000] * 8, design_effect=5))
    few = fit_curve(Curve.from_counts(SIZES, np.round(right / 5), [200] * 8))
    assert many.exponent_interval == pytest.approx(few.exponent_interval, rel=0.05)


def test_the_scatter_is_integrated_as_quadrature_does():
    from mirage.emergence import fits

    runs = fits.Runs(np.array([0.0, 0.03, 0.5]), np.array([100.0, 100, 5000]), None)
    ends = np.array([[0.0, 1.0]])
    for mean, deviation in product((-1.5, 0.5), (0.05, 0.5, 2.0)):
        found, *_ = fits._marginal(runs, np.full((1, 3), mean), np.full((1, 3), deviation), ends, "gompertz")
        for run in range(3):
            share, trials = runs.score[run], runs.trials[run]
            right = share * trials
            highest = trials * (special.xlogy(share, share) + special.xlogy(1 - share, 1 - share))

            def density(z, highest=highest, right=right, trials=trials, mean=mean, deviation=deviation):
                share = np.exp(-np.exp(-(mean + deviation * z)))
                share = np.clip(share, 1e-300, 1 - 1e-16)
                value = special.xlogy(right, share) + special.xlog1py(trials - right, -share)
                return np.exp(value - highest) * stats.norm.pdf(z)

            points = (scaling.link(max(right, 0.5) / trials) - mean) / deviation
            whole, _ = integrate.quad(density, -12, 12, points=[np.clip(points, -11, 11)], limit=400)
            if whole > 1e-12:  # elsewhere both are nothing
                assert found[0, run] == pytest.approx(np.log(whole) + highest, abs=0.05)


def test_bad_arguments_are_named():
    curve = Curve.from_counts(SIZES, [1] * 8, [9] * 8)
    with pytest.raises(ValueError, match="link must be one of gompertz, logistic, probit"):
        fit_curve(curve, "cauchit")
    with pytest.raises(TypeError, match="curve must be a Curve"):
        fit_curve({"parameters": SIZES})


def test_a_prediction_holds_the_scatter_of_the_model_that_is_predicted():
    sizes, covered = np.geomspace(1e8, 1e11, 12), []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        losses = (sizes / 1e9) ** -0.4 * np.exp(rng.normal(0, 0.3, 12))
        curve = Curve.from_counts(sizes, rng.binomial(20_000, np.exp(-losses)), [20_000] * 12)
        middle = np.arange(12) == 6
        predicted = fit_curve(curve.take(~middle)).predict(curve.take(middle))
        (low, high), score = predicted.interval[0], curve.scores[6]
        covered.append(low <= score <= high)
    assert stats.binomtest(sum(covered), 60, 0.95, alternative="less").pvalue > 0.01
