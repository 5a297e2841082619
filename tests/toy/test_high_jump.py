"""The high jump against simulated jumps, and chains of steps against known normal probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirage import toy

probabilities, shares = st.floats(0, 1), st.floats(0, 1)


def test_a_jump_clears_the_bar_at_its_mean_height_half_of_the_time():
    assert toy.clearing_probability(2.0, 0.1, 2.0) == 0.5
    heights = np.random.default_rng(0).normal(2.0, 0.1, 100_000)
    assert toy.clearing_probability(2.0, 0.1, 2.15) == pytest.approx((heights > 2.15).mean(), abs=0.005)


@given(probabilities, st.integers(1, 10**6))
def test_a_chain_without_correlation_is_a_power_and_with_all_of_it_one_step(q, steps):
    assert toy.chain_probability(q, steps) == pytest.approx(q**steps, rel=1e-8, abs=1e-300)
    assert toy.chain_probability(q, steps, 1) == pytest.approx(q, rel=1e-10)


@given(probabilities, shares)
def test_a_chain_of_one_step_is_that_step(q, correlation):
    assert toy.chain_probability(q, 1, correlation) == pytest.approx(q, rel=1e-9)


# With correlation 1/2 all of k steps succeed when the shared deviate is the extreme one of k + 1 alike.
@given(st.integers(1, 2**53))
def test_a_chain_of_even_steps_with_correlation_one_half(steps):
    for correlation in (0.5, np.nextafter(0.5, 0)):  # the two ways to integrate meet here
        assert toy.chain_probability(0.5, steps, correlation) == pytest.approx(1 / (steps + 1), rel=1e-6)


# The orthant probabilities of two and three normal deviates (Sheppard 1899).
@given(shares)
def test_a_chain_of_two_or_three_even_steps(correlation):
    angle = np.arcsin(correlation)
    assert toy.chain_probability(0.5, 2, correlation) == pytest.approx(1 / 4 + angle / (2 * np.pi), rel=1e-9)
    assert toy.chain_probability(0.5, 3, correlation) == pytest.approx(
        1 / 8 + 3 * angle / (4 * np.pi), rel=1e-9
    )


@pytest.mark.parametrize("correlation", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("steps", [2, 4])
def test_a_chain_is_a_multivariate_normal_probability(steps, correlation):
    covariance = np.full((steps, steps), correlation) + (1 - correlation) * np.eye(steps)
    q = np.array([0.1, 0.7, 0.95])
    corner = [np.full(steps, threshold) for threshold in stats.norm.ppf(q)]
    expected = [stats.multivariate_normal.cdf(x, cov=covariance) for x in corner]
    np.testing.assert_allclose(toy.chain_probability(q, steps, correlation), expected, atol=1e-4)


def test_a_chain_is_the_share_of_days_on_which_all_jumps_clear():
    rng = np.random.default_rng(0)
    form, own = rng.normal(size=(100_000, 1)), rng.normal(size=(100_000, 8))
    heights = np.sqrt(0.4) * form + np.sqrt(0.6) * own
    cleared = (heights > -1).all(axis=1).mean()
    assert toy.chain_probability(stats.norm.sf(-1), 8, 0.4) == pytest.approx(cleared, abs=0.006)


@given(st.lists(probabilities, min_size=2, max_size=5), st.integers(1, 1000), shares)
def test_a_chain_rises_with_the_step_and_stays_between_its_bounds(q, steps, correlation):
    q = np.sort(q)
    chain = toy.chain_probability(q, steps, correlation)
    assert (np.diff(chain) >= -1e-12).all()
    assert (chain >= q**steps).all()
    assert (chain <= q).all()


@given(probabilities, st.integers(1, 1000), shares, shares)
def test_a_chain_rises_with_the_correlation_and_falls_with_the_steps(q, steps, one, other):
    low, high = sorted((one, other))
    assert toy.chain_probability(q, steps, low) <= toy.chain_probability(q, steps, high) + 1e-9
    assert toy.chain_probability(q, steps + 1, low) <= toy.chain_probability(q, steps, low) + 1e-9


def test_a_chain_broadcasts_and_names_what_is_wrong():
    assert toy.chain_probability([[0.5], [0.9]], [1, 2, 3], 0.3).shape == (2, 3)
    with pytest.raises(ValueError, match=r"correlation must be .*at least 0 and at most 1; got -0.1"):
        toy.chain_probability(0.5, 2, -0.1)
    with pytest.raises(ValueError, match=r"steps must be .*at least 1; got 0"):
        toy.chain_probability(0.5, 0)


@given(probabilities, st.integers(1, 10**6), shares)
def test_verified_tries_lie_between_one_try_and_a_perfect_verifier(q, tries, caught):
    found = toy.verified_probability(q, tries, caught)
    best = -np.expm1(tries * np.log1p(-q)) if q < 1 else 1.0
    assert q <= found <= best + 1e-9
    assert toy.verified_probability(q, tries, 1) == pytest.approx(best, abs=1e-9)
    assert toy.verified_probability(q, tries, 0) == pytest.approx(q, rel=1e-9)
    assert toy.verified_probability(q, 1, caught) == pytest.approx(q, rel=1e-9)


def test_verified_tries_are_what_a_loop_of_checks_hands_in():
    rng = np.random.default_rng(0)
    handed = []
    for _ in range(40_000):
        for _ in range(4):
            success = rng.random() < 0.3
            if success or rng.random() >= 0.7:  # a failure that is not caught
                break
        handed.append(success)
    assert toy.verified_probability(0.3, 4, 0.7) == pytest.approx(np.mean(handed), abs=0.008)
