"""A chain of steps, with sliders for the steps, what they share, and tries with a verifier."""

import altair as alt

from mirage import scaling
from mirage.charts import _parts

__all__ = ["many_steps"]

_LINKS = {"probit": "cumulativeNormal({})", "gompertz": "exp(-exp(-({})))"}
_AT = "({low} + datum.place * {width})"
_STEP, _END = "each step", "the end only"
_CURVES = {"one step": "one", "all steps": "bare", "all steps, verified": "checked"}
_SENTENCE = (
    "'One step succeeds in 90%, all ' + steps + ' in ' + format(bare, '.1%') + '.'",
    "'With up to ' + tries + (tries > 1 ? ' tries' : ' try') + ', checked after ' + checks + ':'",
    "format(checked, '.1%') + '.'",
)
_DESCRIPTION = (
    "Three curves over the size of a model: the probability that one step succeeds, that all steps of a "
    "chain succeed, and that they do with a verifier and several tries. Their parts between 10 and 90% are "
    "drawn thick. Sliders set the number of steps, the correlation of the steps, the most tries and the "
    "share of failures that the verifier catches; lists set the curve of one step and where the verifier "
    "looks."
)


def many_steps() -> alt.LayerChart:
    """Return a chain of steps, with sliders for its length, correlation, tries and verifier.

    A step follows a probit curve or the toy model's (Gompertz). With the probability that is the correlation
    ρ one draw decides for all L steps, otherwise each has its own: all succeed with ρ q + (1 − ρ) q^L. A
    failure that the verifier catches is tried anew, as in `toy.verified_probability`.

    Returns
    -------
    altair.LayerChart
        One panel with three curves, over the size in widths of one step (10% at 0, 90% at 1).

    Examples
    --------
    >>> many_steps().to_dict()["height"]
    260
    """
    curves = _chains()
    thin = curves.mark_line(strokeWidth=1.5)
    thick = curves.transform_filter("datum.chance >= 0.1 && datum.chance <= 0.9").mark_line(strokeWidth=5)
    chart = alt.layer(thin, thick).properties(height=260)
    chart = chart.add_params(
        _parts.slider("steps", "Steps that must all succeed", 10, 1, 100, 1),
        _parts.slider("correlation", "Correlation of the steps", 0, 0, 1, 0.05),
        _parts.slider("tries", "Most tries", 3, 1, 20, 1),
        _parts.slider("caught", "Failures that the verifier catches", 0.8, 0, 1, 0.05),
        _parts.choice("checks", "The verifier looks at", [_STEP, _END]),
        _parts.choice("link", "One step follows", list(_LINKS)),
        alt.param(name="bare", expr=_all("0.9")),
        alt.param(name="checked", expr=_checked("0.9")),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_SENTENCE)


def _all(step: str) -> str:
    """Return the expression of the probability that all steps succeed, from that of one."""
    return f"(correlation * ({step}) + (1 - correlation) * pow({step}, steps))"


def _verified(once: str) -> str:
    """Return the expression of `toy.verified_probability`."""
    again = f"((1 - ({once})) * caught)"
    return f"(({once}) * (1 - pow({again}, tries)) / (1 - {again}))"


def _checked(step: str) -> str:
    return f"(checks == '{_STEP}' ? {_all(_verified(step))} : {_verified(_all(step))})"


def _chains() -> alt.Chart:
    ends = {name: scaling.link([0.1, 0.9], name) for name in _LINKS}
    one = [
        formula.format(_AT.format(low=ends[name][0], width=ends[name][1] - ends[name][0]))
        for name, formula in _LINKS.items()
    ]
    names = list(_CURVES)
    legend = alt.Legend(direction="vertical", symbolSize=400, symbolType="stroke")
    dashes, colors = [[1, 0], [8, 3], [2, 2]], list(_parts.COLOURS[:3])
    color = alt.Color("curve:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=colors))
    dash = alt.StrokeDash("curve:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=dashes))
    return (
        alt.Chart(alt.sequence(-0.5, 2.5001, 0.01, as_="place"))
        .transform_calculate(one=f"link == 'probit' ? {one[0]} : {one[1]}")
        .transform_calculate(bare=_all("datum.one"), checked=_checked("datum.one"))
        .transform_calculate(**{name: f"datum.{field}" for name, field in _CURVES.items()})
        .transform_fold(names, as_=["curve", "chance"])
        .encode(
            alt.X("place:Q", title="Size, in widths of one step", scale=alt.Scale(nice=False)),
            alt.Y("chance:Q", title="Probability", scale=alt.Scale(domain=[0, 1])),
            color,
            dash,
        )
    )
