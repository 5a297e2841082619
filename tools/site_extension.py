"""The Sphinx extension of the site: it loads nothing from elsewhere, and mends the theme's faults.

The pictures of the notebooks become files.

MathJax comes from the package sphinx-mathjax-offline, the Vega libraries of the charts from vl-convert. Both
are copied into the site, and only the pages that use them load them.
"""

import base64
import importlib.util
import os
import pkgutil
import re
import shutil
from pathlib import Path

import altair
import vl_convert
from sphinx.application import Sphinx

import mirage

_MATHJAX = "mathjax/tex-chtml-full.js"
_FONTS = "mathjax/output/chtml/fonts/woff-v2"
_VEGA = "vega/vega.js"
_STYLE = "site.css"
_FIGURES = "_figures"
# What page.show puts into a notebook, where a file of its own could get lost.
_INSIDE = re.compile(r'"data:[\w/+]+;base64,([\w/+=]+)" data-file="([\w.-]+)"')

# Altair's own script fetches the libraries unless it finds these versions declared.
_DECLARE_VEGA = (
    f'window.VEGA_DEBUG = {{vega_version: "{altair.VEGA_VERSION}", '
    f'vegalite_version: "{altair.VEGALITE_VERSION}", vegaembed_version: "{altair.VEGAEMBED_VERSION}"}};'
)

# What Jupyter Book and the theme get wrong, and what stands there instead.
_MENDS = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in [
        # Thebe would fetch its library from another site, and its script is there twice.
        (r"<script>const THEBE_JS_URL.*?</script>", ""),
        (r"<script[^>]*sphinx-thebe\.js.*?</script>", ""),
        (r"<link[^>]*sphinx-thebe\.css[^>]*>", ""),
        (r'<script type="text/x-thebe-config">.*?</script>', ""),
        (r"<script>kernelName = .*?</script>", ""),
        # What unfolds a part of the contents is an icon, which needs a name.
        (r'<summary>(<span class="toctree-toggle")', r'<summary aria-label="pages below this one">\1'),
        # A list holds list items.
        (r'(<div class="citation"[^>]*) role="doc-biblioentry"', r'\1 role="listitem"'),
    ]
]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    # Before Sphinx puts a mock in the place of PyTorch, which SciPy, loaded after it, would take for real.
    for module in pkgutil.iter_modules(mirage.__path__, "mirage."):
        importlib.import_module(module.name)
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _add_vega, priority=900)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _configure(app: Sphinx, config) -> None:
    config.mathjax_path = _MATHJAX
    app.add_css_file(_STYLE)
    # Set here because html_theme_options in _config.yml would replace Jupyter Book's own.
    config.html_theme_options["navbar_persistent"] = []  # else a second search box
    config.html_context["default_mode"] = "auto"  # else the theme reports an invalid mode


def _add_vega(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if "vegaEmbed" in context.get("body", ""):
        app.add_js_file(None, body=_DECLARE_VEGA)
        app.add_js_file(_VEGA)


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    shutil.copy(Path(__file__).with_name(_STYLE), static / _STYLE)
    _copy_mathjax(static)
    _write_vega(static / _VEGA)
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        mended = mend(to_files(text, page.parent, Path(app.outdir) / _FIGURES))
        if mended != text:
            page.write_text(mended, encoding="utf-8")


def mend(html: str) -> str:
    """Mend what the theme gets wrong; mending twice changes nothing."""
    for pattern, replacement in _MENDS:
        html = pattern.sub(replacement, html)
    return html


def to_files(html: str, place: Path, folder: Path) -> str:
    """Write the pictures and tables that stand inside a page into files, and point to them."""

    def written(match: re.Match) -> str:
        folder.mkdir(exist_ok=True)
        target = folder / match[2]
        target.write_bytes(base64.b64decode(match[1]))
        return f'"{Path(os.path.relpath(target, place)).as_posix()}"'

    return _INSIDE.sub(written, html)


def _copy_mathjax(static: Path) -> None:
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static"
    if not (static / _MATHJAX).exists():
        (static / _MATHJAX).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(package / _MATHJAX, static / _MATHJAX)
        shutil.copytree(package / _FONTS, static / _FONTS)


def _write_vega(target: Path) -> None:
    if target.exists():  # after an upgrade the build starts from nothing: see _fingerprint in tools/site.py
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    version = re.match(r"\d+\.\d+", altair.VEGALITE_VERSION)[0]
    bundle = vl_convert.javascript_bundle(vl_version=version)
    # In a function of its own, so that its names do not clash with those of other scripts.
    target.write_text(f"(function () {{{bundle}}})();", encoding="utf-8")
