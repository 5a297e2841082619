"""Interactive charts: the Vega libraries, from vl-convert, on the pages that have charts."""

import re
from pathlib import Path

import altair
import vl_convert
from sphinx.application import Sphinx

_VEGA = "vega/vega.js"
# Altair's own script fetches the libraries unless it finds these versions declared.
_DECLARE_VEGA = (
    f'window.VEGA_DEBUG = {{vega_version: "{altair.VEGA_VERSION}", '
    f'vegalite_version: "{altair.VEGALITE_VERSION}", vegaembed_version: "{altair.VEGAEMBED_VERSION}"}};'
)


def setup(app: Sphinx) -> None:
    """Add the libraries to the pages with charts."""
    app.connect("html-page-context", _add, priority=900)
    app.connect("build-finished", _write)


def _add(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if "vegaEmbed" in context.get("body", ""):
        app.add_js_file(None, body=_DECLARE_VEGA)
        app.add_js_file(_VEGA)


def _write(app: Sphinx, error: Exception | None) -> None:
    target = Path(app.outdir) / "_static" / _VEGA
    # After an upgrade the build starts from nothing: see _fingerprint in __main__.
    if error or app.builder.format != "html" or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    version = re.match(r"\d+\.\d+", altair.VEGALITE_VERSION)[0]
    bundle = vl_convert.javascript_bundle(vl_version=version)
    # In a function of its own, so that its names do not clash with those of other scripts.
    target.write_text(f"(function () {{{bundle}}})();", encoding="utf-8")
