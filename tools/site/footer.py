"""The footer of a page: its licences, how to cite it, its version, where to report an error and edit."""

import re
from html import escape
from urllib.parse import urlencode

import yaml
from sphinx.application import Sphinx

from tools.project import BRANCH, DOCUMENTATION, REPOSITORY, REVISION, ROOT, VERSION

_FOOTER = """\
<div class="about">
<div><p class="about-name">This page</p>
<ul>
{links}
</ul></div>
<div><p class="about-name">Licences</p>
<p>Text and figures: <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.
Code: <a href="{repository}/blob/{revision}/LICENSE">BSD 3-Clause</a>.
Tables of published results belong to their sources.</p>
<p>© {year} {authors}</p></div>
<div><p class="about-name">Cite as</p>
<pre class="bibtex">{bibtex}</pre>
<p><button type="button" class="copy-bibtex btn btn-sm btn-outline-secondary" hidden>Copy BibTeX</button>
<span role="status"></span></p></div>
</div>"""


def setup(app: Sphinx) -> None:
    """Put the footer in the place of the theme's author and copyright."""
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _add, priority=900)  # after the theme has made its buttons


def bibtex(year: str) -> str:
    """Return the entry of the book, from CITATION.cff."""
    work = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = {
        "title": f"{{{work['title']}}}",
        "author": " and ".join(f"{{{author['name']}}}" for author in work["authors"]),
        "year": str(work.get("date-released", year))[:4],
        "version": VERSION,
        "url": DOCUMENTATION,
    }
    if "doi" in work:
        entry["doi"] = work["doi"]
    return "@misc{mirage_book,\n" + "".join(f"  {name} = {{{text}}},\n" for name, text in entry.items()) + "}"


def report(pagename: str) -> str:
    """Return the address of a new issue on a page, with what CONTRIBUTING.md asks for filled in or asked."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = guide.split("## Report an error in a number")[1].split("\n## ")[0]
    asked = re.findall(r"^\d\. .*$", section, re.MULTILINE)
    known = [f"Page: {DOCUMENTATION}/{pagename}.html", f"Version: {VERSION}", ""]
    body = "\n".join([*known, "For an error in a number, please give", "", *asked])
    return f"{REPOSITORY}/issues/new?" + urlencode({"title": f"Error on {pagename}", "body": body})


def source(pagename: str) -> str | None:
    """Return the file in which to edit a page."""
    module = pagename.replace("book/api/", "mirage/")
    for name in (f"{pagename}.md", f"{module}.py", f"{module}/__init__.py"):
        if (ROOT / name).exists():
            return name
    return None


def _configure(app: Sphinx, config) -> None:
    config.html_theme_options["footer_content_items"] = ["extra-footer.html"]


def _add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    context["theme_extra_footer"] = _FOOTER.format(
        links="\n".join(f"<li>{link}</li>" for link in _links(pagename, context)),
        repository=REPOSITORY,
        revision=REVISION,
        year=app.config.copyright,
        authors=escape(app.config.author),
        bibtex=escape(bibtex(app.config.copyright)),
    )
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("label") == "source-issues-button":
                button |= {"url": report(pagename), "text": "Report an error", "tooltip": "Report an error"}


def _links(pagename: str, context: dict) -> list[str]:
    links = [f'<a href="{escape(report(pagename))}">Report an error on this page</a>']
    if edited := source(pagename):
        links.append(f'<a href="{REPOSITORY}/edit/{BRANCH}/{edited}">Edit this page</a>')
    changes = f'<a href="{REPOSITORY}/blob/{REVISION}/CHANGELOG.md">changes</a>'
    status = f'<a href="{context["pathto"]("book/status")}">how it was built</a>'
    return [*links, f"Version {VERSION} ({changes}, {status})"]
