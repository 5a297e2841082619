"""Build the assignments from assignments/NAME.md: `python -m tools.assign NAME.md …`.

A section `## …` of a source is a question if it holds cells with the tags `solution` and `tests`, or a cell
of Markdown with the tag `rubric`. A test begins with `# 2 marks: what it looks at`; a line of a rubric with
`- (2)`. From that come the question's number and marks, and Otter-Grader's marks for blocks; Otter-Grader
makes three things of it, below build/assignments: the notebook for students, without solutions and tests;
the autograder (a zip, as Gradescope takes it); and the solutions, with rubric and marked answers. All tests
are hidden ones: students have other checks, in cells of their own, which cost no marks.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat

from tools.pair import SETUP, public_links
from tools.project import REPOSITORY, REVISION, ROOT

SOURCES = ROOT / "assignments"
TARGET = ROOT / "build" / "assignments"
_TEST = re.compile(r"# (\d+) marks?: (.+)\n")
_RUBRIC = re.compile(r"^- \((\d+)\)", re.MULTILINE)
_CONFIG = f"""# ASSIGNMENT CONFIG
init_cell: false
export_cell: false
requirements: ["mirage-book @ git+{REPOSITORY}@{REVISION}"]
tests:
  ok_format: false
"""


def main() -> int:
    """Build the assignments that are named."""
    for source in map(Path, sys.argv[1:]):
        build(source)
    return 0


def build(source: Path) -> None:
    """Write the student's notebook, the autograder and the solutions of one assignment."""
    from otter.assign import main as assign  # only the environment of the assignments has it

    with tempfile.TemporaryDirectory() as folder:
        original = Path(folder).resolve() / f"{source.stem}.ipynb"
        nbformat.write(master(source), original)
        assign(str(original), f"{folder}/made", no_pdfs=True)
        made = Path(folder, "made")
        (zipped,) = made.glob("autograder/*.zip")
        for kind, path in (
            ("student", made / "student" / original.name),
            ("solutions", made / "autograder" / original.name),
            ("autograder", zipped),
        ):
            target = TARGET / kind / f"{source.stem}{path.suffix}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)


def marks(source: Path) -> dict[str, tuple[int, bool]]:
    """Return, for each question, how many marks it has, and whether it is answered in words."""
    found = {}
    for cells in _sections(jupytext.read(source, fmt="md:myst").cells):
        if words := _tagged(cells, "rubric"):
            found[f"q{len(found) + 1}"] = (sum(map(int, _RUBRIC.findall(words[0].source))), True)
        elif tests := _tagged(cells, "tests"):
            found[f"q{len(found) + 1}"] = (sum(int(_TEST.match(cell.source)[1]) for cell in tests), False)
    return found


def master(source: Path) -> nbformat.NotebookNode:
    """Return the notebook from which Otter-Grader makes the others."""
    notebook = jupytext.read(source, fmt="md:myst")
    worth = marks(source)
    numbers = iter(worth)
    cells = [nbformat.v4.new_raw_cell(_CONFIG)]
    for section in _sections(notebook.cells):
        question = _tagged(section, "rubric") or _tagged(section, "tests")
        cells += _question(section, next(numbers), worth) if question else section
    words = sum(points for points, in_words in worth.values() if in_words)
    total = sum(points for points, _ in worth.values())
    cells[1].source += f"\n\n**Marks.** {total}, of which {words} for answers in words."
    cells.insert(2, nbformat.v4.new_code_cell(SETUP))
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = public_links(cell.source)
    notebook.cells = cells
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return notebook


def _question(section: list, name: str, worth: dict) -> Iterator[nbformat.NotebookNode]:
    points, in_words = worth[name]
    title, _, text = section[0].source.partition("\n")
    title = f"## Question {name[1:]}. {title.removeprefix('## ')}"
    section[0].source = f"{title}\n{text}\n\n*{points} mark{'s' * (points > 1)}"
    section[0].source += ", in words*" if in_words else "*"
    solution, tests = _tagged(section, "rubric" if in_words else "solution"), _tagged(section, "tests")
    others = [cell for cell in section if cell not in solution and cell not in tests]
    checks = [cell for cell in others if section.index(cell) > section.index(solution[-1])]
    raw = nbformat.v4.new_raw_cell
    yield raw(f"# BEGIN QUESTION\nname: {name}\npoints: {points}\nmanual: {str(in_words).lower()}")
    yield from (cell for cell in others if cell not in checks)
    yield from (raw("# BEGIN SOLUTION"), *solution, raw("# END SOLUTION"))
    if tests:
        yield from (raw("# BEGIN TESTS"), *map(_hidden, tests), raw("# END TESTS"))
    yield from (raw("# END QUESTION"), *checks)


def _hidden(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    points, says = _TEST.match(cell.source).groups()
    config = f"points: {points}\nhidden: true\nfailure_message: {json.dumps(says)}"
    body = cell.source.partition("\n")[2]
    return nbformat.v4.new_code_cell(f'""" # BEGIN TEST CONFIG\n{config}\n""" # END TEST CONFIG\n{body}')


def _sections(cells: list) -> Iterator[list]:
    section: list = []
    for cell in cells:
        if section and cell.cell_type == "markdown" and cell.source.startswith("## "):
            yield section
            section = []
        section.append(cell)
    yield section


def _tagged(cells: list, tag: str) -> list:
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


if __name__ == "__main__":
    sys.exit(main())
