"""The notebooks: pairs, identifiers, links, and exercises whose solutions pass their own checkers."""

import json
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirage import check
from tools import fix, pair
from tools.project import DOCUMENTATION, REPOSITORY, REVISION, ROOT

NOTEBOOKS = ROOT / "notebooks"
SOURCES = sorted(NOTEBOOKS.glob("*.md"))
_ASK = re.compile(r'check\.answer\("([\w-]+)", (\w+)\)')
_SOLUTION = re.compile(r"<details>.*?```python\n(.*?)```.*?</details>", re.DOTALL)


def cells(source: Path) -> list:
    return jupytext.read(source, fmt="md:myst").cells


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_pair_is_in_step_valid_and_without_outputs(source):
    text = source.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert text == pair.convert(source), "edit the .md and run 'make pair'"
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_badge_and_setup_cell_name_the_repository(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    address = REPOSITORY.replace("https://github.com", "https://colab.research.google.com/github")
    assert f"({address}/blob/{REVISION}/notebooks/{source.stem}.ipynb)" in notebook.cells[1].source
    first_code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert f'"git+{REPOSITORY}@{REVISION}"' in first_code.source


def test_a_pair_out_of_step_is_caught(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pair, "ROOT", tmp_path)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    source = folder / "page.md"
    source.write_text("# Title\n\nOne.\n", encoding="utf-8")
    source.with_suffix(".ipynb").write_text(pair.convert(source), encoding="utf-8")
    assert pair._check([source]) == 0
    source.write_text("# Title\n\nTwo.\n", encoding="utf-8")
    (folder / "orphan.ipynb").write_text("{}", encoding="utf-8")
    assert pair._check([source]) == 1
    printed = capsys.readouterr().out
    assert "page.ipynb is not what notebooks/page.md gives" in printed
    assert "orphan.ipynb has no .md" in printed


def test_identifiers_survive_a_new_cell_and_are_unique(tmp_path):
    page = "# Title\n\n```{code-cell}\nx = 1\n```\n\n```{code-cell}\nx = 1\n```\n"
    first, second = tmp_path / "a.md", tmp_path / "b.md"
    first.write_text(page, encoding="utf-8")
    second.write_text(
        page.replace("# Title\n", "# Title\n\nNew.\n\n```{code-cell}\ny = 2\n```\n"), encoding="utf-8"
    )
    before, after = (
        [cell["id"] for cell in json.loads(pair.convert(path))["cells"]] for path in (first, second)
    )
    assert len(set(before)) == len(before)
    assert len(set(before) - set(after)) <= 2  # the changed cell, and the badge with its page's name


def test_a_cell_is_formatted_through_its_pair_and_the_prose_left_alone(tmp_path):
    page = "# Title\n\n`x=1` is prose.\n\n```{code-cell} ipython3\n:tags: [hide-input]\n\nx=1\n```\n\nEnd.\n"
    source, notebook = tmp_path / "a.md", tmp_path / "a.ipynb"
    source.write_text(page, encoding="utf-8")
    notebook.write_text(pair.convert(source), encoding="utf-8")
    assert fix.ruff(notebook) == 0
    assert fix.with_cells_of(notebook, page) == page.replace("\nx=1\n", "\nx = 1\n")


names = st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True)


@given(names, names, st.sampled_from(["", "#a-heading"]))
def test_links_are_public_in_the_notebook_and_local_in_the_book(page, other, fragment):
    text = f"See [one](../book/{page}.md{fragment}), [two]({other}.md) and ![image](../book/images/x.md)."
    public = pair.public_links(text)
    assert f"]({DOCUMENTATION}/book/{page}.html{fragment})" in public
    assert f"]({DOCUMENTATION}/notebooks/{other}.html)" in public
    assert "![image](../book/images/x.md)" in public
    assert pair.local_links(public) == text.replace(f"]({other}.md)", f"]({other}.ipynb)")


def exercises() -> list:
    found = []
    for source in SOURCES:
        page = cells(source)
        for i, cell in enumerate(page):
            if match := _ASK.search(cell.source):
                found.append(pytest.param(page, i, *match.groups(), id=match[1]))
    return found


def test_every_exercise_has_a_checker_and_every_checker_an_exercise():
    assert sorted(parameter.id for parameter in exercises()) == sorted(check.exercises())


def variables_of(page: list) -> dict:
    """What the page's first code cell defines: its imports."""
    variables: dict = {}
    exec(next(cell for cell in page if cell.cell_type == "code").source, variables)
    return variables


@pytest.mark.parametrize(("page", "i", "name", "variable"), exercises())
def test_the_stub_is_not_answered_and_the_solution_passes(page, i, name, variable):
    variables = variables_of(page)
    exec(page[i].source, variables)
    assert "not answered yet" in check.answer(name, variables[variable]).message
    solution = _SOLUTION.search(page[i + 1].source)
    assert solution, f"{name} has no folded solution in the next cell"
    exec(solution[1], variables)
    verdict = check.answer(name, variables[variable])
    assert verdict.passed, verdict.message


def bibliography() -> set[tuple[str, str]]:
    """Return first author and year of every work in the book's list."""
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"author = \{\{?([\w’' -]+).*?\n  year = \{(\d{4})\}", text, re.DOTALL))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_work_that_a_page_lists_stands_in_the_references(source):
    text = source.read_text(encoding="utf-8")
    listed = re.findall(r"^- ([\w’' -]+)[^(]*\((\d{4})\)", text[text.index("## References") :], re.MULTILINE)
    assert len(listed) >= 2
    assert set(listed) <= bibliography()
