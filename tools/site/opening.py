"""In the book no code stands before what a page found: its imports are folded, `page.in_short` only shows."""

import re

import nbformat
from sphinx.application import Sphinx

_OPENING = re.compile(r"^page\.(start|in_short)\(", re.MULTILINE)
_TAGS = {"start": "hide-input", "in_short": "remove-input"}


def setup(app: Sphinx) -> None:
    """Fold the cells when a page is read."""
    app.connect("source-read", _fold)


def _fold(_app: Sphinx, docname: str, source: list[str]) -> None:
    if not docname.startswith("notebooks/"):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for cell in notebook.cells:
        opens = _OPENING.search(cell.source) if cell.cell_type == "code" else None
        if opens:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), _TAGS[opens[1]]]
    source[0] = nbformat.writes(notebook)
