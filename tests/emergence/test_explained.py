"""The split of a rise into metric, departure and link: known truths, oracles of its parts, refusals."""

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import confint_proportions_2indep

from mirage import toy
from mirage.emergence import _trend
from mirage.emergence.explained import explained_by_metric

SIZES = np.geomspace(1e8, 1e11, 8)
TREND = (SIZES / 1e9) ** -0.5


def split(losses, match, sizes=SIZES, items=2000, **options):
    counts = {"successes": np.round(items * match), "trials": np.full(sizes.size, items)}
    options = {"length": 5} | options
    return explained_by_metric(sizes, losses, **counts, **options)


def scattered(losses, seed, scatter=0.05):
    return losses * np.exp(scatter * np.random.default_rng(seed).standard_normal(losses.size))


def holds(interval, value, rounding=1e-9):
    return interval[0] - rounding <= value <= interval[1] + rounding


@pytest.mark.parametrize("seed", range(5))
def test_the_toy_family_is_explained_by_the_metric(seed):
    losses = scattered(TREND, seed, 0.02)
    result = split(losses, np.exp(-5 * losses))
    expected = np.exp(-5 * TREND[-1]) - np.exp(-5 * TREND[0])
    assert result.metric == pytest.approx(expected, abs=0.04) and holds(result.metric_interval, expected)
    assert holds(result.departure_interval, 0) and holds(result.link_interval, 0)
    assert "the metric on a smooth trend of the loss +0." in result.summary()


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


def test_a_straight_line_alone_would_explain_the_jump_away(monkeypatch):
    smooth = 3 * TREND
    jumping = scattered(np.where(SIZES > 3e9, smooth / 4, smooth), 1, 0.01)
    carried = split(jumping, np.exp(-5 * jumping)).departure_interval
    monkeypatch.setattr(_trend, "_places", lambda x: [None])
    assert split(jumping, np.exp(-5 * jumping)).departure_interval[1] < carried[0] / 2


def test_between_two_sizes_above_the_jump_the_trend_is_the_line_above_it():
    jumping = np.where(SIZES > 2e9, TREND, 4 * TREND)
    result = split(jumping, np.exp(-5 * jumping), between=SIZES[[4, 7]])
    assert result.metric == pytest.approx(np.exp(-5 * TREND[7]) - np.exp(-5 * TREND[4]), abs=1e-6)
    assert result.departure == pytest.approx(0, abs=1e-6)


def test_the_link_carries_tokens_that_depend_on_each_other():
    match = toy.chain_probability(np.exp(-TREND), 5, correlation=0.7)
    result = split(TREND, match)
    independent = np.exp(-5 * TREND)
    assert result.departure == pytest.approx(0, abs=1e-6)
    assert result.link == pytest.approx(np.ptp(match) - np.ptp(independent), abs=1e-3)
    assert result.link_interval[0] > 0


def test_unequal_items_fail_the_power_link_but_not_the_mean_over_items():
    difficulty = np.random.default_rng(0).lognormal(sigma=1.5, size=400)
    whole = -5 * np.outer(TREND, difficulty / difficulty.mean())
    match = np.exp(whole).mean(axis=1)
    power = split(TREND, match, items=10**5)
    mean = split(TREND, match, items=10**5, length=None, log_probabilities=whole)
    assert power.link == pytest.approx(np.ptp(match) - np.ptp(np.exp(-5 * TREND)), abs=1e-4)
    assert not holds(power.link_interval, 0)
    assert mean.link == pytest.approx(0, abs=1e-3)
    assert mean.metric == pytest.approx(np.ptp(match), abs=1e-3)


def test_targets_of_several_lengths_are_averaged():
    lengths = np.array([1, 1, 4])
    match = (2 * np.exp(-TREND) + np.exp(-4 * TREND)) / 3
    assert split(TREND, match, length=lengths).link == pytest.approx(0, abs=1e-3)
    whole = -np.outer(TREND, lengths)
    by_item = split(TREND, match, length=None, log_probabilities=whole)
    assert by_item.metric == pytest.approx(split(TREND, match, length=lengths).metric)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scatter", [0.0, 0.1, 1.0])
def test_the_parts_add_up_to_the_rise(seed, scatter):
    losses = scattered(TREND, seed, scatter)
    result = split(losses, np.clip(np.exp(-3 * losses) + 0.02 * seed, 0, 1), between=SIZES[[0, 6]])
    assert result.metric + result.departure + result.link == pytest.approx(result.rise, abs=1e-12)


def test_the_interval_of_the_rise_is_about_newcombes():
    result = split(TREND, np.r_[np.full(7, 0.1), 0.3], items=400)
    # Newcombe's hybrid score interval for 120 of 400 minus 40 of 400, from statsmodels.
    expected = confint_proportions_2indep(120, 400, 40, 400, method="newcomb")
    assert result.rise == pytest.approx(0.2)
    assert result.rise_interval == pytest.approx(expected, abs=0.005)


def test_weights_of_the_places_are_those_of_zellner_and_siow():
    x, y = np.log(SIZES), np.log(scattered(np.where(SIZES > 3e9, TREND / 2, TREND), 3, 0.2))
    places = _trend._places(x)
    designs = [_trend._design(x, place) for place in places]
    misfit = [OLS(y, design).fit().ssr for design in designs]

    def factor(ratio):
        prior = stats.invgamma(0.5, scale=4).pdf

        def integrand(log_g):
            g = np.exp(log_g)
            return prior(g) * g * (1 + g) ** 2.5 * (1 + g * ratio) ** -3

        return integrate.quad(integrand, -15, 40, limit=200)[0]

    factors = np.array([1, *(factor(each / misfit[0]) for each in misfit[1:])])
    assert _trend._weights(designs, y) == pytest.approx(factors / factors.sum(), rel=1e-4)


def test_without_a_step_the_trend_is_students(monkeypatch):
    monkeypatch.setattr(_trend, "_places", lambda x: [None])
    x, y = np.log(SIZES), np.log(scattered(TREND, 4, 0.3))
    new = x[[0, 7]]
    drawn = _trend.draw_trend(x, y, new, 200_000, np.random.default_rng(0))
    fit = OLS(y, np.column_stack([np.ones(8), x])).fit()
    line = fit.get_prediction(np.column_stack([np.ones(2), new]))
    assert np.quantile(drawn, [0.025, 0.975], axis=0).T == pytest.approx(line.conf_int(), abs=0.02)
    slope = np.quantile(drawn[:, 1] - drawn[:, 0], [0.025, 0.975]) / (new[1] - new[0])
    assert slope == pytest.approx(fit.conf_int()[1], abs=0.004)


@pytest.mark.parametrize(("jump", "scatter"), [(1, 0.05), (1, 0.3), (4, 0.05), (8, 0.15)])
def test_intervals_cover_the_truth_about_as_often_as_they_say(jump, scatter):
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
    assert stats.binomtest(int(hits.min()), 100, 0.95, alternative="less").pvalue > 0.001


def test_the_order_of_the_models_and_the_unit_of_their_size_do_not_matter():
    sizes = np.repeat(SIZES, 2)
    losses = scattered(np.repeat(TREND, 2), 5)
    data = dict(losses=losses, match=np.exp(-5 * losses), standard_errors=0.01 * losses)
    before = split(**data, sizes=sizes)
    order = np.random.default_rng(5).permutation(16)
    after = split(**{name: values[order] for name, values in data.items()}, sizes=sizes[order])
    millions = split(**data, sizes=sizes / 1e6)
    for other in (after, millions):
        assert other.metric == pytest.approx(before.metric)
        assert other.departure_interval == pytest.approx(before.departure_interval)
        assert other.link_interval == pytest.approx(before.link_interval)


def test_standard_errors_widen_departure_and_link_but_not_the_rise():
    match = np.exp(-5 * TREND)
    exact, noisy = split(TREND, match), split(TREND, match, standard_errors=0.2 * TREND)
    assert np.diff(noisy.departure_interval) > 0.05 > np.diff(exact.departure_interval)
    assert np.diff(noisy.link_interval) > 2 * np.diff(exact.link_interval)
    assert noisy.rise_interval == exact.rise_interval


def test_the_same_seed_gives_the_same_intervals():
    match = np.exp(-5 * TREND)
    first, again, other = (split(scattered(TREND, 6), match, rng=seed) for seed in (1, 1, 2))
    assert first.metric_interval == again.metric_interval != other.metric_interval


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
    result = split((sizes / 1e9) ** -0.5, np.asarray(match), sizes)
    assert result.summary().startswith(f"cannot tell: {reason}")
    assert np.isnan([result.metric, *result.metric_interval, result.departure, result.link]).all()
    assert np.isfinite([result.rise, *result.rise_interval]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length": None}, "exactly one of length and log_probabilities"),
        ({"log_probabilities": np.full((8, 3), -1.0)}, "exactly one of length and log_probabilities"),
        (
            {"length": None, "log_probabilities": [[-1.0]]},
            r"one row a model; got shape \(1, 1\) for 8 models",
        ),
        ({"length": None, "log_probabilities": np.ones((8, 3))}, "log_probabilities must be .*at most 0"),
        ({"length": 0}, "length must be .*at least 1; got 0"),
        ({"between": (1e8, 2e8)}, "between must be two of the sizes, the smaller first"),
        ({"between": SIZES[[3, 1]]}, "between must be two of the sizes, the smaller first"),
        ({"standard_errors": [0.1]}, "losses and standard_errors must have one value a model"),
        ({"losses": np.zeros(8)}, "losses must be .*above 0"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        split(**{"losses": TREND, "match": np.exp(-5 * TREND)} | change)
