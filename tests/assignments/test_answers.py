"""What the hidden tests say of right, missing, wrong and hard-coded answers."""

import re

import pytest

from tests.assignments.conftest import NAMES
from tests.assignments.wrong_answers import HARD_CODED, WRONG

CASES = [(name, *case) for name, cases in WRONG.items() for case in cases]
# What answers may use beside what the notebook defines.
EXTRA = """
import math
if "wilson" in globals(): wilson_right = wilson
if "verdict" in globals():
    book = datasets.load_gpt3_arithmetic().rename(columns={"items": "trials"})
    book = book[(book["task"] == "3-digit addition") & (book["setting"] == "few-shot")]
"""


def answered(defined: dict, code: str) -> dict:
    changed = dict(defined)
    exec(EXTRA, changed)
    exec(code, changed)
    return changed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("login", ["ada", "x", "grace.hopper@example.org"])
def test_the_model_solution_has_full_marks(name, login, assignments, solved):
    each = assignments[name]
    defined = solved[name] if login == "ada" else each.run(each.solutions, login)
    for question, (points, words) in each.worth.items():
        assert words or each.marks(question, defined) == points, question


@pytest.mark.parametrize("name", NAMES)
def test_the_untouched_notebook_runs_and_has_no_marks(name, assignments):
    each = assignments[name]
    defined = each.run(each.student)
    assert all(words or each.marks(question, defined) == 0 for question, (_, words) in each.worth.items())


@pytest.mark.parametrize(("name", "question", "marks", "code"), CASES)
def test_a_wrong_answer_has_the_marks_of_the_rubric(name, question, marks, code, assignments, solved):
    each = assignments[name]
    assert marks < each.worth[question][0]
    assert each.marks(question, answered(solved[name], code)) == marks


@pytest.mark.parametrize(
    ("name", "question", "code"), [(name, *case) for name, cases in HARD_CODED.items() for case in cases]
)
def test_hard_coding_the_visible_checks_earns_nothing(name, question, code, assignments, solved):
    assert assignments[name].marks(question, answered(solved[name], code)) == 0


def test_there_are_eight_wrong_answers_to_each():
    assert {name: len(cases) for name, cases in WRONG.items()} == dict.fromkeys(NAMES, 8)


def test_numbers_of_another_student_earn_nothing(assignments, solved):
    copied = {"toy-model": ("q2", "half"), "arithmetic": ("q2", "loss"), "metrics": ("q5", "share_exact")}
    for name, (question, variable) in copied.items():
        other = assignments[name].run(assignments[name].solutions, "bob")
        assert assignments[name].marks(question, solved[name] | {variable: other[variable]}) == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_students_notebook_holds_nothing_of_the_solutions(name, assignments, solved):
    each = assignments[name]
    text = "\n".join(cell.source for cell in each.student.cells) + str(each.student.metadata)
    hidden = [
        cell for cell in each.solutions.cells if {"rubric", "solution"} & set(cell.metadata.get("tags", []))
    ]
    lines = {line.strip() for cell in hidden for line in cell.source.splitlines()}
    known = {line.strip() for cell in each.student.cells for line in cell.source.splitlines()}
    assert len(lines - known) > 20
    assert not [line for line in lines - known if len(line) > 25 and line.removesuffix("# SOLUTION") in text]
    assert "def test_" not in text and "assert " not in text
    names = {
        found for cell in hidden for found in re.findall(r"^(\w+) = .*# SOLUTION", cell.source, re.MULTILINE)
    }
    values = [solved[name][each] for each in names if isinstance(solved[name][each], float)]
    assert not [value for value in values if value and f"{value:.4g}" in text]
