"""The toy model, with sliders for the length of the target, the exponent and the number of items."""

import altair as alt

from mirage.charts import _parts

__all__ = ["toy_model"]

_SEEN, _UNSEEN = "at or above 1/n", "below 1/n: under one right answer"
_SIZE = "1e9 * pow(length / -log({}), 1 / exponent)"  # from which on exact match has a score
_SCORES = {"half": "0.5", "one": "1 / items", "low": "0.1", "high": "0.9"}
_SENTENCE = (
    f"'Exact match is one half at ' + {_parts.said('half')}",
    "'parameters; 10% to 90% takes ' + format(log(high / low) / LN10, '.2f') + ' decades.'",
    f"'One right answer in ' + format(items, ',') + ': from ' + {_parts.said('one')} + '.'",
)
_DESCRIPTION = (
    "Three curves over the number of parameters of toy models: expected exact match, the same on a "
    "logarithmic axis with the floor of one right answer in n, and token edit distance per token. Sliders "
    "set the length of the target, the exponent and the number of items."
)


def toy_model() -> alt.VConcatChart:
    """Return the toy model with sliders for the length, the exponent and the number of items.

    Returns
    -------
    altair.VConcatChart
        Three stacked panels over the number of parameters (the constant c is 1e9): expected exact match on
        a linear axis, the same on a logarithmic axis with the floor 1/n, and token edit distance per token.

    Examples
    --------
    >>> [panel["height"] for panel in toy_model().to_dict()["vconcat"]]
    [140, 140, 140]
    """
    base, x = _toy_curves(), _parts.size_axis()
    line = base.mark_line(strokeWidth=3).encode(x, *_visible())
    exact = line.encode(alt.Y("accuracy:Q", title="Exact match", scale=alt.Scale(domain=[0, 1])))
    log_y = alt.Y(
        "accuracy:Q",
        title="Exact match (log axis)",
        scale=alt.Scale(type="log", domain=[1e-7, 1]),
        axis=alt.Axis(values=[1e-6, 1e-4, 1e-2, 1], format="~e"),
    )
    floor = base.mark_line(color=_parts.COLOURS[4], strokeDash=[2, 2]).encode(x, alt.Y("floor:Q"))
    edits = base.mark_line(strokeWidth=3, color=_parts.COLOURS[2]).encode(
        x, alt.Y("edits:Q", title="Edits per token (a loss)", scale=alt.Scale(domain=[0, 1]))
    )
    logarithmic = line.mark_line(strokeWidth=3, clip=True).transform_filter("datum.accuracy > 1e-12")
    panels = (exact, logarithmic.encode(log_y) + floor, edits)
    chart = alt.vconcat(*(panel.properties(height=140) for panel in panels)).add_params(
        _parts.slider("length", "Tokens in the target, L", 5, 1, 50, 1),
        _parts.slider("exponent", "Exponent, a", 0.4, 0.05, 1.5, 0.01),
        _parts.slider("items", "Items in the test, n", 1000, 10, 10_000, 10),
        *(alt.param(name=name, expr=_SIZE.format(score)) for name, score in _SCORES.items()),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_SENTENCE)


def _toy_curves() -> alt.Chart:
    return (
        alt.Chart(alt.sequence(6, 14.001, 0.02, as_="decade"))
        .transform_calculate(parameters="pow(10, datum.decade)")
        .transform_calculate(loss="pow(datum.parameters / 1e9, -exponent)")
        .transform_calculate(accuracy="exp(-length * datum.loss)", edits="1 - exp(-datum.loss)")
        .transform_calculate(
            floor="1 / items",
            visible=f"datum.accuracy >= 1 / items ? '{_SEEN}' : '{_UNSEEN}'",
        )
    )


def _visible() -> tuple[alt.Color, alt.StrokeDash]:
    kinds = [_SEEN, _UNSEEN]
    legend = alt.Legend(direction="vertical", symbolSize=400)
    look = {"title": "Expected accuracy", "legend": legend}
    color = alt.Color("visible:N", scale=alt.Scale(domain=kinds, range=list(_parts.COLOURS[:2])), **look)
    dash = alt.StrokeDash("visible:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [4, 3]]), **look)
    return color, dash
