"""The build: what is done again after which change, interruption, and a page made from the template."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import pytest
import yaml
from bs4 import BeautifulSoup

from tools import lint
from tools.project import ROOT


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", f"VENV={folder / 'venv'}", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def built(project):
    """A project of two notebooks in which make believes that everything is built."""
    (project / "notebooks" / "other.md").write_text("# Other\n", encoding="utf-8")
    (project / "venv").mkdir()
    for folder in ("build/notebooks", "build/_build/html"):
        (project / folder).mkdir(parents=True)
    assert make(project, "--touch", "book").returncode == 0
    return project


def done_again(project: Path, changed: str) -> str:
    return make(project, "--dry-run", f"--what-if={changed}", "book").stdout


def test_nothing_changed_nothing_to_do(built):
    dry = make(built, "--dry-run", "book").stdout
    assert "tools.run" not in dry and "tools.site" not in dry and "pip" not in dry


def test_one_notebook_changed_only_it_is_run_again(built):
    commands = done_again(built, "notebooks/other.md")
    assert "tools.run notebooks/other.ipynb" in commands
    assert "tools.run notebooks/toy-model.ipynb" not in commands
    assert "tools.site" in commands


@pytest.mark.parametrize("changed", ["mirage/toy/scores.py", "mirage/data/gpt3_arithmetic.csv"])
def test_a_change_in_the_package_runs_all_notebooks_again(built, changed):
    pages = list((built / "notebooks").glob("*.md"))
    assert done_again(built, changed).count("-m tools.run ") == len(pages) >= 2


def test_a_page_removed_builds_the_site_again(built):
    time.sleep(0.1)  # the clock of the file system is coarse
    (built / "book" / "glossary.md").unlink()
    assert "tools.site" in make(built, "--dry-run", "book").stdout


def test_make_has_nothing_to_warn_of(built):
    for target in ("book", "test", "assignments", "test-assignments", "slides", "grade"):
        assert make(built, "--dry-run", target).stderr == ""


def test_a_change_in_prose_builds_the_site_and_runs_no_notebook(built):
    commands = done_again(built, "book/glossary.md")
    assert "tools.site" in commands and "tools.run" not in commands


def test_a_relative_data_folder_is_resolved(built):
    text = (built / "Makefile").read_text(encoding="utf-8")
    (built / "Makefile").write_text(text + "\nshow:\n\t@echo $$MIRAGE_DATA\n", encoding="utf-8")
    (built.parent / "my data").mkdir()
    assert make(built, "MIRAGE_DATA=../my data", "show").stdout.strip() == str(built.parent / "my data")


def tool(project: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def test_a_failing_cell_leaves_no_result(project):
    page = project / "notebooks" / "broken.md"
    page.write_text("# Broken\n\n```{code-cell}\n1 / 0\n```\n", encoding="utf-8")
    tool(project, "tools.pair", page)
    target = project / "build" / "notebooks" / "broken.ipynb"
    done = tool(project, "tools.run", page.with_suffix(".ipynb"), target)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert not target.exists()


@pytest.fixture
def small_book(project):
    """A book of one prose page and the page of the template."""
    for path in (project / "notebooks").iterdir():
        path.unlink()
    for path in (project / "book").glob("*.md"):
        path.unlink()
    (project / "book" / "index.md").write_text("# Book\n", encoding="utf-8")
    for name in ("glossary", "notation", "references"):
        (project / "book" / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    shutil.copy(ROOT / "tools" / "page-template.md", project / "notebooks" / "my-page.md")
    chapters = [
        {"file": name} for name in ("notebooks/my-page", "book/glossary", "book/notation", "book/references")
    ]
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (project / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    return project


def test_the_template_is_a_page_that_builds(small_book):
    assert tool(small_book, "tools.pair", "notebooks/my-page.md").returncode == 0
    for rule in (lint.parts_in_order, lint.plain_markdown, lint.figures_have_alt_text):
        assert list(rule(small_book)) == []
    target = "build/notebooks/my-page.ipynb"
    ran = tool(small_book, "tools.run", "notebooks/my-page.ipynb", target)
    assert ran.returncode == 0, ran.stderr
    built = tool(small_book, "tools.site")
    assert built.returncode == 0, built.stderr
    page = small_book / "build" / "_build" / "html" / "notebooks" / "my-page.html"
    assert len(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("article img[alt]")) == 3

    # Of a glossary that stays as it is, Sphinx forgets the entries when another page is built anew.
    entry = "```{glossary}\nloss\n    What is made small.\n```\n"
    (small_book / "book" / "glossary.md").write_text(f"# glossary\n\n{entry}", encoding="utf-8")
    for text in ("# Book\n", "# Book, again\n"):
        (small_book / "book" / "index.md").write_text(text, encoding="utf-8")
        assert tool(small_book, "tools.site").returncode == 0
        index = small_book / "build" / "_build" / "html" / "searchindex.js"
        assert "term-loss" in index.read_text(encoding="utf-8")

    # A dead link fails, and fails again when nothing was mended: Sphinx by itself would pass the second time.
    (small_book / "book" / "glossary.md").write_text("# glossary\n\n[dead](nowhere.md)\n", encoding="utf-8")
    for _ in range(2):
        failed = tool(small_book, "tools.site")
        assert failed.returncode == 1
        assert "nowhere.md" in failed.stderr


REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.skipif(
    f"matplotlib=={matplotlib.__version__}" not in REQUIREMENTS, reason="another Matplotlib draws other bytes"
)
def test_the_figure_of_the_readme_is_what_the_code_draws(project):
    figure = project / "book" / "images" / "toy-model.svg"
    committed = figure.read_bytes()
    assert tool(project, "tools.figure").returncode == 0
    assert figure.read_bytes() == committed
