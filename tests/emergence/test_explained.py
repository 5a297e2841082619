"""The split of a rise into metric, departure and link: known truths, oracles of its parts, refusals."""

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import confint_proportions_2indep

from mirage.emergence import Curve, explained, explained_by_metric

SIZES = np.geomspace(1e8, 1e11, 8)
TREND = (SIZES / 1e9) ** -0.5


def counted(losses, match, sizes=SIZES, items=2000, **options):
    return Curve.from_counts(
        sizes, np.round(items * np.asarray(match)), np.full(len(sizes), items), losses=losses, **options
    )


def split(losses, match, between=None, length=5, **options):
    return explained_by_metric(counted(losses, match, **options), length=length, between=between)


def scattered(losses, seed, scatter=0.05):
    return losses * np.exp(scatter * np.random.default_rng(seed).standard_normal(losses.size))


def holds(interval, value, rounding=1e-9):
    return interval[0] - rounding <= value <= interval[1] + rounding


@pytest.mark.parametrize("first", [2, 4, 5, 7])
@pytest.mark.parametrize("factor", [4, 8])
def test_the_departure_carries_a_true_jump(first, factor):
    smooth = 3 * TREND
    jumping = np.where(np.arange(8) >= first, smooth / factor, smooth)
    result = split(jumping, np.exp(-5 * jumping), between=SIZES[[first - 1, first]])
    on_trend = np.exp(-5 * smooth[first]) - np.exp(-5 * smooth[first - 1])
    assert result.metric == pytest.approx(on_trend, abs=1e-6)
    assert result.departure == pytest.approx(
        np.exp(-5 * jumping[first]) - np.exp(-5 * smooth[first]), abs=1e-6
    )
    whole = split(jumping, np.exp(-5 * jumping))
    assert whole.metric == pytest.approx(np.exp(-5 * smooth[-1]) - np.exp(-5 * smooth[0]), abs=1e-6)


def no_step(designs, y):
    return np.eye(len(designs))[0]


def test_a_straight_line_alone_would_explain_the_jump_away(monkeypatch):
    smooth = 3 * TREND
    jumping = scattered(np.where(SIZES > 3e9, smooth / 4, smooth), 1, 0.01)
    carried = split(jumping, np.exp(-5 * jumping)).departure_interval
    monkeypatch.setattr(explained, "_weights", no_step)
    assert split(jumping, np.exp(-5 * jumping)).departure_interval[1] < carried[0] / 2


def test_between_two_sizes_above_the_jump_the_trend_is_the_line_above_it():
    jumping = np.where(SIZES > 2e9, TREND, 4 * TREND)
    result = split(jumping, np.exp(-5 * jumping), between=SIZES[[4, 7]])
    assert result.metric == pytest.approx(np.exp(-5 * TREND[7]) - np.exp(-5 * TREND[4]), abs=1e-6)
    assert result.departure == pytest.approx(0, abs=1e-6)


def test_the_link_carries_tokens_that_depend_on_each_other():
    match = 0.7 * np.exp(-TREND) + 0.3 * np.exp(-5 * TREND)  # in 7 of 10 one draw decides for all
    result = split(TREND, match)
    assert result.departure == pytest.approx(0, abs=1e-6)
    assert result.link == pytest.approx(np.ptp(match) - np.ptp(np.exp(-5 * TREND)), abs=1e-3)
    assert result.link_interval[0] > 0


def test_unequal_items_fail_the_power_link_but_not_the_mean_over_items():
    difficulty = np.random.default_rng(0).lognormal(sigma=1.5, size=400)
    whole = -5 * np.outer(TREND, difficulty / difficulty.mean())
    match = np.exp(whole).mean(axis=1)
    curve = counted(TREND, match, items=10**5, item_log_probabilities=whole)
    power, mean = explained_by_metric(curve, length=5), explained_by_metric(curve)
    assert power.link == pytest.approx(np.ptp(match) - np.ptp(np.exp(-5 * TREND)), abs=1e-4)
    assert not holds(power.link_interval, 0)
    assert mean.link == pytest.approx(0, abs=1e-3)
    assert mean.metric == pytest.approx(np.ptp(match), abs=1e-3)


def test_targets_of_several_lengths_are_averaged():
    lengths = np.array([1, 1, 4])
    match = (2 * np.exp(-TREND) + np.exp(-4 * TREND)) / 3
    curve = counted(TREND, match, item_log_probabilities=-np.outer(TREND, lengths))
    by_length, by_item = explained_by_metric(curve, length=lengths), explained_by_metric(curve)
    assert by_length.metric == pytest.approx(np.ptp(match), abs=1e-6)
    assert by_item.metric == pytest.approx(by_length.metric)


def test_runs_of_one_size_count_by_their_items():
    sizes, losses, items = np.repeat(SIZES, 2), scattered(np.repeat(TREND, 2), 7, 0.5), [1000, 3000] * 8
    match = np.exp(-5 * losses)
    result = explained_by_metric(
        Curve.from_counts(sizes, np.round(items * match), items, losses=losses), length=5
    )
    mean = match.reshape(8, 2) @ [0.25, 0.75]
    assert result.metric + result.departure == pytest.approx(mean[-1] - mean[0], abs=1e-9)
    assert result.rise == pytest.approx(mean[-1] - mean[0], abs=1e-3)


@pytest.mark.parametrize("items", [400, 4000])
@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("effect", [1, 4])
def test_the_interval_of_the_rise_is_about_newcombes(items, runs, effect):
    sizes, right = np.repeat(SIZES, runs), np.repeat([*[0.1] * 7, 0.3], runs)
    result = split(np.repeat(TREND, runs), right, sizes=sizes, items=items, design_effect=effect)
    # Newcombe's hybrid score interval, from statsmodels; runs of one size answer the same items.
    n = items / effect
    expected = confint_proportions_2indep(0.3 * n, n, 0.1 * n, n, method="newcomb")
    assert result.rise == pytest.approx(0.2)
    assert result.rise_interval == pytest.approx(expected, abs=0.05 * np.diff(expected)[0])


@pytest.mark.parametrize("sizes", [SIZES, np.repeat(SIZES[1:7], 2)], ids=["eight", "six twice"])
def test_weights_of_the_places_are_those_of_zellner_and_siow(sizes):
    smooth = (sizes / 1e9) ** -0.5
    x, y = np.log(sizes), np.log(scattered(np.where(sizes > 3e9, smooth / 1.5, smooth), 3, 0.3))
    designs = [explained._design(x, place) for place in explained._places(x)]
    misfit = [OLS(y, design).fit().ssr for design in designs]
    models = sizes.size

    def factor(ratio):
        prior = stats.invgamma(0.5, scale=models / 2).pdf

        def integrand(log_g):
            g = np.exp(log_g)
            return prior(g) * g * (1 + g) ** ((models - 3) / 2) * (1 + g * ratio) ** (1 - models / 2)

        return integrate.quad(integrand, -15, 40, limit=200)[0]

    steps = np.array([factor(each / misfit[0]) for each in misfit[1:]])
    assert steps.size == np.unique(sizes).size - 1
    posterior = np.array([1, *steps / steps.size]) / (1 + steps.mean())  # half of the prior is for no step
    assert 0.05 < posterior[0] < 0.95
    assert explained._weights(designs, y) == pytest.approx(posterior, rel=1e-4)


def test_without_a_step_the_trend_is_students(monkeypatch):
    monkeypatch.setattr(explained, "_weights", no_step)
    x, y = np.log(SIZES), np.log(scattered(TREND, 4, 0.3))
    new = x[[0, 7]]
    drawn = explained._draw_trend(x, y, new, 200_000, np.random.default_rng(0))
    fit = OLS(y, np.column_stack([np.ones(8), x])).fit()
    line = fit.get_prediction(np.column_stack([np.ones(2), new]))
    assert np.quantile(drawn, [0.025, 0.975], axis=0).T == pytest.approx(line.conf_int(), abs=0.02)
    slope = np.quantile(drawn[:, 1] - drawn[:, 0], [0.025, 0.975]) / (new[1] - new[0])
    assert slope == pytest.approx(fit.conf_int()[1], abs=0.004)


@pytest.mark.parametrize(("jump", "scatter"), [(1, 0.05), (1, 0.3), (4, 0.05), (8, 0.15)])
def test_parts_add_up_and_their_intervals_cover_the_truth_about_as_often_as_they_say(jump, scatter):
    smooth, rng = TREND * np.sqrt(jump), np.random.default_rng(1)
    truth = np.exp(-5 * smooth[-1]) - np.exp(-5 * smooth[0])
    hits = np.zeros(3)
    for seed in range(100):
        losses = scattered(np.where(SIZES > 3e9, smooth / jump, smooth), seed, scatter)
        match = np.exp(-5 * losses)
        result = split(losses, rng.binomial(2000, match) / 2000)
        truths = truth, match[-1] - match[0] - truth, 0
        intervals = result.metric_interval, result.departure_interval, result.link_interval
        hits += [holds(*pair) for pair in zip(intervals, truths, strict=True)]
        assert result.metric + result.departure + result.link == pytest.approx(result.rise, abs=1e-12)
    assert stats.binomtest(int(hits.min()), 100, 0.95, alternative="less").pvalue > 0.001


def test_the_order_of_the_models_and_the_unit_of_their_size_do_not_matter():
    losses = scattered(np.repeat(TREND, 2), 5)
    sizes, match, errors = np.repeat(SIZES, 2), np.exp(-5 * losses), 0.01 * losses
    order = np.random.default_rng(5).permutation(16)
    before, after, millions = (
        split(losses[use], match[use], sizes=unit * sizes[use], loss_standard_errors=errors[use])
        for use, unit in ((np.arange(16), 1), (order, 1), (np.arange(16), 1e-6))
    )
    for other in (after, millions):
        assert other.metric == pytest.approx(before.metric)
        assert other.departure_interval == pytest.approx(before.departure_interval)
        assert other.link_interval == pytest.approx(before.link_interval)


def test_standard_errors_widen_departure_and_link_but_not_the_rise():
    match = np.exp(-5 * TREND)
    exact, noisy = split(TREND, match), split(TREND, match, loss_standard_errors=0.2 * TREND)
    assert np.diff(noisy.departure_interval) > 0.05 > np.diff(exact.departure_interval)
    assert np.diff(noisy.link_interval) > 2 * np.diff(exact.link_interval)
    assert noisy.rise_interval == exact.rise_interval


def test_less_confidence_gives_shorter_intervals_and_the_seed_the_same_ones():
    curve = counted(scattered(TREND, 6), np.exp(-5 * TREND))
    first, again, other, sure = (
        explained_by_metric(curve, length=5, rng=seed, confidence=confidence)
        for seed, confidence in ((1, 0.8), (1, 0.8), (2, 0.8), (1, 0.99))
    )
    assert first.metric_interval == again.metric_interval != other.metric_interval
    for part in ("rise", "metric", "departure", "link"):
        inner, outer = (getattr(each, f"{part}_interval") for each in (first, sure))
        assert outer[0] < inner[0] < inner[1] < outer[1]


def test_the_answer_gives_every_part_with_its_interval():
    losses = scattered(TREND, 0, 0.02)
    result = split(losses, np.exp(-5 * losses))
    said = result.answer().replace("−", "-")
    for part in ("metric", "departure", "link"):
        low, high = getattr(result, f"{part}_interval")
        words = f"{getattr(result, part):+.2f} ({low:+.2f} to {high:+.2f})"
        assert words.replace("-0.00", "0.00") in said  # nothing has no sign
    assert f"of a change by {result.rise:+.2f}" in said and "-" not in result.answer()


@pytest.mark.parametrize(
    ("sizes", "match", "reason"),
    [
        (SIZES[:4], [0.1, 0.2, 0.3, 0.4], "there are 4 sizes, 5 are needed"),
        (np.repeat(SIZES[:4], 2), np.linspace(0.1, 0.8, 8), "there are 4 sizes"),
        (SIZES, [0.1] * 8, "the change of exact match is not clear of 0"),
        (SIZES, [0.0] * 8, "the change of exact match is not clear of 0"),
    ],
)
def test_too_few_sizes_or_no_rise_cannot_tell(sizes, match, reason):
    result = split((sizes / 1e9) ** -0.5, match, sizes=sizes)
    assert result.answer().startswith(f"cannot tell: {reason}")
    assert np.isnan([result.metric, *result.metric_interval, result.departure, result.link]).all()
    assert np.isfinite([result.rise, *result.rise_interval]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "length must be given where the curve has no item_log_probabilities"),
        ({"length": 0}, "length must be .*at least 1; got 0"),
        ({"length": 5, "between": (1e8, 2e8)}, "between must be two of the sizes, the smaller first"),
        ({"length": 5, "between": SIZES[[3, 1]]}, "between must be two of the sizes, the smaller first"),
        ({"length": 5, "confidence": 1}, "confidence must be strictly between 0 and 1"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        explained_by_metric(counted(TREND, np.exp(-5 * TREND)), **options)


@pytest.mark.parametrize(
    "curve", [counted(None, np.exp(-TREND)), Curve.from_scores(SIZES, np.exp(-TREND), losses=TREND)]
)
def test_a_curve_without_counts_or_losses_is_refused(curve):
    with pytest.raises(ValueError, match="curve must have counts and losses"):
        explained_by_metric(curve, length=5)
