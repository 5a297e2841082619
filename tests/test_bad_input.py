"""Whatever is thrown at a public function, it returns normally or raises a ValueError or a TypeError.

Warnings are errors in this suite, so a function that lets an overflow pass fails here too.
"""

import datetime
import importlib
import inspect
import math
import pkgutil
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mirage
from mirage import _validate, audit, emergence, outputs, toy

CORE = ("audit", "check", "debate", "emergence", "logs", "metrics", "outputs", "resolution", "scaling", "toy")


def public_functions():
    """Return every function that a module of the core lists in its `__all__`, by name."""
    found = {}
    for module in pkgutil.walk_packages(mirage.__path__, "mirage."):
        if "._" in module.name or module.name.split(".")[1] not in CORE:
            continue
        loaded = importlib.import_module(module.name)
        for name in loaded.__all__:
            value = getattr(loaded, name)
            if inspect.isfunction(value):
                found[f"{value.__module__.removeprefix('mirage.')}.{name}"] = value
    for name in ("from_counts", "from_scores", "from_table"):
        found[f"emergence.Curve.{name}"] = getattr(emergence.Curve, name)
    return found


FUNCTIONS = public_functions()
OUTPUTS = toy.sample_outputs([1e8, 1e9], length=2, items=8).assign(epoch=0)
OUTPUTS["passage"] = OUTPUTS["item"] // 2
MODELS = OUTPUTS["model"].unique()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # for functions that write where they are told to


SIZES = [1e8, 2e8, 4e8, 1e9, 2e9, 4e9, 1e10, 2e10]
RIGHT = {"successes": [0, 1, 3, 4, 6, 8, 9, 10], "trials": [10] * 8}
LOSSES = {"losses": [3.0, 2.6, 2.0, 1.5, 1.0, 0.6, 0.4, 0.2], "loss_standard_errors": [0.05] * 8}
KNOWN = {"item_log_probabilities": -np.outer(LOSSES["losses"], np.linspace(0.5, 2, 10))}


def curve():
    return emergence.Curve.from_counts(SIZES, **RIGHT, **LOSSES, **KNOWN)


def logs_of_two():
    return audit.read(outputs.save_outputs(OUTPUTS, "outputs.csv"))


OPTIONS = {"probabilities": [[0.5, 0.5], [0.9, 0.1]], "answers": [0, 1]}
TEXTS = {"targets": ["12", "3"], "predictions": ["12", "4"]}
PASSAGES = {"table": OUTPUTS, "cluster": "passage", "sample": "epoch"}
# What makes a call right, beyond the defaults, for every public function: one after the other is spoilt.
VALID = {
    "audit._audit.audit": lambda: {"logs": logs_of_two()},
    "audit._audit.compare": lambda: {"logs": logs_of_two(), "first": MODELS[0], "second": MODELS[1]},
    "audit.draw": lambda: {"case": audit.audit(logs_of_two()).cases[0]},
    "audit.report": lambda: {"result": audit.audit(audit.Logs((), ()))},
    "check.answer": lambda: {"exercise": "toy-model-1", "answer": 1.0},
    "check.exercise": lambda: {"name": "toy-model-1"},
    "emergence.Curve.from_counts": lambda: {"parameters": SIZES, **RIGHT, **LOSSES, **KNOWN},
    "emergence.Curve.from_scores": lambda: (
        {"parameters": SIZES, "scores": np.linspace(0.1, 0.9, 8), "standard_errors": [0.1] * 8}
        | {"floor": (0.1, 0.01), "ceiling": 1.0}
    ),
    "emergence.Curve.from_table": lambda: {"table": pd.DataFrame({"parameters": SIZES, **RIGHT})},
    "emergence.breaks.break_test": lambda: {
        "curve": curve(),
        "of": "losses",
        "scale": "log",
        "replicates": 99,
    },
    "emergence.explained.explained_by_metric": lambda: {"curve": curve(), "between": (1e8, 2e10)},
    "emergence.fits.fit_curve": lambda: {"curve": curve()},
    "emergence.forecasts.forecast": lambda: {"curve": curve(), "held_out": 1},
    "emergence.questions.four_questions": lambda: {
        "curve": emergence.Curve.from_counts([1e8, 1e9], [1, 9], [10, 10], losses=[3.0, 0.1]),  # quick
        "length": 5,
        "held_out": 1,
    },
    "emergence.scores.emergence_score": lambda: {"scores": [0.1, 0.2, 0.4]},
    "emergence.scores.linearity": lambda: {"scores": [0.1, 0.2, 0.4]},
    "emergence.sharpness.sharpness": lambda: {"curve": curve()},
    "debate.rises.curves_at_chance": lambda: {
        "table": pd.DataFrame({"task": "a", "successes": [1, 60], "trials": 100, "chance": 0.02}).assign(
            large=[False, True]
        ),
        "by": ("task",),
    },
    "debate.rises.pass_from_few": lambda: {"right": [0, 0, 1, 20], "tries": 20},
    "debate.two_metrics.compare_metrics": lambda: {
        "table": pd.DataFrame(
            {"size": [1, 2, 3] * 2, "harsh": [0, 0, 1] * 2, "lenient": [0, 0.5, 1] * 2}
        ).assign(comparison="a", unit=list("aaabbb"), at_each_size=True, chance=0.0)
    },
    "debate.two_metrics.compare_rises": lambda: (
        {"sizes": [1, 2, 3] * 2, "harsh": [0, 0, 1, 0, 0.1, 1], "lenient": [0, 0.5, 1, 0, 0.4, 1]}
        | {"units": list("aaabbb"), "at_each_size": True, "draws": 100, "rng": 0}
    ),
    "debate.states.two_states": lambda: {
        "successes": [0, 0, 1, 9, 10, 10],
        "trials": 10,
        "replicates": 39,
    },
    "logs._read.read": lambda: {"paths": [outputs.save_outputs(OUTPUTS, "outputs.csv")]},
    "logs._samples.sample_logs": lambda: {"folder": "."},
    "logs._sizes.placed": lambda: {"runs": logs_of_two().runs},
    "logs._sizes.size_in_name": lambda: {"name": "pythia-1.4b"},
    "metrics.brier_score": lambda: OPTIONS,
    "metrics.cross_entropy": lambda: {"log_probabilities": [[-1.0], [-0.5, -0.1]]},
    "metrics.exact_match": lambda: TEXTS,
    "metrics.multiple_choice_grade": lambda: OPTIONS,
    "metrics.pass_at_k": lambda: {"samples": [3, 4], "right": [0, 2], "k": 2},
    "metrics.reconstruction_accuracy": lambda: {"errors": [0.1, 0.2], "threshold": 0.15},
    "metrics.subset_accuracy": lambda: {"correct": [1, 0, 1], "size": 2},
    "metrics.token_accuracy": lambda: {"targets": [[1, 2], [3]], "predictions": [[1, 2], [4]]},
    "metrics.token_edit_distance": lambda: TEXTS,
    "outputs.by_place.places": lambda: {"table": OUTPUTS},
    "outputs.curves.curve": lambda: PASSAGES | {"k": 1},
    "outputs.curves.paired_difference": lambda: (
        PASSAGES | dict(zip(["first", "second"], MODELS, strict=True))
    ),
    "outputs.curves.scores": lambda: PASSAGES,
    "outputs.files.load_outputs": lambda: {"path": outputs.save_outputs(OUTPUTS, "outputs.csv")},
    "outputs.files.save_outputs": lambda: {"table": OUTPUTS, "path": "outputs.parquet"},
    "resolution.clusters.cluster_draws": lambda: {"clusters": ["a", "a", "b"], "times": 3, "rng": 0},
    "resolution.clusters.cluster_standard_error": lambda: {
        "scores": [1, 0, 0.5],
        "clusters": ["a", "a", "b"],
    },
    "resolution.clusters.design_effect": lambda: {"scores": [1, 0, 0], "clusters": ["a", "a", "b"]},
    "resolution.clusters.exchange_test": lambda: {"differences": [0.1, 0.2, -0.05]},
    "resolution.comparisons.benjamini_hochberg": lambda: {"p_values": [0.01, 0.2]},
    "resolution.comparisons.holm": lambda: {"p_values": [0.01, 0.2]},
    "resolution.intervals.proportion_interval": lambda: {"successes": [1, 2], "trials": 10},
    "resolution.intervals.zero_success_bound": lambda: {"trials": 10},
    "resolution.power.fisher_test": lambda: {
        "successes": [3, 5],
        "trials": 10,
        "other_successes": 2,
        "other_trials": 8,
    },
    "resolution.power.smallest_rise": lambda: {"share": 0.25, "trials": 20},
    "debate.lengths.fit_chance": lambda: (
        {"chance": lambda p: np.array([p, p**2]), "successes": [8, 6], "trials": [10, 10]}
        | {"bounds": (0.01, 0.99)}
    ),
    "debate.lengths.length_losses": lambda: (
        {"lengths": [1, 4, 9, 30], "passed": [5, 4, 1, 0], "runs": [5, 5, 6, 4]}
        | {"groups": ["a", "b", "a", "b"], "curve": "Weibull"}
    ),
    "resolution.power.items_needed": lambda: {"probability": 0.1},
    "resolution.power.power": lambda: {"chance": 0.25, "ability": 0.3, "trials": 100},
    "debate.repeats.fit_repeats": lambda: (
        {"lengths": [1, 4, 9, 30], "passed": [5, 4, 1, 0], "runs": [5, 5, 6, 4]}
        | {"shape": 1, "spread": 1, "weights": [1, 2, 0, 1]}
    ),
    "resolution.visibility.tail_at_floor": lambda: {
        "share": [0.2, 0.5],
        "trials": [10.0, 7.5],
        "floor": 0.25,
    },
    "resolution.visibility.visibility": lambda: RIGHT | {"floor": (0.25, 0.01), "expected": [0.3] * 8},
    "scaling.inverse_link": lambda: {"predictor": [-1.0, 2.0], "name": "probit"},
    "scaling.link": lambda: {"probability": [0.1, 0.9], "name": "probit"},
    "scaling.loss": lambda: {"parameters": [1e8], "constant": 1e9, "exponent": 0.5},
    "scaling.token_probability": lambda: {"loss": [0.1, 2.0]},
    "scaling.transition_width": lambda: {"curve": lambda n: n / (n + 1e9)},
    "toy.families.loss_curve": lambda: {
        "parameters": [1e8, 1e9, 1e10],
        "kind": "jump",
        "between": (1e9, 1e10),
    },
    "toy.families.sample_family": lambda: {"parameters": [1e8, 1e9], "losses": [2.0, 1.0], "items": 10},
    "toy.high_jump.clearing_probability": lambda: {"mean": [1.0, 2.0], "deviation": 0.1, "bar": 2.0},
    "toy.high_jump.verified_probability": lambda: {"probability": [0.1, 0.9], "tries": 3, "caught": 0.5},
    "toy.outputs.sample_outputs": lambda: {"parameters": [1e8], "length": 2, "items": 3},
    "toy.scores.accuracy": lambda: {"p": [0.1, 0.5], "length": 3},
    "toy.scores.brier_score": lambda: {"p": [0.1, 0.5], "options": 3},
    "toy.scores.multiple_choice_grade": lambda: {"p": [0.1, 0.5], "options": 3},
    "toy.scores.token_edit_distance": lambda: {"p": [0.1, 0.5], "length": 3},
}


class Hostile:
    """An object that says it can become an array, and cannot."""

    def __array__(self, *arguments, **keywords):
        raise RuntimeError("no array")


def circular():
    values = [1]
    values.append(values)
    return values


def junk():
    """Return bad, odd and extreme values; fresh ones, as some are used up."""
    numbers = [0, -1, 1.5, -0.0, 5e-324, 1e-17, 1e308, -1e308, 2**40, 2**53, 2**63, 10**400, -(10**400)]
    not_numbers = [math.nan, math.inf, -math.inf, np.nan, pd.NA, pd.NaT, Decimal("NaN")]
    texts = ["", "a", "nan", "1", "\0", b"", b"ab", bytearray(b"ab"), memoryview(b"ab"), "mean", "a " * 5]
    odd = [None, True, 1j, Fraction(1, 3), Decimal("0.5"), ..., object(), object, len, Hostile(), Exception()]
    times = [datetime.date(2023, 12, 11), datetime.timedelta(1), pd.Timestamp(0), np.datetime64("NaT", "D")]
    empty = [[], (), {}, set(), [[]], [[], []], np.array([]), np.zeros((0, 2)), pd.Series([], dtype=float)]
    used_up = [iter([0.5]), (x for x in [0.5]), range(3), map(float, "12"), zip([1], [2], strict=True)]
    lists = [[1, [2]], [[1], [2, 3]], ["a", 1, None], [None], [math.nan], [math.inf, -math.inf], [1j], [True]]
    lists += [
        [10**400, 1],
        [Fraction(1, 3)],
        ["a", b"a"],
        [["a"], "a"],
        [{}],
        [{1}],
        [object()],
        [Hostile()],
        circular(),
    ]
    lists += [
        [1e308, -1e308, 1e308],
        [5e-324, 0, 1e308],
        [0.5] * 4,
        [[0.5] * 4] * 4,
        (0, 1),
        {0.5},
        {"a": [1]},
    ]
    arrays = [np.array(0.5), np.array(["a"]), np.array([None]), np.zeros((2, 2, 2)), np.array([1j])]
    arrays += [np.array(["2023-12-11"], dtype="datetime64[D]"), np.eye(2, dtype=bool)]
    arrays += [
        np.zeros(1, dtype=[("a", float)]),
        np.ma.array([1.0], mask=[True]),
        np.float32(0.1),
        np.int8(1),
    ]
    frames = [pd.Series([1, None]), pd.Series(["a", None]), pd.DataFrame({"a": [0.5]}), pd.Index(["a"])]
    frames += [pd.Categorical(["a"]), pd.array([1, None], dtype="Int64"), pd.DataFrame()]
    return numbers + not_numbers + texts + odd + times + empty + used_up + lists + arrays + frames


# No whole number between a few and 2**53: as a number of items it would be right, and fill the memory.
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5) | st.integers(2**53) | st.integers(max_value=-(2**53)),
    st.floats(-2, 2) | st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324]),
    st.text(max_size=3) | st.binary(max_size=3),
    st.complex_numbers() | st.dates() | st.timedeltas() | st.decimals(allow_nan=False) | st.fractions(0, 1),
)
nested = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
        | st.frozensets(leaves, max_size=3)
    ),
    max_leaves=8,
)


def attempt(name, arguments):
    try:
        FUNCTIONS[name](**arguments)
    except (TypeError, ValueError) as error:
        assert str(error).strip(), f"{name} raised a {type(error).__name__} that says nothing"
    except Exception as error:
        shown = {parameter: _validate.shown(value) for parameter, value in arguments.items()}
        raise AssertionError(f"{name} raised {type(error).__name__} for {shown}") from error


def valid(name):
    """Return the arguments of a call that is right: the defaults, and what the table has."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    return {each.name: each.default for each in parameters} | VALID.get(name, dict)()


def test_every_public_function_has_a_valid_call_in_the_table():
    empty = inspect.Parameter.empty
    lacking = [name for name in FUNCTIONS if any(value is empty for value in valid(name).values())]
    assert not lacking, f"add a valid call to VALID in {__file__} for: {sorted(lacking)}"
    gone = VALID.keys() - FUNCTIONS.keys()
    assert not gone, f"remove from VALID in {__file__}: {sorted(gone)}"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_valid_call_is_accepted(name):
    FUNCTIONS[name](**valid(name))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_one_bad_argument_is_refused_or_accepted_but_breaks_nothing(name):
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        for value in junk():
            attempt(name, valid(name) | {parameter: value})


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_nothing_but_bad_arguments_break_nothing(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    for values in zip(*(junk() for _ in parameters), strict=True):
        attempt(name, dict(zip(parameters, values, strict=True)))


@pytest.mark.parametrize(
    "name", sorted(name for name in FUNCTIONS if inspect.signature(FUNCTIONS[name]).parameters)
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_nested_junk_breaks_nothing(name, data):
    arguments = valid(name)
    spoilt = data.draw(st.sets(st.sampled_from(sorted(arguments)), min_size=1), label="spoilt")
    attempt(name, arguments | {parameter: data.draw(nested, label=parameter) for parameter in sorted(spoilt)})
