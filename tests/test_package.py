"""The package as a whole: every public name exists, is documented, and stands in the book's reference."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

import mirage
from tools.project import ROOT

MODULES = [importlib.import_module(f"mirage.{name}") for name in mirage.__all__]
FUNCTIONS = [
    pytest.param(getattr(module, name), id=f"{module.__name__}.{name}")
    for module in MODULES
    for name in module.__all__
    if inspect.isfunction(getattr(module, name))
]


def test_all_lists_every_public_module():
    found = {module.name for module in pkgutil.iter_modules(mirage.__path__) if module.name[0] != "_"}
    assert found == set(mirage.__all__)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_public_names_exist_and_are_documented(module):
    assert module.__doc__
    for name in module.__all__:
        public = getattr(module, name)
        assert inspect.getdoc(public), f"{module.__name__}.{name} has no docstring"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_docstrings_describe_every_parameter_and_the_result_with_an_example(function):
    documentation = FunctionDoc(function)
    described = [name for entry in documentation["Parameters"] for name in entry.name.lstrip("*").split(", ")]
    assert described == list(inspect.signature(function).parameters)
    assert documentation["Examples"], "there is no example"
    returns = inspect.signature(function, eval_str=True).return_annotation
    assert bool(documentation["Returns"]) == (returns is not None), "Returns does not fit the annotation"
    if described:
        assert documentation["Raises"], "it says of no error"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_public_functions_are_typed(function):
    signature = inspect.signature(function)
    annotations = [parameter.annotation for parameter in signature.parameters.values()]
    assert inspect.Signature.empty not in [*annotations, signature.return_annotation]


def test_the_map_has_every_module():
    text = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(api/(\w+)\.md\)", text)) == set(mirage.__all__)
    assert set(re.findall(r"`(\w+)`", mirage.__doc__.split("order in which")[1])) == set(mirage.__all__)


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("mirage", "nonsense", "module 'mirage' has no attribute 'nonsense'"),
        ("mirage", "tasks", "mirage.tasks is gone; use mirage.families.tasks"),
        ("mirage.emergence", "fit_exponent", r"is gone; use emergence.fit_curve \(its `exponent`\)"),
        ("mirage.style", "show", "is gone; use page.show"),
        ("mirage.datasets", "load_big_bench", "is gone; use datasets.load_schellaert2024"),
    ],
)
def test_a_name_that_is_gone_is_told_with_its_successor(module, name, message):
    with pytest.raises(AttributeError, match=message):
        getattr(importlib.import_module(module), name)


# Statistics know nothing of figures, data or models; a module without a row here fails.
ALLOWED = {
    "audit": {"emergence", "figures", "logs", "page", "resolution", "style", "words"},
    "forecasting": {"scaling"},
    "blind": {"resolution"},  # for clusters of items
    "charts": {"scaling", "style", "words"},
    "check": {"datasets", "emergence", "outputs", "resolution", "scaling", "toy"},  # for the right answers
    "datasets": {"resolution"},  # for the intervals of counts
    "debate": {"resolution", "words"},
    "emergence": {"resolution", "scaling", "words"},
    "families": {"datasets"},  # for the images
    "figures": {"emergence", "resolution", "scaling", "style", "words"},
    "logs": {"metrics", "outputs", "words"},
    "metrics": set(),
    "outputs": {"metrics", "resolution"},
    "page": {"emergence", "figures", "style"},
    "resolution": set(),
    "scaling": set(),
    "style": {"words"},  # for the numbers of tables
    "toy": {"scaling"},
    "words": set(),
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            names = (prefix + alias.name for alias in node.names)
            yield from (name.split(".")[1] for name in names if name.startswith("mirage."))


@pytest.mark.parametrize("name", mirage.__all__)
def test_imports_point_to_the_core(name):
    for path in [*(ROOT / "mirage").glob(f"{name}.py"), *(ROOT / "mirage" / name).rglob("*.py")]:
        assert {word for word in imported(path) if word[0] != "_"} <= ALLOWED[name] | {name}, path


CLASSES = [getattr(module, name) for module in MODULES for name in module.__all__]
RESULTS = [public for public in CLASSES if dataclasses.is_dataclass(public)]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.__name__)
def test_results_are_frozen_and_describe_their_fields_in_order(result):
    assert result.__dataclass_params__.frozen
    described = [
        name for entry in ClassDoc(result)["Attributes"] for name in entry.name.lstrip("*").split(", ")
    ]
    assert described == [field.name for field in dataclasses.fields(result)]


def test_one_module_can_be_used_without_the_others():
    code = (
        "import sys; from mirage import metrics; print('altair' in sys.modules, 'matplotlib' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "False"]


NUMPY_ALONE = """
import importlib, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1:]:
            raise ModuleNotFoundError(f"{name} was imported")
sys.meta_path.insert(0, Blocked())
from mirage import check, datasets, emergence, metrics, outputs, resolution, scaling, toy
from mirage.check.pages import PAGES
for page in PAGES:
    importlib.import_module(f"mirage.check.pages.{page.replace('-', '_')}")
scaling.link(0.5), toy.accuracy(0.5, 2), resolution.items_needed(0.5), metrics.exact_match(["12"], ["12"])
print(check.answer("toy-model-1", 400).passed)
"""


def test_the_core_and_the_exercises_start_with_numpy_alone():
    names = {name.partition("/")[0].removesuffix(".py") for name in packages_distributions()} - {
        "mirage",
        "numpy",
    }
    done = subprocess.run([sys.executable, "-c", NUMPY_ALONE, *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("True\n")
