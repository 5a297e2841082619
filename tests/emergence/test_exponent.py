"""The fit of the exponent: likelihood, interval, coverage, and when it cannot tell."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from mirage import emergence

SIZES = np.logspace(8, 11, 8)


def accuracy(exponent, length):
    """Accuracy of the toy model with a constant of 1e9."""
    return lambda size: np.exp(-length * (size / 1e9) ** -exponent)


def draws(exponent, items, seed, sizes=SIZES):
    return np.random.default_rng(seed).binomial(items, accuracy(exponent, 3)(sizes))


def test_fit_maximises_the_binomial_likelihood():
    right, items = draws(0.6, 2000, 1), np.full(8, 2000)

    def minus_log_likelihood(values):
        curve = np.exp(-np.exp(values[0] - values[1] * (np.log(SIZES) - 22)))
        return -stats.binom.logpmf(right, items, np.clip(curve, 1e-300, 1 - 1e-12)).sum()

    best = optimize.minimize(minus_log_likelihood, [0, 0.5], method="Nelder-Mead", options={"xatol": 1e-8}).x
    fit = emergence.fit_exponent(SIZES, right, items)
    assert fit.exponent == pytest.approx(best[1], rel=1e-4)
    fitted = best[0] - best[1] * (np.log(SIZES).mean() - 22)
    assert fit.log_loss == pytest.approx(fitted, rel=1e-3)
    assert fit.accuracy(SIZES) == pytest.approx(accuracy(0.6, 3)(SIZES), abs=0.05)


def test_interval_covers_the_true_exponent_about_as_often_as_it_says():
    hits = sum(
        low <= 0.6 <= high
        for seed in range(200)
        for low, high in [emergence.fit_exponent(SIZES, draws(0.6, 500, seed), [500] * 8).interval]
    )
    # 95 % of 200 is 190; dispersion below one is not used to narrow the interval, so more is expected.
    assert stats.binomtest(hits, 200, 0.95, alternative="less").pvalue > 0.001


def test_interval_widens_with_scatter_beyond_the_items():
    exact = np.round(2000 * accuracy(0.6, 3)(SIZES)).astype(int)
    bent = np.where(np.arange(8) % 2, exact * 2 // 3, exact)
    straight_fit, bent_fit = (emergence.fit_exponent(SIZES, right, [2000] * 8) for right in (exact, bent))
    assert straight_fit.dispersion == 1
    assert bent_fit.dispersion > 10
    assert np.diff(bent_fit.interval) > 2 * np.diff(straight_fit.interval)


@pytest.mark.parametrize("right", [[0] * 7 + [100], [0] * 5 + [3, 500, 2000], [0] * 4 + [3, 500, 900, 2000]])
def test_too_few_informative_sizes_cannot_tell(right):
    fit = emergence.fit_exponent(SIZES, right, [2000] * 8)
    assert np.isnan([fit.exponent, *fit.interval]).all()
    assert fit.summary().startswith("cannot tell: ")
    with pytest.raises(ValueError, match="cannot tell"):
        fit.accuracy(1e9)


def test_fit_refuses_lengths_that_differ():
    with pytest.raises(ValueError, match=r"same length; got shapes \(8,\), \(7,\) and \(8,\)"):
        emergence.fit_exponent(SIZES, [1] * 7, [2] * 8)
    with pytest.raises(ValueError, match="successes must be at most trials; got 3 of 2"):
        emergence.fit_exponent([1, 2], [1, 3], [2, 2])


# The Fisher information of ln(−ln A), the deviance and Student's quantile, from the textbook's formulas.
@pytest.mark.parametrize("bend", [1, 2 / 3])
def test_interval_is_the_textbook_one(bend):
    right = np.round(2000 * accuracy(0.6, 3)(SIZES) * np.where(np.arange(8) % 2, bend, 1))
    items = np.full(8, 2000)
    fit = emergence.fit_exponent(SIZES, right, items, confidence=0.9)
    x, curve, wrong = np.log(SIZES), fit.accuracy(SIZES), items - right
    weight = items * curve * np.log(curve) ** 2 / (1 - curve)
    variance = 1 / (weight * (x - np.average(x, weights=weight)) ** 2).sum()
    deviance = 2 * special.xlogy(right, right / (items * curve)).sum()
    deviance += 2 * special.xlogy(wrong, wrong / (items * (1 - curve))).sum()
    assert fit.dispersion == pytest.approx(max(1, deviance / 6), rel=1e-5)
    half = stats.t.ppf(0.95, 6) * np.sqrt(variance * fit.dispersion)
    assert fit.interval == pytest.approx((fit.exponent - half, fit.exponent + half), rel=1e-5)
    assert f"{fit.interval[0]:.2f} to {fit.interval[1]:.2f}" in fit.summary()


@pytest.mark.parametrize("right", [[100, 100, 100, 101], [900, 901, 900, 902], [1, 1, 1, 1]])
def test_a_flat_curve_keeps_its_accuracy(right):
    fit = emergence.fit_exponent([1e8, 1e9, 1e10, 1e11], right, [1000] * 4)
    assert fit.accuracy([1e8, 1e11]) == pytest.approx(np.array(right)[[0, 3]] / 1000, rel=0.05)


def test_replicates_of_one_size_are_not_different_sizes():
    fit = emergence.fit_exponent([1e9] * 4 + [1e10] * 4, [5] * 8, [10] * 8)
    assert fit.reason.startswith("2 sizes")
