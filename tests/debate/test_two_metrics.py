"""Two scores of the same answers: what the toy model must give, a slow textbook version, and the window."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mirage import debate, toy

SIZES, MANY = np.geomspace(1e6, 1e13, 15), np.geomspace(1e3, 1e21, 90)


def families(runs, harsh, lenient, noise=0.0, sizes=SIZES, rng=None):
    """Sizes, two scores and seeds of runs with a scatter of their own in the logarithm of the size."""
    rng = np.random.default_rng(0) if rng is None else rng
    at, seeds = np.tile(sizes, runs), np.repeat(np.arange(runs), sizes.size)
    p = np.exp(-((at * 10 ** rng.normal(0, noise, at.size) / 1e9) ** -0.5))
    return at, harsh(p), lenient(p), seeds


def test_longer_answers_of_the_toy_model_come_later_and_are_as_wide():
    for length in (2, 5, 20):
        both = families(2, lambda p, n=length: toy.accuracy(p, n), lambda p: p, sizes=MANY)
        found = debate.compare_rises(*both, draws=100)
        assert found.later == pytest.approx(length**2, rel=0.05)  # L^(1/0.5)
        assert found.wider == pytest.approx(1, rel=0.05)


def test_a_score_of_half_the_exponent_is_twice_as_wide():
    sizes = np.tile(MANY, 2)
    harsh, lenient = (np.exp(-((sizes / 1e9) ** -a)) for a in (0.8, 0.4))
    found = debate.compare_rises(sizes, harsh, lenient, np.repeat([0, 1], MANY.size), draws=100)
    assert found.wider == pytest.approx(2, rel=0.02)


def test_it_reads_off_the_running_mean_that_pools_what_falls():
    sizes = 10.0 ** np.arange(5)
    harsh, lenient = [0.0, 0.0, 0.6, 0.4, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0]
    found = debate.compare_rises(
        np.tile(sizes, 2), np.tile(harsh, 2), np.tile(lenient, 2), np.repeat([0, 1], 5), draws=100
    )
    # By hand: 0.6 and 0.4 are pooled to 0.5; 10, 50, 90% at 1.2, 2.5, 3.8 decades, against 0.4, 2, 3.6.
    assert found.later == pytest.approx(10**0.5)
    assert found.wider == pytest.approx(3.2 / 2.6)


@pytest.mark.parametrize("at_each_size", [False, True])
def test_intervals_hold_the_truth_about_as_often_as_they_say(at_each_size):
    def scattered(runs, rng):
        return families(runs, lambda p: p**3, lambda p: p, 0.3, rng=rng)

    rng = np.random.default_rng(1)
    truth = debate.compare_rises(*scattered(4000, rng), draws=100)
    found = [
        debate.compare_rises(*scattered(12, rng), at_each_size=at_each_size, draws=200, rng=rng)
        for _ in range(100)
    ]
    for name in ("later", "wider"):
        ends = np.array([getattr(each, f"{name}_interval") for each in found])
        held = ((ends[:, 0] <= getattr(truth, name)) & (getattr(truth, name) <= ends[:, 1])).sum()
        assert stats.binom.cdf(held, 100, 0.9) > 0.001, held
    assert all(each.later_p <= 0.05 for each in found)


def test_units_that_bring_all_their_sizes_are_drawn_whole():
    sizes = np.tile(MANY, 2)
    shift = np.repeat([1.0, 100.0], MANY.size)
    harsh, lenient = (np.exp(-((sizes / (k * shift)) ** -0.5)) for k in (1e9, 1e8))
    units = np.repeat(["a", "b"], MANY.size)
    found = debate.compare_rises(sizes, harsh, lenient, units, draws=400)
    assert found.later_interval == pytest.approx((10, 10), rel=0.1)  # in each family by the same factor
    assert found.later_p == pytest.approx(1 / 401)  # the least that 400 draws and the data can give


def of_two_kinds(early: int, late: int) -> tuple:
    """Runs whose harsh score has made half of its way at 0.5, or at 2.375 decades; the lenient at 1.5."""
    runs = [[0, 1, 1, 1]] * early + [[0, 0, 0.2, 1]] * late
    sizes, lenient = 10.0 ** np.arange(4), [0, 1 / 3, 2 / 3, 1]
    units = np.repeat(np.arange(len(runs)), 4)
    return np.tile(sizes, len(runs)), np.ravel(runs), np.tile(lenient, len(runs)), units


@pytest.mark.parametrize("sign", [1, -1])
def test_p_is_twice_the_share_of_draws_on_the_rarer_side(sign):
    """Of two runs, drawn are the late one twice in a quarter of cases; both are early, by their mean."""
    sizes, *scores, units = of_two_kinds(1, 1)
    found = debate.compare_rises(sizes, *scores[::sign], units, draws=5000)
    assert found.later == pytest.approx(10 ** (-0.5 * sign))  # the mean is 0.5 at one decade
    assert found.later_interval == pytest.approx(sorted([10**-sign, 10 ** (0.875 * sign)]))
    assert found.later_p == pytest.approx(0.5, abs=8 * (0.25 * 0.75 / 5000) ** 0.5)


@pytest.mark.parametrize(
    ("kinds", "end", "pure", "reached"),
    [
        ((3, 4), 1, 10**0.875, False),  # all seven are late in (4/7)^7 = 2.0% of draws
        ((3, 8), 1, 10**0.875, True),  # all eleven in (8/11)^11 = 3.0%
        ((4, 3), 0, 10**-1, False),
        ((8, 3), 0, 10**-1, True),
    ],
)
def test_an_interval_leaves_out_two_and_a_half_in_a_hundred_on_each_side(kinds, end, pure, reached):
    found = debate.compare_rises(*of_two_kinds(*kinds), draws=10_000)
    assert (found.later_interval[end] == pytest.approx(pure)) == reached


def test_a_score_compared_with_itself_is_neither_later_nor_wider():
    at, score, _, units = families(3, lambda p: p**3, lambda p: p, 0.3)
    found = debate.compare_rises(at, score, score, units, draws=100)
    assert (found.later, found.wider, found.later_p, found.wider_p) == (1, 1, 1, 1)
    assert found.later_interval == found.wider_interval == (1, 1)


def test_the_window_makes_a_score_that_still_climbs_look_narrower():
    whole, cut = (
        debate.compare_rises(*families(2, lambda p: p**5, lambda p: p, sizes=sizes), draws=100)
        for sizes in (MANY, np.geomspace(1e6, 1e10, 15))
    )
    assert whole.wider < 1.1 < 1.3 < cut.wider


def test_a_table_of_comparisons_is_compared_one_by_one():
    parts = []
    for name, chance, harsh in (
        ("whole", 0.0, lambda p: p),
        ("cut", 0.0, lambda p: p / 2),
        ("guess", 0.6, np.sqrt),
    ):
        sizes, up, lenient, units = families(3, harsh, lambda p: p, 0.1)
        one = pd.DataFrame({"size": sizes, "harsh": up, "lenient": lenient, "unit": units})
        parts.append(one.assign(comparison=name, at_each_size=name == "cut", chance=chance))
    found = debate.compare_metrics(pd.concat(parts))
    assert found.index.tolist() == ["whole", "cut", "guess"]
    assert found["whole"].tolist() == [True, False, True]
    assert (found["sizes"] == SIZES.size).all()
    one = parts[1]
    alone = debate.compare_rises(one["size"], one["harsh"], one["lenient"], one["unit"], at_each_size=True)
    assert found.loc["cut", ["wider_low", "wider_high"]].tolist() == list(alone.wider_interval)
    assert found.loc["cut", ["later", "later_p"]].tolist() == [alone.later, alone.later_p]
    with pytest.raises(ValueError, match=r"table must have the columns comparison, .*; missing: chance"):
        debate.compare_metrics(parts[0].drop(columns="chance"))


def test_what_cannot_be_compared_is_refused():
    sizes, up, units = [1, 2, 3, 1, 2, 3], [0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1]
    with pytest.raises(ValueError, match="lenient must rise with the size"):
        debate.compare_rises(sizes, up, [2, 1, 0] * 2, units)
    with pytest.raises(ValueError, match="sizes must hold three different ones or more; got 2"):
        debate.compare_rises([1, 2] * 3, up, up, units)
    with pytest.raises(ValueError, match="units must be two or more, at each size"):
        debate.compare_rises([1, 2, 3, 1, 2, 4], up, up, units, at_each_size=True)
    with pytest.raises(ValueError, match="units must be a list, as many as sizes"):
        debate.compare_rises(sizes, up, up, units[:5])
    with pytest.raises(ValueError, match="draws must be"):
        debate.compare_rises(sizes, up, up, units, draws=5)
