"""The four questions of one curve: each answer is that of its own function, and what must not matter."""

from dataclasses import fields, is_dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from mirage import emergence, outputs, resolution, toy
from mirage.emergence import Curve, four_questions

SIZES = np.geomspace(1e8, 1e11, 8)
TABLE = toy.sample_family(SIZES, toy.loss_curve(SIZES), scatter=0.05, item_spread=0.5, rng=1)
FAMILY = Curve.from_table(TABLE)
COUNTS = Curve.from_counts(SIZES, FAMILY.successes, FAMILY.trials)
few = settings(max_examples=4)
of_length_5 = cache(lambda curve: four_questions(curve, length=5))


def same(one, other):
    """Compare two results field by field."""
    assert type(one) is type(other)
    for field in fields(one):
        pair = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(pair[0]):
            same(*pair)
        else:
            np.testing.assert_equal(*pair, field.name)


@pytest.fixture(scope="module")
def asked():
    """All questions with options of their own, of a curve with losses whose floor is not known exactly."""
    curve = Curve.from_table(TABLE, floor=(0.01, 0.002), ceiling=0.95)
    options = {"held_out": 3, "method": "logistic", "link": "probit", "narrowest": 0.7, "confidence": 0.8}
    return four_questions(curve, length=5, rng=3, **options)


def test_each_answer_is_that_of_its_own_function(asked):
    curve, ask = asked.curve, {"confidence": 0.8}
    same(asked.smoothness, emergence.break_test(curve, "losses", narrowest=0.7, rng=3))
    sharp = emergence.sharpness(curve, link="probit", **ask)
    same(asked.sharpness, sharp)
    seen = {"floor": (0.01, 0.002), "expected": sharp.fit.expected(SIZES)}
    same(asked.visibility, resolution.visibility(curve.successes, curve.trials, **seen, **ask))
    same(asked.predictability, emergence.forecast(curve, held_out=3, method="logistic", **ask))
    same(asked.from_loss, emergence.forecast(curve, held_out=3, method="loss from size", **ask))
    same(asked.explained, emergence.explained_by_metric(curve, length=5, rng=3, **ask))


def test_what_the_curve_lacks_is_not_asked():
    scores = np.exp(-FAMILY.losses) + 0.5
    bare = four_questions(Curve.from_scores(SIZES, scores))
    assert (bare.visibility, bare.predictability, bare.from_loss, bare.explained) == (None,) * 4
    assert set(bare.answers()) == {"smoothness", "sharpness"} and "Visibility" not in bare.summary()
    whole = Curve.from_scores(SIZES, scores, [0.01] * 8, floor=0, ceiling=2, losses=FAMILY.losses)
    assert set(four_questions(whole).answers()) == {*bare.answers(), "predictability", "from_loss"}
    counts = of_length_5(COUNTS)
    assert set(counts.answers()) == {*bare.answers(), "predictability", "visibility"}
    assert four_questions(FAMILY).explained is None and counts.smoothness.of == "scores"
    assert four_questions(FAMILY, held_out=8).predictability is None


def outputs_of_equal_items():
    return outputs.curve(toy.sample_outputs(SIZES, length=5, items=400, rng=4))


def test_known_log_probabilities_of_items_are_preferred_to_a_length():
    equal = outputs_of_equal_items()
    plain = Curve.from_counts(
        *(equal.parameters, equal.successes, equal.trials),
        losses=equal.losses,
        loss_standard_errors=equal.loss_standard_errors,
    )
    by_items, by_length = four_questions(equal).explained, four_questions(plain, length=5).explained
    assert by_items.metric > 0.3
    for part in ("metric", "metric_interval", "departure", "link", "link_interval"):
        np.testing.assert_allclose(getattr(by_items, part), getattr(by_length, part), rtol=1e-9, atol=1e-12)
    same(four_questions(equal, length=1).explained, by_items)


def test_runs_of_one_size_are_no_further_items():
    second = np.minimum(FAMILY.successes + 30, 1000)
    double = Curve.from_counts([*SIZES, *SIZES[::-1]], [*FAMILY.successes, *second[::-1]], [1000] * 16)
    seen = four_questions(double).visibility
    mean = (FAMILY.successes + second) / 2
    expected = proportion_confint(mean, 1000, method="beta")
    np.testing.assert_allclose(seen.interval, expected, rtol=1e-9)
    np.testing.assert_allclose(seen.smallest_visible, of_length_5(COUNTS).visibility.smallest_visible)


def test_held_out_runs_are_forecast_from_the_others_alone():
    held_out = np.arange(8) >= 5
    losses, successes = np.where(held_out, 9.0, FAMILY.losses), np.where(held_out, 1, FAMILY.successes)
    changed = four_questions(Curve.from_counts(SIZES, successes, FAMILY.trials, losses=losses), held_out=3)
    honest = four_questions(FAMILY, held_out=3)
    for name in ("predictability", "from_loss"):
        one, other = getattr(honest, name), getattr(changed, name)
        np.testing.assert_allclose(one.interval, other.interval, rtol=1e-12)
        assert one.covered.all() and not other.covered.any()


def alike(one, other, order=slice(None), factor=1.0):
    """Compare two results but for the unit of the parameters and the order of the runs."""
    # The place of each size moves by a rounding error, so a drawn family that ties may fall on either side.
    assert other.smoothness.p_value == pytest.approx(one.smoothness.p_value, abs=0.01)
    assert other.smoothness.size == pytest.approx(one.smoothness.size, rel=1e-4)
    assert other.sharpness.width == pytest.approx(one.sharpness.width, rel=1e-4)
    assert other.sharpness.interval == pytest.approx(one.sharpness.interval, rel=1e-4)
    assert other.sharpness.middle == pytest.approx(factor * one.sharpness.middle, rel=1e-4)
    np.testing.assert_array_equal(other.visibility.visible, one.visibility.visible)
    np.testing.assert_allclose(other.visibility.interval, one.visibility.interval)
    for name in ("predictability", "from_loss"):
        made, again = getattr(one, name), getattr(other, name)
        if made is not None:
            for entry in ("prediction", "interval", "covered"):
                whole = np.zeros((8, *getattr(made, entry).shape[1:]))
                whole[made.held_out] = getattr(made, entry)
                np.testing.assert_allclose(getattr(again, entry), whole[order][again.held_out], rtol=1e-4)
    if one.explained:
        assert other.explained.metric == pytest.approx(one.explained.metric, rel=1e-3)
        assert other.explained.metric_interval == pytest.approx(one.explained.metric_interval, rel=1e-3)


@pytest.mark.parametrize("factor", [1e3, 1e-9])
def test_the_unit_of_the_parameters_does_not_matter(factor):
    scaled = Curve.from_table(TABLE.assign(parameters=factor * SIZES))
    alike(of_length_5(FAMILY), four_questions(scaled, length=5), factor=factor)


@few
@given(st.permutations(range(8)), st.sampled_from([FAMILY, COUNTS]))
def test_the_order_of_the_runs_does_not_matter(order, curve):
    alike(of_length_5(curve), four_questions(curve.take(order), length=5), order)


@few
@given(st.floats(0.25, 0.5), st.integers(2000, 20_000))
def test_four_times_the_answers_never_widen_an_interval_of_a_family_without_scatter(exponent, items):
    # So many answers are right, and wrong, at each size that rounding them does not look like scatter.
    right = np.round(items * np.exp(-((SIZES / 10**9.5) ** -exponent)))
    use = (40 < right) & (right < items - 40)
    before, after = (
        four_questions(Curve.from_counts(SIZES[use], n * right[use], [n * items] * use.sum())) for n in (1, 4)
    )
    for intervals in (
        (before.sharpness.interval, after.sharpness.interval),
        (before.visibility.interval, after.visibility.interval),
        (before.predictability.interval.T, after.predictability.interval.T),
    ):
        wide, narrow = (np.subtract(high, low) for low, high in intervals)
        assert (narrow < wide).all()
    assert (after.visibility.smallest_visible < before.visibility.smallest_visible).all()


def test_a_jump_is_said_to_be_a_step_and_a_power_law_is_not():
    sizes = np.geomspace(1e8, 1e11, 12)
    said = []
    for kind in ("jump", "power law"):
        losses = toy.loss_curve(sizes, kind, between=(sizes[5], sizes[6]), factor=8)
        result = four_questions(Curve.from_table(toy.sample_family(sizes, losses, scatter=0.02, rng=0)))
        said.append((result.smoothness.verdict, result.summary().split(" (")[0]))
    assert said[0][0] == "step" and said[0][1].startswith("Smoothness: a step by a factor of ")
    assert said[1] == (
        "no step",
        "Smoothness: no step beyond what trend and scatter explain",
    )


def test_the_summary_is_one_paragraph_with_the_numbers_of_the_answers(asked):
    said, words = asked.summary(), asked.answers()
    assert "\n" not in said and all(f": {answer}." in said for answer in words.values())
    assert set(words) == {field.name for field in fields(asked)} - {"curve"}
    for name in words:
        assert words[name] == getattr(asked, name).answer()
    assert (
        words["visibility"]
        == f"{asked.visibility.visible.sum()} of 8 sizes are surely above the floor of 0.01"
    )


def test_a_floor_above_the_scores_is_called_wrong():
    curve = Curve.from_counts(SIZES, [100, 100, 150, 250, 400, 600, 800, 950], [1000] * 8, floor=0.25)
    assert four_questions(curve).answers()["visibility"] == (
        "4 of 8 sizes are surely above the floor of 0.25, and 3 surely below it: the floor is wrong"
    )


@pytest.mark.parametrize(
    ("curve", "unknown"),
    [
        (FAMILY.take(slice(2, 5)), "smoothness sharpness predictability from_loss explained"),
        (FAMILY.take([4, 5]), "smoothness sharpness explained"),
        (FAMILY.take([4]), "smoothness sharpness explained"),
        (Curve.from_table(TABLE.assign(successes=0)), "sharpness predictability from_loss explained"),
        (Curve.from_counts(SIZES, [0] * 8, [9] * 8), "smoothness sharpness predictability"),
        (Curve.from_counts(SIZES, [9] * 8, [9] * 8), "smoothness sharpness predictability"),
        (Curve.from_scores([1e9], [0.5]), "smoothness sharpness"),
    ],
    ids=["three sizes", "two", "one", "losses alone", "all wrong", "all right", "one score"],
)
def test_curves_that_cannot_tell_say_so(curve, unknown):
    result = four_questions(curve, length=5)
    assert {name for name in fields_with_reason(result)} == set(unknown.split())
    for name in unknown.split():
        assert result.answers()[name].startswith("cannot tell")
        assert getattr(result, name).reason in result.summary()


def fields_with_reason(result):
    return [field.name for field in fields(result) if getattr(getattr(result, field.name), "reason", "")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "loss from size"}, "method must be one of power law, logistic, constant"),
        ({"link": "tanh"}, "link must be one of"),
        ({"confidence": 1.0}, "confidence must be strictly between 0 and 1"),
        ({"narrowest": 0.0}, "narrowest must be finite and at least 0.01"),
        ({"length": 0}, "length must be finite and at least 1; got 0"),
        ({"held_out": 0}, "held_out must be finite and at least 1; got 0"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        four_questions(FAMILY, **options)


@pytest.mark.parametrize("curve", [TABLE, None])
def test_something_else_than_a_curve_is_refused(curve):
    with pytest.raises(TypeError, match="curve must be a Curve; got"):
        four_questions(curve)
