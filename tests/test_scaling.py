"""The power law of the loss, and the width of a transition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from statsmodels.genmod.families import links

from mirage import scaling, toy


def accuracy(exponent, length=1, constant=1e9, irreducible=0.0):
    def curve(size):
        return toy.accuracy(
            scaling.token_probability(scaling.loss(size, constant, exponent, irreducible)), length
        )

    return curve


def test_loss_is_one_nat_at_the_constant_and_falls_by_the_power():
    assert scaling.loss(3e7, 3e7, 0.3) == pytest.approx(1)
    ten_times = scaling.loss(1e9, 1e9, 0.3) / scaling.loss(1e10, 1e9, 0.3)
    assert ten_times == pytest.approx(10**0.3)


def test_irreducible_loss_is_a_floor_and_caps_the_probability():
    assert scaling.loss(1e300, 1.0, 2.0, irreducible=0.7) == pytest.approx(0.7)
    assert scaling.token_probability(scaling.loss(1e300, 1.0, 2.0, 0.7)) == pytest.approx(np.exp(-0.7))


@given(st.floats(1e-300, 1e300), st.floats(0.01, 5))
def test_loss_never_warns_and_is_not_negative(size, exponent):
    assert scaling.loss(size, 1e9, exponent) >= 0


# The width is log10(ln 0.1 / ln 0.9) / a, for every length and constant; the solution of the curve by hand.
@pytest.mark.parametrize("exponent", [0.076, 0.34, 0.4, 0.5, 1.0])
@pytest.mark.parametrize(("length", "constant"), [(1, 1e9), (10, 1e9), (5, 3e4)])
def test_width_of_the_toy_model(exponent, length, constant):
    expected = np.log10(np.log(0.1) / np.log(0.9)) / exponent
    assert scaling.transition_width(accuracy(exponent, length, constant)) == pytest.approx(expected, rel=1e-6)


def test_width_of_the_squared_score_is_a_third_narrower():
    squared = scaling.transition_width(lambda size: (1 - accuracy(0.4, 5)(size)) ** 2)
    assert squared * 0.4 == pytest.approx(0.893, abs=5e-4)  # from solving (1 - A)^2 = 0.1 and 0.9


@pytest.mark.parametrize("mean,deviation", [(9, 0.5), (12.3, 2.0)])
def test_width_of_a_normal_curve_is_known(mean, deviation):
    width = scaling.transition_width(lambda size: stats.norm.cdf(np.log10(size), mean, deviation))
    assert width == pytest.approx(2 * stats.norm.ppf(0.9) * deviation, rel=1e-6)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (lambda size: 0 * size, "curve must cross 0.9 once; it crosses it 0 times"),
        (lambda size: np.sin(np.log10(size) / 20), "times"),
        (lambda size: 0.5, "one score per size"),
        (lambda size: size * np.nan, "finite"),
    ],
)
def test_width_refuses_a_curve_without_one_transition(curve, message):
    with pytest.raises(ValueError, match=message):
        scaling.transition_width(curve)


def test_width_refuses_levels_out_of_order():
    with pytest.raises(ValueError, match=r"low must be below high; got low=0.9, high=0.1"):
        scaling.transition_width(accuracy(0.4), 0.9, 0.1)


def test_width_says_what_a_curve_for_single_numbers_does_wrong():
    with pytest.raises(ValueError, match=r"curve must take an array .*math.exp does not.*TypeError"):
        scaling.transition_width(lambda size: math.exp(-1 / size))


CLOSED_FORMS = {
    "gompertz": (lambda p: -np.log(-np.log(p)), lambda x: np.exp(-np.exp(-x))),
    "logistic": (lambda p: np.log(p / (1 - p)), lambda x: 1 / (1 + np.exp(-x))),
    "probit": (lambda p: np.sqrt(2) * special.erfinv(2 * p - 1), lambda x: special.erfc(-x / np.sqrt(2)) / 2),
}
STATSMODELS = {"gompertz": links.LogLog(), "logistic": links.Logit(), "probit": links.Probit()}
names = pytest.mark.parametrize("name", STATSMODELS)


@names
def test_links_are_those_of_statsmodels_and_of_the_formulas(name):
    p, x = np.linspace(1e-6, 1 - 1e-6, 101), np.linspace(-4, 8, 101)
    formula, inverse = CLOSED_FORMS[name]
    for oracle in (STATSMODELS[name], formula):
        np.testing.assert_allclose(scaling.link(p, name), oracle(p), rtol=1e-8, atol=1e-12)
    for oracle in (STATSMODELS[name].inverse, inverse):
        np.testing.assert_allclose(scaling.inverse_link(x, name), oracle(x), rtol=1e-9)


def test_gompertz_is_the_complementary_log_log_of_failures():
    p = np.linspace(0.01, 0.99, 50)
    np.testing.assert_allclose(scaling.link(1 - p), -links.CLogLog()(p), rtol=1e-9)


@names
@given(p=st.floats(1e-290, 1))
def test_a_link_and_its_inverse_cancel_down_to_the_smallest_probabilities(name, p):
    assert scaling.inverse_link(scaling.link(p, name), name) == pytest.approx(p, rel=1e-10)


@names
@given(x=st.floats(-5, 5))
def test_an_inverse_link_and_its_link_cancel(name, x):
    assert scaling.link(scaling.inverse_link(x, name), name) == pytest.approx(x, rel=1e-8, abs=1e-8)


@names
def test_links_keep_the_shape_and_reach_the_ends(name):
    assert scaling.link([[0, 1]], name).tolist() == [[-np.inf, np.inf]]
    assert scaling.inverse_link([[-np.inf, np.inf]], name).tolist() == [[0, 1]]
    assert isinstance(scaling.link(0.5, name), float)


@given(st.floats(-1e308, 1e308))
def test_inverse_links_never_warn_and_are_probabilities(x):
    for name in STATSMODELS:
        assert 0 <= scaling.inverse_link(x, name) <= 1


def test_the_toy_model_is_straight_under_the_gompertz_link_with_its_exponent_as_slope():
    size = np.logspace(7, 11, 20)
    heights = scaling.link(accuracy(0.3, length=6)(size))
    np.testing.assert_allclose(np.diff(heights) / np.diff(np.log(size)), 0.3, rtol=1e-9)


def test_links_refuse_what_is_no_probability_and_unknown_names():
    with pytest.raises(ValueError, match=r"probability must be .* at most 1; got 1.2"):
        scaling.link(1.2)
    with pytest.raises(ValueError, match="name must be one of gompertz, logistic, probit; got 'cauchy'"):
        scaling.inverse_link(0, "cauchy")
