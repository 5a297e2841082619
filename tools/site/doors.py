"""The files by which visitors come in: the entry page, the map for search engines, the page for the lost."""

from html import escape
from urllib.parse import urlsplit

from tools.project import DOCUMENTATION
from tools.site import HTML, STAGE, head, pages

_STYLE = """\
body { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; padding: 0 1rem; }
body { margin: 4rem auto; max-width: 40rem; background: Canvas; color: CanvasText; }
a { color: LinkText; }"""
_PAGE = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}
</head>
<body><main>
{main}
</main></body>
</html>
"""
# Jupyter Book's own entry is a bare line without a title, a language or a link.
_ENTRY = _PAGE.format(
    head="""\
<meta http-equiv="refresh" content="0; url={page}.html">
<link rel="icon" href="_static/favicon.svg">
<title>{title}</title>
{tags}""",
    main='<h1>{title}</h1>\n<p><a href="{page}.html">Read the book</a></p>',
)
# Shown in place of any missing address, at any depth: so it loads nothing, and its links begin at the root.
_LOST = _PAGE.format(
    head="""\
<meta name="robots" content="noindex">
<title>Page not found — {title}</title>
<style>
{style}
</style>""",
    main="""\
<h1>There is no such page</h1>
<p>It may have moved, or its address may be mistyped. These ways lead on:</p>
<ul>
<li><a href="{base}/{page}.html">{title}, from the start</a></li>
<li><a href="{base}/search.html">Search the book</a></li>
<li><a href="{base}/book/glossary.html">Look up a term</a></li>
</ul>""",
)


def write(title: str) -> None:
    """Write the three files beside the pages."""
    first = pages()[0]
    tags = head.of((HTML / f"{first}.html").read_text(encoding="utf-8"))
    texts = {
        "index.html": _ENTRY.format(page=first, title=escape(title), tags=tags),
        "404.html": _LOST.format(
            page=first, title=escape(title), style=_STYLE, base=urlsplit(DOCUMENTATION).path
        ),
        "sitemap.xml": sitemap(pages(STAGE)),
    }
    for name, text in texts.items():
        (HTML / name).write_text(text, encoding="utf-8")


def sitemap(names: list[str]) -> str:
    """Return the addresses of pages in the form that search engines read."""
    places = [f"<url><loc>{DOCUMENTATION}/{name}.html</loc></url>" for name in names]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *places,
            "</urlset>",
            "",
        ]
    )
