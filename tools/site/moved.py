"""Sections that moved: who comes by an address of `book/moved.csv` is led to where the section is now."""

import csv
import json
import posixpath
from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from tools.project import ROOT


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Tell a page where its old sections are now."""
    here = page.relative_to(app.outdir).as_posix()
    with (ROOT / "book" / "moved.csv").open(encoding="utf-8", newline="") as file:
        found = {
            anchor: posixpath.relpath(row["new"], posixpath.dirname(here))
            for row in csv.DictReader(file)
            for of, anchor in [row["old"].split("#")]
            if of == here
        }
    return text.replace("<body", f'<body data-moved="{escape(json.dumps(found))}"', 1) if found else text
