"""Corrections for many comparisons, against statsmodels and their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from mirage import resolution

shares = st.floats(0.0, 1.0)


@given(st.lists(shares, min_size=1, max_size=30))
def test_benjamini_hochberg_agrees_with_statsmodels(p_values):
    expected = multipletests(p_values, method="fdr_bh")[1]
    np.testing.assert_allclose(resolution.benjamini_hochberg(p_values), expected, rtol=1e-12, atol=1e-300)


@given(st.lists(shares, min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_adjusted_values_make_the_discoveries_of_the_step_up_rule(p_values, rate):
    ordered = sorted(p_values)
    passed = [i for i, p in enumerate(ordered, 1) if p <= i * rate / len(ordered) * (1 - 1e-12)]
    found = (resolution.benjamini_hochberg(p_values) <= rate).sum()
    assert found >= max(passed, default=0)
    passed = [i for i, p in enumerate(ordered, 1) if p <= i * rate / len(ordered) * (1 + 1e-12)]
    assert found <= max(passed, default=0)


@settings(max_examples=30, deadline=None)
@given(st.lists(shares, min_size=1, max_size=30))
def test_holm_agrees_with_statsmodels(p_values):
    expected = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(resolution.holm(p_values), expected, rtol=1e-12, atol=1e-300)


@given(st.lists(shares, min_size=1, max_size=30))
def test_holm_lies_between_benjamini_hochberg_and_bonferroni(p_values):
    adjusted = resolution.holm(p_values)
    assert (adjusted >= resolution.benjamini_hochberg(p_values) * (1 - 1e-12)).all()
    assert (adjusted <= np.minimum(len(p_values) * np.array(p_values), 1)).all()


@pytest.mark.parametrize("correct", [resolution.benjamini_hochberg, resolution.holm])
@pytest.mark.parametrize(
    ("p_values", "error", "message"),
    [
        ([0.5, -0.1], ValueError, "be.*at least 0 and at most 1; got -0.1"),
        ([1.2], ValueError, "be.*at most 1; got 1.2"),
        ([math.nan], ValueError, "be.*; got nan"),
        (0.5, ValueError, "have one dimension; got shape"),
        ([], ValueError, "not be empty"),
        (None, TypeError, "be.*numbers; got None"),
    ],
)
def test_corrections_refuse_what_is_no_p_value(correct, p_values, error, message):
    with pytest.raises(error, match=f"p_values must {message}"):
        correct(p_values)
