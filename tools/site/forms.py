"""What a reader answers, as authors write it in plain Markdown: below a question, choices or a comment.

Choices are a list. A number is a comment, `<!-- number: decades; finding: width -->`: the unit, and the
finding of the page, or the exercise of the checker, that the answer is held against. Both become a form. It
looks like the list that it is until a script shows its buttons.
"""

import html
import json
import re

from docutils import nodes

from tools.project import FINDINGS, ROOT

__all__ = ["enclose", "finding", "found", "marked", "raw", "take_comment"]

_COMMENT = re.compile(r"\s*<!-- number:(.*)-->\s*", re.DOTALL)


def marked(doctree: nodes.document, mark: str) -> list[nodes.paragraph]:
    """Return the paragraphs that hold a mark in bold, such as **Predict first.**"""
    strong = [node for node in doctree.findall(nodes.strong) if node.astext() == mark]
    return [node.parent for node in strong if isinstance(node.parent, nodes.paragraph)]


def take_comment(question: nodes.paragraph) -> dict[str, str]:
    """Remove the comment below a question, if it is about a number, and return what it says."""
    below = _below(question)
    match = _COMMENT.fullmatch(below.astext()) if isinstance(below, nodes.raw) else None
    if match:
        question.parent.remove(below)
    pairs = (part.partition(":") for part in f"number:{match[1]}".split(";")) if match else ()
    return {key.strip(): value.strip() for key, _, value in pairs}


def enclose(question: nodes.paragraph, style: str, name: str, data: dict[str, str]) -> nodes.raw:
    """Make a form of the choices below a question, or an empty one; return its last node."""
    choices = isinstance(_below(question), nodes.bullet_list)
    for item in _below(question) if choices else ():
        _choice(item, name)
    data = {"kind": "choice" if choices else "words"} | data
    written = " ".join(f'data-{key}="{html.escape(value)}"' for key, value in data.items() if value)
    end = raw("</fieldset></form>")
    place = question.parent.index(question) + 1
    question.parent.insert(place + choices, end)
    start = f'<form class="{style}" {written}><fieldset aria-label="{name.capitalize()}">'
    question.parent.insert(place, raw(start))
    return end


def finding(page: str, name: str) -> dict:
    """Return what a page found: in the run that the site is built from, or else as recorded."""
    for folder in (ROOT / "build" / "findings", FINDINGS):
        path = folder / f"{page}.json"
        findings = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if name in findings:
            return findings[name]
    raise ValueError(f"{page} has no finding {name!r}, which another text names")


def found(page: str, name: str) -> float:
    """Return the number of a finding."""
    if "value" not in (said := finding(page, name)):
        raise ValueError(f"{page}: a question names the finding {name!r}, which has no value")
    return said["value"]


def raw(text: str) -> nodes.raw:
    """Return a node that is written as it stands."""
    return nodes.raw("", text, format="html")


def _below(question: nodes.paragraph) -> nodes.Node | None:
    place = question.parent.index(question) + 1
    return question.parent[place] if place < len(question.parent) else None


def _choice(item: nodes.list_item, name: str) -> None:
    """Put a button before a choice, and apart from it what its next line says of it."""
    paragraph = item[0]
    right, lines = _is_right(paragraph), [child.astext() for child in paragraph]
    end = lines.index("\n") if "\n" in lines else len(lines)
    reason = paragraph[end + 1 :]
    value = html.escape(" ".join("".join(lines[:end]).split()))
    button = f'<label><input type="radio" name="{name}" value="{value}" {"data-right " * right}hidden> '
    children = [raw(button), *paragraph[:end], raw("</label>")]
    if reason:
        children += [raw('<span class="reason">'), *reason, raw("</span>")]
    paragraph.clear()
    paragraph.extend(children)


def _is_right(paragraph: nodes.paragraph) -> bool:
    """Take the box of a task list, `[x]` or `[ ]`, off a choice, and say whether it is ticked."""
    first = next((child for child in paragraph if child.astext()), nodes.Text(""))
    match = re.match(r"\[([x ])\]\s+", first.astext())
    if match:
        paragraph.replace(first, nodes.Text(first.astext()[match.end() :]))
    return bool(match) and match[1] == "x"
