"""The four questions of one curve: each answer is that of its own function, and what must not matter."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirage import emergence, outputs, resolution, toy
from mirage.emergence.questions import four_questions

SIZES = np.geomspace(1e8, 1e11, 8)
FAMILY = toy.sample_family(SIZES, toy.loss_curve(SIZES), scatter=0.05, item_spread=0.5, rng=1)
COUNTS = FAMILY[["parameters", "successes", "trials"]]
OPTIONS = {"floor": 0.01, "ceiling": 0.95, "link": "logistic", "confidence": 0.8}
few = settings(max_examples=5)


def same(one, other):
    """Compare two results field by field."""
    assert type(one) is type(other)
    for field in fields(one):
        np.testing.assert_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def columns(curve, *names):
    return [curve[name].to_numpy() for name in names]


def counts(curve):
    return columns(curve, "parameters", "successes", "trials")


@pytest.fixture(scope="module")
def asked():
    """All questions with options of their own, of a curve with a loss."""
    options = OPTIONS | {"held_out": 3, "method": "logistic", "narrowest": 0.7, "length": 5, "rng": 3}
    return four_questions(FAMILY, **options)


def test_the_loss_is_judged_where_there_is_one(asked):
    inputs = columns(FAMILY, "parameters", "loss", "loss_standard_error")
    assert asked.judged == "loss"
    same(asked.smoothness, emergence.break_test(*inputs, narrowest=0.7, rng=3))
    assert asked.smoothness.standard_errors.min() > 0


def test_sharpness_and_visibility_are_those_of_the_counts(asked):
    sharp = emergence.sharpness_of_counts(*counts(FAMILY), **OPTIONS)
    same(asked.sharpness, sharp)
    right, items = columns(FAMILY, "successes", "trials")
    expected = sharp.curve(SIZES)
    seen = resolution.visibility(right, items, floor=0.01, expected=expected, confidence=0.8)
    same(asked.visibility, seen)


def test_forecasts_are_those_of_the_size_and_of_the_loss(asked):
    fit = {"held_out": 3, "confidence": 0.8}
    same(asked.predictability, emergence.forecast(*counts(FAMILY), method="logistic", **fit))
    known = {"method": "loss as measured", "losses": FAMILY["loss"].to_numpy()}
    same(asked.with_loss, emergence.forecast(*counts(FAMILY), **known, **fit))


def test_what_the_metric_explains_is_said_with_a_length(asked):
    size, right, items = counts(FAMILY)
    loss, error = columns(FAMILY, "loss", "loss_standard_error")
    known = {"length": 5, "standard_errors": error, "confidence": 0.8, "rng": 3}
    same(asked.explained, emergence.explained_by_metric(size, loss, right, items, **known))
    assert four_questions(FAMILY).explained is None
    assert four_questions(COUNTS, length=5).explained is None


def test_counts_alone_are_judged_where_some_answers_are_right_and_some_are_wrong():
    sizes = [*SIZES, SIZES[3]]  # one run without a right answer, of a size that has some
    right, items = [0, 0, 4, 30, 90, 150, 190, 200, 0], [200] * 8 + [100]
    curve = pd.DataFrame({"parameters": sizes, "successes": right, "trials": items})
    result = four_questions(curve, rng=7)
    size, score, error = [], [], []
    for run in (2, 3, 4, 5, 6, 8):
        share = (right[run] + 0.5) / (items[run] + 1)
        size.append(sizes[run])
        score.append(-np.log(share))
        error.append(np.sqrt(share * (1 - share) / items[run]) / share)  # the delta method
    assert result.judged == "−ln(score)"
    by_hand = emergence.break_test(size, score, error, rng=7)
    np.testing.assert_array_equal(result.smoothness.parameters, size)
    np.testing.assert_allclose(result.smoothness.scores, score)
    np.testing.assert_allclose(result.smoothness.standard_errors, error)
    np.testing.assert_equal(result.smoothness.p_value, by_hand.p_value)
    assert result.with_loss is None and result.explained is None


def test_counts_of_one_size_are_added_up_for_visibility():
    double = pd.concat([COUNTS, COUNTS.iloc[::-1]], ignore_index=True)
    np.testing.assert_array_equal(four_questions(double).visibility.successes, 2 * FAMILY["successes"])
    np.testing.assert_array_equal(four_questions(double).visibility.trials, 2 * FAMILY["trials"])


@pytest.mark.parametrize("error", [{}, {"standard_error": 0.01}])
def test_a_continuous_score_is_judged_itself_and_no_count_is_asked_of_it(error):
    score = np.exp(-FAMILY["loss"]) + 0.5
    result = four_questions(pd.DataFrame({"parameters": SIZES, "score": score, **error}), **OPTIONS, rng=2)
    errors = [np.full(8, 0.01)] if error else []
    assert result.judged == "score"
    same(result.smoothness, emergence.break_test(SIZES, score, *errors, rng=2))
    same(result.sharpness, emergence.sharpness(SIZES, score, *errors, **OPTIONS))
    missing = result.visibility, result.predictability, result.with_loss, result.explained
    assert missing == (None,) * 4
    assert result.summary().startswith("Smoothness of the score: ") and "Visibility" not in result.summary()


def test_the_loss_of_a_continuous_score_is_what_is_judged():
    curve = FAMILY[["parameters", "loss"]].assign(score=np.exp(-FAMILY["loss"]))
    result = four_questions(curve)
    assert result.judged == "loss"
    np.testing.assert_array_equal(result.smoothness.scores, FAMILY["loss"])


def test_a_loss_that_some_runs_lack_is_not_used():
    result = four_questions(FAMILY.assign(loss=FAMILY["loss"].where(SIZES > 2e8)), length=5)
    assert (result.judged, result.with_loss, result.explained) == ("−ln(score)", None, None)


def outputs_of_equal_items():
    table = toy.sample_outputs(SIZES, length=5, items=400, rng=4)
    return outputs.curve(table)


def test_equal_items_are_explained_alike_by_their_log_probabilities_and_by_their_length():
    curve = outputs_of_equal_items()
    by_items = four_questions(curve).explained
    by_length = four_questions(curve.drop(columns="item_log_probabilities"), length=5).explained
    assert by_items.metric > 0.3
    for field in fields(by_items):
        one, other = (getattr(each, field.name) for each in (by_items, by_length))
        if not isinstance(one, str):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_unequal_items_are_not_explained_by_their_length():
    curve = outputs_of_equal_items()
    unequal = np.random.default_rng(5).gamma(1.0, 1.0, 400)
    curve["item_log_probabilities"] = [
        row * unequal / unequal.mean() for row in curve["item_log_probabilities"]
    ]
    size, right, items = counts(curve)
    loss, error = columns(curve, "loss", "loss_standard_error")
    known = {"log_probabilities": np.stack(curve["item_log_probabilities"]), "standard_errors": error}
    result = four_questions(curve, length=5).explained
    same(result, emergence.explained_by_metric(size, loss, right, items, **known))
    assert result.metric != pytest.approx(four_questions(outputs_of_equal_items()).explained.metric, rel=0.01)


def alike(one, other, factor=1.0):
    """Compare two results but for the unit of the parameters and the order of the runs."""
    # The place of each size moves by a rounding error, so a drawn family that ties may fall on either side.
    assert other.smoothness.p_value == pytest.approx(one.smoothness.p_value, abs=0.01)
    assert other.smoothness.size == pytest.approx(one.smoothness.size, rel=1e-4)
    assert other.sharpness.width == pytest.approx(one.sharpness.width, rel=1e-4)
    assert other.sharpness.interval == pytest.approx(one.sharpness.interval, rel=1e-4)
    assert other.sharpness.middle == pytest.approx(factor * one.sharpness.middle, rel=1e-4)
    np.testing.assert_array_equal(other.visibility.visible, one.visibility.visible)
    np.testing.assert_allclose(other.visibility.interval, one.visibility.interval)
    for name in ("predictability", "with_loss"):
        made, again = getattr(one, name), getattr(other, name)
        if made is not None:
            places = [np.argsort(each.parameters[each.held_out]) for each in (made, again)]
            for entry in ("prediction", "interval", "covered"):
                values = (
                    getattr(each, entry)[place] for each, place in zip((made, again), places, strict=True)
                )
                np.testing.assert_allclose(*values, rtol=1e-4)
    if one.explained:
        assert other.explained.metric == pytest.approx(one.explained.metric, rel=1e-3)
        assert other.explained.metric_interval == pytest.approx(one.explained.metric_interval, rel=1e-3)


@pytest.mark.parametrize("curve", [FAMILY, COUNTS], ids=["with loss", "counts"])
@pytest.mark.parametrize("factor", [1e3, 1e-9])
def test_the_unit_of_the_parameters_does_not_matter(curve, factor):
    scaled = curve.assign(parameters=factor * curve["parameters"])
    alike(four_questions(curve, length=5), four_questions(scaled, length=5), factor)


@few
@given(st.permutations(range(8)), st.booleans())
def test_the_order_of_the_rows_does_not_matter(order, with_loss):
    curve = FAMILY if with_loss else COUNTS
    alike(four_questions(curve, length=5), four_questions(curve.iloc[list(order)], length=5))


def narrower(one, other):
    return (np.subtract(*other[::-1]) < np.subtract(*one[::-1])).all()


@few
@given(st.floats(0.25, 0.5), st.integers(2000, 20_000))
def test_four_times_the_answers_never_widen_an_interval_of_a_family_without_scatter(exponent, items):
    # So many answers are right, and wrong, at each size that rounding them does not look like scatter.
    right = np.round(items * np.exp(-((SIZES / 10**9.5) ** -exponent)))
    curve = pd.DataFrame({"parameters": SIZES, "successes": right, "trials": items}).query(
        "40 < successes < trials - 40"
    )
    before, after = (four_questions(curve.assign(**(n * curve[["successes", "trials"]]))) for n in (1, 4))
    assert before.sharpness.scatter == after.sharpness.scatter == 0
    assert narrower(before.sharpness.interval, after.sharpness.interval)
    assert narrower(before.visibility.interval, after.visibility.interval)
    assert (after.visibility.smallest_visible < before.visibility.smallest_visible).all()


def test_a_jump_is_said_to_be_a_step_and_a_power_law_is_not():
    losses = toy.loss_curve(SIZES, "jump", between=(SIZES[3], SIZES[4]), factor=8)
    jump = four_questions(toy.sample_family(SIZES, losses, scatter=0.02, rng=0))
    assert jump.smoothness.location == pytest.approx((SIZES[3], SIZES[4]))
    assert (
        f"Smoothness of the loss: a step larger than trend and scatter (p = {jump.smoothness.p_value:.2g}"
        in (jump.summary())
    )
    assert "Smoothness of the loss: no step" in four_questions(FAMILY).summary()


def test_the_summary_is_one_paragraph_with_the_numbers_of_the_answers(asked):
    said, words = asked.summary(), asked.answers()
    assert "\n" not in said and all(f": {answer}." in said for answer in words.values())
    assert list(words) == [field.name for field in fields(asked)[2:]]
    low, high = asked.sharpness.interval
    assert words["sharpness"] == f"{asked.sharpness.width:.2f} decades ({low:.2f} to {high:.2f})"
    assert (
        f"p = {asked.smoothness.p_value:.2g}" in words["smoothness"] and "0.70 decades" in words["smoothness"]
    )
    assert words["visibility"].startswith(f"{sum(asked.visibility.visible)} of 8 sizes")
    assert words["predictability"].startswith(f"{sum(asked.predictability.covered)} of 3 held-out models")
    assert words["with_loss"].startswith(f"{sum(asked.with_loss.covered)} of 3 held-out models")
    assert words["explained"].startswith(f"{asked.explained.metric:+.2f} (")
    assert words["explained"].endswith(f"of a rise of {asked.explained.rise:+.2f}")


def test_three_sizes_cannot_tell():
    result = four_questions(FAMILY.iloc[2:5], length=5)
    for answer in (
        result.smoothness,
        result.sharpness,
        result.predictability,
        result.with_loss,
        result.explained,
    ):
        assert answer.reason
    assert f"Smoothness of the loss: cannot tell, {result.smoothness.reason}." in result.summary()
    assert result.summary().count("cannot tell") == 5 and "\n" not in result.summary()


def test_no_right_answer_leaves_only_the_loss_to_be_judged():
    result = four_questions(FAMILY.assign(successes=0), length=5)
    assert result.smoothness.p_value == four_questions(FAMILY).smoothness.p_value
    assert not result.visibility.visible.any() and result.visibility.items_needed is None
    for answer in (result.sharpness, result.predictability, result.with_loss, result.explained):
        assert answer.reason
    assert result.summary().count("cannot tell") == 4


@pytest.mark.parametrize("share", [0, 1])
def test_counts_without_a_right_or_without_a_wrong_answer_cannot_tell(share):
    result = four_questions(COUNTS.assign(successes=share * COUNTS["trials"]))
    assert result.smoothness.reason and result.sharpness.reason and result.predictability.reason
    assert "cannot tell" in result.summary()


@pytest.mark.parametrize("sizes", [1, 2])
def test_a_model_or_two_cannot_tell(sizes):
    result = four_questions(FAMILY.iloc[4 : 4 + sizes], length=5)
    assert result.smoothness.reason and result.sharpness.reason and result.predictability is None
    assert "cannot tell" in result.summary()


def test_a_single_continuous_score_cannot_tell():
    result = four_questions(pd.DataFrame({"parameters": [1e9], "score": [0.5]}))
    assert result.smoothness.reason and result.sharpness.reason
    assert result.summary().count("cannot tell") == 2


def test_models_may_differ_in_their_steps_and_other_columns_do_not_matter():
    models = COUNTS.assign(model=list("abcdefgh"), step=range(8), family="f", task="t", seed=range(8))
    result = four_questions(models)
    same(result.predictability, four_questions(COUNTS).predictability)
    assert result.curve is models


def test_the_result_cannot_be_changed(asked):
    with pytest.raises(FrozenInstanceError):
        asked.judged = "score"


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (COUNTS.assign(family=list("aaaabbbb")), r"curve must hold one family; got \['a', 'b'\]"),
        (COUNTS.assign(task=list("aaaabbbb")), r"curve must hold one task; got \['a', 'b'\]"),
        (
            COUNTS.assign(model=list("aabcdefg"), step=[1, 2, 1, 1, 1, 1, 1, 1]),
            r"curve must hold one step of each model; got several \(choose one\)",
        ),
        (COUNTS.drop(columns="parameters"), "parameters, successes, trials; missing: parameters$"),
        (COUNTS.drop(columns="trials"), "missing: trials$"),
        (COUNTS.drop(columns="successes"), "columns parameters, score; missing: score$"),
        (COUNTS.iloc[:0], "must not be empty"),
        (COUNTS.assign(parameters=-1.0), "parameters must be finite and above 0; got -1"),
        (COUNTS.assign(successes=[2000, *[1] * 7]), "successes must be at most trials; got 2000 of 1000"),
    ],
)
def test_a_bad_curve_is_refused(curve, message):
    with pytest.raises(ValueError, match=message):
        four_questions(curve)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "loss as measured"}, "method must be one of power law, logistic, constant"),
        ({"floor": 1.0}, "ceiling must differ from floor"),
        ({"link": "tanh"}, "link must be one of"),
        ({"confidence": 1.0}, "confidence must be strictly between 0 and 1"),
        ({"narrowest": 0.0}, "narrowest must be finite and at least 0.01"),
        ({"length": 0}, "length must be finite and at least 1; got 0"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        four_questions(FAMILY, **options)


def test_something_else_than_a_data_frame_is_refused():
    with pytest.raises(TypeError, match="curve must be a DataFrame with a row a run; got None"):
        four_questions(None)
