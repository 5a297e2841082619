"""Forecasts: scored as they should be, calibrated, and no better than what they know."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mirage import toy
from mirage.emergence import Curve, fit_curve, forecast

SIZES = np.geomspace(1e8, 1e11, 8)


def family(seed=0, floor=0.0, **options):
    table = toy.sample_family(SIZES, toy.loss_curve(SIZES), scatter=0.05, rng=seed, **options)
    return Curve.from_table(table, floor=floor)


def test_the_forecast_is_that_of_the_fit_to_the_smaller_sizes():
    curve = family()
    made = forecast(curve, held_out=3)
    prediction = fit_curve(curve.take(np.arange(5))).predict(curve.take([5, 6, 7]))
    assert made.held_out.tolist() == [False] * 5 + [True] * 3
    assert (made.interval == prediction.interval).all() and (made.prediction == prediction.median).all()
    assert made.observed.tolist() == curve.scores[5:].tolist()
    assert made.log_score == pytest.approx(prediction.log_probability(curve.take([5, 6, 7])).mean())


def test_what_was_measured_above_changes_the_score_but_not_the_forecast():
    curve = family()
    better = curve.successes.copy()
    better[-1] = 999
    other = replace(curve, successes=better, scores=better / curve.trials)
    one, two = forecast(curve), forecast(other)
    assert (one.interval == two.interval).all()
    assert two.log_score < one.log_score and not two.covered[-1]


def test_no_change_is_students_distribution_around_the_last_level():
    curve = family(items=100_000)
    made = forecast(curve, method="constant")
    size, share = np.log(SIZES[:6]), (curve.successes[:6] + 0.5) / (curve.trials[:6] + 1)
    logit = np.log(share / (1 - share))
    drift = np.mean(np.diff(logit) ** 2 / np.diff(size))
    spread = np.sqrt(drift * (np.log(SIZES[6:]) - size[-1]))
    for run in range(2):
        ends = logit[-1] + spread[run] * stats.t.ppf([0.025, 0.975], 5)
        assert made.interval[run] == pytest.approx(1 / (1 + np.exp(-ends)), abs=0.12)
        assert made.prediction[run] == pytest.approx(share[-1], abs=0.02)
    assert made.log_score_difference == 0


def test_without_scatter_both_ways_forecast_the_truth():
    loss = toy.loss_curve(SIZES)
    right = np.round(100_000 * np.exp(-5 * loss))
    curve = Curve.from_counts(SIZES, right, [100_000] * 8, losses=loss)
    for method in ("power law", "loss from size"):
        made = forecast(curve, method=method)
        assert made.covered.all() and made.log_score_difference > 1
        assert made.prediction == pytest.approx(curve.scores[6:], abs=0.02)


def test_through_the_loss_a_flattening_loss_is_not_foreseen_but_its_noise_is_passed_on():
    curve = family()
    noisy = replace(curve, losses=curve.losses * np.exp(0.3 * np.array([1, -1] * 4)))
    quiet, loud = (forecast(each, method="loss from size") for each in (curve, noisy))
    assert np.diff(loud.interval).mean() > np.diff(quiet.interval).mean()
    unread = curve.losses.copy()
    unread[6:] = 99.0  # the losses of the larger models are not read
    assert (forecast(replace(curve, losses=unread), method="loss from size").interval == quiet.interval).all()


def test_half_wide_floors_are_covered():
    inside = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        loss = toy.loss_curve(SIZES) * np.exp(rng.normal(0, 0.05, 8))
        right = rng.binomial(10_000, 0.25 + 0.75 * np.exp(-5 * loss))
        inside += forecast(Curve.from_counts(SIZES, right, [10_000] * 8, floor=0.25)).covered[-1]
    assert stats.binomtest(int(inside), 30, 0.95, alternative="less").pvalue > 1e-3


def test_scores_with_errors_are_forecast_too():
    share = np.exp(-5 * toy.loss_curve(SIZES))
    edits = Curve.from_scores(SIZES, 5 - 5 * share, [0.02] * 8, floor=5, ceiling=0)
    made = forecast(edits)
    assert made.covered.all() and "2 of 2 held-out sizes" in made.answer()


def test_what_cannot_be_forecast_is_said():
    flat = Curve.from_counts(SIZES, [0] * 6 + [10, 20], [100] * 8)
    assert "no size is surely between" in forecast(flat).answer()
    assert "3 are needed" in forecast(family().take([0, 3, 5, 7])).answer()
    with pytest.raises(ValueError, match="held_out must leave at least one size; got 8 of 8"):
        forecast(family(), held_out=8)
    with pytest.raises(ValueError, match="must have losses"):
        forecast(flat, method="loss from size")
    with pytest.raises(
        ValueError, match="method must be one of constant, power law, logistic, loss from size"
    ):
        forecast(flat, method="loss as measured")
