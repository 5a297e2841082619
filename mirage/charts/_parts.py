"""What several interactive charts are made of."""

import altair as alt

__all__ = ["EMBEDDED", "choice", "size_axis", "slider"]

# Drawn as SVG, so that a screen reader meets text; no menu, whose entries would leave the page.
EMBEDDED = {"embedOptions": {"renderer": "svg", "actions": False}}
_SIZES = [1e6, 1e8, 1e10, 1e12, 1e14]


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


def choice(name: str, label: str, options: list, value: object = None) -> alt.Parameter:
    """Return a parameter that the reader chooses from a list; without a value, the first of it."""
    value = options[0] if value is None else value
    return alt.param(name=name, value=value, bind=alt.binding_select(options=options, name=f"{label}: "))
