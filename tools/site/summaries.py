"""Pages that sum up others: findings, a chart and the figures of the executed notebooks stand on them.

In their text `{{findings: PAGE | NAME | …}}` is what a page found, several as a list, `{{chart: PAGE}}` its
first interactive chart, `{{gallery}}` every figure, with the heading of the section that it stands in, and
`{{pages}}` every notebook, with its question.
"""

import html
import re
from collections.abc import Iterator

import nbformat
import yaml

from tools.project import ROOT
from tools.site import BUILD, contents, figures, forms, pages

__all__ = ["filled"]

_PLACE = re.compile(r"\{\{(\w+)(?:: (.+?))?\}\}")
_CHART = '<div id="altair-viz-'
_FIGURE = re.compile(r'<figure class="mirage" id="([\w-]+)">.*?</figure>', re.DOTALL)
_DATA = re.compile(r'"data:[^"]*" data-file="([^"]+)"')
_LINK = re.compile(r" <a [^>]*>Data \(CSV\)</a>")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def filled(text: str) -> str:
    """Return the text of a page with what its places stand for."""
    parts = {"findings": _findings, "chart": _chart, "gallery": _gallery, "pages": _pages}
    return _PLACE.sub(lambda place: parts[place[1]](*(place[2] or "").split(" | ")), text)


def _findings(page: str, *names: str) -> str:
    said = [forms.finding(page, name)["sentence"] for name in names]
    return "\n".join(f"- {each}" for each in said) if len(said) > 1 else said[0]


def _chart(page: str) -> str:
    charts = (shown for shown, _ in _shown(f"notebooks/{page}") if _CHART in shown)
    return _raw(next(charts, ""))


def _gallery(_: str) -> str:
    parts = []
    for page in (page for page in pages() if page.startswith("notebooks/")):
        found = [
            _in_gallery(page, match, above)
            for shown, above in _shown(page)
            for match in _FIGURE.finditer(shown)
        ]
        if found:
            title = contents.read()[page.removeprefix("notebooks/")].title
            parts += [f"## {title}", _raw(f'<div class="gallery">{"".join(found)}</div>')]
    return "\n\n".join(parts)


def _pages(_: str) -> str:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = []
    for part in toc["parts"]:
        names = [chapter["file"].removeprefix("notebooks/") for chapter in part["chapters"]]
        here = [contents.read()[name] for name in names if name in contents.read()]
        lines = [
            f"- [{each.title}](/notebooks/{each.name}.ipynb) {each.question} *{each.level.capitalize()}, "
            f"{each.minutes} minutes.*"
            for each in here
        ]
        parts += [f"**{part['caption']}**", "\n".join(lines)] if here else []
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
