"""Formulas: MathJax, from the package sphinx-mathjax-offline, copied into the site."""

import importlib.util
import shutil
from pathlib import Path

from sphinx.application import Sphinx

_MATHJAX = "mathjax/tex-chtml-full.js"
_FONTS = "mathjax/output/chtml/fonts/woff-v2"


def setup(app: Sphinx) -> None:
    """Name the script, and copy it when the pages are written."""
    app.connect("config-inited", _configure)
    app.connect("build-finished", _copy)


def _configure(app: Sphinx, config) -> None:
    config.mathjax_path = _MATHJAX


def _copy(app: Sphinx, error: Exception | None) -> None:
    static = Path(app.outdir) / "_static"
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static"
    if not error and app.builder.format == "html" and not (static / _MATHJAX).exists():
        (static / _MATHJAX).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(package / _MATHJAX, static / _MATHJAX)
        shutil.copytree(package / _FONTS, static / _FONTS)
