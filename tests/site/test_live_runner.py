"""What runs a reader's code, tried without a browser: what it needs of a page, and what it says of errors."""

import ast
import importlib.util
import json
import sys

import pytest

from mirage import check
from tools.site import ASSETS


@pytest.fixture(scope="module")
def runner():
    """Load the module, which the site holds as a file."""
    described = importlib.util.spec_from_file_location("runner", ASSETS / "live" / "runner.py")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


@pytest.fixture
def run(runner):
    """Return a function that runs code below cells in a new state; what was told stands in `run.told`."""
    told = []
    state = runner.Runner(["imagined"], told.append)

    def ran(code, cells=()):
        return json.loads(state.run(list(cells), code))

    ran.told = told
    yield ran
    sys.meta_path.remove(state._offers)


CELLS = [
    "import numpy as np\nfrom mirage import charts, page, toy",
    "page.start('x')\nsizes = [1, 2]\nscale = 10",
    "def grown(by):\n    return [size * by * scale for size in sizes]",
    "unused = 1 / 0\nsizes[0] = 5",
    "%magic\nnothing = 1",
]
# What code needs of the cells, as statements in their order.
NEEDED = [
    ("grown(2)", ["sizes = [1, 2]", "scale = 10", "def grown(by):", "sizes[0] = 5"]),
    ("toy.accuracy(0.5, 2)", ["from mirage import toy"]),
    ("sizes = [3]\nsizes", []),
    ("scale += 1", ["scale = 10"]),
    ("for size in sizes:\n    scale = size\n    print(scale)", ["sizes = [1, 2]", "sizes[0] = 5"]),
    ("def f(scale):\n    return scale\nf(np.pi)", ["import numpy as np"]),
    ("[np for np in range(3)]", []),
]


@pytest.mark.parametrize(("code", "expected"), NEEDED)
def test_of_the_page_runs_what_the_code_needs_and_nothing_else(runner, code, expected):
    found = [ast.unparse(statement).splitlines()[0] for statement in runner.needed(CELLS, code)]
    assert found == expected


def test_the_last_line_is_shown_and_an_answer_is_judged_as_elsewhere(run):
    done = run('factor = 400\ncheck.answer("toy-model-1", factor)', ["from mirage import check"])
    assert done["value"] == check.answer("toy-model-1", 400)._repr_markdown_()
    assert done["above"] == "from mirage import check"
    assert run("x = 3")["value"] == ""


def test_the_page_runs_once_and_a_run_leaves_nothing_to_the_next(run):
    cells = ["import itertools\ncounter = itertools.count()", "first = next(counter)"]
    assert [run("first", cells)["value"] for _ in range(2)] == ["0", "0"]
    assert sum("of the page" in line for line in run.told) == 1
    run("mine = 1")
    assert "NameError" in run("mine")["error"]


ERRORS = [
    ("x = 1\ndef f(:\n    pass", ["Line 2: def f(:", "SyntaxError: invalid syntax"]),
    ("x = 1\n\n1 / 0", ["Line 3: 1 / 0", "ZeroDivisionError: division by zero"]),
    ("def f():\n    return [][1]\nf()", ["Line 3: f()", "Line 2: return [][1]", "IndexError"]),
    (
        "import nowhere",
        ["Line 1: import nowhere", "ModuleNotFoundError", "Here there are NumPy, imagined and mirage"],
    ),
    ("raise SystemExit", ["Line 1: raise SystemExit", "SystemExit"]),
]


@pytest.mark.parametrize(("code", "lines"), ERRORS)
def test_an_error_names_the_line(run, code, lines):
    found = run(code)["error"].splitlines()
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True))


def test_an_error_in_what_is_needed_of_the_page_is_not_the_readers(run):
    assert run("bad", ["bad = 1 / 0"])["error"].startswith("In what this needs of the page:")


def test_a_library_that_can_be_had_is_asked_about_even_within_a_checker(run):
    judged = "def f(x):\n    import imagined\n\ncheck.Function(f, [(1,)], {}, '').judge(f)"
    for code in ("import imagined.part", judged):
        assert run(code, ["from mirage import check"]) == {"missing": "imagined"}


def test_what_another_library_can_do_without_is_no_question(run, tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    able = "try:\n    import imagined\nexcept ImportError:\n    imagined = 'none'\n"
    (folder / "able_without.py").write_text(able, encoding="utf-8")
    (folder / "unable_without.py").write_text("import imagined\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    assert run("import able_without\nable_without.imagined")["value"] == "'none'"
    assert run("import unable_without") == {"missing": "imagined"}


def test_figures_are_shown_with_their_axes_and_closed(run):
    code = "figure, axes = plt.subplots()\naxes.set(xlabel='size', ylabel='score')\nNone"
    (figure,) = run(code, ["import matplotlib.pyplot as plt"])["figures"]
    assert figure["text"] == "score by size"
    (figure,) = run("plt.figure()\nNone", ["import matplotlib.pyplot as plt"])["figures"]
    assert figure["text"] == "its axes have no labels"
    assert run("1")["figures"] == []
