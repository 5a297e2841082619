"""From which emergence score on is a curve called emergent? The reader moves the bar."""

import altair as alt
import numpy as np
import pandas as pd

from mirage import _validate, style
from mirage.charts import _parts

__all__ = ["score_threshold"]

_COLUMNS = ("metric", "score")
_HIGHEST = 1e9  # stands for an infinite score, which JSON does not know
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
        One bar a metric. The slider is `bar`, the logarithm to base 10 of the threshold, from 0.3 to 3.

    Raises
    ------
    ValueError, TypeError
        If `scores` is not a DataFrame with these columns, or has no row.

    Examples
    --------
    >>> chart = score_threshold(pd.DataFrame({"metric": ["exact match"], "score": [np.inf]})).to_dict()
    >>> chart["params"][0]["name"]
    'bar'
    """
    _validate.columns("scores", scores, _COLUMNS)
    values = _validate.array("score", scores["score"], infinite=True, missing=True)
    values = np.clip(np.nan_to_num(values, nan=-_HIGHEST), -_HIGHEST, _HIGHEST)
    rates = (
        alt.Chart(pd.DataFrame({"metric": scores["metric"].astype(str), "score": values.round(6)}))
        .transform_calculate(above="datum.score > pow(10, bar) ? 1 : 0")
        .transform_aggregate(above="sum(above)", curves="count()", groupby=["metric"])
        .transform_calculate(share="datum.above / datum.curves", told="datum.above + ' of ' + datum.curves")
    )
    order = sorted(map(str, scores["metric"].unique()))
    y = alt.Y("metric:N", sort=order, title=None)
    x = alt.X("share:Q", title="Share of its curves above the threshold", scale=alt.Scale(domain=[0, 1.25]))
    title = "'Emergence score above ' + format(pow(10, bar), '.3~r')"
    return (
        alt.layer(
            rates.mark_bar(color=style.PALETTE[0]).encode(x, y, tooltip=["metric:N", "told:N"]),
            rates.mark_text(align="left", dx=4).encode(x, y, text="told:N"),
        )
        .add_params(_parts.slider("bar", "Threshold, power of ten", 1.0, 0.3, 3.0, 0.1))
        .properties(width=240, height=28 * len(order), description=_DESCRIPTION, usermeta=_parts.EMBEDDED)
        .properties(title=alt.Title(alt.expr(title), anchor="start", fontSize=12))
    )
