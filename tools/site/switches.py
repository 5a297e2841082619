"""The reader's switches, below the title of a page with code: predict first, and hide the code.

The script puts the buttons there; without it the place stays empty, and takes no room.
"""

from docutils import nodes
from sphinx.application import Sphinx

from tools.site import forms


def setup(app: Sphinx) -> None:
    """Add the place before the pages are written."""
    app.connect("doctree-resolved", _place)


def _place(app: Sphinx, doctree: nodes.document, page: str) -> None:
    title = next(iter(doctree.findall(nodes.title)), None)
    if page.startswith("notebooks/") and title is not None:
        title.parent.insert(title.parent.index(title) + 1, forms.raw('<div class="switches"></div>'))
