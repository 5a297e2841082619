"""Errors of autoencoders and the share of images below a bar, which the reader moves."""

import altair as alt
import numpy as np
import pandas as pd

from mirage import _validate, words
from mirage.charts import _parts

__all__ = ["reconstruction"]

_COLUMNS = ("parameters", "error")
_DESCRIPTION = (
    "Two panels over the number of parameters, on a logarithmic axis. Above: errors of images, one mark "
    "each, on a logarithmic axis, with a line for the bar; marks below the bar are filled. Below: the share "
    "of the images whose error is below the bar. A slider sets the bar."
)


def reconstruction(errors: pd.DataFrame) -> alt.VConcatChart:
    """Return the errors of images over the number of parameters, with a slider for the bar they must clear.

    Parameters
    ----------
    errors : DataFrame, one row an image and size
        `parameters`, and `error`, above 0, in any unit. A few hundred rows a size are enough: quantiles, or
        a random part of the images.

    Returns
    -------
    altair.VConcatChart
        The errors above, the share below the bar under them. The slider, `bar_power`, is the logarithm to
        base 10 of the bar, and spans the errors; `bar` is the bar.

    Raises
    ------
    ValueError, TypeError
        If `errors` is not a DataFrame with these columns, has no row, or a value is not above 0.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Fig. 7.

    Examples
    --------
    >>> chart = reconstruction(pd.DataFrame({"parameters": [100, 1000], "error": [2.0, 0.1]})).to_dict()
    >>> chart["params"][0]["name"], len(chart["vconcat"])
    ('bar_power', 2)
    """
    _validate.columns("errors", errors, _COLUMNS)
    for name in _COLUMNS:
        _validate.vector(name, errors[name], 0, open_low=True)
    base = (
        alt.Chart(pd.DataFrame({name: errors[name].astype(float).round(6) for name in _COLUMNS}))
        .transform_calculate(below="datum.error < bar ? 1 : 0", height="bar")
        .encode(_parts.size_axis([1e2, 1e3, 1e4, 1e5, 1e6]))
    )
    low, high = (round(float(value), 1) for value in np.log10(np.quantile(errors["error"], [0.02, 0.98])))
    bar = _parts.powers("bar", "Bar, c", round((low + high) / 2, 1), low, high, 0.1)
    chart = alt.vconcat(_marks(base), _share(base)).add_params(*bar)
    return _parts.sum_up(chart, _DESCRIPTION, *_sentence(errors, low, high))


def _sentence(errors: pd.DataFrame, low: float, high: float) -> list[str]:
    """Say the shares of the smallest and the largest size, for each place of the slider."""
    bars = [_parts.power_of_ten(power) for power in np.arange(low, high + 0.01, 0.1)]
    lines = ["'Below the bar of ' + format(bar, '.2~r') + ' are'"]
    sizes = errors["parameters"].min(), errors["parameters"].max()
    for size, end in zip(sizes, (" and", "."), strict=True):
        mine = errors.loc[errors["parameters"] == size, "error"]
        shares = [round(float((mine < bar).mean()), 4) for bar in bars]
        share = f"format({shares}[round((bar_power - {low}) / 0.1)], '.0%')"
        lines.append(f"{share} + ' of the images at {words.number(size)} parameters{end}'")
    return lines


def _marks(base: alt.Chart) -> alt.LayerChart:
    error = alt.Y("error:Q", title="Error", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=5))
    fill = alt.FillOpacity("below:Q", scale=alt.Scale(domain=[0, 1], range=[0.0, 0.9]), legend=None)
    points = base.mark_point(size=14, strokeWidth=0.5, color=_parts.COLOURS[0], fill=_parts.COLOURS[0])
    bar = base.mark_line(color=_parts.COLOURS[4], strokeDash=[6, 3]).encode(alt.Y("height:Q"))
    return (points.encode(error, fill) + bar).properties(height=220)


def _share(base: alt.Chart) -> alt.LayerChart:
    shares = base.transform_aggregate(share="mean(below)", groupby=["parameters"])
    y = alt.Y("share:Q", title="Share below the bar", scale=alt.Scale(domain=[0, 1]))
    line = shares.mark_line(color=_parts.COLOURS[1], point={"color": _parts.COLOURS[1]})
    return line.encode(y, tooltip=["parameters:Q", "share:Q"]).properties(height=150)
