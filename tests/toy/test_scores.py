"""Expected scores of the toy model: identities, and the binomial distribution as an oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirage import metrics, scaling, toy

probabilities = st.floats(0, 1)


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


def test_errors_name_the_argument_its_value_and_what_is_allowed():
    with pytest.raises(ValueError, match=r"p must be finite and at least 0 and at most 1; got 1.5"):
        toy.accuracy(1.5, 2)
    with pytest.raises(ValueError, match=r"length must be .*at least 1; got 0"):
        toy.accuracy(0.5, 0)
    with pytest.raises(ValueError, match=r"broadcast; got p \(2,\), length \(3,\)"):
        toy.accuracy([0.5, 0.5], [1, 2, 3])
