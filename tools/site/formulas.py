"""Formulas: MathML, written when the book is built, which browsers show without a script."""

import shutil
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

from tools.site import font

_CONVERTER = LatexToMathML(fancy_error=False)
_CLASS = "math notranslate nohighlight"


def setup(app: Sphinx) -> None:
    """Let Sphinx write formulas as MathML, and copy their font."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("config-inited", _configure)
    app.connect("build-finished", _copy)


def _configure(app: Sphinx, config) -> None:
    config.html_math_renderer = "mathml"


def _inline(writer, node: nodes.math) -> None:
    writer.body.append(writer.starttag(node, "span", "", CLASS=_CLASS))
    writer.body.append(f"{_mathml(node, displaystyle=False)}</span>")
    raise nodes.SkipNode


def _block(writer, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS=_CLASS))
    if node.get("number"):
        writer.body.append(f'<span class="eqno">({node["number"]})</span>')
    writer.body.append(f"{_mathml(node, displaystyle=True)}</div>\n")
    raise nodes.SkipNode


def _mathml(node: nodes.Element, displaystyle: bool) -> str:
    try:
        return _CONVERTER.convert_with_local_state(node.astext(), displaystyle=displaystyle)
    except LatexError as error:  # a warning fails the build and names the place
        logging.getLogger(__name__).warning("formula %r: %s", node.astext(), error, location=node)
        return ""


def _copy(app: Sphinx, error: Exception | None) -> None:
    if not error and app.builder.format == "html":
        shutil.copy(font.FILE, Path(app.outdir) / "_static" / font.FILE.name)
