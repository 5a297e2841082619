"""The noun: what it refuses, what it keeps, and that nothing changes silently."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mirage.emergence import Curve

SIZES = np.array([1e8, 1e9, 1e9, 1e10])
TABLE = pd.DataFrame(
    {"parameters": SIZES, "successes": [1, 20, 30, 90], "trials": 100, "loss": [3, 2, 2.0, 1]}
)


def test_arrays_are_copies_that_cannot_be_written():
    right = np.array([1, 20, 30, 90])
    curve = Curve.from_counts(SIZES, right, [100] * 4)
    right[0] = 99
    assert curve.successes[0] == 1
    for field in dataclasses.fields(curve):
        value = getattr(curve, field.name)
        assert not isinstance(value, np.ndarray) or not value.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        curve.floor = 0.5


def test_standard_errors_of_counts_are_binomial_times_the_design_effect():
    plain, clustered = (Curve.from_counts([1e8], [20], [100], design_effect=d) for d in (1, 4))
    assert plain.standard_errors[0] == pytest.approx(np.sqrt(0.2 * 0.8 / 100))
    assert clustered.standard_errors[0] == pytest.approx(2 * plain.standard_errors[0])


def test_a_table_and_its_columns_give_the_same_curve():
    one = Curve.from_table(TABLE, floor=(0.25, 0.01))
    other = Curve.from_counts(
        SIZES, TABLE["successes"], TABLE["trials"], floor=(0.25, 0.01), losses=TABLE["loss"]
    )
    for field in dataclasses.fields(one):
        np.testing.assert_equal(getattr(one, field.name), getattr(other, field.name))


def test_by_size_takes_means_and_no_run_for_a_further_item():
    sizes = Curve.from_table(TABLE).by_size()
    assert sizes.scores.tolist() == [0.01, 0.25, 0.9] and sizes.losses.tolist() == [3, 2, 1]
    # Two runs of one size answered the same items: their mean is known as well as one run.
    assert (sizes.trials / sizes.design_effect).tolist() == [100, 100, 100]


def test_take_keeps_the_ends_and_the_axis():
    curve = Curve.from_scores(SIZES, [4, 3, 2, 1], [0.1] * 4, floor=4.5, ceiling=0, axis="compute")
    some = curve.take(curve.parameters > 1e8)
    assert some.scores.tolist() == [3, 2, 1] and (some.floor, some.ceiling, some.axis) == (4.5, 0, "compute")


def test_unknown_ends_are_nan():
    assert np.isnan(Curve.from_scores(SIZES, [4, 3, 2, 1]).floor)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": [3, np.nan, 2, 1]}, "loss must have no missing values; row 1"),
        ({"successes": [1, 20, 30, 190]}, "successes must be at most trials; got 190 of 100"),
        ({"family": ["a", "a", "b", "b"]}, r"must hold one family; got \['a', 'b'\]"),
        ({"model": ["a", "b", "b", "c"], "step": [1, 1, 2, 1]}, "one step of each model"),
        ({"parameters": [1e8, 0, 1e9, 1e10]}, "parameters must be finite and above 0; got 0"),
        ({"design_effect": [1, 1, 0, 1]}, "design_effect must be finite and above 0"),
    ],
)
def test_a_bad_table_is_refused_and_nothing_is_dropped(change, message):
    with pytest.raises(ValueError, match=message):
        Curve.from_table(TABLE.assign(**change))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"floor": 1.5}, "floor must be finite and at least 0 and at most 1; got 1.5"),
        ({"floor": (0.2, -1)}, "standard error of floor must be finite and at least 0"),
        ({"floor": (0.2, 0.1, 0.1)}, "floor must be a number, or a pair"),
        ({"floor": 0.5, "ceiling": 0.5}, "ceiling must differ from floor"),
        ({"losses": [1, 2]}, "losses must be a list, as many as parameters"),
        ({"loss_standard_errors": [1] * 4}, "losses must be given"),
        (
            {"item_log_probabilities": np.full((3, 5), -1.0)},
            "item_log_probabilities must be a list, as many as parameters",
        ),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Curve.from_counts(SIZES, [1, 2, 3, 4], [9] * 4, **arguments)


def test_an_unbounded_score_is_refused():
    with pytest.raises(ValueError, match="floor must be finite; got inf"):
        Curve.from_scores(SIZES, [4, 3, 2, 1], floor=np.inf, ceiling=0)
