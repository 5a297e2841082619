"""Blind readers, against statsmodels, items worked by hand, and tests with a known artefact."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit

from mirage import blind

WORDS = ["sun", "moon", "old", "new", "red"]
RNG = np.random.default_rng(5)


def drawn(items: int, weights: np.ndarray, rng: np.random.Generator, options: int = 4) -> pd.DataFrame:
    """Items whose right options are drawn by a conditional logit with these weights of the words."""
    has = rng.random((items, options, len(WORDS))) < 0.5
    score = has @ weights + rng.gumbel(size=(items, options))
    return pd.DataFrame(
        {
            "item": np.repeat(np.arange(items), options),
            "option": [" ".join(np.array(WORDS)[row]) for row in has.reshape(-1, len(WORDS))],
            "right": (score == score.max(axis=1, keepdims=True)).ravel(),
        }
    )


def test_without_a_penalty_the_weights_are_those_of_statsmodels():
    rows = drawn(400, np.array([1.0, -1.0, 0.5, 0.0, 2.0]), np.random.default_rng(0))
    x = np.array([[word in option.split() for word in WORDS] for option in rows["option"]], float)
    other = ConditionalLogit(rows["right"].astype(float), x, groups=rows["item"]).fit(disp=False)
    found = blind.learn(rows, penalty=1e-9)[WORDS]
    np.testing.assert_allclose(found, other.params, atol=1e-3)


def test_two_items_by_hand():
    """Of sun against moon, twice, w = 2 (1 − 1/(1 + e^(−2w))) with a penalty of 1: w = 0.5213."""
    rows = pd.DataFrame({"item": [0, 0, 1, 1], "option": ["sun", "moon"] * 2, "right": [True, False] * 2})
    np.testing.assert_allclose(blind.learn(rows, 1)[["sun", "moon"]], [0.5213, -0.5213], atol=1e-3)


@pytest.mark.parametrize("penalty", [0.3, 10])
def test_the_penalised_weights_are_where_the_gradient_is_zero(penalty):
    rows = drawn(60, np.array([1.0, -1.0, 0.5, 0.0, 2.0]), np.random.default_rng(1))
    weights = blind.learn(rows, penalty)
    gradient = -penalty * weights
    for _, item in rows.groupby("item"):
        scores = np.array([sum(weights[word] for word in option.split()) for option in item["option"]])
        shares = np.exp(scores) / np.exp(scores).sum()
        for option, right, share in zip(item["option"], item["right"], shares, strict=True):
            for word in option.split():
                gradient[word] += right - share
    assert np.abs(gradient).max() < 1e-2


def test_the_order_of_items_and_an_equal_number_of_other_options_change_nothing():
    rows = drawn(50, np.ones(5), np.random.default_rng(2))
    turned = pd.concat(item for _, item in list(rows.groupby("item"))[::-1])
    first, then = blind.learn(rows), blind.learn(turned)
    np.testing.assert_allclose(first, then[first.index], atol=1e-3)
    upper = rows.assign(option=rows["option"].str.upper() + "!")
    np.testing.assert_allclose(first, blind.learn(upper)[first.index], atol=1e-3)


def test_marks_by_hand():
    rows = pd.DataFrame({"item": [3, 3, 3, 5, 5, 9, 9], "option": list("abcdefg")})
    rows["right"] = [True, False, False, False, True, True, False]
    assert blind.marks([1, 1, 1, 2, 3, 0, 0.5], rows).to_dict() == {3: pytest.approx(1 / 3), 5: 1.0, 9: 0.0}


def test_a_reader_that_knows_no_word_scores_chance():
    test = drawn(30, np.ones(5), np.random.default_rng(3))
    unknown = pd.Series({"tree": 1.0})
    assert blind.answer(unknown, test).eq(0.25).all()


def test_a_baseline_finds_an_artefact_and_without_one_scores_chance():
    rng = np.random.default_rng(4)
    strong, none = (drawn(1500, size * np.array([2.0, -2, 0, 0, 0]), rng) for size in (1, 0))
    for rows, low, high in ((strong, 0.45, 0.8), (none, 0.2, 0.3)):
        found = blind.baseline(rows[:4000], rows[4000:])
        assert low < found.marks.mean() < high
        assert len(found.marks) == 500
    assert found.penalty in (0.3, 3, 30)


def test_the_error_of_learning_is_about_the_spread_over_training_sets():
    weights, rng = np.array([0.75, -0.75, 0.5, 0, 0]), np.random.default_rng(6)
    test = drawn(800, weights, rng)
    found = [blind.baseline(drawn(150, weights, rng), test, penalties=[3]) for _ in range(40)]
    spread = np.std([one.marks.mean() for one in found], ddof=1)
    error = np.sqrt(np.mean([one.learning_error**2 for one in found]))
    assert 0.6 < error / spread < 1.7


def test_what_is_left_out_of_learning_is_the_test():
    """Were the test's answers used, this would be 1: all its words occur there alone."""
    rows = pd.DataFrame({"item": np.repeat(np.arange(200), 2)})
    rows["option"] = [f"word{k}" for k in range(400)]
    rows["right"] = np.tile([True, False], 200)
    assert blind.baseline(rows[:300], rows[300:]).marks.eq(0.5).all()


def test_the_error_of_an_accuracy_counts_copies_of_an_item_once():
    rows = pd.DataFrame({"item": np.repeat(np.arange(60), 4), "option": [f"w{k}" for k in range(240)]})
    rows["right"] = np.tile([True, False, False, False], 60)
    right = pd.Series(np.random.default_rng(8).random(60) < 0.3, dtype=float)
    share, error, chance = blind.accuracy(right, rows)
    assert (share, chance) == (right.mean(), 0.25)
    assert error == pytest.approx(right.std() / np.sqrt(60))
    copies = pd.concat([rows.assign(item=rows["item"] + 100 * k) for k in range(3)])
    thrice = pd.concat([right.set_axis(right.index + 100 * k) for k in range(3)])
    assert blind.accuracy(thrice, copies)[1] == pytest.approx(error)
    assert blind.accuracy(right, rows, 0.03)[1] == pytest.approx(np.hypot(error, 0.03))
    with pytest.raises(ValueError, match="item 0 is missing"):
        blind.accuracy(right[1:], rows)


def test_alike_is_what_sets_say():
    rng = np.random.default_rng(7)
    rows = pd.DataFrame({"item": np.repeat(np.arange(60), 4)})
    rows["option"] = np.concatenate([rng.choice(list("abcdefgh"), 4, replace=False) for _ in range(60)])
    rows["right"] = np.tile([True, False, False, False], 60)
    some, others = rows[:80], rows[80:]
    sets = rows.groupby("item")["option"].agg(set)
    pairs = {(i, j) for i in range(20) for j in range(20, 60) if len(sets[i] & sets[j]) >= 3}
    found = blind.alike(some, others)
    assert set(zip(found["item"], found["item_other"], strict=True)) == pairs != set()
    right = rows[rows["right"]].set_index("item")["option"]
    for row in found.itertuples():
        assert row.option in sets[row.item] & sets[row.item_other]
        assert row.right == (right[row.item] == row.option)
        assert row.right_other == (right[row.item_other] == row.option)


ROWS = pd.DataFrame({"item": [0, 0, 1, 1], "option": list("abcd"), "right": [True, False] * 2})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS.drop(columns="right"), "rows must have the columns item, option, right; missing: right"),
        (ROWS.assign(right=False), "rows must have one right option an item; item 0 has 0"),
        (ROWS.iloc[[0, 2, 1, 3]], "rows must have the options of an item together; 2 items are in 4"),
    ],
)
def test_tables_that_are_none_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        blind.learn(rows)


def test_scores_of_another_length_and_a_penalty_of_zero_are_refused():
    with pytest.raises(ValueError, match="scores"):
        blind.marks([1, 2], ROWS)
    with pytest.raises(ValueError, match="penalty must be finite and above 0"):
        blind.learn(ROWS, 0)
    with pytest.raises(ValueError, match="folds"):
        blind.baseline(ROWS, ROWS, folds=1)
    with pytest.raises(ValueError, match="halves"):
        blind.baseline(ROWS, ROWS, halves=1)
