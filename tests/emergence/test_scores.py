"""The emergence score and linearity, against exact fractions and values derived from their definitions."""

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mirage import emergence, scaling, toy

curves = st.lists(st.integers(-8, 8), min_size=2, max_size=12)
exact_curves = curves.map(lambda curve: [score / 8 for score in curve])  # eighths are exact in binary


def from_the_definition(curve, average):
    curve = [Fraction(score) for score in curve]
    change = max(curve) - min(curve)
    if change == 0:
        return math.nan
    sign = 1 if curve.index(max(curve)) > curve.index(min(curve)) else -1
    typical = average([(b - a) ** 2 for a, b in itertools.pairwise(curve)])
    return sign * float(change) / math.sqrt(typical) if typical else sign * math.inf


@given(exact_curves)
def test_scores_agree_with_exact_fractions(curve):
    expected = from_the_definition(curve, statistics.median)
    assert emergence.emergence_score(curve) == pytest.approx(expected, nan_ok=True)
    expected = from_the_definition(curve, statistics.mean)
    assert emergence.linearity(curve) == pytest.approx(expected, nan_ok=True)


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(st.integers(-8, 8), min_size=n, max_size=n), min_size=1)
    )
)
def test_many_curves_at_once_score_as_one_by_one(many):
    for score in (emergence.emergence_score, emergence.linearity):
        np.testing.assert_array_equal(score(many), [score(curve) for curve in many])


@pytest.mark.parametrize("number", [2, 3, 10, 50])
@pytest.mark.parametrize("slope", [1, -1, 1e-9, -1e6])
def test_a_straight_line_scores_one_less_than_its_points(number, slope):
    line = slope * np.arange(number)
    expected = math.copysign(number - 1, slope)
    assert emergence.emergence_score(line) == pytest.approx(expected)
    assert emergence.linearity(line) == pytest.approx(expected)


@pytest.mark.parametrize("number", [4, 10, 26])
@pytest.mark.parametrize("height", [0.3, -0.3])
def test_a_single_jump_scores_infinity_and_the_root_of_its_steps(number, height):
    jump = [0.0] * (number - 1) + [height]
    assert emergence.emergence_score(jump) == math.copysign(math.inf, height)
    assert emergence.linearity(jump) == pytest.approx(math.copysign(math.sqrt(number - 1), height))


@given(exact_curves, st.integers(-1000, 900), st.booleans())
def test_the_unit_does_not_matter_however_small_or_large(curve, power, turn):
    scale = math.ldexp(-1.0 if turn else 1.0, power)
    for score in (emergence.emergence_score, emergence.linearity):
        before, after = score(curve), score([scale * value for value in curve])
        assert after == pytest.approx(-before if turn else before, nan_ok=True)


@given(exact_curves, st.integers(-5, 5))
def test_a_constant_does_not_matter(curve, constant):
    for score in (emergence.emergence_score, emergence.linearity):
        assert score([value + constant for value in curve]) == pytest.approx(score(curve), nan_ok=True)


@given(exact_curves)
def test_linearity_is_bounded_by_the_number_of_steps(curve):
    assume(len(set(curve)) > 1)
    assert abs(emergence.linearity(curve)) <= (len(curve) - 1) * (1 + 1e-12)
    assert math.copysign(1, emergence.linearity(curve)) == math.copysign(1, emergence.emergence_score(curve))


@given(exact_curves)
def test_infinite_exactly_if_the_median_step_is_a_tie(curve):
    steps = np.diff(curve)
    ties = np.median(steps**2) == 0 and (steps != 0).any()
    assert math.isinf(emergence.emergence_score(curve)) == ties


@pytest.mark.parametrize("score", [emergence.emergence_score, emergence.linearity])
def test_a_flat_curve_has_no_score(score):
    assert math.isnan(score([0.25] * 5)) and math.isnan(score([0, 0]))


SIZES = np.geomspace(1e8, 2e11, 10)


def toy_curve(metric, constant):
    return metric(scaling.token_probability(scaling.loss(SIZES, constant, exponent=0.5)))


# Derived from the definition for the toy model with α = −0.5 and ten sizes evenly spaced in log N.
@pytest.mark.parametrize(
    ("metric", "constant", "expected"),
    [
        (lambda p: toy.accuracy(p, 1), 1e9, 9.25),
        (np.log, 1e9, 15.4),
        (lambda p: toy.accuracy(p, 5), 1e9, 7.5),
        (lambda p: toy.accuracy(p, 10), 1e9, 26.2),
        (lambda p: -toy.token_edit_distance(p, 5), 1e9, 9.25),
        (lambda p: -((1 - p) ** 2), 1e9, 9.65),
        (lambda p: toy.accuracy(p, 5), 3e9, 18.1),
        (lambda p: toy.accuracy(p, 10), 3e9, 231),
        (lambda p: -toy.token_edit_distance(p, 5), 3e9, 8.4),
    ],
)
def test_scores_of_the_toy_model(metric, constant, expected):
    assert emergence.emergence_score(toy_curve(metric, constant)) == pytest.approx(expected, rel=6e-3)


def test_few_items_make_a_smooth_curve_infinitely_emergent():
    """Of curves with 50 items at ten sizes, about 96% score infinity, of those with 10,000 items none."""
    expected = toy_curve(lambda p: toy.accuracy(p, 10), 3e9)
    rng = np.random.default_rng(1)
    few, many = (
        [math.isinf(emergence.emergence_score(rng.binomial(n, expected) / n)) for _ in range(1000)]
        for n in (50, 10_000)
    )
    assert statistics.fmean(few) == pytest.approx(0.96, abs=0.03) and not any(many)


@pytest.mark.parametrize("score", [emergence.emergence_score, emergence.linearity])
@pytest.mark.parametrize(
    ("scores", "error", "message"),
    [
        ([0.5], ValueError, r"scores must hold at least two models; got \[0.5\]"),
        ([], ValueError, r"scores must not be empty; got \[\]"),
        (0.5, ValueError, "scores must hold at least two models; got 0.5"),
        ([[0], [1]], ValueError, r"scores must hold at least two models; got \[\[0\], \[1\]\]"),
        ([0, math.nan], ValueError, "scores must be finite; got nan"),
        ([0, math.inf], ValueError, "scores must be finite; got inf"),
        (["0", "1"], TypeError, r"scores must be.*numbers; got \['0', '1'\]"),
        (None, TypeError, "scores must be.*numbers; got None"),
    ],
)
def test_bad_curves_are_refused(score, scores, error, message):
    with pytest.raises(error, match=message):
        score(scores)
