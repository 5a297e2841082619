"""The sources of the assignments, and what a lecturer gets; grading itself is in tests/assignments."""

import json
import re

import jupytext
import nbformat
import pandas as pd
import pytest

from tools import assign
from tools.grading import jail, tables

SOURCES = sorted(assign.SOURCES.glob("*.md"))
ANSWER = re.compile(r"^\*\*Answer, (\d+) marks?\b.*\((\d+(?: \+ \d+)+)", re.MULTILINE)


def test_there_are_six():
    assert len(SOURCES) == 6


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_third_of_the_marks_is_for_words_and_the_time_is_that_of_a_session(source):
    worth = assign.marks(source).values()
    assert 3 * sum(points for points, words in worth if words) >= sum(points for points, _ in worth)
    minutes = re.search(r"^\*\*Time\.\*\* (\d+) minutes", source.read_text(encoding="utf-8"), re.MULTILINE)
    assert 60 <= int(minutes[1]) <= 90


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_each_rubric_has_two_marked_answers_whose_parts_add_up(source):
    cells = jupytext.read(source, fmt="md:myst").cells
    rubrics = [cell.source for cell in cells if "rubric" in cell.metadata.get("tags", [])]
    assert rubrics
    for rubric in rubrics:
        lines = list(map(int, re.findall(r"^- \((\d+)\)", rubric, re.MULTILINE)))
        answers = ANSWER.findall(rubric)
        assert len(answers) == 2
        for marks, parts in answers:
            given = [int(part) for part in parts.split("+")]
            assert sum(given) == int(marks) and len(given) == len(lines)
            assert all(part <= line for part, line in zip(given, lines, strict=True))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_headings_begin_cells_and_questions_are_numbered(source):
    notebook = assign.master(source)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert not any(re.search(r".\n## ", text, re.DOTALL) for text in texts)
    numbers = [int(number) for text in texts for number in re.findall(r"^## Question (\d+)\.", text)]
    assert numbers == list(range(1, len(assign.marks(source)) + 1))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four submissions to an assignment of two questions, graded already."""
    sources, target, folder = tmp_path / "sources", tmp_path / "target", tmp_path / "submissions"
    for each in (sources, target / "student", target / "autograder", folder / "graded" / "results"):
        each.mkdir(parents=True)
    text = "# A title\n\n+++\n\n## First\n\n```{code-cell}\n:tags: [tests]\n"
    text += "# 3 marks: all of it\ndef test(): ...\n```\n\n"
    text += '## Second\n\n+++ {"tags": ["rubric"]}\n\n- (2) This.\n'
    (sources / "short.md").write_text(text, encoding="utf-8")
    (target / "autograder" / "short.zip").write_bytes(b"")
    monkeypatch.setattr(assign, "SOURCES", sources)
    monkeypatch.setattr(assign, "TARGET", target)
    for cached in (tables._titles, tables._handed_out):
        cached.cache_clear()
    _notebook(target / "student" / "short.ipynb", "your login", "_Type your answer here._")
    for login, score in (("ada", 3), ("bob", 1), ("your login", 0)):
        path = folder / f"{login[:3]}.ipynb"
        _notebook(path, login, '=HYPERLINK("x")' if login == "ada" else "_Type your answer here._")
        output = "q1 - 1 message: all of it\n\nq1 - 1 result: failed" if score < 3 else ""
        result = {"tests": [{"name": "q1", "score": score, "output": output}], "note": "", "seconds": 1}
        tables.Submission(path, folder).result.write_text(json.dumps(result), encoding="utf-8")
    (folder / "zed.ipynb").write_text("nothing", encoding="utf-8")
    yield folder
    for cached in (tables._titles, tables._handed_out):
        cached.cache_clear()


def _notebook(path, login, words):
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell("# A title\n\n**Marks.** 5"),
        v4.new_code_cell(f'student = "{login}"'),
        v4.new_markdown_cell("## Question 1. First"),
        v4.new_markdown_cell("<!-- BEGIN QUESTION -->\n\n## Question 2. Second"),
        v4.new_markdown_cell(words),
        v4.new_code_cell("1 + 1"),  # beside an answer in words
    ]
    nbformat.write(v4.new_notebook(cells=cells), path)


def written(folder):
    tables.write(folder, tables.submissions(folder))
    return {
        name: pd.read_csv(folder / "graded" / f"{name}.csv", dtype={"answer": str})
        for name in ("grades", "report", "words")
    }


def test_grades_have_the_columns_that_canvas_asks_for_and_a_row_for_each_login(folder):
    grades = written(folder)["grades"]
    assert list(grades) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A title"]
    assert dict(zip(grades["SIS Login ID"], grades["A title"], strict=True)) == {"ada": 3, "bob": 1}


def test_a_submission_that_cannot_be_graded_costs_a_line(folder):
    notes = written(folder)["report"].set_index("submission")["note"].fillna("")
    assert notes["zed"] == "it is no notebook, or larger than 20 MB" and notes["you"] == "it names no login"
    assert not notes["ada"] and not notes["bob"]


def test_marks_for_words_are_added_when_they_are_filled_in(folder):
    words = written(folder)["words"]
    assert list(words["marks"].isna()) == [True] * 3
    answers = words.set_index("submission")["answer"].fillna("")
    assert answers["ada"] == """'=HYPERLINK("x")"""  # no formula in a table calculator
    assert answers["bob"] == ""  # what was handed out is no answer
    words = words.astype({"comment": object})
    words.loc[words["login"] == "ada", ["marks", "comment"]] = 1.5, "half of it"
    words.to_csv(folder / "graded" / "words.csv", index=False)
    again = written(folder)
    assert again["grades"].set_index("SIS Login ID")["A title"]["ada"] == 4.5
    assert again["words"].set_index("submission")["marks"]["ada"] == 1.5
    feedback = (folder / "graded" / "feedback" / "ada.md").read_text(encoding="utf-8")
    assert "Question 1: 3 of 3." in feedback and "Question 2: 1.5 of 2. half of it" in feedback
    other = (folder / "graded" / "feedback" / "bob.md").read_text(encoding="utf-8")
    assert "Question 1: 1 of 3. Not yet: all of it" in other and "Question 2: not marked yet." in other
    words.loc[words["login"] == "ada", "marks"] = 7
    words.to_csv(folder / "graded" / "words.csv", index=False)
    with pytest.raises(ValueError, match="ada, q2 has more marks than 2"):
        written(folder)


def test_a_submission_that_was_stopped_has_no_marks(folder):
    stopped = {"tests": [], "note": "it was stopped after 5 seconds", "seconds": 5}
    tables.Submission(folder / "ada.ipynb", folder).result.write_text(json.dumps(stopped), encoding="utf-8")
    ada = written(folder)["report"].set_index("submission").loc["ada"]
    assert (ada["note"], ada["marks"], ada["q1"], ada["of"]) == ("it was stopped after 5 seconds", 0, 0, 5)


def test_two_submissions_with_one_login_are_told(folder):
    result = tables.Submission(folder / "bob.ipynb", folder).result.read_text(encoding="utf-8")
    _notebook(folder / "bob.ipynb", "ada", "copied")
    tables.Submission(folder / "bob.ipynb", folder).result.write_text(result, encoding="utf-8")
    found = written(folder)
    notes = found["report"].set_index("submission")["note"]
    assert notes["ada"] == notes["bob"] == "another submission has this login"
    assert found["grades"]["A title"].tolist() == [3]  # the better one counts, and bob has none


def test_what_was_graded_is_not_run_again_unless_it_was_stopped_sooner(folder, monkeypatch):
    ran = []
    monkeypatch.setattr(
        jail, "run", lambda path, *_: ran.append(path.stem) or {"tests": [], "note": "", "seconds": 9}
    )
    ada = tables.Submission(folder / "ada.ipynb", folder)
    ada.grade(jail.Limits(100, 1))
    assert not ran
    stopped = {"tests": [], "note": "it was stopped after 5 seconds", "seconds": 5}
    ada.result.write_text(json.dumps(stopped), encoding="utf-8")
    ada.grade(jail.Limits(5, 1))
    assert not ran
    ada.grade(jail.Limits(50, 1))
    assert ran == ["ada"]
