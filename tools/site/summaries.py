"""Pages that sum up others: findings, a chart and the figures of the executed notebooks stand on them.

In their text `{{finding: PAGE | NAME}}` is the sentence that a page found, `{{chart: PAGE}}` its first
interactive chart, and `{{gallery}}` every figure, with the heading of the section that it stands in.
"""

import html
import re
from collections.abc import Iterator

import nbformat

from tools.site import BUILD, figures, forms, pages

__all__ = ["filled"]

_PLACE = re.compile(r"\{\{(\w+)(?:: ([\w-]+)(?: \| ([^}]+))?)?\}\}")
_CHART = '<div id="altair-viz-'
_FIGURE = re.compile(r'<figure class="mirage" id="([\w-]+)">.*?</figure>', re.DOTALL)
_DATA = re.compile(r'"data:[^"]*" data-file="([^"]+)"')
_LINK = re.compile(r" <a [^>]*>Data \(CSV\)</a>")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def filled(text: str) -> str:
    """Return the text of a page with what its places stand for."""
    parts = {"finding": _finding, "chart": _chart, "gallery": _gallery}
    return _PLACE.sub(lambda place: parts[place[1]](*filter(None, place.groups()[1:])), text)


def _finding(page: str, name: str) -> str:
    return forms.finding(page, name)["sentence"]


def _chart(page: str) -> str:
    charts = (shown for shown, _ in _shown(f"notebooks/{page}") if _CHART in shown)
    return _raw(next(charts, ""))


def _gallery() -> str:
    parts = []
    for page in (page for page in pages() if page.startswith("notebooks/")):
        found = [
            _in_gallery(page, match, above)
            for shown, above in _shown(page)
            for match in _FIGURE.finditer(shown)
        ]
        if found:
            parts += [f"## [](/{page}.ipynb)", _raw(f'<div class="gallery">{"".join(found)}</div>')]
    return "\n\n".join(parts)


def _in_gallery(page: str, figure: re.Match, heading: str) -> str:
    """Return a figure that points to the file of its picture, and leads to its place."""
    shown = _LINK.sub("", _DATA.sub(rf'"../{figures.FOLDER}/\1"', figure[0]))
    link = f'<p><a href="../{page}.html#{figure[1]}">{html.escape(heading)}</a></p>'
    return shown.replace(f' id="{figure[1]}"', "").replace("<figcaption>", f"<figcaption>{link}")


def _shown(page: str) -> Iterator[tuple[str, str]]:
    """Yield what the cells of a page show as HTML, and the heading above."""
    path, heading = BUILD / f"{page}.ipynb", ""
    if not path.exists():
        return
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            heading = [heading, *_HEADING.findall(cell.source)][-1]
        for output in cell.get("outputs", []):
            yield output.get("data", {}).get("text/html", ""), heading


def _raw(text: str) -> str:
    return f"````{{raw}} html\n{text}\n````"
