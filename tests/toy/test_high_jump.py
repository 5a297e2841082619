"""The high jump against simulated jumps, and verified tries against a loop of checks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirage import toy

probabilities, shares = st.floats(0, 1), st.floats(0, 1)


def test_a_jump_clears_the_bar_at_its_mean_height_half_of_the_time():
    assert toy.clearing_probability(2.0, 0.1, 2.0) == 0.5
    heights = np.random.default_rng(0).normal(2.0, 0.1, 100_000)
    assert toy.clearing_probability(2.0, 0.1, 2.15) == pytest.approx((heights > 2.15).mean(), abs=0.005)


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
