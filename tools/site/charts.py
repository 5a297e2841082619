"""Interactive charts: a picture first; the Vega libraries, from vl-convert, when one comes into view."""

import html
import json
import re
from pathlib import Path

import altair
import vl_convert
from sphinx.application import Sphinx

from tools.site.figures import FOLDER

_VEGA = "vega/vega.js"
_VERSION = re.match(r"\d+\.\d+", altair.VEGALITE_VERSION)[0]
# Altair's own script fetches the libraries unless it finds these versions declared.
_DECLARE_VEGA = (
    f'window.VEGA_DEBUG = {{vega_version: "{altair.VEGA_VERSION}", '
    f'vegalite_version: "{altair.VEGALITE_VERSION}", vegaembed_version: "{altair.VEGAEMBED_VERSION}"}};'
)
_CHART = re.compile(
    r'(<div id="altair-viz-\w+">)(</div>\s*<script) type="text/javascript">(.*?)</script>', re.DOTALL
)
_CALL = "})({"


def setup(app: Sphinx) -> None:
    """Write the libraries beside the pages."""
    app.connect("build-finished", _write)


def _write(app: Sphinx, error: Exception | None) -> None:
    target = Path(app.outdir) / "_static" / _VEGA
    # After an upgrade the build starts from nothing: see _fingerprint in __main__.
    if error or app.builder.format != "html" or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    bundle = vl_convert.javascript_bundle(vl_version=_VERSION)
    # In a function of its own, so that its names do not clash with those of other scripts.
    target.write_text(f"{_DECLARE_VEGA}(function () {{{bundle}}})();", encoding="utf-8")


def mend(text: str, page: Path, app: Sphinx) -> str:
    """Let the script of each chart wait for its turn, and show a picture until then, and on paper."""
    charts = iter(range(1, 1 + len(_CHART.findall(text))))

    def waiting(match: re.Match) -> str:
        picture = _picture(match[3], page, Path(app.outdir) / FOLDER, next(charts))
        return f'{match[1]}{picture}{match[2]} type="text/plain" class="chart">{match[3]}</script>'

    return _CHART.sub(waiting, text)


def _picture(script: str, page: Path, folder: Path, number: int) -> str:
    """Draw a chart into a file, as it is before the reader moves a slider."""
    chart, _ = json.JSONDecoder().raw_decode(script, script.index(_CALL) + len(_CALL) - 1)
    drawing = vl_convert.vegalite_to_svg(chart, vl_version=_VERSION)
    target = folder / f"{page.stem}-chart-{number}.svg"
    folder.mkdir(exist_ok=True)
    target.write_text(drawing, encoding="utf-8")
    address = "../" * (len(page.relative_to(folder.parent).parts) - 1) + f"{FOLDER}/{target.name}"
    return f'<img src="{address}" alt="{html.escape(chart["description"])}">'
