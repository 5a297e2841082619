"""Items in clusters and floors with an error, against statsmodels, numerical integrals and simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirage import resolution
from mirage.resolution import (
    cluster_draws,
    cluster_standard_error,
    design_effect,
    exchange_test,
    visibility,
)

items = st.lists(st.tuples(st.floats(-10, 10), st.sampled_from("abcdef")), min_size=2, max_size=40)


@given(items)
def test_the_clustered_error_is_that_of_statsmodels_and_of_a_plain_loop(rows):
    scores, names = zip(*rows, strict=True)
    error, count = cluster_standard_error(scores, names)
    assert count == len(set(names))
    if count == 1:
        assert np.isnan(error)
        return
    mean, total = sum(scores) / len(scores), 0
    for name in set(names):
        total += sum(score - mean for score, other in rows if other == name) ** 2
    assert error == pytest.approx((count / (count - 1) * total) ** 0.5 / len(scores), abs=1e-9)
    groups = np.unique(names, return_inverse=True)[1]
    fit = sm.OLS(scores, np.ones(len(scores))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert error == pytest.approx(fit.bse[0], abs=1e-9)  # with one parameter the correction is G/(G − 1)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=40))
def test_clusters_of_one_item_have_the_usual_error(scores):
    error, _ = cluster_standard_error(scores, np.arange(len(scores))[::-1])
    assert error == pytest.approx(stats.sem(scores), abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("copies", [1, 5])
def test_the_effect_of_identical_answers_is_their_number(share, copies):
    answers = np.random.default_rng(0).binomial(1, share, 4000)
    item = np.arange(4000)
    assert design_effect(np.repeat(answers, copies), np.repeat(item, copies)) == pytest.approx(
        copies, rel=0.01
    )
    assert design_effect(np.tile(answers, copies), np.tile(item, copies)) == pytest.approx(copies, rel=0.01)


def test_the_effect_of_independent_items_in_clusters_is_1_and_of_alike_ones_that_of_kish():
    rng, passage = np.random.default_rng(0), np.repeat(np.arange(20_000), 5)
    assert design_effect(rng.binomial(1, 0.25, 100_000), passage) == pytest.approx(1, abs=0.05)
    alike = rng.binomial(1, np.repeat(rng.beta(1, 3, 20_000), 5))  # correlation 1/(1 + 1 + 3)
    assert design_effect(alike, passage) == pytest.approx(1 + 4 / 5, rel=0.05)


def test_few_clusters_enlarge_the_effect_as_in_korn_and_graubard():
    rng = np.random.default_rng(0)
    scores, passage = rng.permutation(np.arange(40) % 2), np.repeat([0, 1], 20)
    ratio = max(cluster_standard_error(scores, passage)[0] ** 2 / (0.25 / 39), 1)
    few = stats.t.isf(0.025, 1) / stats.t.isf(0.025, 39)
    assert design_effect(scores, passage) == pytest.approx(ratio * few**2)


@pytest.mark.parametrize(("scores", "clusters"), [([1, 1], "ab"), ([0, 0], "ab"), ([0, 1], "aa")])
def test_where_nothing_varies_there_is_no_effect(scores, clusters):
    assert np.isnan(design_effect(scores, list(clusters)))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.sampled_from([0, 0.25, (0.25, 0.02), 0.9]))
def test_items_of_an_effect_of_2_count_half(right, floor):
    seen = visibility(right, [200] * len(right), floor=floor)
    double = visibility(2 * np.array(right), [400] * len(right), floor=floor, design_effect=2)
    for name in ("p_value", "adjusted_p_value", "visible", "interval", "smallest_visible"):
        np.testing.assert_allclose(getattr(double, name), getattr(seen, name))


def in_passages(rng):
    return rng.binomial(1, np.repeat(rng.beta(1, 3, 40), 5))  # mean .25, correlation .2


def answered_five_times(rng):
    return np.repeat(rng.binomial(1, 0.25, 40), 5)


@pytest.mark.parametrize("draw", [in_passages, answered_five_times])
def test_models_that_guess_are_seldom_visible_with_the_effect_and_often_without(draw):
    rng, families = np.random.default_rng(0), 300
    clusters, false = np.repeat(np.arange(40), 5), np.zeros(2, int)
    for _ in range(families):
        answers = [draw(rng) for _ in range(8)]
        right = np.sum(answers, axis=1)
        effects = [design_effect(each, clusters) for each in answers]
        false += [
            visibility(right, [200] * 8, floor=0.25, design_effect=effect).visible.any()
            for effect in (effects, 1)
        ]
    with_effect, without = (
        stats.binomtest(int(count), families, 0.05, alternative="greater").pvalue for count in false
    )
    assert with_effect > 0.01 and without < 1e-4


@pytest.mark.parametrize("models", [1, 8])
@pytest.mark.parametrize("trials", [200, 20_000])
def test_a_floor_that_is_not_known_exactly_is_seldom_exceeded_by_luck(trials, models):
    rng, families = np.random.default_rng(0), 500
    floors = rng.normal(0.25, 0.03, families)
    right = rng.binomial(trials, floors[:, None], (families, models))
    false = [
        sum(visibility(each, [trials] * models, floor=floor).visible.any() for each in right)
        for floor in ((0.25, 0.03), 0.25)
    ]
    exact = [stats.binomtest(int(count), families, 0.05, alternative="greater").pvalue for count in false]
    assert exact[0] > 0.01 and exact[1] < 1e-4


@pytest.mark.parametrize(("floor", "error"), [(0.25, 0.01), (0.25, 0.05), (0.02, 0.02)])
@pytest.mark.parametrize("trials", [50, 2000, 50_000])
def test_with_an_error_of_the_floor_the_tail_is_the_mean_over_it(trials, floor, error):
    right = np.floor(trials * (floor + np.array([-0.5, 0.5, 1.2, 1.7, 2.4]) * error)).clip(0)
    levels = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, floor, error).clip(0, 1)
    expected = [stats.binom.sf(count - 1, trials, levels).mean() for count in right]
    found = resolution.tail_at_floor(right / trials, np.full(5, trials), floor, error)
    np.testing.assert_allclose(found, expected, rtol=0.05, atol=5e-4)


def test_an_effect_for_other_models_is_refused():
    with pytest.raises(ValueError, match=r"design_effect must be a list, as many as models"):
        visibility([1, 2], [5, 5], floor=0, design_effect=[1, 2, 3])
    with pytest.raises(ValueError, match="clusters must be a list, as many as scores"):
        cluster_standard_error([0, 1], ["a"])


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=8), st.sampled_from([1e-300, 0.1, 1e300]))
def test_the_exchange_test_is_scipys_permutation_test_whatever_the_unit(differences, unit):
    how = {"permutation_type": "samples", "n_resamples": 2 ** len(differences)}
    expected = stats.permutation_test([differences], np.sum, **how).pvalue if len(differences) > 1 else 1
    assert exchange_test(np.array(differences) * unit) == pytest.approx(expected)


def test_the_exchange_test_calls_few_things_sure_that_are_not():
    rng = np.random.default_rng(0)
    p_values = [exchange_test(rng.standard_t(3, 10)) for _ in range(1000)]
    assert 0.03 < np.mean(np.array(p_values) <= 0.05) <= 0.065


def test_the_exchange_test_refuses_more_than_it_can_try():
    with pytest.raises(ValueError, match="differences must be those of at most 24 clusters; got 25"):
        exchange_test(np.ones(25))


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=30), st.integers(1, 5))
def test_as_many_clusters_as_there_are_are_drawn_and_each_whole(names, times):
    drawn = cluster_draws(names, times, rng=1)
    assert drawn.shape == (times, len(names))
    for weights in drawn:
        by_name = {
            name: {w for w, other in zip(weights, names, strict=True) if other == name} for name in names
        }
        assert all(len(found) == 1 for found in by_name.values())
        assert sum(map(max, by_name.values())) == len(by_name)


def test_the_means_of_draws_scatter_as_the_clustered_error_says():
    rng = np.random.default_rng(0)
    names = np.repeat(np.arange(100), 5)
    scores = rng.normal(size=100)[names] + rng.normal(size=500)
    means = [np.average(scores, weights=weights) for weights in cluster_draws(names, 4000, rng)]
    assert np.std(means) == pytest.approx(cluster_standard_error(scores, names)[0], rel=0.05)
