"""Predict first: what follows a prompt waits for the reader's guess, if the reader has switched that on.

A prompt is a paragraph with **Predict first.** in it; `forms` tells how it is answered, and where nothing is
said the guess is a few words. What follows it is the next cells and the text after them, up to the next cell,
prompt or heading. Nothing is taken away: the script covers it, and on a screen only.
"""

from docutils import nodes
from sphinx.application import Sphinx

from mirage import words
from tools.site import forms

_MARK = "Predict first."


def setup(app: Sphinx) -> None:
    """Change the pages before they are written."""
    app.connect("doctree-resolved", _guard)


def _guard(app: Sphinx, doctree: nodes.document, page: str) -> None:
    prompts = forms.marked(doctree, _MARK)
    for number, prompt in enumerate(prompts, start=1):
        said = forms.take_comment(prompt)
        following = _following(prompt, prompts)
        if not following:
            continue
        end = forms.enclose(prompt, "guess", f"prediction {number}", _data(said, page.rpartition("/")[2]))
        section = prompt.parent
        section.insert(section.index(following[-1]) + 1, forms.raw("</div>"))
        section.insert(section.index(end) + 1, forms.raw('<div class="covered">'))


def _data(said: dict[str, str], page: str) -> dict[str, str]:
    """Return what the script has to know of a number: its unit, and what the page found."""
    found = forms.found(page, said["finding"]) if "finding" in said else None
    shown = "" if found is None else f"{found:.2g}" if abs(found) < 1 else words.number(found)
    return {"kind": "number", "unit": said["number"], "found": shown} if said else {}


def _following(prompt: nodes.paragraph, prompts: list[nodes.paragraph]) -> list[nodes.Node]:
    """Return the cells that follow a prompt, and the text after these."""
    place = prompt.parent.index(prompt) + 1
    place += isinstance(prompt.parent[place], nodes.bullet_list) if place < len(prompt.parent) else 0
    found, kinds = [], []
    for node in prompt.parent[place:]:
        cell = "cell" in node.get("classes", ())
        if isinstance(node, nodes.section) or node in prompts or (cell and "text" in kinds):
            break
        found.append(node)
        # Text before the first cell leads up to it; text after a cell says what is to be seen.
        kinds.append("cell" if cell else "text" if "cell" in kinds else "lead")
    return found
