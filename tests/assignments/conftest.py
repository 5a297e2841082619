"""The assignments as `make assignments` builds them, run without a kernel: cells, then a question's tests."""

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import pytest

from tools import assign

matplotlib.use("Agg")
NAMES = [path.stem for path in sorted(assign.SOURCES.glob("*.md"))]


class Assignment:
    """One assignment: its notebooks, and what its tests say of answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.worth = assign.marks(assign.SOURCES / f"{name}.md")
        self.student, self.solutions = (
            nbformat.read(assign.TARGET / kind / f"{name}.ipynb", as_version=4)
            for kind in ("student", "solutions")
        )
        self.tests = self.solutions.metadata["otter"]["tests"]

    def run(self, notebook: nbformat.NotebookNode, login: str = "ada") -> dict:
        """Return what is defined when the cells have run, whatever fails."""
        defined = {}
        for cell in notebook.cells:
            if cell.cell_type == "code" and "MIRAGE_INSTALL" not in cell.source:
                exec(cell.source.replace('"your login"', repr(login)), defined)
        plt.close("all")
        return defined

    def marks(self, question: str, defined: dict) -> float:
        """Return what the hidden tests of a question give."""
        from otter.test_files import ExceptionTestFile

        tests = ExceptionTestFile.from_string(self.tests[question])
        tests.run(defined)
        plt.close("all")
        return tests.score


@pytest.fixture(scope="session")
def assignments() -> dict[str, Assignment]:
    return {name: Assignment(name) for name in NAMES}


@pytest.fixture(scope="session")
def solved(assignments) -> dict[str, dict]:
    return {name: each.run(each.solutions) for name, each in assignments.items()}
