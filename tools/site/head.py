"""The head of a page, for search engines and shared links: description, address, card, one title."""

import base64
import html
import re
import textwrap
from pathlib import Path

from sphinx.application import Sphinx

from tools.project import DOCUMENTATION, ROOT
from tools.site import cards

_QUESTION = re.compile(r"<p><strong>The question\.</strong>(.*?)</p>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_FIGURE = re.compile(r'"data:image/svg\+xml;base64,([\w/+=]+)"[^>]*?alt="([^"]*)"')
_VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
_TITLE_TWICE = re.compile(r"<title>(.+) &#8212; \1</title>")
_TAGS = re.compile(
    r'^ *(<(?:link rel="canonical"|meta (?:name="(?:description|twitter)|property="og)).*>)$', re.MULTILINE
)
# What pages without a figure of their own show.
_FRONT = ROOT / "book" / "images" / "toy-model.svg"


def setup(app: Sphinx) -> None:
    """Add the tags when a page is written."""
    app.connect("html-page-context", _add)


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Leave one viewport of three, and the title of the book once on its front page."""
    head, rest = text[: text.find("</head>")], text[text.find("</head>") :]
    first = _VIEWPORT.search(head)
    if first:
        head = head[: first.end()] + _VIEWPORT.sub("", head[first.end() :])
    return _TITLE_TWICE.sub(r"<title>\1</title>", head) + rest


def of(page: str) -> str:
    """Return the tags of a written page, for another address that leads to it."""
    return "\n".join(_TAGS.findall(page))


def _add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if doctree is None:  # search, indices, listings of code: no page to find, or to share
        context["metatags"] = '\n<meta name="robots" content="noindex">'
        return
    title = _plain(context["title"])
    figure, shown = _figure(context["body"])
    image = f"{cards.FOLDER}/{pagename}.png"
    target = Path(app.outdir) / image
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(cards.draw(title, app.config.html_title, figure))
    context["metatags"] += _tags(
        {
            "og:type": "article",
            "og:site_name": app.config.html_title,
            "og:locale": app.config.language.replace("-", "_"),
            "og:title": title,
            "og:description": _description(context["body"]) or title,
            "og:url": context["pageurl"],
            "og:image": f"{DOCUMENTATION}/{image}",
            "og:image:width": str(cards.WIDTH),
            "og:image:height": str(cards.HEIGHT),
            "og:image:alt": shown or f"The title of the page, {title}, beside a figure of the book",
        }
    )


def _tags(graph: dict[str, str]) -> str:
    names = {
        "description": graph["og:description"],
        "twitter:card": "summary_large_image",
        "twitter:title": graph["og:title"],
        "twitter:description": graph["og:description"],
        "twitter:image": graph["og:image"],
        "twitter:image:alt": graph["og:image:alt"],
    }
    lines = [f'<meta name="{name}" content="{html.escape(text)}">' for name, text in names.items()]
    lines += [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in graph.items()]
    return "\n" + "\n".join(lines) + "\n"


def _description(body: str) -> str:
    """Return the question of a page, or its first paragraph outside tables."""
    found = _QUESTION.search(body) or _PARAGRAPH.search(_TABLE.sub("", body))
    return textwrap.shorten(_plain(found[1]), 300, placeholder=" …") if found else ""


def _plain(text: str) -> str:
    """Return HTML as text in one line, formulas without their fences."""
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    return " ".join(re.sub(r"\\[()]", "", text).split())


def _figure(body: str) -> tuple[bytes, str]:
    """Return the first figure of a page, as SVG, and what it shows; without one that of the front page."""
    found = _FIGURE.search(body)
    return (base64.b64decode(found[1]), html.unescape(found[2])) if found else (_FRONT.read_bytes(), "")
