"""Problems: counted by plain loops, and the properties that a fair test set must have."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mirage.families import tasks

TWO = range(10, 100)


def everything(operation, numbers):
    """Return all problems that are held out, the smaller operand first, by a plain loop."""
    pairs = list(itertools.combinations_with_replacement(numbers, 2))
    return {pair for pair, out in zip(pairs, tasks.held_out(operation, pairs), strict=True) if out}


def problems(drawn):
    return {tuple(sorted(pair)) for pair in drawn.tolist()}


@pytest.mark.parametrize("operation", tasks.OPERATIONS)
def test_about_the_share_that_is_promised_is_held_out(operation):
    pairs = [(a, b) for a, b in itertools.product(range(1000), repeat=2) if a <= b]
    out = int(tasks.held_out(operation, pairs).sum())
    assert stats.binomtest(out, len(pairs), tasks.HELD_OUT[operation]).pvalue > 1e-3


@given(st.integers(0, 999_999_999), st.integers(0, 999_999_999), st.sampled_from(tasks.OPERATIONS))
def test_whether_it_is_held_out_does_not_depend_on_the_order(a, b, operation):
    one, other = tasks.held_out(operation, [(a, b), (b, a)])
    assert one == other


def test_sums_and_products_are_held_out_independently():
    pairs = np.array(list(itertools.combinations(range(300), 2)))
    both = (tasks.held_out("+", pairs) & tasks.held_out("x", pairs)).mean()
    assert both == pytest.approx(0.10 * 0.25, abs=0.004)


@pytest.mark.parametrize("operation", tasks.OPERATIONS)
def test_a_test_set_holds_out_problems_each_once(operation):
    drawn = tasks.draw(operation, 300, 2)
    assert len(problems(drawn)) == 300 and problems(drawn) <= everything(operation, TWO)
    assert 0.4 < (drawn[:, 0] < drawn[:, 1]).mean() < 0.6  # either order


def test_all_the_problems_there_are_can_be_drawn_and_not_one_more():
    there = everything("x", TWO)
    drawn = tasks.draw("x", len(there), 2)
    assert problems(drawn) == there
    with pytest.raises(ValueError, match=f"items must be at most {len(there)}, .*; got {len(there) + 1}"):
        tasks.draw("x", len(there) + 1, 2)


def test_training_never_sees_what_is_held_out():
    drawn = tasks.draw("x", 5000, (1, 2), test=False)
    assert not tasks.held_out("x", drawn).any()
    assert problems(drawn).isdisjoint(everything("x", range(100)))


@pytest.mark.parametrize(
    ("digits", "shares"), [((1, 2, 3, 4), [0.25] * 4), ((3, 4, 4), [0, 0, 1 / 3, 2 / 3])]
)
@pytest.mark.parametrize("test", [False, True])
def test_lengths_of_operands_are_as_likely_as_they_are_named(digits, shares, test):
    items = 400 if test else 8000  # of the shortest there are few, and a test asks each once
    drawn = tasks.draw("+", items, digits, test=test, rng=1)
    for lengths in np.char.str_len(drawn.T.astype(str)):
        counts, expected = np.bincount(lengths, minlength=5)[1:], items * np.array(shares)
        assert (counts[expected == 0] == 0).all()
        if test:
            np.testing.assert_allclose(counts, expected, atol=4 * np.sqrt(items) / 2)
        else:
            assert stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-3


def test_answers_of_one_length_can_be_asked_for():
    for length in (3, 4, 5):
        drawn = tasks.draw("+", 300, (1, 2, 3, 4), answer_digits=length)
        assert {len(str(a + b)) for a, b in drawn.tolist()} == {length}


def test_with_zeros_all_numbers_are_equally_likely():
    drawn = tasks.draw("+", 9000, 2, zeros=True, test=False, rng=2)
    assert drawn.min() == 0 and drawn.max() == 99
    short = int((drawn < 10).sum())
    assert stats.binomtest(short, drawn.size, 0.1).pvalue > 1e-3


def test_the_same_seed_gives_the_same_problems_and_another_others():
    one, other = tasks.draw("+", 50, 4, rng=0), tasks.draw("+", 50, 4, rng=1)
    np.testing.assert_array_equal(one, tasks.draw("+", 50, 4, rng=0))
    assert problems(one).isdisjoint(problems(other))


def mixed(operation, a, b):
    """The hash in plain Python: Stafford's mixing function on the pair, and the share below it."""
    low, high = sorted((a, b))
    z = ((low << 32) + (high << 1) + "+x".index(operation)) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = ((z ^ (z >> shift)) * factor) % 2**64
    return ((z ^ (z >> 31)) >> 11) / 2**53


@given(st.integers(0, 999_999_999), st.integers(0, 999_999_999), st.sampled_from(tasks.OPERATIONS))
def test_the_hash_is_the_same_in_plain_python(a, b, operation):
    expected = mixed(operation, a, b) < tasks.HELD_OUT[operation]
    assert tasks.held_out(operation, [(a, b)])[0] == expected


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_a_reader_of_the_text_finds_the_right_answer(a, b):
    for operation, result in (("+", a + b), ("x", a * b)):
        item, target = tasks.written(operation, [(a, b)]).loc[0]
        left, right = map(int, re.fullmatch(rf"(\d+){re.escape(operation)}(\d+)=", item).groups())
        assert (left, right) == (a, b)
        assert target == f"{result}."


def test_padded_problems_all_have_the_same_length():
    table = tasks.written("+", tasks.draw("+", 200, 4, zeros=True), padded=4)
    assert set(table["item"].str.len()) == {10} and set(table["target"].str.len()) == {6}
    assert (
        table["target"].str.rstrip(".").astype(int)
        == [int(a) + int(b) for a, b in table["item"].str.rstrip("=").str.split("+")]
    ).all()


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"operation must be one of \+, x; got '-'"):
        tasks.draw("-", 3)
    with pytest.raises(ValueError, match="digits must be finite and at least 1 and at most 9; got 12"):
        tasks.draw("+", 3, (1, 12))
    with pytest.raises(ValueError, match=r"operands must have shape \(items, 2\)"):
        tasks.written("+", [1, 2, 3])
    with pytest.raises(ValueError, match="padded must be at least 3, the digits of an operand; got 2"):
        tasks.written("+", [(123, 4)], padded=2)
    with pytest.raises(TypeError, match="zeros must be True or False; got 'no'"):
        tasks.draw("+", 3, zeros="no")
    with pytest.raises(ValueError, match="items must be at most 0"):
        tasks.draw("+", 3, 1, answer_digits=5)
