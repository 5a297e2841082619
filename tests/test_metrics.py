"""The scores of fixed outputs, against textbook versions, brute force and their mathematical properties."""

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirage import metrics, toy

SCORES_OF_TEXT = [metrics.exact_match, metrics.token_accuracy, metrics.token_edit_distance]
SCORES_OF_OPTIONS = [metrics.multiple_choice_grade, metrics.brier_score]

words = st.text(alphabet="ab9é中", max_size=7)
# Single letters beside their code points, −1 beside −2, "" beside 0: pairs whose hashes RapidFuzz confuses.
tokens = st.sampled_from(["a", 97, -1, -2, "", 0, "ab", 2**61 - 1, (1, 2), 0.5])
sequences = st.lists(tokens, max_size=6)
pairs = st.one_of(
    st.lists(st.tuples(words, words), min_size=1, max_size=8),
    st.lists(st.tuples(sequences, sequences), min_size=1, max_size=8),
)


def textbook_levenshtein(target, prediction):
    row = list(range(len(prediction) + 1))
    for i, wanted in enumerate(target, 1):
        above, row = row, [i]
        for j, given_token in enumerate(prediction, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (wanted != given_token)))
    return row[-1]


def textbook_token_accuracy(target, prediction):
    if len(target) == 0:
        return 1.0 if len(prediction) == 0 else 0.0
    return sum(t == p for t, p in zip(target, prediction, strict=False)) / len(target)


@given(pairs)
def test_the_scores_of_text_agree_with_textbook_versions(items):
    targets, predictions = map(list, zip(*items, strict=True))
    assert metrics.exact_match(targets, predictions).tolist() == [float(t == p) for t, p in items]
    assert metrics.token_edit_distance(targets, predictions).tolist() == list(
        itertools.starmap(textbook_levenshtein, items)
    )
    assert metrics.token_accuracy(targets, predictions).tolist() == pytest.approx(
        list(itertools.starmap(textbook_token_accuracy, items))
    )


@given(pairs)
def test_the_three_scores_of_text_agree_on_what_is_right(items):
    targets, predictions = map(list, zip(*items, strict=True))
    exact = metrics.exact_match(targets, predictions)
    edits = metrics.token_edit_distance(targets, predictions)
    np.testing.assert_array_equal(exact == 1, edits == 0)
    assert (metrics.token_accuracy(targets, predictions)[exact == 1] == 1).all()
    longest = [max(len(t), len(p)) for t, p in items]
    assert (edits <= longest).all() and (edits >= [abs(len(t) - len(p)) for t, p in items]).all()
    np.testing.assert_array_equal(edits, metrics.token_edit_distance(predictions, targets))


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
def test_a_string_is_the_sequence_of_its_characters(items):
    targets, predictions = map(list, zip(*items, strict=True))
    for score in SCORES_OF_TEXT:
        as_lists = score(list(map(list, targets)), list(map(list, predictions)))
        np.testing.assert_array_equal(score(targets, predictions), as_lists)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8), st.integers(min_value=2, max_value=2001))
def test_an_item_is_scored_the_same_in_any_batch(items, copies):
    targets, predictions = map(list, zip(*items, strict=True))
    for score in SCORES_OF_TEXT:
        many = score(targets * copies, predictions * copies)
        np.testing.assert_array_equal(many, np.tile(score(targets, predictions), copies))


def test_kitten_and_sitting_differ_by_three_edits():  # the standard example of the literature
    assert metrics.token_edit_distance(["kitten"], ["sitting"]).tolist() == [3]


def test_shifted_tokens_cost_two_edits_but_every_position():
    assert metrics.token_edit_distance(["1234"], ["2341"]).tolist() == [2]
    assert metrics.token_accuracy(["1234"], ["2341"]).tolist() == [0]


@pytest.mark.parametrize(
    "collect",
    [list, tuple, np.array, lambda x: pd.Series(x, index=range(7, 7 + len(x))), pd.Index, pd.array],
    ids=["list", "tuple", "array", "Series", "Index", "extension array"],
)
@pytest.mark.parametrize("score", SCORES_OF_TEXT)
def test_any_container_of_strings_is_read(score, collect):
    targets, predictions = ["4275", "88", ""], ["4275", "89", ""]
    assert isinstance(score(collect(targets), collect(predictions)), np.ndarray)
    np.testing.assert_array_equal(score(collect(targets), collect(predictions)), score(targets, predictions))


@pytest.mark.parametrize("score", SCORES_OF_TEXT)
def test_any_container_of_token_ids_is_read(score):
    targets, predictions = [[1, 2], [3, 4]], [[1, 2], [4, 3]]
    expected = score(targets, predictions)
    np.testing.assert_array_equal(score(np.array(targets), np.array(predictions)), expected)
    np.testing.assert_array_equal(score([np.array(t) for t in targets], pd.Series(predictions)), expected)
    np.testing.assert_array_equal(score(tuple(map(tuple, targets)), predictions), expected)


def test_the_scores_of_text_return_one_number_per_item():
    targets, predictions = ["12"] * 4321, ["13"] * 4321
    exact, accuracy, edits = (score(targets, predictions) for score in SCORES_OF_TEXT)
    assert exact.shape == accuracy.shape == edits.shape == (4321,)
    assert exact.dtype == accuracy.dtype == np.float64 and edits.dtype == np.int64
    assert edits[0] - 5 == -4  # counts are signed, so that differences between them are right


@pytest.mark.parametrize("score", SCORES_OF_TEXT)
@pytest.mark.parametrize(
    ("targets", "predictions", "error", "message"),
    [
        ("4275", ["4275"], TypeError, "targets must be a list.*not a single string; got '4275'"),
        (["4275"], "4275", TypeError, "predictions must be a list.*not a single string; got '4275'"),
        (None, ["1"], TypeError, "targets must be a list.*; got None"),
        ({"1": 2}, ["1"], TypeError, "targets must be a list.*; got {'1': 2} of type dict"),
        (np.array("1"), ["1"], TypeError, "targets must be a list"),
        (pd.DataFrame({"target": ["1"]}), ["1"], TypeError, "targets must be a list.*of type DataFrame"),
        (iter(["1"]), ["1"], TypeError, "targets must be a list"),
        ([], [], ValueError, r"targets must hold at least one item; got \[\]"),
        (["1"], [], ValueError, r"predictions must hold at least one item; got \[\]"),
        (["1", "2"], ["1"], ValueError, "same length; got 2 targets and 1 predictions"),
        (
            ["1", "2"],
            ["1", ["2"]],
            TypeError,
            r"targets\[1\] and predictions\[1\] must both.*'2' and \['2'\]",
        ),
        ([[1], 2], [[1], 2], TypeError, r"targets\[1\] must be a list.*; got 2"),
        ([[1], None], [[1], [2]], TypeError, r"targets\[1\] must be a list.*; got None"),
        (["1", None], ["1", None], TypeError, r"targets\[1\] must be a list.*; got None"),
        ([[1], [2]], [[1], {2}], TypeError, r"predictions\[1\] must be a list.*; got \{2\}"),
        ([[1], [[2]]], [[1], [2]], TypeError, r"targets\[1\] must hold hashable tokens.*; got \[\[2\]\]"),
        ([[1]], [[None]], TypeError, r"predictions\[0\] must hold.*missing.*; got \[None\]"),
        ([[math.nan]], [[1.0]], TypeError, r"targets\[0\] must hold.*missing.*; got \[nan\]"),
        ([[pd.NA]], [[1.0]], TypeError, r"targets\[0\] must hold.*missing.*; got \[<NA>\]"),
    ],
)
def test_bad_answers_are_refused(score, targets, predictions, error, message):
    with pytest.raises(error, match=message):
        score(targets, predictions)


def test_an_error_far_down_the_list_names_its_item():
    targets = [[1]] * 5000
    predictions = [[1]] * 4999 + [[None]]
    with pytest.raises(TypeError, match=r"predictions\[4999\]"):
        metrics.exact_match(targets, predictions)


options = st.integers(min_value=2, max_value=6).flatmap(
    lambda k: st.lists(
        st.tuples(st.lists(st.integers(0, 5), min_size=k, max_size=k).filter(any), st.integers(0, k - 1)),
        min_size=1,
        max_size=6,
    )
)


@given(options)
def test_the_scores_of_options_agree_with_exact_fractions(items):
    weights, answers = zip(*items, strict=True)
    probabilities = [[Fraction(w, sum(row)) for w in row] for row in weights]
    grade = [
        (Fraction(1, row.count(max(row))) if row[answer] == max(row) else Fraction(0))
        for row, answer in zip(probabilities, answers, strict=True)
    ]
    brier = [
        sum((p - (k == answer)) ** 2 for k, p in enumerate(row))
        for row, answer in zip(probabilities, answers, strict=True)
    ]
    as_floats = np.array(probabilities, dtype=float)
    assert metrics.multiple_choice_grade(as_floats, answers).tolist() == pytest.approx(
        list(map(float, grade))
    )
    assert metrics.brier_score(as_floats, answers).tolist() == pytest.approx(list(map(float, brier)))


@given(options, st.randoms())
def test_the_order_of_the_options_does_not_matter(items, random):
    weights, answers = zip(*items, strict=True)
    probabilities = np.array(weights) / np.sum(weights, axis=1, keepdims=True)
    order = list(range(probabilities.shape[1]))
    random.shuffle(order)
    moved = [order.index(answer) for answer in answers]
    for score in SCORES_OF_OPTIONS:
        np.testing.assert_allclose(score(probabilities[:, order], moved), score(probabilities, answers))


@pytest.mark.parametrize("number", [2, 3, 4, 7, 10])
def test_uniform_guessing_has_the_known_scores(number):
    uniform, answers = np.full((number, number), 1 / number), np.arange(number)
    np.testing.assert_allclose(metrics.multiple_choice_grade(uniform, answers), 1 / number)
    np.testing.assert_allclose(metrics.brier_score(uniform, answers), (number - 1) / number)


@pytest.mark.parametrize("number", [2, 3, 4, 10])
@pytest.mark.parametrize("steps", [0, 1, 4, 10])
def test_an_even_spread_has_the_scores_of_the_toy_model(number, steps):
    p = steps / 10 if steps != 1 else 1 / number  # 1/K is where all options tie
    row = [p] + [(1 - p) / (number - 1)] * (number - 1)
    assert metrics.multiple_choice_grade([row], [0])[0] == pytest.approx(toy.multiple_choice_grade(p, number))
    assert metrics.brier_score([row], [0])[0] == pytest.approx(toy.brier_score(p, number))


def test_brier_of_two_options_is_twice_the_binary_form():
    p = np.linspace(0, 1, 11)
    both = metrics.brier_score(np.column_stack([p, 1 - p]), np.zeros(11))
    np.testing.assert_allclose(both, 2 * (1 - p) ** 2)


@given(
    st.lists(st.floats(0.01, 1), min_size=2, max_size=5), st.lists(st.floats(0.01, 1), min_size=2, max_size=5)
)
def test_brier_is_best_in_expectation_for_the_true_probabilities(truth, claim):
    number = min(len(truth), len(claim))
    truth, claim = (np.array(row[:number]) / sum(row[:number]) for row in (truth, claim))
    honest, other = (
        truth @ metrics.brier_score(np.tile(row, (number, 1)), np.arange(number)) for row in (truth, claim)
    )
    assert honest <= other + 1e-12  # a strictly proper score (Brier 1950)


@pytest.mark.parametrize("score", SCORES_OF_OPTIONS)
@pytest.mark.parametrize(
    ("probabilities", "answers", "message"),
    [
        ([[0.5, 0.6]], [0], "probabilities must sum to 1 in every row; row 0 sums to 1.1"),
        (
            [[1, 0], [0.5, 0.499998]],
            [0, 0],
            "probabilities must sum to 1 in every row; row 1 sums to 0.999998",
        ),
        ([[1.5, -0.5]], [0], "probabilities must be finite and at least 0 and at most 1; got 1.5"),
        ([[math.nan, 1]], [0], "probabilities must be finite and at least 0 and at most 1; got nan"),
        ([[1.0]], [0], r"probabilities must have.*at least two options; got shape \(1, 1\)"),
        ([0.5, 0.5], [0], r"probabilities must have a row per item.*; got shape \(2,\)"),
        ([[0.5, 0.5]], [2], "answers must be indices from 0 to 1; got 2"),
        ([[0.5, 0.5]], [-1], "answers must be.*at least 0; got -1"),
        ([[0.5, 0.5]], [0.5], "answers must be whole numbers.*; got 0.5"),
        ([[0.5, 0.5]], [0, 1], r"answers must hold one index per item, 1; got shape \(2,\)"),
        ([[0.5, 0.5]], 0, r"answers must hold one index per item, 1; got shape \(\)"),
        ([], [], "probabilities must not be empty"),
    ],
)
def test_bad_options_are_refused(score, probabilities, answers, message):
    with pytest.raises(ValueError, match=message):
        score(probabilities, answers)


@pytest.mark.parametrize("score", SCORES_OF_OPTIONS)
def test_options_that_are_no_numbers_are_refused(score):
    with pytest.raises(TypeError, match="probabilities must be a number or an array of numbers; got "):
        score([["0.5", "0.5"]], [0])
    with pytest.raises(TypeError, match="answers must be a number or an array of numbers; got "):
        score([[0.5, 0.5]], ["A"])


log_rows = st.lists(st.lists(st.floats(-700, 0), min_size=1, max_size=6), min_size=1, max_size=8)


@given(log_rows)
def test_cross_entropy_is_minus_the_mean_of_each_item(rows):
    expected = [-statistics.fmean(row) for row in rows]
    np.testing.assert_allclose(metrics.cross_entropy(rows), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(metrics.cross_entropy(pd.Series(rows)), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(
        metrics.cross_entropy([np.array(row) for row in rows]), expected, rtol=1e-12, atol=1e-300
    )


def test_cross_entropy_of_a_rectangle_and_of_its_rows_are_the_same():
    values = np.log(np.linspace(0.1, 1, 12)).reshape(3, 4)
    np.testing.assert_allclose(metrics.cross_entropy(values), -values.mean(axis=1))
    np.testing.assert_allclose(metrics.cross_entropy(pd.Series(list(values))), -values.mean(axis=1))


def test_an_impossible_token_costs_infinitely_much():
    assert metrics.cross_entropy([[-math.inf, -1.0], [-1.0]]).tolist() == [math.inf, 1.0]


def test_cross_entropy_of_certain_tokens_is_plain_zero():
    assert str(metrics.cross_entropy([[0.0, 0.0], [-0.0]])) == "[0. 0.]"


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([[-1.0], [0.5]], ValueError, r"log_probabilities\[1\] must be.*at most 0; got 0.5"),
        ([[-1.0], [-1.0, math.nan]], ValueError, r"log_probabilities\[1\] must be a number.*; got nan"),
        ([[-1.0], [math.inf]], ValueError, r"log_probabilities\[1\] must be.*at most 0; got inf"),
        ([[-1.0], []], ValueError, r"log_probabilities\[1\] must not be empty; got \[\]"),
        ([[-1.0], None], TypeError, r"log_probabilities\[1\] must be a list.*; got None"),
        ([[-1.0], [None]], TypeError, r"log_probabilities\[1\] must be.*numbers; got \[None\]"),
        ([[-1.0], ["-1"]], TypeError, r"log_probabilities\[1\] must be.*numbers; got \['-1'\]"),
        ([[-1.0], [[-1.0]]], ValueError, r"log_probabilities\[1\] must have one dimension"),
        ([-1.0, -2.0], TypeError, r"log_probabilities\[0\] must be a list.*; got -1.0"),
        ("-1", TypeError, "log_probabilities must be a list.*; got '-1'"),
        ([], ValueError, r"log_probabilities must hold at least one item; got \[\]"),
    ],
)
def test_bad_log_probabilities_are_refused_by_item(rows, error, message):
    with pytest.raises(error, match=message):
        metrics.cross_entropy(rows)


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_subset_accuracy_is_the_mean_over_all_subsets(correct, data):
    size = data.draw(st.integers(1, len(correct)))
    brute_force = statistics.fmean(map(all, itertools.combinations(correct, size)))
    assert metrics.subset_accuracy(correct, size) == pytest.approx(brute_force, abs=1e-12)
    assert metrics.subset_accuracy(np.array(correct, dtype=int), size) == pytest.approx(
        brute_force, abs=1e-12
    )


@pytest.mark.parametrize(
    ("right", "items", "size"),
    [(999_999, 1_000_000, 500_000), (900_000, 1_000_000, 5), (50_000, 100_000, 900), (7, 10_000, 8)],
)
def test_subset_accuracy_of_many_items_agrees_with_whole_numbers(right, items, size):
    expected = float(Fraction(math.perm(right, size), math.perm(items, size))) if size < 1000 else 0.5
    correct = np.arange(items) < right  # with one wrong item of n, half of the n/2-subsets avoid it
    assert metrics.subset_accuracy(correct, size) == pytest.approx(expected, rel=1e-9)


def test_one_item_drawn_is_the_accuracy_and_all_items_the_exact_match():
    assert metrics.subset_accuracy([1, 1, 0, 1], 1) == 0.75
    assert metrics.subset_accuracy([1, 1, 0, 1], 4) == 0
    assert metrics.subset_accuracy([True] * 4, 4) == 1
    assert isinstance(metrics.subset_accuracy(np.array([True]), np.int64(1)), float)


@pytest.mark.parametrize(
    ("correct", "size", "error", "message"),
    [
        ([1, 0.5], 1, ValueError, "correct must hold only 0 and 1; got 0.5"),
        ([1, 2], 1, ValueError, "correct must hold only 0 and 1; got 2"),
        ([[1, 0]], 1, ValueError, r"correct must have one dimension; got shape \(1, 2\)"),
        ([], 1, ValueError, "correct must not be empty"),
        ("10", 1, TypeError, "correct must be.*numbers; got '10'"),
        ([1, 0], 3, ValueError, "size must be at most the number of items, 2; got 3"),
        ([1, 0], 0, ValueError, "size must be.*at least 1; got 0"),
        ([1, 0], 1.5, ValueError, "size must be whole numbers from 1.*; got 1.5"),
        ([1, 0], "1", TypeError, "size must be a number; got '1'"),
    ],
)
def test_bad_subsets_are_refused(correct, size, error, message):
    with pytest.raises(error, match=message):
        metrics.subset_accuracy(correct, size)


@given(st.integers(1, 7), st.data())
def test_pass_at_k_is_the_share_of_draws_with_a_right_sample(samples, data):
    right = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    draws = itertools.combinations([1] * right + [0] * (samples - right), k)
    (found,) = metrics.pass_at_k([samples], [right], k)
    assert found == pytest.approx(statistics.fmean(map(any, draws)), abs=1e-12)


@given(st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1))
def test_pass_at_k_of_many_samples_agrees_with_whole_numbers(items):
    samples, right = zip(*items, strict=True)
    for k in {1, (1 + min(samples)) // 2, min(samples)}:
        exact = [float(1 - Fraction(math.comb(n - c, k), math.comb(n, k))) for n, c in items]
        np.testing.assert_allclose(metrics.pass_at_k(samples, right, k), exact, rtol=1e-9, atol=1e-12)


def test_pass_at_k_of_one_right_sample_in_a_million_is_k_in_a_million():
    for k in (1, 10**5, 10**6):
        assert metrics.pass_at_k([10**6], [1], k) == pytest.approx(k / 10**6, abs=1e-8)


@pytest.mark.parametrize(
    ("samples", "right", "k", "message"),
    [
        ([3, 2], [0, 0], 3, "k must be at most the smallest number of samples, 2; got 3"),
        ([3], [4], 1, "got 4 of 3"),
        ([3], [1, 2], 1, r"right must be a list, as many as samples; got shapes \(2,\) and \(1,\)"),
        (3, 1, 1, r"right must be a list, as many as samples; got shapes \(\) and \(\)"),
        ([3], [1], 0, "k must be.*at least 1; got 0"),
    ],
)
def test_bad_samples_are_refused(samples, right, k, message):
    with pytest.raises(ValueError, match=message):
        metrics.pass_at_k(samples, right, k)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=10), st.lists(st.integers(0, 6), min_size=1, max_size=4)
)
def test_reconstruction_accuracy_counts_the_errors_strictly_below(errors, thresholds):
    expected = [statistics.fmean(error < threshold for error in errors) for threshold in thresholds]
    np.testing.assert_allclose(metrics.reconstruction_accuracy(errors, thresholds), expected)
    single = metrics.reconstruction_accuracy(errors, thresholds[0])
    assert isinstance(single, float) and single == pytest.approx(expected[0])


def test_reconstruction_accuracy_keeps_the_shape_of_the_thresholds():
    assert metrics.reconstruction_accuracy([1.0, 2.0], np.ones((2, 3))).shape == (2, 3)


@pytest.mark.parametrize(
    ("errors", "threshold", "error", "message"),
    [
        ([-1.0], 1.0, ValueError, "errors must be finite and at least 0; got -1"),
        ([math.nan], 1.0, ValueError, "errors must be finite and at least 0; got nan"),
        ([], 1.0, ValueError, "errors must not be empty"),
        ([[1.0]], 1.0, ValueError, r"errors must have one dimension; got shape \(1, 1\)"),
        ([1.0], -1.0, ValueError, "threshold must be finite and at least 0; got -1"),
        ([1.0], math.nan, ValueError, "threshold must be finite and at least 0; got nan"),
        ([1.0], "1", TypeError, "threshold must be.*number.*; got '1'"),
    ],
)
def test_bad_errors_and_thresholds_are_refused(errors, threshold, error, message):
    with pytest.raises(error, match=message):
        metrics.reconstruction_accuracy(errors, threshold)


def test_a_mask_of_right_answers_is_not_taken_for_the_indices_of_options():
    with pytest.raises(TypeError, match="answers must be a number or an array of numbers"):
        metrics.multiple_choice_grade([[0.2, 0.8], [0.6, 0.4]], [True, False])


def test_masked_values_are_missing_values():
    masked = np.ma.array([0.1, 0.5, 0.2], mask=[False, True, False])
    with pytest.raises(ValueError, match="errors must have no missing values"):
        metrics.reconstruction_accuracy(masked, 0.3)


def test_a_near_tie_is_no_tie():
    assert metrics.multiple_choice_grade([[0.5001, 0.4999]], [1]) == [0.0]
