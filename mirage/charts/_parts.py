"""What several interactive charts are made of."""

import altair as alt

__all__ = ["EMBEDDED", "size_axis", "slider"]

# Drawn as SVG, so that a screen reader meets text; no menu, whose entries would leave the page.
EMBEDDED = {"embedOptions": {"renderer": "svg", "actions": False}}
_SIZES = [1e6, 1e8, 1e10, 1e12, 1e14]


def size_axis() -> alt.X:
    """Return a logarithmic axis of parameters, from the field `parameters`."""
    return alt.X(
        "parameters:Q",
        title="Parameters",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=_SIZES, labelExpr="replace(format(datum.value, '~s'), 'G', 'B')"),
    )


def slider(name: str, label: str, value: float, low: float, high: float, step: float) -> alt.Parameter:
    """Return a parameter of the chart that the reader sets, with the mouse or the arrow keys."""
    return alt.param(
        name=name, value=value, bind=alt.binding_range(min=low, max=high, step=step, name=f"{label}: ")
    )
