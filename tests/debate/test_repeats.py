"""Lengths and repeats: against a generalized linear model, an integral, and simulated tasks."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, stats

from mirage.debate import fit_repeats


def simulated(shape, spread, tasks, runs, seed):
    """Return lengths and passes of tasks whose hazards are spread, by the definition."""
    rng = np.random.default_rng(seed)
    lengths = np.exp(rng.uniform(0, 7, tasks))
    hazards = (lengths / 30) ** shape * np.exp(rng.normal(0, spread, tasks))
    return lengths, rng.binomial(runs, np.exp(-hazards)), np.full(tasks, runs)


def test_without_a_spread_it_is_the_complementary_log_log_model_of_failures():
    lengths, passed, runs = simulated(0.6, 0.3, 60, 8, seed=0)
    fit = fit_repeats(lengths, passed, runs, spread=0)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    design = sm.add_constant(np.log(lengths))
    model = sm.GLM(np.c_[runs - passed, passed], design, family=family).fit()
    constant, slope = model.params
    assert fit.shape == pytest.approx(slope, rel=1e-3)
    assert -fit.shape * np.log(fit.scale) == pytest.approx(constant, abs=1e-3)
    same = stats.binom.logpmf(passed, runs, 1 - model.fittedvalues) - fit.log_likelihood / 60
    coefficients = stats.binom.logpmf(passed, runs, 0.5) + runs * np.log(2)
    assert same.sum() == pytest.approx(coefficients.sum(), abs=1e-3)


def exponential(z):
    """Return the density of the logarithm of an exponential variable, standardized."""
    y = z * np.pi / 6**0.5 - np.euler_gamma
    return np.exp(y - np.exp(y)) * np.pi / 6**0.5


@pytest.mark.parametrize(
    ("differences", "density"), [("normal", stats.norm.pdf), ("exponential", exponential)]
)
def test_the_likelihood_of_a_spread_is_an_integral(differences, density):
    tasks = [1, 4, 9, 30], [5, 4, 1, 0], [5, 5, 6, 4]
    fit = fit_repeats(*tasks, shape=0.9, spread=1.5, differences=differences)

    def probability(length, passed, runs):
        def at(z):
            chance = np.exp(-((length / fit.scale) ** 0.9) * np.exp(1.5 * z))
            return density(z) * stats.binom.pmf(passed, runs, chance)

        return integrate.quad(at, -20, 8, limit=200)[0]

    rows = list(zip(fit.lengths, fit.passed, fit.runs, strict=True))
    np.testing.assert_allclose(
        fit.expected(fit.passed, fit.runs), [probability(*row) for row in rows], rtol=5e-4
    )
    coefficients = stats.binom.logpmf(fit.passed, fit.runs, 0.5) + fit.runs * np.log(2)
    expected = sum(np.log(probability(*row)) for row in rows) - coefficients.sum()
    assert fit.log_likelihood == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("shape", "spread"), [(1, 2.5), (0.4, 2.5), (0.4, 0)])
def test_it_finds_back_shape_and_spread(shape, spread):
    fits = [fit_repeats(*simulated(shape, spread, 600, 10, seed)) for seed in range(6)]
    for name, truth in {"shape": shape, "spread": spread}.items():
        found = np.array([getattr(fit, name) for fit in fits])
        assert found.mean() == pytest.approx(truth, abs=3 * found.std() / 6**0.5 + 0.05)
        assert found.std() < 0.4


def test_a_mixture_of_constant_hazards_looks_like_a_falling_one_until_the_spread_is_fitted():
    tasks = simulated(1, 2.5, 600, 10, seed=2)
    assert fit_repeats(*tasks, spread=0).shape < 0.5
    free, constant = fit_repeats(*tasks), fit_repeats(*tasks, shape=1)
    assert 2 * (free.log_likelihood - constant.log_likelihood) < stats.chi2.isf(0.01, 1)
    falling = simulated(0.4, 0, 600, 10, seed=2)
    free, constant = fit_repeats(*falling), fit_repeats(*falling, shape=1)
    assert 2 * (free.log_likelihood - constant.log_likelihood) > stats.chi2.isf(1e-6, 1)


def test_exponential_differences_are_found_back():
    rng = np.random.default_rng(5)
    lengths = np.exp(rng.uniform(0, 7, 600))
    hazards = (lengths / 30) ** 0.7 * rng.exponential(size=600) ** 2
    tasks = lengths, rng.binomial(10, np.exp(-hazards)), np.full(600, 10)
    own, normal = (fit_repeats(*tasks, differences=name) for name in ("exponential", "normal"))
    assert own.shape == pytest.approx(0.7, abs=0.1)
    assert own.spread == pytest.approx(2 * np.pi / 6**0.5, abs=0.3)
    assert own.log_likelihood > normal.log_likelihood


def test_a_task_that_counts_twice_is_two_tasks():
    lengths, passed, runs = simulated(1, 1.5, 30, 6, seed=3)
    twice = fit_repeats(lengths, passed, runs, weights=np.arange(30) % 3)
    place = np.repeat(np.arange(30), np.arange(30) % 3)
    listed = fit_repeats(lengths[place], passed[place], runs[place])
    assert twice.shape == pytest.approx(listed.shape, rel=1e-2)
    assert twice.log_likelihood == pytest.approx(listed.log_likelihood, rel=1e-4)


def test_the_probabilities_of_all_counts_add_up_to_one():
    fit = fit_repeats(*simulated(1, 2, 20, 5, seed=4))
    total = sum(fit.expected(passed, 5) for passed in range(6))
    np.testing.assert_allclose(total, 1, rtol=1e-9)


@pytest.mark.parametrize("passed", [[0, 0, 0], [4, 4, 4]])
def test_passes_alone_or_failures_alone_are_refused(passed):
    with pytest.raises(ValueError, match="a pass and a failure"):
        fit_repeats([1, 2, 3], passed, [4, 4, 4])


def test_one_length_needs_a_shape():
    with pytest.raises(ValueError, match="lengths must differ"):
        fit_repeats([2, 2], [1, 3], [4, 4])
    assert fit_repeats([2, 2], [1, 3], [4, 4], shape=1).shape == 1
