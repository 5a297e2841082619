"""Numbers as people write them."""

import numpy as np
import pytest

from mirage import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (12_500_000_000, "12.5 billion"),
        (1.75e11, "175 billion"),
        (999_999, "1 million"),
        (1164, "1,160"),
        (12.3456, "12.3"),
        (0.0312, "3.1 × 10⁻²"),
        (-2e6, "−2 million"),
        (0, "0"),
        (3.14e23, "3.1 × 10²³"),
    ],
)
def test_a_number_has_three_digits_and_a_name(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(("value", "said"), [(0.0009, "p < 0.001"), (0.001, "p = 0.001"), (0.5, "p = 0.5")])
def test_a_p_value_is_never_zero(value, said):
    assert words.p(value) == said


@pytest.mark.parametrize(
    ("ends", "digits", "said"),
    [
        ((0.125, 1), 1, "0.1 to 1.0"),
        ([2, np.inf], 0, "at least 2"),
        (np.array([-0.5, 0.25]), 2, "−0.50 to 0.25"),
    ],
)
def test_an_interval_in_words(ends, digits, said):
    assert words.interval(ends, digits) == said


def test_an_interval_has_two_ends():
    with pytest.raises(ValueError, match="unpack"):
        words.interval([1, 2, 3])
