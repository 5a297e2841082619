"""Questions for self-check: those in book/questions/NAME.md stand on the page NAME, and are judged there.

Each is a paragraph that begins with **Question.**, and below it, as `forms` tells, choices or a number. Of
the choices one is ticked; the line below a choice says why it is right or wrong. A number is held against an
exercise or a finding, by the rules of `mirage.check`, which the page takes along.
"""

import json
import re
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from mirage import check
from tools.project import ROOT
from tools.site import forms

_MARK = "Question."
_HEADING = "## Check yourself\n\n"
_BEFORE = "## Exercises"
_OTHERWISE = "the page states this number. Look for it above."


def setup(app: Sphinx) -> None:
    """Add the questions when a page is read, and make forms of them when it is written."""
    app.connect("source-read", _add)
    app.connect("doctree-resolved", _ask)


def path(page: str) -> Path:
    """Return the file with the questions of a page."""
    return ROOT / "book" / "questions" / f"{page}.md"


def rules(said: dict[str, str], page: str) -> list[list]:
    """Return what the answer to a question about a number is held against; the last rule holds for all."""
    if "exercise" in said:
        number = check.exercise(said["exercise"])
    else:
        number = check.Number(forms.found(page, said["finding"]), {}, _OTHERWISE)
    told = [[rule.number, rule.within, str(rule.verdict)] for rule in number.rules()]
    return [*told, [0.0, None, f"not yet: {number.otherwise}"]]


def _add(app: Sphinx, docname: str, source: list[str]) -> None:
    folder, _, page = docname.rpartition("/")
    questions = path(page)
    if folder != "notebooks" or not questions.exists():
        return
    app.env.note_dependency(str(questions))
    notebook = nbformat.reads(source[0], as_version=4)
    text = _HEADING + questions.read_text(encoding="utf-8")
    cell = next(cell for cell in notebook.cells if _BEFORE in cell.source.splitlines())
    before, after = re.split(rf"^{_BEFORE}$", cell.source, maxsplit=1, flags=re.MULTILINE)
    cell.source = f"{before}{text}\n\n{_BEFORE}{after}"
    source[0] = nbformat.writes(notebook)


def _ask(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    page = docname.rpartition("/")[2]
    for number, question in enumerate(forms.marked(doctree, _MARK), start=1):
        said = forms.take_comment(question)
        data = {"kind": "number", "unit": said["number"]} if said else {}
        if said:
            data["rules"] = json.dumps(rules(said, page), ensure_ascii=False)
        forms.enclose(question, "question", f"question {number}", data)
