"""Images: those below the first screen are fetched when they come near it; all have their place before."""

import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx

_IMAGE = re.compile(r"<img (?![^>]*\bloading=)[^>]*>")
_ADDRESS = re.compile(r'\bsrc="([^"#?]+)"')
_DRAWING = re.compile(r"<svg\b[^>]*>")
_LENGTH = re.compile(r'\s(width|height)="([\d.]+)(pt|px)?"')
_PIXELS = {"pt": 4 / 3}
_ON_FIRST_SCREEN = 1  # of the article's images


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Say when to fetch each image of the article, and how large it is."""
    before, article, rest = text.partition("<article")
    images = iter(range(len(_IMAGE.findall(rest))))

    def told(match: re.Match) -> str:
        later = ' loading="lazy"' if next(images) >= _ON_FIRST_SCREEN else ' loading="eager"'
        return f'<img{later} decoding="async"{_size(match[0], page)} {match[0].removeprefix("<img ")}'

    return before + article + _IMAGE.sub(told, rest)


def _size(image: str, page: Path) -> str:
    """Return width and height of a drawing, if the image does not say them itself."""
    address = _ADDRESS.search(image)
    target = page.parent / unquote(address[1]) if address else page
    if " width=" in image or " height=" in image or target.suffix != ".svg" or not target.exists():
        return ""
    drawing = _DRAWING.search(target.read_text(encoding="utf-8"))
    lengths = _LENGTH.findall(drawing[0])
    return "".join(f' {side}="{float(length) * _PIXELS.get(unit, 1):.0f}"' for side, length, unit in lengths)
