"""Curves over length: against generalized linear models, exact cases and simulated counts."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from mirage.debate import LENGTH_CURVES, fit_chance, length_losses

STEPS = np.arange(2, 9)


def counts(p, trials, seed):
    return np.random.default_rng(seed).binomial(trials, p**STEPS)


def test_one_parameter_is_that_of_a_model_with_a_logarithmic_link():
    trials = np.full(7, 400)
    right = counts(0.8, trials, seed=0)
    fit = fit_chance(lambda p: p**STEPS, right, trials, (0.01, 0.99))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this link can leave the range of probabilities
        link = sm.families.Binomial(link=sm.families.links.Log())
        model = sm.GLM(np.c_[right, trials - right], STEPS, family=link).fit(start_params=[np.log(0.7)])
    assert fit.value == pytest.approx(np.exp(model.params[0]), abs=1e-5)
    assert fit.lack_of_fit == pytest.approx(stats.chi2.sf(model.deviance, 6), rel=1e-3)
    np.testing.assert_allclose(fit.interval, np.exp(model.conf_int()[0]), atol=0.002)  # Wald's, at this size


def test_the_interval_holds_the_truth_and_the_test_of_fit_its_level():
    trials, held, rejected = np.full(7, 150), 0, 0
    for seed in range(300):
        fit = fit_chance(lambda p: p**STEPS, counts(0.8, trials, seed), trials, (0.01, 0.99))
        held += fit.interval[0] <= 0.8 <= fit.interval[1]
        rejected += fit.lack_of_fit < 0.05
    assert 275 <= held <= 295 and 5 <= rejected <= 30


def test_a_curve_of_another_shape_is_rejected_and_its_own_is_not():
    trials = np.full(7, 400)
    right = np.random.default_rng(0).binomial(trials, 1 - (1 - 0.7**STEPS) ** 3)
    assert fit_chance(lambda p: p**STEPS, right, trials, (0.01, 0.99)).lack_of_fit < 1e-6
    own = fit_chance(lambda m: 1 - (1 - 0.7**STEPS) ** m, right, trials, (1, 50))
    assert own.interval[0] < 3 < own.interval[1] and own.lack_of_fit > 0.01


def test_an_end_that_the_data_do_not_reach_is_the_bound():
    fit = fit_chance(lambda p: np.array([p, p]), [5, 5], [5, 5], (0.01, 1.0))
    assert fit.interval[1] == 1.0 and fit.value > 0.99


@pytest.fixture
def tasks():
    rng = np.random.default_rng(1)
    lengths = np.exp(rng.uniform(0, 7, 60))
    runs = np.full(60, 10)
    return lengths, rng.binomial(runs, np.exp(-lengths / 60)), runs, np.arange(60) % 12


FAMILIES = {
    "constant hazard": (sm.families.links.CLogLog(), False),
    "logistic": (sm.families.links.Logit(), True),
    "Weibull": (sm.families.links.CLogLog(), True),
}


@pytest.mark.parametrize("curve", FAMILIES)
def test_the_curves_are_generalized_linear_models_of_the_failures(tasks, curve):
    lengths, passed, runs, groups = tasks
    (link, slope), x, share = FAMILIES[curve], np.log(lengths), passed / runs
    design = np.column_stack([np.ones(60), x])[:, : 1 + slope]
    offset = x if curve == "constant hazard" else 0 * x
    expected = np.empty(60)
    for group in range(12):
        out = groups == group
        family = sm.families.Binomial(link=link)
        model = sm.GLM(1 - share[~out], design[~out], family=family, offset=offset[~out]).fit()
        expected[out] = 1 - model.predict(design[out], offset=offset[out])
    expected = np.clip(expected, 0.001, 0.999)
    losses = -share * np.log(expected) - (1 - share) * np.log(1 - expected)
    np.testing.assert_allclose(length_losses(*tasks, curve), losses, atol=2e-3)


def test_without_an_effect_of_length_the_others_mean_is_the_forecast(tasks):
    _, passed, runs, groups = tasks
    share = passed / runs
    mean = np.array([share[groups != group].mean() for group in groups])
    expected = -share * np.log(mean) - (1 - share) * np.log(1 - mean)
    np.testing.assert_allclose(length_losses(*tasks, "no effect of length"), expected, atol=1e-4)


def test_the_curve_that_made_the_data_predicts_them_best(tasks):
    means = {curve: length_losses(*tasks, curve).mean() for curve in LENGTH_CURVES}
    assert means["constant hazard"] < min(means["no effect of length"], means["logistic"])
    assert means["constant hazard"] < means["Weibull"] + 0.01


def test_a_single_group_leaves_nothing_to_fit(tasks):
    with pytest.raises(ValueError, match="at least two groups"):
        length_losses(*tasks[:3], [1] * 60, "Weibull")
