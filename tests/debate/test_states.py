"""The test of two states, against SciPy's distributions, its symmetries and simulated runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from mirage import datasets, debate
from mirage.debate import states


def test_likelihoods_are_those_of_scipys_beta_binomial():
    counts = np.array([0, 1, 17, 50, 49])
    single, double = states._likelihoods(counts[:, None], 50)  # each count a set of its own
    components = states._beta(*states._FINE)
    expected = stats.betabinom.logpmf(counts, 50, *components.T[:, :, None])
    for least, error in ((-6, 0.15), (-3, 0.05), (-1, 0.01)):  # the nodes are as close as the items can tell
        likely = expected > least
        np.testing.assert_allclose(single["beta"][likely], expected[likely], atol=error)
    low, high, weight = states._pairs()
    pmf = stats.betabinom.pmf(counts, 50, *states._beta(*states._COARSE).T[:, :, None])
    expected = np.log((1 - weight)[:, None] * pmf[low] + weight[:, None] * pmf[high])
    likely = expected > -6
    np.testing.assert_allclose(double[likely], expected[likely], atol=0.15)


def test_likelihoods_of_the_logistic_normal_are_an_integral():
    grid = states._normal()
    place = np.abs(grid - [-1, 1]).sum(axis=1).argmin()
    mean, deviation = grid[place]
    single, _ = states._likelihoods(np.array([[7], [30]]), 40)
    for count, ours in zip((7, 30), single["logistic-normal"][place], strict=True):
        expected, _ = integrate.quad(
            lambda u, k=count: stats.binom.pmf(k, 40, special.expit(u)) * stats.norm.pdf(u, mean, deviation),
            -15,
            15,
            points=[mean],
        )
        assert ours == pytest.approx(np.log(expected), abs=0.01)


def peaks(density):
    """Number of places from which a density falls on both sides, at least at the ends."""
    steps = np.sign(np.diff(density))
    steps = steps[steps != 0]
    return 1 + np.sum((steps[:-1] < 0) & (steps[1:] > 0))


def test_each_single_state_has_one_peak_and_each_pair_a_valley():
    x = np.linspace(0.0005, 0.9995, 1000)
    for a, b in states._beta(*states._FINE)[::7]:
        assert peaks(stats.beta.logpdf(x, a, b).round(9)) == 1
    for mean, deviation in states._normal()[::7]:
        density = stats.norm.logpdf(special.logit(x), mean, deviation) - np.log(x * (1 - x))
        assert peaks(density.round(9)) == 1
    low, high, weight = (each[::97] for each in states._pairs())
    components = states._beta(*states._COARSE)
    edges = np.linspace(0, 1, 101)
    for i, j, w in zip(low, high, weight, strict=True):
        below, above = (stats.beta.cdf(edges, *components[k]) for k in (i, j))
        mass = np.diff((1 - w) * below + w * above)
        assert any(mass[k] < 0.501 * min(mass[:k].max(), mass[k + 1 :].max()) for k in range(1, 99))
        assert components[i, 0] / components[i].sum() < components[j, 0] / components[j].sum()


def test_two_far_groups_are_found_and_named():
    found = debate.two_states([0, 2, 3, 88, 95, 97, 1], 100, replicates=99)
    assert found.found and found.low < 0.1 and found.high > 0.9
    assert set(found.p_values) == set(states.NULLS) and found.p_value == max(found.p_values.values())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=6, max_size=15), st.randoms(use_true_random=False))
def test_order_and_mirror_image_do_not_matter(right, random):
    statistic = debate.two_states(right, 60, replicates=39).statistic
    mirrored = [60 - count for count in right]
    random.shuffle(mirrored)
    assert debate.two_states(mirrored, 60, replicates=39).statistic == pytest.approx(statistic, abs=1e-6)


def test_few_items_blur_two_states():
    shares = np.repeat([0.2, 0.8], 10)
    assert debate.two_states(np.round(1000 * shares).astype(int), 1000).found
    few = np.random.default_rng(0).binomial(3, shares)
    assert not debate.two_states(few, 3).found


def test_false_alarms_are_as_rare_as_they_should_be():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        right = rng.binomial(200, rng.beta(0.5, 1.5, 12))
        found += debate.two_states(right, 200, replicates=39, rng=rng).found
    assert found <= 6  # of 40 at the level of 5%: more has a probability of 0.3%


def test_too_few_runs_and_wrong_numbers():
    few = debate.two_states([0, 9, 10, 1, 9], 10)
    assert not few.found and few.answer() == "cannot tell: fewer than 6 runs"
    with pytest.raises(ValueError, match="successes must be at most trials"):
        debate.two_states([0, 11] * 4, 10)
    with pytest.raises(ValueError, match="replicates"):
        debate.two_states([0, 10] * 4, 10, replicates=5)


def test_the_published_calibration_is_of_this_test():
    """The rates of the table, which experiments/two_states.py makes, drawn again in a few sets."""
    from experiments import two_states

    table = datasets.load_two_states().set_index(["truth", "runs"])
    assert set(table.index) == {(t, n) for t in [*two_states.ONE, *two_states.TWO] for n in two_states.RUNS}
    assert (table["of"] == two_states.SETS).all()
    again = two_states.counted("0.03 and 0.93, half each", 8, 10)
    share = table.loc[("0.03 and 0.93, half each", 8), "found"] / two_states.SETS
    assert stats.binomtest(again["found"], 10, share).pvalue > 1e-4
