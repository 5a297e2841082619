"""The step of the build that fetches published data: once, before the notebooks, and never in their way."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.project import ROOT

FETCH = "-m mirage.datasets"


def make(project: Path, *arguments: str, data: str = "/nowhere") -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", f"VENV={project / 'venv'}", *arguments]
    environment["MIRAGE_DATA"] = data
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


@pytest.fixture
def built(project):
    """A project in which make believes that everything is built; its environment is that of the tests."""
    python = project / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for folder in ("build/notebooks", "build/_build/html"):
        (project / folder).mkdir(parents=True)
    assert make(project, "--touch", "book").returncode == 0
    return project


def test_nothing_is_fetched_when_nothing_is_built(built):
    assert (built / "build" / "data").exists()
    assert FETCH not in make(built, "--dry-run", "book").stdout


def test_data_are_fetched_once_and_before_the_notebooks(built):
    (built / "build" / "data").unlink()
    commands = make(built, "--dry-run", "--what-if=mirage/toy/__init__.py", "book").stdout
    assert commands.count(FETCH) == 1
    assert 0 < commands.index(FETCH) < commands.index("-m tools.run ")


def test_fetched_data_run_no_notebook_again(built):
    (built / "build" / "data").unlink()
    commands = make(built, "--dry-run", "book").stdout
    assert FETCH in commands and "-m tools.run" not in commands and "-m tools.site" not in commands


def test_other_sources_fetch_and_run_the_notebooks_again(built):
    commands = make(built, "--dry-run", "--what-if=mirage/data/sources.csv", "book").stdout
    assert commands.count(FETCH) == 1
    assert commands.count("-m tools.run ") == len(list((built / "notebooks").glob("*.md")))


def test_without_data_the_build_goes_on_with_one_clear_line(built):
    (built / "build" / "data").unlink()
    done = make(built, "build/data")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1 and "MIRAGE_DATA names /nowhere, which is no folder" in done.stderr
    assert done.stdout == "Going on without these data.\n"
    assert (built / "build" / "data").exists()


def test_asked_for_by_name_it_fails_without_data(built):
    done = make(built, "data")
    assert done.returncode != 0
    assert "lu2024" in done.stdout and "MIRAGE_DATA names /nowhere" in done.stderr


PAGE = """\
# Page

```{code-cell}
from mirage import datasets
with datasets.note_if_missing():
    table = datasets.load_lu2024()
    print("shown")
with datasets.note_if_missing():
    table = datasets.load_ruan2024()
```
"""


def run(project: Path, text: str) -> subprocess.CompletedProcess:
    """Execute a page where there are neither data nor a network."""
    (project / "notebooks" / "page.md").write_text(text, encoding="utf-8")
    nothing = {
        "MIRAGE_DATA": "",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "XDG_CACHE_HOME": str(project / "cache"),
    }
    for line in ("pair notebooks/page.md", "run notebooks/page.ipynb build/page.ipynb"):
        command = [sys.executable, "-m", *f"tools.{line}".split()]
        done = subprocess.run(command, cwd=project, env=os.environ | nothing, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return done


def test_a_notebook_without_its_data_runs_and_its_run_says_so_in_one_line(project):
    done = run(project, PAGE)
    (line,) = [line for line in done.stdout.splitlines() if "without" in line]
    assert line.startswith("notebooks/page.ipynb: without lu2024, ruan2024, ")
    assert line.endswith("run 'make clean' and 'make book'")
    notebook = nbformat.read(project / "build" / "page.ipynb", as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    # Nothing but the notes: no progress, no warning, no traceback.
    assert [output["metadata"]["mirage"]["missing"] for output in outputs] == ["lu2024", "ruan2024"]
    assert all("which could not be had" in output["data"]["text/markdown"] for output in outputs)


def test_a_notebook_that_needs_no_data_says_nothing(project):
    first, _ = PAGE.split("with datasets", 1)
    assert "without" not in run(project, first + "datasets.load_gpt3_arithmetic()\n```\n").stdout


def examples(**environment: str) -> str:
    """Run the examples of a function that needs data, and return pytest's last line."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "mirage/datasets/lu2024.py"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


def test_without_data_what_needs_them_is_skipped_but_not_if_they_should_be_there(tmp_path):
    nothing = {"HTTPS_PROXY": "http://127.0.0.1:1", "XDG_CACHE_HOME": str(tmp_path)}
    assert examples(MIRAGE_DATA="", **nothing).startswith("2 skipped")
    assert examples(MIRAGE_DATA=str(tmp_path)).startswith("2 failed")
