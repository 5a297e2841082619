"""Families of known truth: the shapes of their losses, and what is drawn from them on average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from mirage import scaling, toy

SIZES = np.geomspace(1e8, 1e11, 8)
BETWEEN = SIZES[3], SIZES[4]
JUMPS = ["jump", "steep power law", "steep logistic"]
SMOOTH = [kind for kind in toy.LOSS_CURVES if kind not in JUMPS]
exponents, constants = st.floats(0.05, 2), st.floats(1e7, 1e12)


def slopes(kind, decades, **options):
    """Return the slope in log-log at each log10 N, from small differences."""
    low, high = (toy.loss_curve(10 ** (decades + step), kind, **options) for step in (-1e-4, 1e-4))
    return (np.log10(high) - np.log10(low)) / 2e-4


def place(curve, level, bracket):
    """Return the log10 N at which a curve of log10 N is at a level."""
    return optimize.brentq(lambda decade: curve(decade) - level, *bracket)


@given(exponents, constants)
def test_the_power_law_is_that_of_scaling(exponent, constant):
    loss = toy.loss_curve(SIZES, constant=constant, exponent=exponent)
    np.testing.assert_allclose(loss, scaling.loss(SIZES, constant, exponent))


@given(exponents, constants)
def test_an_irreducible_loss_is_added(exponent, constant):
    loss = toy.loss_curve(SIZES, "irreducible", constant=constant, exponent=exponent)
    np.testing.assert_allclose(loss, scaling.loss(SIZES, constant, exponent, irreducible=0.15))


def test_from_chance_goes_from_guessing_a_digit_to_the_power_law():
    sizes = np.array([1e-3, 1e-1, 1e9, 1e25, 1e27])
    loss = toy.loss_curve(sizes, "from chance")
    np.testing.assert_allclose(loss[:2], np.log(10), rtol=1e-3)
    np.testing.assert_allclose(loss[3:], (sizes[3:] / 1e9) ** -0.4, rtol=1e-5)
    assert 0.5 < loss[2] < 1  # below both


@given(exponents)
def test_the_slope_of_the_broken_curve_grows_fourfold(exponent):
    far = slopes("broken", np.array([4.0, 7.0, 13.0, 16.0]), exponent=exponent)
    np.testing.assert_allclose(far, -exponent * np.array([0.5, 0.5, 2, 2]), rtol=1e-5)


def test_the_broken_curve_bends_within_about_half_a_decade():
    def share_of_the_bend(decade):
        return (slopes("broken", np.array([decade]))[0] + 0.2) / -0.6

    start, middle, end = (place(share_of_the_bend, level, (9, 11)) for level in (0.1, 0.5, 0.9))
    assert end - start == pytest.approx(0.5, abs=0.05)
    assert middle == pytest.approx(10, abs=1e-6)


def test_gompertz_has_80_percent_of_its_fall_within_two_decades():
    def logarithm(decade):
        return np.log(toy.loss_curve([10**decade], "gompertz")[0])

    top, bottom = logarithm(0), logarithm(25)
    assert top - bottom == pytest.approx(np.log(16))
    start, end = (place(logarithm, top - share * np.log(16), (5, 15)) for share in (0.1, 0.9))
    assert end - start == pytest.approx(2)


def test_flat_is_flat():
    np.testing.assert_array_equal(toy.loss_curve(SIZES, "flat"), np.full(8, 0.3))


@pytest.mark.parametrize("kind", SMOOTH)
def test_smooth_curves_never_rise_and_know_no_jump(kind):
    loss = toy.loss_curve(SIZES, kind)
    assert (loss > 0).all() and (np.diff(loss) <= 0).all()
    np.testing.assert_array_equal(loss, toy.loss_curve(SIZES, kind, between=BETWEEN, factor=9))


@given(st.floats(1.1, 100), exponents)
def test_the_jump_lies_between_the_two_sizes_and_is_the_factor(factor, exponent):
    sizes = np.sort(np.r_[SIZES, np.nextafter(BETWEEN[0], np.inf)])
    loss = toy.loss_curve(sizes, "jump", between=BETWEEN, factor=factor, exponent=exponent)
    above = loss / scaling.loss(sizes, 1e9, exponent)
    np.testing.assert_allclose(above, [factor] * 4 + [1] * 5)


@pytest.mark.parametrize("kind", ["steep power law", "steep logistic"])
@given(st.floats(1.1, 100), exponents)
def test_steep_curves_pass_through_the_two_points_of_the_jump(kind, factor, exponent):
    options = {"between": BETWEEN, "factor": factor, "exponent": exponent}
    steep, jump = (toy.loss_curve(BETWEEN, each, **options) for each in (kind, "jump"))
    np.testing.assert_allclose(steep, jump, rtol=1e-9)


def test_the_steep_power_law_is_straight():
    found = slopes("steep power law", np.linspace(6, 13, 8), between=BETWEEN, factor=4)
    gap = np.log10(BETWEEN[1] / BETWEEN[0])
    np.testing.assert_allclose(found, -0.4 - np.log10(4) / gap, rtol=1e-6)


@pytest.mark.parametrize("factor", [2, 8])
def test_the_steep_logistic_is_four_gaps_wide(factor):
    def above(decade):
        loss = toy.loss_curve([10.0**decade], "steep logistic", between=BETWEEN, factor=factor)
        return np.log(loss[0] / (10.0**decade / 1e9) ** -0.4)

    top, bottom = above(-20), above(40)
    start, middle, end = (place(above, top - share * (top - bottom), (5, 15)) for share in (0.1, 0.5, 0.9))
    gap = np.log10(BETWEEN[1] / BETWEEN[0])
    assert end - start == pytest.approx(4 * gap)
    assert middle == pytest.approx(np.log10(BETWEEN).mean())
    logit = 2 * np.log(9) * (np.linspace(8, 11, 5) - middle) / (4 * gap)
    expected = bottom + (top - bottom) / (1 + np.exp(logit))
    np.testing.assert_allclose([above(decade) for decade in np.linspace(8, 11, 5)], expected, atol=1e-9)


def test_equal_items_are_right_with_the_probability_of_all_their_tokens():
    loss = toy.loss_curve(SIZES)
    family = toy.sample_family(SIZES, loss, length=3, items=5000, rng=2)
    for right, nats in zip(family["successes"], loss, strict=True):
        assert stats.binomtest(int(right), 5000, np.exp(-nats) ** 3).pvalue > 1e-4
    np.testing.assert_allclose(family["loss"], loss)
    assert (family["loss_standard_error"] == 0).all() and (family["trials"] == 5000).all()


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("length", [1, 5])
def test_unequal_items_have_the_accuracy_of_a_gamma_mixture(spread, length):
    loss = np.array([0.05, 0.3, 1.0, 3.0])
    family = toy.sample_family(SIZES[:4], loss, length=length, items=20_000, item_spread=spread, rng=3)
    for right, nats in zip(family["successes"], loss, strict=True):
        expected = (1 + length * nats * spread**2) ** (-1 / spread**2)  # the transform of the gamma
        assert stats.binomtest(int(right), 20_000, expected).pvalue > 1e-4


@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_the_standard_error_of_the_loss_is_right_on_average(spread):
    runs, items = 2000, 50
    family = toy.sample_family(np.full(runs, 1e9), np.full(runs, 0.7), items=items, item_spread=spread, rng=4)
    deviation = 0.7 * spread / np.sqrt(items)
    assert np.sqrt((family["loss_standard_error"] ** 2).mean()) == pytest.approx(deviation, rel=0.03)
    assert family["loss"].std() == pytest.approx(deviation, rel=0.06)
    assert abs(family["loss"].mean() - 0.7) < 4 * deviation / np.sqrt(runs)


def test_models_scatter_by_a_lognormal_factor_that_their_answers_share():
    runs = 4000
    family = toy.sample_family(np.full(runs, 1e9), np.full(runs, 0.2), scatter=0.3, items=1000, rng=5)
    departures = np.log(family["loss"] / 0.2) / 0.3
    assert stats.kstest(departures, "norm").pvalue > 1e-3
    # The answers follow the loss that the model has, not the one that was expected of it.
    right, expected = family["successes"].sum(), np.exp(-5 * family["loss"])
    noise = np.sqrt((1000 * expected * (1 - expected)).sum())
    assert abs(right - 1000 * expected.sum()) < 4 * noise < abs(right - 1000 * runs * np.exp(-1))


def test_runs_of_one_size_are_drawn_apart_and_stay_in_their_order():
    sizes = np.array([1e9, 1e8, 1e9])
    family = toy.sample_family(sizes, [0.2, 2.0, 0.2], scatter=0.1, rng=6)
    np.testing.assert_array_equal(family["parameters"], sizes)
    assert family["loss"][0] != family["loss"][2] and family["loss"][1] > 1
    assert list(family) == ["parameters", "successes", "trials", "loss", "loss_standard_error"]


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_the_same_seed_draws_the_same_family(spread):
    def draw(rng):
        return toy.sample_family(SIZES, toy.loss_curve(SIZES), scatter=0.1, item_spread=spread, rng=rng)

    assert draw(7).equals(draw(7)) and draw(7).equals(draw(np.random.default_rng(7)))
    assert not draw(7).equals(draw(8))


def test_hardly_any_spread_is_none():
    none, hardly = (toy.sample_family(SIZES, SIZES**-0.1, item_spread=each) for each in (0.0, 1e-9))
    assert none.equals(hardly)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "cubic"}, "kind must be one of power law, .*steep logistic; got 'cubic'"),
        ({"parameters": [0.0]}, "parameters must be finite and above 0; got 0"),
        ({"parameters": 1e9}, r"parameters must have one dimension; got shape \(\)"),
        ({"constant": 0.0}, "constant must be finite and above 0; got 0"),
        ({"exponent": -1.0}, "exponent must be finite and above 0; got -1"),
        ({"kind": "jump"}, "between must be given for the kind 'jump'"),
        ({"kind": "steep power law"}, "between must be given for the kind 'steep power law'"),
        (
            {"kind": "jump", "between": (1e9,)},
            r"between must be two sizes, the smaller first; got \(1000000000",
        ),
        ({"kind": "jump", "between": (2e9, 1e9)}, "between must be two sizes, the smaller first"),
        ({"kind": "jump", "between": (1e9, 1e9)}, "between must be two sizes, the smaller first"),
        ({"kind": "jump", "between": (0.0, 1e9)}, "between must be finite and above 0; got 0"),
        ({"kind": "jump", "between": BETWEEN, "factor": 1}, "factor must be finite and above 1; got 1"),
    ],
)
def test_bad_curves_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        toy.loss_curve(**({"parameters": SIZES} | options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": -SIZES}, "parameters must be finite and above 0; got -"),
        ({"losses": [0.5]}, "losses must have one value a run; got 1 for 8 runs"),
        ({"losses": -SIZES}, "losses must be finite and at least 0; got -"),
        ({"scatter": -0.1}, "scatter must be finite and at least 0 and at most 10; got -0.1"),
        ({"item_spread": 11}, "item_spread must be finite and at least 0 and at most 10; got 11"),
        ({"length": 0}, "length must be finite and at least 1; got 0"),
        ({"items": 1.5}, "items must be whole numbers"),
        ({"items": 10**9}, "items must be at most 12500000 for 8 runs; got 1000000000"),
        ({"rng": -1}, "rng must be finite and at least 0; got -1"),
    ],
)
def test_bad_families_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        toy.sample_family(**({"parameters": SIZES, "losses": np.full(8, 0.5)} | options))


def test_the_wrong_kind_of_thing_is_named():
    with pytest.raises(TypeError, match="kind must be one of"):
        toy.loss_curve(SIZES, 3)
    with pytest.raises(TypeError, match="rng must be a number; got 'seed'"):
        toy.sample_family(SIZES, SIZES, rng="seed")
