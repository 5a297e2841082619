"""Cards: the pictures that stand beside a shared link, 1200 by 630, each a page's title and first figure."""

import base64
import hashlib
import html
import textwrap
from pathlib import Path

import matplotlib
import vl_convert

from tools.site import BUILD

__all__ = ["FOLDER", "HEIGHT", "WIDTH", "draw"]

FOLDER = "_cards"
WIDTH, HEIGHT = 1200, 630
_LETTERS = 18  # of the title, in the widest line that fits beside the figure
_CARD = """\
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}"
  height="{height}" font-family="DejaVu Sans">
<rect width="100%" height="100%" fill="white"/>
<rect width="14" height="100%" fill="#0072b2"/>
<text font-size="40" font-weight="bold">{title}</text>
<text x="50" y="590" font-size="22" fill="#555">{book}</text>
<image x="540" y="30" width="630" height="570" xlink:href="data:image/svg+xml;base64,{figure}"/>
</svg>"""

# Matplotlib's own fonts, so that a card looks the same wherever the book is built.
vl_convert.register_font_directory(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf"))


def draw(title: str, book: str, figure: bytes) -> bytes:
    """Return the card of a page as PNG, given its first figure as SVG; a card drawn before is kept."""
    card = _CARD.format(
        width=WIDTH,
        height=HEIGHT,
        title=_lines(title),
        book=html.escape(book),
        figure=base64.b64encode(figure).decode(),
    )
    kept = BUILD / "cards" / f"{hashlib.sha256(card.encode()).hexdigest()[:20]}.png"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(vl_convert.svg_to_png(card, scale=1))
    return kept.read_bytes()


def _lines(title: str) -> str:
    lines = textwrap.wrap(title, _LETTERS)
    return "".join(
        f'<tspan x="50" y="{90 + 52 * i}">{html.escape(line)}</tspan>' for i, line in enumerate(lines)
    )
