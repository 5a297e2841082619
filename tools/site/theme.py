"""The theme: what it and Jupyter Book get wrong or load too early, and what stands there instead."""

import re
from pathlib import Path

from sphinx.application import Sphinx

_LATER = (
    "bootstrap",
    "pydata-sphinx-theme",
    "sphinx-book-theme",
    "clipboard.min",
    "copybutton",
    "togglebutton",
)
_DESIGN = (
    '(localStorage.getItem("mode") || "auto") !== "auto" ? localStorage.getItem("mode") : '
    'matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"'
)
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
        # Those that measure the page wait for a reader: see assets/later.js. The design cannot wait.
        (rf"<script defer (?=[^>]*(?:{'|'.join(_LATER)})\.js)", '<script type="text/plain" class="later" '),
        (r'(dataset\.theme = )localStorage\.getItem\("theme"\) \|\| "[^"]*"', rf"\1{_DESIGN}"),
        # Names and punctuation in code look like the rest of it.
        (r'<span class="(?:n|p|w|nn)?">([^<]*)</span>', r"\1"),
        # The corner of a table is no heading.
        (r'<th(?: class="head")?>(?:<p></p>)?</th>', "<td></td>"),
        # A module waits too, in its turn.
        (r"<script>DOCUMENTATION_OPTIONS\.", '<script type="module">DOCUMENTATION_OPTIONS.'),
        # What unfolds a part of the contents is an icon, which needs a name.
        (r'<summary>(<span class="toctree-toggle")', r'<summary aria-label="pages below this one">\1'),
        # A folded cell says what a click does: its name is that, also for those who speak to the page.
        (r'<summary aria-label="Toggle hidden content">', "<summary>"),
        # The title of the book, which leads home, stands outside all landmarks.
        (
            r'<div class="sidebar-primary-item">(?=\s*<a class="navbar-brand)',
            '<div class="sidebar-primary-item" role="navigation" aria-label="Front page">',
        ),
        # A list holds list items.
        (r'(<div class="citation"[^>]*) role="doc-biblioentry"', r'\1 role="listitem"'),
    ]
]
_TABLE = re.compile(
    r'<div class="(?:output text_html|pst-scrollable-table-container)">(?=\s*(?:<div>)?\s*'
    r"(?:<style.{,999}?</style>\s*)?<table[^>]*>(?:(?!</table>|<thead>).)*<thead>\s*<tr[^>]*>(.*?)</tr>)",
    re.DOTALL,
)
_WIDE = 4  # columns, which a phone shows only in part: they are moved sideways, also from the keyboard
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
    text = _TABLE.sub(_reached, text)
    # The other pages only ask what to look for; the answer, and the index, are on the page of results.
    return text if page.name == "search.html" else _SEARCH.sub("", text)


def _reached(output: re.Match) -> str:
    """Let the keyboard reach a table that is wider than a phone."""
    wide = len(re.findall("<t[hd]", output[1])) >= _WIDE
    return output[0].replace(">", ' tabindex="0" role="group" aria-label="wide table">' if wide else ">")
