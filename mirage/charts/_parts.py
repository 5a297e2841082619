"""What several interactive charts are made of: controls, axes, the look, and what a chart says of itself."""

import altair as alt

from mirage import style

__all__ = [
    "COLOURS",
    "choice",
    "power_of_ten",
    "powers",
    "said",
    "size_axis",
    "slider",
    "sum_up",
]

# The site's style sheet sets these variables for each of its two designs. Elsewhere the chart is a light one.
COLOURS = tuple(f"var(--chart-{place}, {colour})" for place, colour in enumerate(style.PALETTE))
_INK, _GRID = "var(--chart-ink, #222222)", "var(--chart-grid, #dddddd)"
_TEXT = {"labelFontSize": 12, "labelColor": _INK, "titleFontSize": 12, "titleColor": _INK}
_LOOK = {
    "background": "var(--chart-page, white)",
    "font": "system-ui, sans-serif",
    # An axis that is as wide in every panel, so that stacked panels are too.
    "axisY": {"minExtent": 36},
    "axis": {**_TEXT, "titleFontWeight": 600, "gridColor": _GRID, "domainColor": _INK, "tickColor": _INK},
    "legend": {**_TEXT, "orient": "top", "labelLimit": 320, "symbolSize": 120},
    "rule": {"color": _INK},
    "text": {"color": _INK, "fontSize": 12},
    "title": {"anchor": "start", "frame": "bounds", "color": _INK, "fontSize": 13, "fontWeight": 600}
    | {"lineHeight": 18, "offset": 8},
    "view": {"stroke": _GRID, "continuousWidth": 600},  # where no patch is applied, as in a picture
}
# Drawn as SVG, so that a screen reader meets text; no menu, whose entries would leave the page.
_EMBEDDED = {"renderer": "svg", "actions": False}
_AXIS = 80  # pixels that the axis at the left of stacked panels takes, and the room around them
_MOST = 760  # pixels: elsewhere than on the site the controls stand beside the chart
_SIZES = [1e6, 1e8, 1e10, 1e12, 1e14]


def sum_up(chart: alt.TopLevelMixin, description: str, *sentence: str) -> alt.TopLevelMixin:
    """Return the chart with its look, its description and, above it, what it says.

    The sentence comes in expressions of Vega, one a line of at most about 45 letters, which a phone can hold.
    """
    stacked = isinstance(chart, alt.VConcatChart)
    fit = {} if stacked else {"autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    embedded = _EMBEDDED | {"patch": _filling(_AXIS if stacked else 0)}
    title = alt.Title(alt.expr(f"[{', '.join(sentence)}]"))
    about = {"description": description, "title": title, "usermeta": {"embedOptions": embedded}}
    return chart.properties(**about, **fit).configure(**_LOOK)


def _filling(taken: int) -> list[dict]:
    """Return a patch with which vega-embed makes panels as wide as their container, but for what is taken.

    Vega-Lite's own width "container" knows no stacked panels, and no limit.
    """
    width = f"max(min(containerSize()[0], {_MOST}) - {taken}, 200)"
    signal = {"name": "width", "init": width, "on": [{"update": width, "events": "window:resize"}]}
    return [{"op": "remove", "path": "/width"}, {"op": "add", "path": "/signals/0", "value": signal}]


def said(number: str) -> str:
    """Return an expression that writes a number, like that of parameters, as `words.number` does."""
    names = {1e12: " trillion", 1e9: " billion", 1e6: " million"}
    text = f"format({number}, ',.3~r')"
    for size, name in reversed(names.items()):
        text = f"{number} >= {size:.0f} ? format({number} / {size:.0f}, ',.3~r') + '{name}' : {text}"
    return f"({number} < 1 ? 'less than 1' : {number} >= 1e15 ? 'over 10¹⁵' : {text})"


def size_axis(sizes: list[float] = _SIZES) -> alt.X:
    """Return a logarithmic axis of parameters, from the field `parameters`, with labels at some sizes."""
    return alt.X(
        "parameters:Q",
        title="Parameters",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=sizes, labelExpr="replace(format(datum.value, '~s'), 'G', 'B')"),
    )


def slider(name: str, label: str, value: float, low: float, high: float, step: float) -> alt.Parameter:
    """Return a parameter of the chart that the reader sets, with the mouse or the arrow keys."""
    return alt.param(
        name=name, value=value, bind=alt.binding_range(min=low, max=high, step=step, name=f"{label}: ")
    )


def powers(name: str, label: str, value: float, low: float, high: float, step: float) -> list[alt.Parameter]:
    """Return a slider for a power of ten, `name_power`, and what it stands for in two digits, `name`."""
    number = alt.param(name=name, expr=f"toNumber(format(pow(10, {name}_power), '.2r'))")
    return [slider(f"{name}_power", f"{label} (power of ten)", value, low, high, step), number]


def power_of_ten(power: float) -> float:
    """Return the number that a slider of `powers` stands for."""
    return float(f"{10**power:.1e}")


def choice(name: str, label: str, options: list, value: object = None) -> alt.Parameter:
    """Return a parameter that the reader chooses from a list; without a value, the first of it."""
    value = options[0] if value is None else value
    return alt.param(name=name, value=value, bind=alt.binding_select(options=options, name=f"{label}: "))
