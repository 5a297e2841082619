"""The toy model: identities, and expectations against scores of sampled outputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirage import metrics, scaling, toy

probabilities = st.floats(0, 1)
SIZES = np.logspace(8, 11, 5)


@given(probabilities, st.integers(1, 50))
def test_accuracy_is_the_probability_that_no_token_is_wrong(p, length):
    assert toy.accuracy(p, length) == pytest.approx(stats.binom.pmf(length, length, p), abs=1e-12)


@given(probabilities, st.integers(1, 50))
def test_edit_distance_is_the_mean_number_of_wrong_tokens(p, length):
    assert toy.token_edit_distance(p, length) == pytest.approx(stats.binom.mean(length, 1 - p), abs=1e-9)


@given(probabilities, st.integers(2, 20))
def test_multiple_choice_scores_are_those_of_fixed_probabilities(p, options):
    rest = (1 - p) / (options - 1)
    row = np.full((1, options), rest)
    row[0, 0] = p
    assert toy.brier_score(p, options) == pytest.approx(metrics.brier_score(row, [0])[0], abs=1e-12)
    if abs(p - 1 / options) > 1e-9:
        assert toy.multiple_choice_grade(p, options) == metrics.multiple_choice_grade(row, [0])[0]


def test_length_only_shifts_the_curve():
    sizes, exponent, length = np.logspace(6, 13, 50), 0.4, 7

    def probability(size):
        return scaling.token_probability(scaling.loss(size, 1e9, exponent))

    shifted = probability(sizes / length ** (1 / exponent))
    np.testing.assert_allclose(toy.accuracy(probability(sizes), length), shifted, rtol=1e-10)


# Uniform guessing over four options scores (K - 1)/K = 0.75 in the sum over options.
def test_brier_score_of_a_uniform_guess():
    assert toy.brier_score(0.25, 4) == pytest.approx(0.75)


def test_a_jump_clears_the_bar_at_its_mean_height_half_of_the_time():
    assert toy.clearing_probability(2.0, 0.1, 2.0) == 0.5
    heights = np.random.default_rng(0).normal(2.0, 0.1, 100_000)
    assert toy.clearing_probability(2.0, 0.1, 2.15) == pytest.approx((heights > 2.15).mean(), abs=0.005)


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


def test_errors_name_the_argument_its_value_and_what_is_allowed():
    with pytest.raises(ValueError, match=r"p must be finite and at least 0 and at most 1; got 1.5"):
        toy.accuracy(1.5, 2)
    with pytest.raises(ValueError, match=r"length must be .*at least 1; got 0"):
        toy.accuracy(0.5, 0)
    with pytest.raises(ValueError, match=r"broadcast; got p \(2,\), length \(3,\)"):
        toy.accuracy([0.5, 0.5], [1, 2, 3])
