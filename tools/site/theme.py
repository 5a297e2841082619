"""The theme: what it and Jupyter Book get wrong or load too early, and what stands there instead."""

import re
from pathlib import Path

from sphinx.application import Sphinx

_MENDS = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in [
        # Thebe would fetch its library from another site, and its script is there twice.
        (r"<script>const THEBE_JS_URL.*?</script>", ""),
        (r"<script[^>]*sphinx-thebe\.js.*?</script>", ""),
        (r"<link[^>]*sphinx-thebe\.css[^>]*>", ""),
        (r'<script type="text/x-thebe-config">.*?</script>', ""),
        (r"<script>kernelName = .*?</script>", ""),
        # Icons are in the page: see icons.py.
        (r"<!-- So that users can add custom icons -->\s*<script[^>]*fontawesome\.js[^>]*></script>", ""),
        # Scripts wait until the page is read; asked for sooner they keep the style sheets waiting.
        (r"<!-- Pre-loaded scripts[^>]*-->\s*(<link rel=\"preload\"[^>]*>\s*)+", ""),
        (r"<script src=", "<script defer src="),
        (r"<script data-sd", "<script defer data-sd"),
        # A module waits too, in its turn.
        (r"<script>DOCUMENTATION_OPTIONS\.", '<script type="module">DOCUMENTATION_OPTIONS.'),
        # What unfolds a part of the contents is an icon, which needs a name.
        (r'<summary>(<span class="toctree-toggle")', r'<summary aria-label="pages below this one">\1'),
        # The title of the book, which leads home, stands outside all landmarks.
        (
            r'<div class="sidebar-primary-item">(?=\s*<a class="navbar-brand)',
            '<div class="sidebar-primary-item" role="navigation" aria-label="Front page">',
        ),
        # A list holds list items.
        (r'(<div class="citation"[^>]*) role="doc-biblioentry"', r'\1 role="listitem"'),
    ]
]
_SEARCH = re.compile(r'<script[^>]*src="[^"]*(?:searchtools|language_data|searchindex)\.js[^>]*></script>')


def setup(app: Sphinx) -> None:
    """Set the theme's options."""
    app.connect("config-inited", _configure)


def _configure(app: Sphinx, config) -> None:
    # Set here because html_theme_options in _config.yml would replace Jupyter Book's own.
    config.html_theme_options["navbar_persistent"] = []  # else a second search box
    config.html_context["default_mode"] = "auto"  # else the theme reports an invalid mode


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Mend what the theme gets wrong; mending twice changes nothing."""
    for pattern, replacement in _MENDS:
        text = pattern.sub(replacement, text)
    # The other pages only ask what to look for; the answer, and the index, are on the page of results.
    return text if page.name == "search.html" else _SEARCH.sub("", text)
