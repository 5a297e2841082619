"""One style sheet: what the site uses of the theme's ten, and then our own, `assets/*.css`.

Browsers show nothing before they have read all sheets, and most of the rules are for things that no page has.
A rule stays if every class and name that it asks for stands somewhere in a page or in a script.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from tools.site import ASSETS

__all__ = ["lean", "split"]

_LINK = re.compile(r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?]*_static/)([^"?]+)[^"]*"[^>]*>\s*')
_SHEET = "site.css"
_IMPORT = re.compile(r'@import\s+(?:url\()?"([^"]+)"\)?;')
_ADDRESS = re.compile(r"url\(([\"']?)(?!data:|#|https?:)([^)\"']+)\1\)")
_DROP = re.compile(r'/\*.*?\*/|@charset "[^"]*";', re.DOTALL)
_GROUPS = ("@media", "@supports", "@layer", "@container")
_WORD = re.compile(r"[\w-]+")
_ASKED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
_NEGATED = re.compile(r":not\([^()]*\)")
_BETWEEN = re.compile(r",(?![^()]*\))")


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Let a page load one sheet, and note what it loaded."""
    links = list(_LINK.finditer(text))
    if len(links) < 2:  # mended before
        return text
    app.sheets = [link[2] for link in links if link[2] != _SHEET]
    text = _LINK.sub("", text)
    sheet = f'<link rel="stylesheet" href="{links[0][1]}{_SHEET}" />\n'
    return text[: links[0].start()] + sheet + text[links[0].start() :]


def finish(app: Sphinx) -> None:
    """Write the sheet, if pages were written."""
    if hasattr(app, "sheets"):
        static = Path(app.outdir) / "_static"
        words = _words(Path(app.outdir))
        theirs = [lean(_read(static, name), words) for name in app.sheets]
        ours = [part.read_text(encoding="utf-8") for part in sorted(ASSETS.glob("*.css"))]
        (static / _SHEET).write_text("\n".join(theirs + ours), encoding="utf-8")


def _words(site: Path) -> set[str]:
    """Return what could be a class or a name in the pages and the scripts."""
    files = [path for kind in ("*.html", "*.js") for path in site.rglob(kind)]
    files = [path for path in files if path.name not in ("searchindex.js", "vega.js", "fontawesome.js")]
    files = [path for path in files if path.parent != site / "live"]
    return {word for path in files for word in _WORD.findall(path.read_text(encoding="utf-8"))}


def _read(static: Path, name: str) -> str:
    """Return a sheet with those that it imports, its addresses as seen from `static`."""
    folder = posixpath.dirname(name)

    def moved(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    text = (static / name).read_text(encoding="utf-8")
    text = _ADDRESS.sub(lambda match: f'url("{moved(match[2])}")', _DROP.sub("", text))
    return _IMPORT.sub(lambda match: _read(static, moved(match[1])), text)


def lean(sheet: str, words: set[str]) -> str:
    """Return a style sheet without the rules that can match nothing in the site."""
    kept = []
    for head, body in split(sheet):
        if head.startswith(_GROUPS):
            body = lean(body, words)
        elif not head.startswith("@"):
            head = _used(head, words)
        elif "Font Awesome" in body:  # see icons.py
            head = ""
        if head and body:
            kept.append(f"{head}{{{body}}}")
    return "".join(kept)


def split(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and what stands within the braces of each rule."""
    start = opened = depth = 0
    for brace in re.finditer(r"[{}]", sheet):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            opened = brace.end()
        elif depth == 0:
            yield sheet[start : opened - 1].strip(), sheet[opened : brace.start()].strip()
            start = brace.end()


def _used(head: str, words: set[str]) -> str:
    """Return those of the selectors that could match."""
    selectors = _BETWEEN.split(head)
    if any(part.count("(") != part.count(")") for part in selectors):
        return head
    return ",".join(part.strip() for part in selectors if _asked(part) <= words)


def _asked(selector: str) -> set[str]:
    positive = _NEGATED.sub("", selector)
    return {word for name in _ASKED.findall(positive) for word in _WORD.findall(name.replace("\\", ""))}
