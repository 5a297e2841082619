"""The high jump against simulated jumps."""

import numpy as np
import pytest

from mirage import toy


def test_a_jump_clears_the_bar_at_its_mean_height_half_of_the_time():
    assert toy.clearing_probability(2.0, 0.1, 2.0) == 0.5
    heights = np.random.default_rng(0).normal(2.0, 0.1, 100_000)
    assert toy.clearing_probability(2.0, 0.1, 2.15) == pytest.approx((heights > 2.15).mean(), abs=0.005)
