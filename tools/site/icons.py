"""The theme's icons, as drawings in the page: its script for them weighs more than the rest of the site."""

import functools
import logging
import re
from pathlib import Path

import pydata_sphinx_theme
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

_THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
_ELEMENT = re.compile(r'<(i|span) class="([^"]*\bfa[bs]?(?:-solid|-brands)? [^"]*)"([^>]*)></\1>')
_NAME = re.compile(r"\bfa-(?!solid\b|brands\b|lg\b)([a-z-]+)")
_DRAWING = re.compile(r'"?([\w-]+)"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]')
_SIGN = re.compile(r"\\(f[0-9a-f]{3})|([\uf000-\uf8ff])")
_FONT = "icons.woff"
logging.getLogger("fontTools").setLevel(logging.WARNING)  # else it tells each step


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Draw each icon where the theme leaves a mark for its script."""
    return _ELEMENT.sub(_drawing, text)


def _drawing(mark: re.Match) -> str:
    width, height, path = _drawings()[_NAME.search(mark[2])[1]]
    classes = " ".join(mark[2].split())
    return (
        f'<svg class="icon {classes}"{mark[3]} aria-hidden="true" viewBox="0 0 {width} {height}">'
        f'<path d="{path}"/></svg>'
    )


@functools.cache
def _drawings() -> dict[str, tuple[str, str, str]]:
    """Return width, height and path of each icon; of two styles the solid one, which is the last."""
    script = (_THEME / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    return {name: (width, height, path) for name, width, height, path in _DRAWING.findall(script)}


def finish(app: Sphinx) -> None:
    """Write a font of the few signs that the style sheet itself shows."""
    static = Path(app.outdir) / "_static"
    sheet = (static / "site.css").read_text(encoding="utf-8")
    signs = {int(escape, 16) if escape else ord(sign) for escape, sign in _SIGN.findall(sheet)}
    font = TTFont(_THEME / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf")
    subsetter = Subsetter()
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(static / _FONT)
