"""Grading as a lecturer does it: right, untouched and hostile submissions, with walls and without."""

import errno
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pandas as pd
import psutil
import pytest

from tests.assignments.conftest import NAMES
from tools import assign
from tools.grading import __main__ as grading
from tools.grading import jail, tables

HOSTILE = {
    "reads": "print(open('tests/q1.py').read())",
    "asks": "import subprocess; print(subprocess.getoutput('cat tests/q1.py'))",
    "prints": "for _ in range(1000): print('x' * 10**6)",
    "kills": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}
NOTES = {
    "reads": "it tried to read the tests",
    "asks": "it tried to read the tests",
    "prints": "more, than is allowed|was stopped after",
    "kills": "its kernel died",
    "nothing": "it is no notebook",
}


def submission(path, kind, login, code=None, name="toy-model"):
    notebook = nbformat.read(assign.TARGET / kind / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace('student = "your login"', f'student = "{login}"')
    if code:
        notebook.cells.insert(3, nbformat.v4.new_code_cell(code))
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submissions")
    for name in NAMES:
        submission(folder / f"right-{name}.ipynb", "solutions", "ada", name=name)
        submission(folder / f"untouched-{name}.ipynb", "student", "bob", name=name)
    for name, code in HOSTILE.items():
        submission(folder / f"{name}.ipynb", "solutions", name, code)
    (folder / "nothing.ipynb").write_text("{}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["grading", str(folder), "--seconds", "300"])
        assert grading.main() == 0
    return pd.read_csv(folder / "graded" / "report.csv").set_index("submission")


@pytest.mark.parametrize("name", NAMES)
def test_right_and_untouched_submissions(report, name):
    tested = sum(
        points for points, words in assign.marks(assign.SOURCES / f"{name}.md").values() if not words
    )
    assert report.loc[f"right-{name}", "marks"] == tested
    assert report.loc[f"untouched-{name}", "marks"] == 0
    assert report.loc[[f"right-{name}", f"untouched-{name}"], "note"].isna().all()


@pytest.mark.parametrize("name", NOTES)
def test_a_hostile_submission_costs_one_clear_line(report, name):
    note = report.loc[name, "note"]
    assert re.search(NOTES[name], note) and "\n" not in note


@pytest.mark.parametrize("walls", [True, False])
def test_a_loop_is_stopped_and_nothing_of_it_is_left(tmp_path, monkeypatch, walls):
    if not walls:
        monkeypatch.setattr(jail, "walls", list)
    elif not jail.walls():
        pytest.skip("this system has no unshare")
    path = tmp_path / "loop.ipynb"
    submission(path, "student", "ada", "while True: pass")
    before = {process.pid for process in psutil.process_iter()}
    found = jail.run(path, tables.Submission(path, tmp_path).autograder, jail.Limits(40, 4))
    assert found["note"] == "it was stopped after 40 seconds" and not found["tests"]
    left = [each for each in psutil.process_iter(["cmdline"]) if each.pid not in before]
    assert not [each for each in left if any("grading-" in part for part in each.info["cmdline"] or ())]


def test_inside_the_walls_there_is_this_machine_and_no_network():
    if not jail.walls():
        pytest.skip("this system has no unshare")
    code = "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
    code += "socket.create_connection(server.getsockname())\n"
    code += "try: socket.create_connection(('192.0.2.1', 80), 5)\nexcept OSError as error: print(error.errno)"
    inside = [*jail.walls(), sys.executable, "-m", "tools.grading.jail", "4", sys.executable, "-c", code]
    done = subprocess.run(inside, capture_output=True, text=True)
    assert done.stdout.strip() == str(errno.ENETUNREACH), done.stderr


def test_the_entry_for_pytest_fails_for_what_has_no_marks(tmp_path):
    path, entry = tmp_path / "half.ipynb", assign.SOURCES / "test_submission.py"
    submission(path, "student", "ada")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.source.startswith("def width"):
            cell.source = "def width(a, length): return np.log10(np.log(0.1) / np.log(0.9)) / a"
    nbformat.write(notebook, path)
    shutil.copy(entry, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_submission.py"],
        cwd=tmp_path,
        env=os.environ
        | {"SUBMISSION": str(path), "AUTOGRADER": str(assign.TARGET / "autograder" / "toy-model.zip")},
        capture_output=True,
        text=True,
    )
    assert "4 failed, 1 passed" in done.stdout, done.stdout
