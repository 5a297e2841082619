"""Whatever is thrown at a public function, it returns normally or raises a ValueError or a TypeError.

Warnings are errors in this suite, so a function that lets an overflow pass fails here too.
"""

import datetime
import importlib
import inspect
import math
import pkgutil
import shutil
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mirage
from mirage import _validate, emergence, outputs, toy
from mirage.datasets import DataUnavailable


def public_functions():
    """Return every function that a public module of the package lists in its `__all__`, by name."""
    found = {}
    for module in pkgutil.walk_packages(mirage.__path__, "mirage."):
        if "._" in module.name or module.name.startswith("mirage.families."):  # these need an extra
            continue
        loaded = importlib.import_module(module.name)
        for name in loaded.__all__:
            value = getattr(loaded, name)
            if inspect.isfunction(value):
                found[f"{value.__module__.removeprefix('mirage.')}.{name}"] = value
    return found


FUNCTIONS = public_functions()
OUTPUTS = toy.sample_outputs([1e8, 1e9], length=2, items=3)
FOLDER = Path(tempfile.mkdtemp())


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch):
    monkeypatch.chdir(FOLDER)  # for functions that write where they are told to
    monkeypatch.setenv("MIRAGE_BIG_BENCH", str(flattened()))


@pytest.fixture(scope="module", autouse=True)
def _leave_nothing():
    yield
    shutil.rmtree(FOLDER)


def counts():
    return {"parameters": [1e8, 1e9, 1e10, 1e11], "successes": [0, 1, 8, 10], "trials": [10, 10, 10, 10]}


def flattened():
    """Write a table of BIG-bench scores with one row."""
    row = {
        "model_family": "a",
        "model_name": "b",
        "total_params": 1e6,
        "task": "t",
        "subtask": "",
        "n_shot": 0,
    }
    row |= {"metric_name": "bleu", "is_preferred_metric": 1, "score": 3.5}
    pd.DataFrame([row]).to_csv(FOLDER / "big-bench.csv", index=False)
    return FOLDER / "big-bench.csv"


# A call that is right, for every public function, with all its parameters: one after the other is spoilt.
VALID = {
    "charts.arithmetic.arithmetic": lambda: {
        "scores": pd.DataFrame(
            {"task": ["a"], "mark": ["b"], "items": [50], "parameters": [1e3], "seed": [0], "score": [0.1]}
        )
    },
    "charts.high_jump.high_jump": dict,
    "charts.reconstruction.reconstruction": lambda: {
        "errors": pd.DataFrame({"parameters": [1e2, 1e3], "error": [2.0, 0.1]})
    },
    "charts.score_threshold.score_threshold": lambda: {
        "scores": pd.DataFrame({"metric": ["a", "b"], "score": [3.0, np.inf]})
    },
    "charts.small_numbers.small_numbers": dict,
    "charts.study_plan.study_plan": lambda: {
        "power": pd.DataFrame({"sizes": [8], "ratio": [9.0], "share": [0.2], "low": [0.1], "high": [0.3]})
    },
    "charts.toy_model.toy_model": dict,
    "check.answer": lambda: {"exercise": "toy-model-1", "answer": 1.0},
    "check.exercises": dict,
    "datasets.arithmetic.load_arithmetic": lambda: {"task": "addition", "family": "mixed", "final": True},
    "datasets.arithmetic.load_arithmetic_runs": dict,
    "datasets.vision.load_vision_answers": lambda: {"name": "mnist"},
    "datasets.vision.load_vision_errors": dict,
    "datasets.vision.load_vision_images": lambda: {"name": "mnist"},
    "datasets.big_bench.load_big_bench": lambda: {"path": flattened()},
    "datasets.calibration.load_calibration": dict,
    "datasets.gpt3.load_gpt3_arithmetic": dict,
    "datasets.lu2024.load_lu2024": dict,
    "datasets.lu2024.load_lu2024_main": dict,
    "datasets.notes.note_if_missing": dict,
    "datasets.pythia.load_pythia": lambda: {"steps": [0, 143_000]},
    "datasets.ruan2024.load_ruan2024": dict,
    "datasets.wu2025.load_wu2025": dict,
    "emergence.bends.bend_test": lambda: {
        "sizes": np.logspace(20, 23, 14),
        "scores": np.linspace(0.1, 0.9, 14) ** 2,
        "families": list("abcdefgabcdefg"),
        "confidence": 0.9,
        "replicates": 99,
        "rng": 0,
    },
    "emergence.breaks.break_test": lambda: {
        "parameters": [1e8, 2e8, 4e8, 8e8, 2e9, 4e9],
        "scores": [3.0, 2.5, 2.2, 1.0, 0.9, 0.7],
        "standard_errors": [0.1] * 6,
        "narrowest": 1.0,
        "gaps": [1, 4],
        "replicates": 99,
        "rng": 0,
    },
    "emergence.explained.explained_by_metric": lambda: {
        "parameters": [1e8, 1e9, 1e10, 1e11, 1e12],
        "losses": [3.0, 2.0, 1.0, 0.5, 0.2],
        "successes": [0, 1, 3, 8, 10],
        "trials": [10] * 5,
        "length": None,
        "log_probabilities": [[-3.0, -2.0], [-2.0, -2.0], [-1.0, -0.5], [-0.5, -0.2], [-0.1, -0.2]],
        "standard_errors": [0.1] * 5,
        "between": (1e8, 1e12),
        "confidence": 0.95,
        "rng": 0,
    },
    "emergence.forecasts.forecast": lambda: {
        "parameters": [1e8, 1e9, 1e10, 1e11, 1e12],
        "successes": [1, 2, 5, 8, 9],
        "trials": [10] * 5,
        "held_out": 1,
        "method": "loss from size",
        "losses": [3.0, 2.0, 1.0, 0.5, 0.2],
        "confidence": 0.95,
    },
    "emergence.score_tests.emergence_score_test": lambda: {
        "parameters": np.logspace(8, 10, 5),
        "successes": [0, 1, 3, 8, 9],
        "trials": np.full(5, 10),
        "replicates": 99,
        "rng": 0,
    },
    "emergence.scores.emergence_score": lambda: {"scores": [0.1, 0.2, 0.4]},
    "emergence.scores.linearity": lambda: {"scores": [0.1, 0.2, 0.4]},
    "emergence.questions.four_questions": lambda: {
        "curve": pd.DataFrame(counts()),
        "floor": 0.0,
        "ceiling": 1.0,
        "length": 5,
        "held_out": 1,
        "method": "power law",
        "link": "gompertz",
        "narrowest": 1.0,
        "confidence": 0.95,
        "rng": 0,
    },
    "figures.questions.draw_four_questions": lambda: {
        "result": emergence.four_questions(pd.DataFrame(counts()), held_out=1)
    },
    "figures.curves.draw_curves": lambda: {"parameters": [1e8, 1e9], "curves": {"a": [0.1, 0.2]}, "ax": None},
    "figures.curves.draw_estimates": lambda: {
        "labels": ["a"],
        "estimates": [0.5],
        "intervals": [[0.4, 0.6]],
        "label": "b",
        "series": 0,
        "shift": 0.0,
        "ax": None,
    },
    "figures.curves.draw_linearised": lambda: counts() | {"label": "a", "series": 0, "ax": None},
    "figures.curves.draw_proportions": lambda: counts() | {"label": "a", "series": 0, "ax": None},
    "metrics.brier_score": lambda: {"probabilities": [[0.5, 0.5], [0.9, 0.1]], "answers": [0, 1]},
    "metrics.cross_entropy": lambda: {"log_probabilities": [[-1.0], [-0.5, -0.1]]},
    "metrics.exact_match": lambda: {"targets": ["12", "3"], "predictions": ["12", "4"]},
    "metrics.multiple_choice_grade": lambda: {"probabilities": [[0.5, 0.5], [0.9, 0.1]], "answers": [0, 1]},
    "metrics.reconstruction_accuracy": lambda: {"errors": [0.1, 0.2], "threshold": 0.15},
    "metrics.subset_accuracy": lambda: {"correct": [1, 0, 1], "size": 2},
    "metrics.token_accuracy": lambda: {"targets": [[1, 2], [3]], "predictions": [[1, 2], [4]]},
    "metrics.token_edit_distance": lambda: {"targets": ["12", "3"], "predictions": ["12", "4"]},
    "emergence.sharpness.sharpness": lambda: {
        "parameters": [1e8, 1e9, 1e10, 1e11],
        "scores": [0.1, 0.3, 0.6, 0.8],
        "standard_errors": [0.01] * 4,
        "floor": 0.0,
        "ceiling": 1.0,
        "link": "logistic",
        "confidence": 0.95,
    },
    "emergence.sharpness.sharpness_of_counts": lambda: (
        counts() | {"floor": 0.0, "ceiling": 1.0, "link": "probit", "confidence": 0.95}
    ),
    "resolution.comparisons.holm": lambda: {"p_values": [0.01, 0.2]},
    "resolution.visibility.visibility": lambda: {
        "successes": [1, 9],
        "trials": [10, 10],
        "floor": 0.25,
        "expected": [0.3, 0.9],
        "confidence": 0.95,
    },
    "resolution.comparisons.benjamini_hochberg": lambda: {"p_values": [0.01, 0.2]},
    "resolution.power.items_needed": lambda: {"probability": 0.1, "confidence": 0.95},
    "resolution.power.power": lambda: {"chance": 0.25, "ability": 0.3, "trials": 100, "significance": 0.05},
    "resolution.intervals.proportion_interval": lambda: {
        "successes": [1, 2],
        "trials": 10,
        "confidence": 0.95,
        "method": "jeffreys",
    },
    "resolution.intervals.zero_success_bound": lambda: {"trials": 10, "confidence": 0.95},
    "emergence.exponent.fit_exponent": lambda: {
        "parameters": [1e8, 1e9, 1e10, 1e11],
        "successes": [1, 2, 5, 8],
        "trials": [10, 10, 10, 10],
        "confidence": 0.95,
    },
    "scaling.loss": lambda: {"parameters": [1e8], "constant": 1e9, "exponent": 0.5, "irreducible": 0.1},
    "scaling.token_probability": lambda: {"loss": [0.1, 2.0]},
    "scaling.transition_width": lambda: {"curve": lambda n: n / (n + 1e9), "low": 0.1, "high": 0.9},
    "scaling.inverse_link": lambda: {"predictor": [-1.0, 2.0], "name": "probit"},
    "scaling.link": lambda: {"probability": [0.1, 0.9], "name": "probit"},
    "style.between": lambda: {"interval": [0.1, 0.2], "digits": 2},
    "style.show": lambda: {"figure": plt.figure(), "alt": "A figure that shows nothing at all"},
    "style.svg": lambda: {"figure": plt.figure()},
    "style.use": dict,
    "toy.scores.accuracy": lambda: {"p": [0.1, 0.5], "length": 3},
    "toy.scores.brier_score": lambda: {"p": [0.1, 0.5], "options": 3},
    "toy.high_jump.chain_probability": lambda: {"probability": [0.1, 0.9], "steps": 3, "correlation": 0.5},
    "toy.high_jump.clearing_probability": lambda: {"mean": [1.0, 2.0], "deviation": 0.1, "bar": 2.0},
    "toy.scores.multiple_choice_grade": lambda: {"p": [0.1, 0.5], "options": 3},
    "toy.outputs.sample_outputs": lambda: {
        "parameters": [1e8],
        "constant": 1e9,
        "exponent": 0.4,
        "length": 2,
        "items": 3,
        "rng": 0,
    },
    "toy.families.loss_curve": lambda: {
        "parameters": [1e8, 1e9, 1e10],
        "kind": "jump",
        "constant": 1e9,
        "exponent": 0.4,
        "between": (1e9, 1e10),
        "factor": 4.0,
    },
    "toy.families.sample_family": lambda: {
        "parameters": [1e8, 1e9],
        "losses": [2.0, 1.0],
        "scatter": 0.05,
        "length": 5,
        "items": 10,
        "item_spread": 0.5,
        "rng": 0,
    },
    "figures.runs.draw_runs": lambda: {
        "parameters": [1e3, 1e3, 1e4],
        "scores": [0.0, 0.3, 0.6],
        "label": "addition",
        "series": 1,
        "lowest": 1e-3,
        "ax": None,
    },
    "outputs.by_place.places": lambda: {"table": OUTPUTS},
    "outputs.curves.curve": lambda: {
        "table": OUTPUTS,
        "metric": "exact_match",
    },
    "outputs.files.load_outputs": lambda: {"path": outputs.save_outputs(OUTPUTS, FOLDER / "outputs.csv")},
    "outputs.files.save_outputs": lambda: {"table": OUTPUTS, "path": FOLDER / "outputs.parquet"},
    "sweep.key": lambda: {"about": (1, "a")},
    "sweep.run": lambda: {
        "work": lambda job, path: path.write_text(""),
        "jobs": {"one": 1, "two": 2},
        "folder": tempfile.mkdtemp(dir=FOLDER),
        "workers": 1,
        "cluster": None,
    },
    "tasks.answer": lambda: {"operation": "x", "operands": [[12, 34]]},
    "tasks.draw": lambda: {
        "operation": "x",
        "items": 3,
        "digits": [1, 2],
        "test": True,
        "answer_digits": 2,
        "zeros": False,
        "rng": 0,
    },
    "tasks.held_out": lambda: {"operation": "+", "operands": [[12, 34]]},
    "tasks.written": lambda: {"operation": "+", "operands": [[12, 34]], "padded": 4},
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
    except RuntimeError as error:
        assert name == "sweep.run" and "jobs failed" in str(error)  # its argument is a function that may fail
    except DataUnavailable:
        raise  # where there are none, the test is skipped
    except Exception as error:
        shown = {parameter: _validate.shown(value) for parameter, value in arguments.items()}
        raise AssertionError(f"{name} raised {type(error).__name__} for {shown}") from error
    finally:
        plt.close("all")  # a test makes more figures than Matplotlib likes to keep open


def test_every_public_function_has_a_valid_call_in_the_table():
    missing, gone = FUNCTIONS.keys() - VALID.keys(), VALID.keys() - FUNCTIONS.keys()
    assert not missing, f"add a valid call to VALID in {__file__} for: {sorted(missing)}"
    assert not gone, f"remove from VALID in {__file__}: {sorted(gone)}"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_valid_call_names_every_parameter_and_is_accepted(name):
    arguments = VALID[name]()
    assert list(arguments) == list(inspect.signature(FUNCTIONS[name]).parameters)
    if name != "style.save":  # its folder does not exist, so that nothing is written
        FUNCTIONS[name](**arguments)
    plt.close("all")


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_one_bad_argument_is_refused_or_accepted_but_breaks_nothing(name):
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        for value in junk():
            attempt(name, VALID[name]() | {parameter: value})


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_nothing_but_bad_arguments_break_nothing(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    for values in zip(*(junk() for _ in parameters), strict=True):
        attempt(name, dict(zip(parameters, values, strict=True)))


@pytest.mark.parametrize("name", sorted(name for name in FUNCTIONS if VALID.get(name, dict)()))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_nested_junk_breaks_nothing(name, data):
    arguments = VALID[name]()
    spoilt = data.draw(st.sets(st.sampled_from(sorted(arguments)), min_size=1), label="spoilt")
    attempt(name, arguments | {parameter: data.draw(nested, label=parameter) for parameter in sorted(spoilt)})
