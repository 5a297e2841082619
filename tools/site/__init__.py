"""The site: `python -m tools.site` stages and builds it; each other module here is one thing that pages have.

`extension` is what Sphinx loads. It calls `setup(app)` of each module that has one, and, when the pages are
written, `mend(text, page, app)` of each, in order. What browsers load stands in `assets/`, a style
sheet or a script for each mechanism; the site has them in one file of each kind, the script deferred.
"""

import yaml

from tools.project import ROOT

__all__ = ["ASSETS", "BUILD", "HTML", "OUTPUT", "STAGE", "chapters", "pages"]

ASSETS = ROOT / "tools" / "site" / "assets"
BUILD = ROOT / "build"
STAGE = BUILD / "site"
OUTPUT = BUILD / "_build"
HTML = OUTPUT / "html"


def pages(root=ROOT) -> list[str]:
    """Return the names of all pages in _toc.yml."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    listed = [page for chapter in chapters(toc) for page in (chapter, *chapter.get("sections", []))]
    return [toc["root"]] + [page["file"] for page in listed]


def chapters(toc: dict) -> list[dict]:
    """Return the chapters of all parts of a table of contents."""
    return [chapter for part in toc.get("parts", [toc]) for chapter in part.get("chapters", [])]
