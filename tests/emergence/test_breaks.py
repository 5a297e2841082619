"""The test for a step: least squares as an oracle, how often it errs, what it finds, what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from mirage.emergence import _smooth
from mirage.emergence.breaks import break_test

EIGHT = np.logspace(8, 11, 8)
GPT3 = np.array([125e6, 350e6, 760e6, 1.3e9, 2.7e9, 6.7e9, 13e9, 175e9])


def rising(x, width):
    """A logistic rise in log10 N with this 10-90 width."""
    return special.expit((x - x.mean()) / width * 2 * np.log(9))


# Logarithms of losses over log10 N, all smooth.
SMOOTH = {
    "flat": lambda x: 0 * x,
    "power law": lambda x: -0.4 * x,
    "irreducible": lambda x: np.log(0.3 + 10 ** (-0.3 * (x - x.mean()))),
    "from chance": lambda x: -np.log1p(10 ** (0.8 * (x - x.mean()))),
    "bent": lambda x: -0.2 * x - 0.3 * np.logaddexp(0, (x - x.mean()) / 0.4),
    "steep": lambda x: -0.3 * x - np.log(4) * rising(x, 4 * np.median(np.diff(x))),
}


def p_values(curve, sizes, scatter, families, factor=1.0, replicates=99):
    x = np.log10(sizes)
    jump = np.where(np.arange(sizes.size) >= sizes.size // 2, -np.log(factor), 0)
    draws = np.random.default_rng(1).normal(0, scatter, (families, sizes.size))
    return np.array(
        [
            break_test(sizes, np.exp(curve(x) + jump + draw), replicates=replicates, rng=i).p_value
            for i, draw in enumerate(draws)
        ]
    )


@pytest.mark.parametrize("name", SMOOTH)
def test_a_smooth_family_is_seldom_said_to_have_a_step(name):
    found = (p_values(SMOOTH[name], EIGHT, 0.05, families=25) <= 0.05).sum()
    assert stats.binomtest(int(found), 25, 0.05, alternative="greater").pvalue > 1e-3


def test_a_family_that_follows_a_formula_exactly_has_no_step():
    for curve in SMOOTH.values():
        assert p_values(curve, GPT3, 0.0, families=1)[0] > 0.2


def test_a_step_is_found_and_placed():
    assert (p_values(SMOOTH["power law"], EIGHT, 0.05, families=15, factor=4) <= 0.05).sum() >= 10
    result = break_test(EIGHT, np.where(EIGHT > 3e9, 0.25, 1) * EIGHT**-0.1, rng=2)
    assert result.p_value <= 0.05
    assert result.location == pytest.approx(tuple(EIGHT[3:5]))
    assert result.size == pytest.approx(0.25, rel=0.01)


def test_a_curve_as_steep_as_a_step_is_one_or_not_by_the_bound():
    sizes = np.logspace(8, 11, 12)
    x = np.log10(sizes)
    gap = np.median(np.diff(x))
    steep = np.exp(-2 * rising(x, 1.5 * gap) + np.random.default_rng(0).normal(0, 0.01, 12))
    assert break_test(sizes, steep, narrowest=4 * gap).p_value <= 0.05
    assert break_test(sizes, steep, narrowest=gap).p_value > 0.05


def test_a_narrower_bound_never_finds_more():
    for seed in range(5):
        scores = np.random.default_rng(seed).lognormal(0, 0.3, 8)
        verdicts = break_test(EIGHT, scores, replicates=199).verdicts
        assert list(verdicts) == [1, 2, 4]
        assert verdicts[1] >= verdicts[2] >= verdicts[4]


@settings(max_examples=10)
@given(st.floats(-5, 5), st.floats(-3, 3), st.permutations(range(8)))
def test_units_and_order_do_not_matter(parameters, scores, order):
    loss = EIGHT**-0.2 * np.random.default_rng(3).lognormal(0, 0.1, 8)
    before = break_test(EIGHT, loss, replicates=99)
    order = np.array(order)
    after = break_test(10**parameters * EIGHT[order], 10**scores * loss[order], replicates=99)
    assert after.statistic == pytest.approx(before.statistic, rel=1e-4, abs=1e-6)
    assert after.size == pytest.approx(before.size, rel=1e-4)
    assert after.p_value == pytest.approx(before.p_value, abs=0.2)  # of 99 draws each


def test_the_squares_are_those_of_least_squares():
    rng = np.random.default_rng(0)
    x, z, weights = np.sort(rng.uniform(8, 11, 9)), rng.normal(size=9), rng.uniform(0.5, 2, 9)
    shapes = np.vstack([np.zeros(9), np.tanh(x - 9), np.maximum(x - 9.5, 0)])
    grid = _smooth.Grid(x, shapes, weights)
    left, taken = grid.scan(z[:, None])
    root = np.sqrt(weights)

    def squares(*columns):
        design = np.column_stack([np.ones(9), x, *columns]) * root[:, None]
        fitted = design @ np.linalg.lstsq(design, z * root, rcond=None)[0]
        return ((z * root - fitted) ** 2).sum()

    for i, shape in enumerate(shapes):
        columns = [shape] if shape.any() else []
        assert left[i, 0] == pytest.approx(squares(*columns))
        told = [gap for gap in range(8) if grid.steps[gap, i].any()]
        with_step = {gap: squares(*columns, (np.arange(9) > gap).astype(float)) for gap in told}
        assert left[i, 0] - taken[i, 0] == pytest.approx(min(with_step.values()))
        gap, height = grid.step(z, i)
        assert gap == min(with_step, key=with_step.get)
        design = np.column_stack([np.ones(9), x, *columns, np.arange(9) > gap]) * root[:, None]
        assert height == pytest.approx(np.linalg.lstsq(design, z * root, rcond=None)[0][-1])


def test_too_few_sizes_cannot_tell():
    result = break_test(EIGHT[:5], [5.0, 4.0, 3.0, 2.0, 1.0])
    assert np.isnan(result.p_value) and np.isnan(result.size)
    assert result.summary() == "cannot tell: the sizes are 5, and 6 are needed"


def test_seeds_in_two_places_need_four_runs_of_each_size():
    sizes = np.repeat(EIGHT, 4)
    loss = sizes**-0.05 * np.random.default_rng(1).lognormal(0, 0.02, 32)
    loss[13] *= 0.05
    assert np.isfinite(break_test(sizes, loss, replicates=99).p_value)
    assert "two places" in break_test(sizes[:-1], loss[:-1]).summary()


def test_replicates_sharpen_the_test():
    jump = np.where(EIGHT > 3e9, 1 / 1.6, 1) * EIGHT**-0.1
    scatter = np.random.default_rng(4).lognormal(0, 0.1, (16, 8))
    once = np.median([break_test(EIGHT, jump * draw, replicates=199).p_value for draw in scatter])
    together = break_test(np.tile(EIGHT, 16), (jump * scatter).ravel(), replicates=199).p_value
    assert together < once


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": [1e8, -1.0], "scores": [1.0, 2.0]}, "parameters must be finite and above 0; got -1"),
        ({"parameters": [1e8, 1e9], "scores": [1.0]}, "same length; got 2, 1 and 1"),
        (
            {"parameters": EIGHT, "scores": EIGHT, "narrowest": 0},
            "narrowest must be finite and at least 0.01",
        ),
        (
            {"parameters": EIGHT, "scores": EIGHT, "replicates": 10},
            "replicates must be finite and at least 99 and at most 20000; got 10",
        ),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        break_test(**arguments)
