"""Forecasts of larger models from smaller ones: distribution, calibration, and when they cannot tell."""

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.regression.linear_model import OLS

from mirage import scaling
from mirage.emergence._predictive import METHODS, Models
from mirage.emergence.forecasts import forecast

SIZES = np.geomspace(5e8, 1e11, 8)
RECIPES = tuple(METHODS)


def family(seed=0, scatter=0.15, items=2000, sizes=SIZES):
    """Right answers and losses of a power law with five independent tokens a target."""
    rng = np.random.default_rng(seed)
    losses = (sizes / 1e9) ** -0.5 * np.exp(scatter * rng.standard_normal(sizes.size))
    return {
        "parameters": sizes,
        "successes": rng.binomial(items, np.exp(-5 * losses)),
        "trials": np.full(sizes.size, items),
        "losses": losses,
    }


def noisy_map(seed=0, items=10**9):
    """Losses that are almost no power law, and exact match that scatters around the curve of the loss."""
    rng = np.random.default_rng(seed)
    data = family(seed)
    accuracy = np.exp(-5 * data["losses"] * np.exp(0.1 * rng.standard_normal(8)))
    return data | {"successes": np.round(items * accuracy), "trials": np.full(8, items)}


def least_squares(x, y, new):
    fit = OLS(y, np.column_stack([np.ones(x.size), x])).fit()
    return fit.get_prediction(np.column_stack([np.ones(new.size), new]))


@pytest.mark.parametrize(
    ("method", "link", "column"),
    [
        ("power law", "gompertz", "parameters"),
        ("logistic", "logistic", "parameters"),
        ("loss as measured", "gompertz", "losses"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_without_item_noise_the_interval_is_students(method, link, column, seed):
    data = noisy_map(seed)
    x, y = np.log(data[column]), scaling.link(data["successes"] / data["trials"], link)
    expected = least_squares(x[:6], y[:6], x[6:])
    result = forecast(**data, method=method, confidence=0.9)
    ends = scaling.link(np.clip(result.interval, 1e-9, 1 - 1e-9), link)
    width = np.diff(expected.conf_int(obs=True, alpha=0.1)).max()
    assert ends == pytest.approx(expected.conf_int(obs=True, alpha=0.1), abs=0.01 * width)
    middle = scaling.link(result.prediction, link)
    assert middle == pytest.approx(expected.predicted_mean, abs=0.005 * width)


@pytest.mark.parametrize("seed", range(3))
def test_log_score_is_the_integral_of_the_binomial_over_students_distribution(seed):
    data = noisy_map(seed)
    data["trials"][6:] = [60, 4000]
    data["successes"][6:] = [20, 3900]
    y = scaling.link(data["successes"][:6] / data["trials"][:6])
    expected = least_squares(np.log(SIZES[:6]), y, np.log(SIZES[6:]))

    def probability(model):
        density = stats.t(4, expected.predicted_mean[model], expected.se_obs[model]).pdf
        points = np.linspace(-6, 12, 60_001)
        likelihood = stats.binom.pmf(
            data["successes"][6 + model], data["trials"][6 + model], np.exp(-np.exp(-points))
        )
        return integrate.simpson(likelihood * density(points), x=points)

    score = np.mean(np.log([probability(0), probability(1)]))
    assert forecast(**data).log_score == pytest.approx(score, abs=0.02)


@pytest.mark.parametrize("method", RECIPES)
@pytest.mark.parametrize("scatter", [0.0, 0.3])
def test_the_probabilities_of_all_counts_add_up_and_the_interval_holds_its_share(method, scatter):
    data = family(2, scatter)
    models = Models(np.log(SIZES), data["successes"], data["trials"], np.log(data["losses"]))
    predictive = METHODS[method](models.take(SIZES < 5e10), models.take(SIZES > 9e10))
    for items in (1, 40):
        every = np.arange(items + 1)
        probability = np.exp([predictive.log_probability([k], [items])[0] for k in every])
        assert probability.sum() == pytest.approx(1, abs=0.01)
        low, high = np.round(predictive.interval(np.array([items]), 0.8)[0] * items)
        assert probability[every < low].sum() <= 0.1 + 0.005
        assert probability[every > high].sum() <= 0.1 + 0.005
        assert probability[every <= low].sum() >= 0.1 - 0.005
        assert probability[every >= high].sum() >= 0.1 - 0.005


def test_a_loss_extrapolated_from_size_agrees_with_a_simulation():
    data, rng = noisy_map(4), np.random.default_rng(0)
    size, loss, y = np.log(SIZES), np.log(data["losses"]), scaling.link(data["successes"] / data["trials"])
    ahead = least_squares(size[:6], loss[:6], size[6:])
    drawn = ahead.predicted_mean + ahead.se_obs * rng.standard_t(4, (100_000, 2))
    for model in range(2):
        curve = least_squares(loss[:6], y[:6], drawn[:, model])
        outcome = curve.predicted_mean + curve.se_obs * rng.standard_t(4, 100_000)
        low, high = np.exp(-np.exp(-np.quantile(outcome, [0.025, 0.975])))
        result = forecast(**data, method="loss from size")
        assert result.interval[model] == pytest.approx([low, high], abs=0.02)
        assert result.prediction[model] == pytest.approx(np.exp(-np.exp(-np.median(outcome))), abs=0.01)


@pytest.mark.parametrize("method", ["power law", "loss from size"])
def test_intervals_cover_about_as_often_as_they_say(method):
    first = [forecast(**family(seed, 0.2, 20_000), method=method).covered[0] for seed in range(80)]
    assert stats.binomtest(sum(first), 80, 0.95, alternative="less").pvalue > 0.001
    narrow = [
        forecast(**family(seed, 0.2, 20_000), method=method, confidence=0.5).covered[0] for seed in range(80)
    ]
    assert stats.binomtest(sum(narrow), 80, 0.5).pvalue > 0.001


def test_item_noise_alone_is_never_underestimated():
    inside = [forecast(**family(seed, 0, 300)).covered.all() for seed in range(60)]
    assert stats.binomtest(sum(inside), 60, 0.9, alternative="less").pvalue > 0.001


def test_no_change_keeps_the_last_level_and_drifts_as_neighbours_do():
    items = np.full(8, 10**9)
    level = np.array([-3.0, -2.2, -2.0, -0.9, -0.8, 0.1, 0.5, 0.9])
    right = np.round(items * scaling.inverse_link(level, "logistic"))
    result = forecast(SIZES, right, items, method="constant")
    gap = np.log(SIZES[1] / SIZES[0])
    drift = np.mean(np.diff(level[:6]) ** 2 / gap)
    half = stats.t.ppf(0.975, 5) * np.sqrt(drift * gap * np.array([1, 2]))
    expected = scaling.inverse_link(np.column_stack([0.1 - half, 0.1 + half]), "logistic")
    assert result.prediction == pytest.approx(scaling.inverse_link([0.1, 0.1], "logistic"), abs=1e-3)
    assert result.interval == pytest.approx(expected, abs=2e-3)
    assert result.log_score_difference == 0


def test_equal_levels_still_drift_by_their_items():
    low, high = forecast(SIZES, [100] * 8, [1000] * 8, method="constant").interval[0]
    assert low < 0.07 and high > 0.13


def test_the_two_tracks_do_not_mix():
    data = family()
    unknown = data | {"losses": np.where(SIZES > 3e10, np.nan, data["losses"])}
    other = data | {"losses": np.where(SIZES > 3e10, 9.0, data["losses"])}
    from_size = [forecast(**each, method="loss from size") for each in (data, unknown, other)]
    assert len({each.log_score for each in from_size}) == 1
    as_measured = [forecast(**each, method="loss as measured").prediction[-1] for each in (data, other)]
    assert as_measured[1] < as_measured[0] / 2
    with pytest.raises(ValueError, match="losses must be known for every model that the method reads"):
        forecast(**unknown, method="loss as measured")


@pytest.mark.parametrize("method", RECIPES)
def test_the_order_of_the_models_and_the_unit_of_their_size_do_not_matter(method):
    data, order = family(3), np.random.default_rng(3).permutation(8)
    before = forecast(**data, method=method)
    after = forecast(**{name: values[order] for name, values in data.items()}, method=method)
    places = np.argsort(order[after.held_out])
    assert after.interval[places] == pytest.approx(before.interval)
    assert after.log_score == pytest.approx(before.log_score)
    millions = forecast(**data | {"parameters": SIZES / 1e6}, method=method)
    assert millions.prediction == pytest.approx(before.prediction)
    assert millions.log_score_difference == pytest.approx(before.log_score_difference)


@pytest.mark.parametrize("method", RECIPES)
def test_more_items_of_a_held_out_model_never_widen_its_interval(method):
    for seed in range(10):
        data, more = family(seed, 0.05, 300), family(seed, 0.05, 300)
        more["successes"][6:] *= 10
        more["trials"][6:] *= 10
        few, many = (forecast(**each, method=method).interval for each in (data, more))
        assert (np.diff(many) <= np.diff(few) + 1 / 3000).all()


def test_replicates_are_held_out_together():
    sizes = np.repeat(np.geomspace(1e9, 1e11, 6), 2)
    result = forecast(**family(1, sizes=sizes), held_out=1)
    assert result.held_out.tolist() == [False] * 10 + [True] * 2
    assert result.prediction.shape == (2,) and result.interval.shape == (2, 2)
    assert result.prediction[0] == pytest.approx(result.prediction[1])


def test_the_difference_is_that_to_the_method_constant():
    data = family(5)
    constant, power_law = (forecast(**data, method=method) for method in ("constant", "power law"))
    assert power_law.log_score_difference == pytest.approx(power_law.log_score - constant.log_score)
    assert power_law.log_score_difference > 0
    words = power_law.summary()
    assert words.startswith("power law: 2 of 2 held-out models inside their 95% interval")


@pytest.mark.parametrize("method", RECIPES)
@pytest.mark.parametrize("right", [[0] * 8, [0, 0, 0, 5, 90, 400, 900, 1500], [2000] * 8])
def test_too_few_informative_sizes_cannot_tell(method, right):
    result = forecast(SIZES, right, [2000] * 8, method=method, losses=np.arange(8, 0, -1.0))
    assert result.summary().startswith("cannot tell: ")
    assert np.isnan([result.log_score, result.log_score_difference, *result.prediction]).all()
    assert np.isnan(result.interval).all() and not result.covered.any()


@pytest.mark.parametrize("method", ["loss from size", "loss as measured"])
def test_equal_losses_cannot_tell(method):
    data = family() | {"losses": np.ones(8)}
    assert "losses of the models to fit do not differ" in forecast(**data, method=method).reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"held_out": 8}, "held_out must leave at least one size; got 8 of 8"),
        ({"held_out": 0}, "held_out must be .*at least 1; got 0"),
        ({"method": "magic"}, "method must be one of constant, power law"),
        (
            {"method": "loss from size", "losses": None},
            "losses must be given for the method 'loss from size'",
        ),
        ({"losses": [1.0] * 7}, r"losses must have one value a model; got shape \(7,\) for 8 models"),
        ({"losses": [0.0] * 8}, "losses must be .*above 0"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        forecast(**family() | change)
