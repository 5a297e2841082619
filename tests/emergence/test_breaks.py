"""The test for a step: seldom wrong under several kinds of scatter, and it says what it cannot tell."""

import numpy as np
import pytest
from scipy import stats

from mirage import toy
from mirage.emergence import Curve, break_test


def scattered(kind, number, rng):
    noise = rng.standard_normal(number)
    if kind == "heavy tails":
        noise = rng.standard_t(3, number) / np.sqrt(3)
    if kind == "neighbours alike":
        for place in range(1, number):
            noise[place] = 0.7 * noise[place - 1] + np.sqrt(1 - 0.7**2) * noise[place]
    if kind == "uneven":
        noise *= np.where(np.arange(number) < number / 2, 0.4, 3)
    if kind == "one bad":
        noise[rng.integers(number)] += 6
    return 0.05 * noise


def family(number=12, factor=1.0, kind="normal", seed=0, runs=1, truth="power law", scatter=1.0):
    rng = np.random.default_rng([seed, number, runs, len(kind)])
    sizes = np.tile(np.geomspace(1e8, 1e11, number), runs)
    noise = np.concatenate([scattered(kind, number, rng) for _ in range(runs)])
    loss = toy.loss_curve(sizes, truth) * np.exp(scatter * noise)
    return Curve.from_scores(sizes, loss / np.where(sizes > 3.2e9, factor, 1))


def test(curve, **options):
    return break_test(curve, scale="log", **({"replicates": 199} | options))


test.__test__ = False


@pytest.mark.parametrize("kind", ["normal", "heavy tails", "neighbours alike", "uneven", "one bad"])
def test_smooth_families_are_seldom_said_to_have_a_step(kind):
    found = sum(test(family(12, kind=kind, seed=seed)).found for seed in range(40))
    assert stats.binomtest(found, 40, 0.05, alternative="greater").pvalue > 1e-2


@pytest.mark.parametrize("truth", ["irreducible", "from chance", "broken", "gompertz", "flat"])
def test_smooth_curves_of_other_shapes_are_no_steps(truth):
    found = sum(test(family(12, truth=truth, seed=seed)).found for seed in range(15))
    assert stats.binomtest(found, 15, 0.05, alternative="greater").pvalue > 1e-2


def test_many_sizes_and_a_wide_rise_are_no_step():
    x = np.linspace(8, 11, 64)
    for seed in range(6):
        noise = np.random.default_rng(seed).normal(0, 0.05, 64)
        loss = np.exp(-2 / (1 + np.exp(-(x - 9.5) * 2 * np.log(9) / 2)) + noise)
        assert not test(Curve.from_scores(10**x, loss)).found


def test_a_wave_is_no_step():
    x = np.linspace(8, 11, 24)
    for seed in range(6):
        noise = np.random.default_rng(seed).normal(0, 0.05, 24)
        wave = 0.3 * np.sin(np.pi * x) - 0.9 * (x - 9) + noise
        assert not test(Curve.from_scores(10**x, np.exp(wave))).found


@pytest.mark.parametrize(("number", "runs"), [(12, 1), (24, 1), (8, 4)])
def test_a_step_by_four_is_found_and_placed(number, runs):
    tests = [test(family(number, 4.0, seed=seed, runs=runs)) for seed in range(8)]
    right = [each.found and each.location[0] < 3.2e9 < each.location[1] and each.size < 1 for each in tests]
    assert sum(right) >= 5
    assert all(each.p_left_out <= 0.2 and each.narrowest_rejected <= 1 for each in tests if each.found)


def test_at_eight_sizes_a_step_and_one_bad_model_cannot_be_told_apart():
    tests = [test(family(8, 4.0, seed=seed)) for seed in range(12)]
    assert not any(each.verdict == "no step" for each in tests)
    assert sum(each.verdict == "cannot tell" for each in tests) >= 8


def test_no_step_is_only_said_where_one_would_have_been_found():
    tests = [test(family(12, seed=seed, scatter=scatter)) for seed in range(6) for scatter in (1, 12)]
    verdicts = {(each.verdict, each.detectable <= 4) for each in tests if each.p_value > 0.05}
    assert verdicts == {("no step", True), ("cannot tell", False)}
    # What is said to be found in 8 of 10 families is found in more than half of them.
    typical = np.median([test(family(12, seed=seed)).detectable for seed in range(15)])
    assert sum(test(family(12, typical, seed=seed)).found for seed in range(20)) >= 10


def test_the_bound_decides_what_is_steep():
    sizes = np.geomspace(1e8, 1e11, 24)
    noise = np.random.default_rng(0).normal(0, 0.03, 24)
    rise = np.exp(-2 / (1 + np.exp(-(np.log10(sizes) - 9.5) * 2 * np.log(9) / 0.5)) + noise)  # half a decade
    curve = Curve.from_scores(sizes, rise)
    assert test(curve, narrowest=2).p_value <= 0.05 < test(curve, narrowest=0.4).p_value


def test_units_order_and_direction_do_not_matter():
    curve = family(12, 4.0)
    mixed = np.random.default_rng(0).permutation(12)
    one = test(curve)
    other = test(Curve.from_scores(curve.parameters[mixed] * 1e3, curve.scores[mixed] * 50))
    assert other.statistic == pytest.approx(one.statistic, rel=1e-6)
    assert other.size == pytest.approx(one.size, rel=1e-6) and other.p_value == one.p_value
    upside = test(Curve.from_scores(curve.parameters, 1 / curve.scores))
    assert upside.size == pytest.approx(1 / one.size, rel=1e-6)


def test_the_scale_is_chosen_and_printed():
    sizes = np.geomspace(1e8, 1e11, 12)
    losses = toy.loss_curve(sizes)
    right = np.round(1000 * np.exp(-5 * losses))
    curve = Curve.from_counts(sizes, right, [1000] * 12, losses=losses)
    assert (break_test(curve).of, break_test(curve).scale) == ("losses", "log")
    scores = break_test(curve, "scores")
    assert scores.scale == "log-log" and (scores.scores > 0).all()
    assert "scores on a log-log scale" in scores.answer()
    seen = (right > 0) & (right < 1000)
    assert scores.parameters.tolist() == sizes[seen].tolist()
    plain = Curve.from_scores(sizes, losses - losses.min())
    assert break_test(plain).scale == "linear"
    with pytest.raises(ValueError, match="values must be above 0 on the scale log; got 0"):
        break_test(plain, scale="log")
    with pytest.raises(ValueError, match="no counts; got 'log-log'"):
        break_test(plain, scale="log-log")
    with pytest.raises(ValueError, match="must have losses"):
        break_test(plain, "losses")


def test_too_little_is_said():
    assert test(family(6)).reason == "6 sizes, at least 7 are needed"
    one_seen = Curve.from_counts(np.geomspace(1e8, 1e11, 8), [0] * 7 + [4], [10] * 8)
    assert break_test(one_seen).reason == "1 size, at least 7 are needed"
    sizes = np.repeat(np.geomspace(1e8, 1e11, 8), 2)
    found = np.ones(16)
    found[9] = 1 / 4  # one of the two runs of the fifth size has found a trick
    two_places = Curve.from_scores(sizes, (sizes / 1e9) ** -0.1 * found)
    assert "two places" in test(two_places).reason
    nothing = Curve.from_counts(np.geomspace(1e8, 1e11, 8), [0] * 8, [10] * 8)
    assert "right and wrong" in break_test(nothing).reason


def test_the_same_seed_gives_the_same_answer():
    curve = family(12, 2.0)
    assert test(curve, rng=3).p_value == test(curve, rng=3).p_value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"narrowest": 0}, "narrowest must be finite and at least 0.01"),
        ({"replicates": 10}, "replicates must be"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        test(family(), **options)


def test_of_eight_sizes_with_one_run_each_it_never_says_no_step():
    for seed in range(5):
        found = break_test(family(8, seed=seed, scatter=0.2), scale="log", replicates=199)
        assert found.verdict == "cannot tell" and np.isinf(found.detectable)


def test_scatter_that_is_not_even_seldom_has_a_small_p_value():
    drawn = (family(12, kind="uneven", seed=seed) for seed in range(40))
    small = sum(break_test(curve, scale="log", replicates=99).p_value <= 0.05 for curve in drawn)
    assert small <= stats.binom.isf(0.01, 40, 0.05)
