"""The width: that of the fit, or bounds that need no link."""

import numpy as np
import pytest

from mirage import scaling
from mirage.emergence import Curve, fit_curve, sharpness

SIZES = np.geomspace(1e8, 1e11, 8)


def family(exponent=0.8, items=2000, scatter=0.05, seed=0):
    rng = np.random.default_rng(seed)
    loss = 5 * (SIZES / 1e9) ** -exponent * np.exp(rng.normal(0, scatter, 8))
    return Curve.from_counts(SIZES, rng.binomial(items, np.exp(-loss)), [items] * 8)


def test_the_width_is_that_of_the_fitted_curve():
    found = sharpness(family())
    width = scaling.transition_width(lambda sizes: found.fit.expected(sizes))
    assert found.width == pytest.approx(width, rel=1e-3)
    assert found.interval == found.fit.width_interval and found.middle == found.fit.middle
    for link, other in found.other_links.items():
        assert other == fit_curve(found.curve, link).width


def test_the_way_that_was_seen_is_that_of_the_means():
    curve = Curve.from_counts([1e8, 1e8, 1e9, 1e10], [20, 30, 60, 80], [100] * 4, floor=0.2)
    assert sharpness(curve).seen == pytest.approx(((0.25 - 0.2) / 0.8, (0.8 - 0.2) / 0.8))


@pytest.mark.parametrize(
    ("right", "interval"),
    [
        ([0, 0, 199, 200], (0, 1)),  # all of the rise in one gap, one decade wide
        ([0, 200, 200, 200], (0, 1)),
        ([0, 60, 120, 200], (1, 3)),  # both inner sizes are surely between 10 and 90%
    ],
)
def test_bounds_follow_from_where_the_curve_must_cross(right, interval):
    found = sharpness(Curve.from_counts([1e8, 1e9, 1e10, 1e11], right, [200] * 4))
    assert found.interval == pytest.approx(interval)
    assert np.isnan(found.width) and "4 are needed" in found.reason


def test_bounds_hold_the_true_width_at_all_sizes_at_once():
    sizes, held = np.geomspace(1e8, 1e11, 4), 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        share = np.exp(-((sizes / 3e9) ** -1.5))
        low, high = sharpness(Curve.from_counts(sizes, rng.binomial(50, share), [50] * 4)).interval or (
            0,
            np.inf,
        )
        held += low <= 1.3395 / 1.5 <= high
    assert held >= 90


def test_a_curve_that_rises_and_falls_has_no_width():
    found = sharpness(Curve.from_counts([1e8, 1e9, 1e10], [0, 100, 0], [100] * 3))
    assert found.interval is None and "both rises and falls" in found.reason


def test_an_uncertain_floor_widens_the_interval():
    right = np.round(2000 * (0.25 + 0.75 * np.exp(-5 * (SIZES / 1e9) ** -0.8)))
    known, unsure = (
        sharpness(Curve.from_counts(SIZES, right, [2000] * 8, floor=floor)).interval
        for floor in (0.25, (0.25, 0.05))
    )
    assert np.ptp(unsure) > np.ptp(known)


def test_the_words_name_what_the_width_rests_on():
    words = sharpness(family()).answer()
    found = sharpness(family())
    assert f"{found.width:.2f} decades" in words and "% of the way" in words
    for link, width in found.other_links.items():
        assert f"{link} {width:.2f}" in words
    below = sharpness(
        Curve.from_counts(SIZES, [90, 300, 339, 369, 420, 500, 600, 700], [1000] * 8, floor=0.145)
    )
    assert "1 size lies surely below the floor of 0.145" in below.answer()


def test_scores_without_errors_or_ends_are_refused_with_the_reason():
    assert "standard errors" in sharpness(Curve.from_scores(SIZES, SIZES / 1e12, floor=0, ceiling=1)).answer()
    assert "floor" in sharpness(Curve.from_scores(SIZES, SIZES / 1e12, [0.1] * 8)).answer()
