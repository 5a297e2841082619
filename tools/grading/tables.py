"""Read submissions, and write what a lecturer gets: grades, a report, answers to mark, feedback."""

import ast
import functools
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd

from tools import assign
from tools.grading import jail
from tools.project import write as write_file

__all__ = ["Submission", "submissions", "write"]

_MOST = 20 * 2**20  # bytes of a notebook
_NOBODY = "your login"
_FAILED = re.compile(r"^q\d+ - \d+ message: (.+)$", re.MULTILINE)
_CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_WORDS = ["submission", "login", "assignment", "question", "marks", "of", "comment", "answer"]


@dataclass
class Submission:
    """A notebook that was handed in, and what became of it."""

    path: Path
    folder: Path

    @property
    def name(self) -> str:
        """Where it lies in the folder of submissions."""
        return self.path.relative_to(self.folder).with_suffix("").as_posix()

    @functools.cached_property
    def cells(self) -> list[tuple[str, str]]:
        """Kind and source of each cell; nothing if it is no notebook."""
        try:
            if self.path.stat().st_size > _MOST:
                return []
            cells = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
            return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    @functools.cached_property
    def assignment(self) -> str:
        """Name of the assignment whose title the first cell has; empty if there is none."""
        title = self.cells[0][1].strip().partition("\n")[0] if self.cells else ""
        return _titles().get(title.removeprefix("# "), "")

    @functools.cached_property
    def login(self) -> str:
        """What the notebook says in its line `student = "…"`."""
        for kind, source in self.cells:
            found = re.search(r"^student\s*=\s*([\"'].*?[\"'])", source, re.MULTILINE)
            if kind == "code" and found:
                try:
                    return str(ast.literal_eval(found[1])).strip()
                except (ValueError, SyntaxError):
                    return ""
        return ""

    @property
    def autograder(self) -> Path:
        """The tests of its assignment."""
        return assign.TARGET / "autograder" / f"{self.assignment}.zip"

    @functools.cached_property
    def result(self) -> Path:
        """Where its result is kept, by the content of notebook and tests."""
        content = self.path.read_bytes() + self.autograder.read_bytes()
        return self.folder / "graded" / "results" / f"{hashlib.sha256(content).hexdigest()[:24]}.json"

    def grade(self, limits: jail.Limits) -> None:
        """Run it, unless that was done before, with as much time if it was stopped."""
        if not self.assignment:
            return
        before = json.loads(self.result.read_text(encoding="utf-8")) if self.result.exists() else None
        if before is None or (not before["tests"] and before["seconds"] < limits.seconds):
            write_file(self.result, json.dumps(jail.run(self.path, self.autograder, limits)))

    @functools.cached_property
    def outcome(self) -> dict:
        """Tests and note of the run."""
        if not self.cells:
            return {"tests": [], "note": "it is no notebook, or larger than 20 MB"}
        if not self.assignment:
            return {"tests": [], "note": "its first cell has the title of no assignment"}
        return json.loads(self.result.read_text(encoding="utf-8"))

    @functools.cached_property
    def worth(self) -> dict[str, tuple[int, bool]]:
        """Marks that each question of the assignment has, and whether it is answered in words."""
        return assign.marks(assign.SOURCES / f"{self.assignment}.md") if self.assignment else {}

    def questions(self) -> list[dict]:
        """Return a row for each question: its marks, what the tests or the student say."""
        tests = {test["name"]: test for test in self.outcome["tests"]}
        answers, rows = self._answers(), []
        for question, (of, words) in self.worth.items():
            test = tests.get(question, {})
            marks = None if words else float(test.get("score", 0))
            comment = "" if words else "; ".join(_FAILED.findall(test.get("output", "")))
            answer = answers.get(question, "")
            rows.append(
                {"question": question, "words": words, "of": of}
                | dict(marks=marks, comment=comment, answer=answer)
            )
        return rows

    def _answers(self) -> dict[str, str]:
        """Return what stands below each question and was not handed out."""
        given, found, question = _handed_out(self.assignment), {}, ""
        for kind, source in self.cells:
            if heading := re.match(r"(?:<!--.*?-->\s*)?## Question (\d+)\.", source):
                question = f"q{heading[1]}"
            elif kind == "markdown" and source.strip() not in given:
                found[question] = f"{found.get(question, '')}\n\n{source}".strip()
        return found


def submissions(folder: Path) -> list[Submission]:
    """Return the notebooks below a folder, but not those of earlier grading or of editors."""
    paths = sorted(folder.rglob("*.ipynb"))
    inside = [path.relative_to(folder).parts for path in paths]
    return [
        Submission(path, folder)
        for path, parts in zip(paths, inside, strict=True)
        if parts[0] != "graded" and ".ipynb_checkpoints" not in parts
    ]


def write(folder: Path, graded: list[Submission]) -> str:
    """Write all tables; return what to do with them."""
    target = folder / "graded"
    notes = _notes(graded)
    rows = [_identity(each) | row for each in graded for row in each.questions()]
    table = _with_marks(pd.DataFrame(rows, columns=[*_WORDS, "words"]), target / "words.csv")
    words = table[table["words"]]
    _csv(words[_WORDS].assign(answer=words["answer"].map(_harmless)), target / "words.csv")
    _csv(_report(table, notes), target / "report.csv")
    _csv(_grades(table), target / "grades.csv")
    for each in graded:
        rows = table[table["submission"] == each.name]
        write_file(target / "feedback" / f"{each.name}.md", _feedback(each, rows, notes[each.name]))
    noted = sum(map(bool, notes.values()))
    return (
        f"{len(graded)} submissions, {noted} of them with a note: {target}/report.csv\n"
        f"Grades, as Canvas and Moodle read them: {target}/grades.csv\nFeedback: {target}/feedback\n"
        f"Answers in words that have no marks yet: {words['marks'].isna().sum()} of {len(words)}; "
        f"fill the column marks of {target}/words.csv, and run this again."
    )


def _identity(each: Submission) -> dict[str, str]:
    return {"submission": each.name, "login": each.login, "assignment": each.assignment}


def _notes(graded: list[Submission]) -> dict[str, str]:
    """Return what is to be said of each submission as a whole: how it ran, and whose it is."""
    whose = pd.Series([(each.login, each.assignment) for each in graded], dtype=object)
    notes = {}
    for each, twice in zip(graded, whose.duplicated(keep=False), strict=True):
        nobody = each.assignment and each.login in ("", _NOBODY)
        login = "it names no login" if nobody else "another submission has this login" if twice else ""
        notes[each.name] = "; ".join(filter(None, [each.outcome["note"], each.assignment and login]))
    return notes


def _with_marks(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return the table with the marks and comments that a lecturer wrote into the file of words."""
    if not path.exists():
        return table
    written = pd.read_csv(path, dtype={"comment": str}, keep_default_na=True)
    written = written.set_index(["submission", "question"])[["marks", "comment"]]
    found = written.reindex(pd.MultiIndex.from_frame(table[["submission", "question"]]))
    words = table["words"].to_numpy(bool)
    table = table.astype({"marks": object, "comment": object})
    for name in ("marks", "comment"):
        table.loc[words, name] = found[name].to_numpy(object)[words]
    wrong = table[words & (pd.to_numeric(table["marks"]) > table["of"])]
    if len(wrong):
        row = wrong.iloc[0]
        raise ValueError(f"{path}: {row['submission']}, {row['question']} has more marks than {row['of']}")
    return table


def _report(table: pd.DataFrame, notes: dict[str, str]) -> pd.DataFrame:
    marks = table.assign(marks=pd.to_numeric(table["marks"]))
    report = pd.DataFrame({"submission": list(notes), "note": list(notes.values())})
    whole = marks.groupby("submission").agg(
        login=("login", "first"), assignment=("assignment", "first"), marks=("marks", "sum"), of=("of", "sum")
    )
    each = marks.pivot(index="submission", columns="question", values="marks")
    each = each[sorted(each, key=lambda name: int(name[1:]))]
    return report.join(whole, on="submission").join(each, on="submission")


def _grades(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a login, one column an assignment, in the form that Canvas asks for."""
    known = table[~table["login"].isin(["", _NOBODY])]
    known = known.assign(marks=pd.to_numeric(known["marks"]))
    whole = known.groupby(["login", "assignment", "submission"])["marks"].sum()
    grades = whole.groupby(["login", "assignment"]).max().unstack()
    grades = grades.rename(columns={name: title for title, name in _titles().items()}).reset_index()
    grades = grades.rename(columns={"login": "SIS Login ID"})
    return grades.reindex(columns=[*_CANVAS, *(title for title in _titles() if title in grades)])


def _feedback(each: Submission, rows: pd.DataFrame, note: str) -> str:
    lines = [f"# {each.name}", "", *([f"**Note.** {note}.", ""] if note else [])]
    for row in rows.itertuples():
        marks = "not marked yet" if pd.isna(row.marks) else f"{float(row.marks):g} of {row.of}"
        lines.append(f"- Question {row.question[1:]}: {marks}.")
        if isinstance(row.comment, str) and row.comment:
            lines[-1] += f" {'' if row.words else 'Not yet: '}{row.comment}"
    return "\n".join(lines) + "\n"


def _harmless(text: str) -> str:
    """Keep a table calculator from taking a student's answer for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv(table: pd.DataFrame, path: Path) -> None:
    write_file(path, table.to_csv(index=False))


@functools.cache
def _titles() -> dict[str, str]:
    """Return the name of each assignment by its title."""
    sources = sorted(assign.SOURCES.glob("*.md"))
    return {
        re.search(r"^# (.+)", text.read_text(encoding="utf-8"), re.MULTILINE)[1]: text.stem
        for text in sources
    }


@functools.cache
def _handed_out(assignment: str) -> set[str]:
    path = assign.TARGET / "student" / f"{assignment}.ipynb"
    return {cell.source.strip() for cell in nbformat.read(path, as_version=4).cells} if assignment else set()
