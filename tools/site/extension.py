"""The Sphinx extension of the site: what pages have, a module each, and what becomes of the written pages."""

import importlib
import pkgutil
from pathlib import Path

from sphinx.application import Sphinx

import mirage
from tools.site import (
    ASSETS,
    charts,
    figures,
    footer,
    formulas,
    head,
    icons,
    images,
    live,
    moved,
    opening,
    predict,
    questions,
    styles,
    switches,
    terms,
    theme,
)

# In the order in which they mend a page: the icons when all buttons are there, the styles when all is.
_MECHANISMS = (
    *(formulas, charts, theme, figures, opening, predict, questions, live, switches, terms, head, moved),
    footer,
    *(icons, images, styles),
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    # Before Sphinx puts a mock in the place of PyTorch, which SciPy, loaded after it, would take for real.
    for module in pkgutil.iter_modules(mirage.__path__, "mirage."):
        importlib.import_module(module.name)
    for mechanism in _MECHANISMS:
        if hasattr(mechanism, "setup"):
            mechanism.setup(app)
    app.connect("builder-inited", _load)
    app.connect("build-finished", _finish, priority=900)  # the theme writes its colours of code then
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _load(app: Sphinx) -> None:
    app.add_css_file("site.css")
    app.add_js_file("site.js", loading_method="defer")


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    # One script is loaded, whatever the number of mechanisms; for the style sheet see `styles`.
    parts = [part.read_text(encoding="utf-8") for part in sorted(ASSETS.glob("*.js"))]
    (Path(app.outdir) / "_static" / "site.js").write_text("\n".join(parts), encoding="utf-8")
    mends = [mechanism.mend for mechanism in _MECHANISMS if hasattr(mechanism, "mend")]
    for page in Path(app.outdir).rglob("*.html"):
        if "_static" in page.parts:  # templates that themes leave there
            continue
        text = mended = page.read_text(encoding="utf-8")
        for mend in mends:
            mended = mend(mended, page, app)
        if mended != text:
            page.write_text(mended, encoding="utf-8")
    for mechanism in (styles, icons):
        mechanism.finish(app)
