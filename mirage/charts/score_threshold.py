"""From which emergence score on is a curve called emergent? The reader moves the bar."""

import altair as alt
import numpy as np
import pandas as pd

from mirage import _validate
from mirage.charts import _parts

__all__ = ["score_threshold"]

_COLUMNS = ("metric", "score")
_HIGHEST = 1e9  # stands for an infinite score, which JSON does not know
_LOW, _HIGH, _STEP = 0.3, 3.0, 0.1  # powers of ten
_DESCRIPTION = (
    "For each metric, the share of its curves whose emergence score is above a threshold, with the counts "
    "written beside. A slider sets the threshold."
)


def score_threshold(scores: pd.DataFrame) -> alt.LayerChart:
    """Return the share of curves above a threshold of the emergence score, by metric, with a slider for it.

    Parameters
    ----------
    scores : DataFrame, one row a curve
        `metric`, and `score`, its emergence score, which may be infinite; NaN is not above any threshold.

    Returns
    -------
    altair.LayerChart
        One bar a metric. The slider, `bar_power`, is the logarithm to base 10 of the threshold, `bar`, from
        0.3 to 3.

    Raises
    ------
    ValueError, TypeError
        If `scores` is not a DataFrame with these columns, or has no row.

    Examples
    --------
    >>> chart = score_threshold(pd.DataFrame({"metric": ["exact match"], "score": [np.inf]})).to_dict()
    >>> chart["params"][0]["name"]
    'bar_power'
    """
    _validate.columns("scores", scores, _COLUMNS)
    values = _validate.array("score", scores["score"], infinite=True, missing=True)
    values = np.clip(np.nan_to_num(values, nan=-_HIGHEST), -_HIGHEST, _HIGHEST)
    rates = (
        alt.Chart(pd.DataFrame({"metric": scores["metric"].astype(str), "score": values}))
        .transform_calculate(above="datum.score > bar ? 1 : 0")
        .transform_aggregate(above="sum(above)", curves="count()", groupby=["metric"])
        .transform_calculate(share="datum.above / datum.curves", told="datum.above + ' of ' + datum.curves")
    )
    order = sorted(map(str, scores["metric"].unique()))
    y = alt.Y("metric:N", sort=order, title=None)
    room = alt.Scale(domain=[0, 1.3])  # for the counts beside the bars
    axis = alt.Axis(values=[0, 0.5, 1], format="%")
    x = alt.X("share:Q", title="Share above the threshold", scale=room, axis=axis)
    chart = alt.layer(
        rates.mark_bar(color=_parts.COLOURS[0]).encode(x, y, tooltip=["metric:N", "told:N"]),
        rates.mark_text(align="left", dx=4).encode(x, y, text="told:N"),
    )
    chart = chart.properties(height=28 * len(order)).add_params(
        *_parts.powers("bar", "Threshold of the score", 1.0, _LOW, _HIGH, _STEP)
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_sentence(values))


def _sentence(values: np.ndarray) -> tuple[str, str]:
    """Say how many curves there are above the threshold, for each place of the slider."""
    bars = [_parts.power_of_ten(power) for power in np.arange(_LOW, _HIGH + 0.01, _STEP)]
    above = [int((values > bar).sum()) for bar in bars]
    count = f"{above}[round((bar_power - {_LOW}) / {_STEP})]"
    return (
        "'An emergence score above ' + format(bar, ',.2~r') + ':'",
        f"{count} + ' of {values.size} curves have one.'",
    )
