"""Sampled outputs of the toy model: what the scores of them are expected to be."""

import numpy as np
import pytest
from scipy import stats

from mirage import metrics, scaling, toy

SIZES = np.logspace(8, 11, 5)


@pytest.fixture(scope="module")
def outputs():
    return toy.sample_outputs(SIZES, exponent=0.4, length=4, items=4000, rng=3)


def test_sampled_outputs_score_as_the_toy_model_expects(outputs):
    p = scaling.token_probability(scaling.loss(SIZES, 1e9, 0.4))
    answers = outputs["target"], outputs["prediction"]
    exact = outputs.assign(score=metrics.exact_match(*answers)).groupby("parameters")["score"].sum()
    right = outputs.assign(score=metrics.token_accuracy(*answers)).groupby("parameters")["score"].mean()
    for successes, expected in zip(exact, toy.accuracy(p, 4), strict=True):
        assert stats.binomtest(int(successes), 4000, expected).pvalue > 1e-4
    np.testing.assert_allclose(right, p, atol=0.02)


def test_expected_edit_distance_is_an_upper_bound(outputs):
    p = scaling.token_probability(scaling.loss(SIZES, 1e9, 0.4))
    edits = outputs.assign(score=metrics.token_edit_distance(outputs["target"], outputs["prediction"]))
    mean = edits.groupby("parameters")["score"].mean().to_numpy()
    assert (mean < toy.token_edit_distance(p, 4) + 0.05).all()


def test_all_models_answer_the_same_items_and_log_probabilities_are_theirs(outputs):
    assert outputs.groupby("item")["target"].nunique().max() == 1
    loss = scaling.loss(outputs["parameters"].to_numpy(), 1e9, 0.4)
    np.testing.assert_allclose(metrics.cross_entropy(list(outputs["log_probabilities"])), loss)


def test_wrong_digits_are_never_right_and_cover_the_other_nine():
    outputs = toy.sample_outputs([1e-30], length=1, items=5000, rng=0)
    assert (outputs["target"] != outputs["prediction"]).all()
    assert set(outputs["prediction"]) == set("0123456789")


def test_same_seed_same_outputs():
    first, again = (toy.sample_outputs([1e9], items=20, rng=5) for _ in range(2))
    other = toy.sample_outputs([1e9], items=20, rng=6)
    assert list(first["prediction"]) == list(again["prediction"]) != list(other["prediction"])
