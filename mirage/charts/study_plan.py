"""How large a step a study would find, by its sizes, runs and scatter, with sliders for the last two."""

import altair as alt
import numpy as np
import pandas as pd

from mirage import _validate
from mirage.charts import _parts

__all__ = ["study_plan"]

_COLUMNS = ("sizes", "ratio", "share", "low", "high")
_SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down"]
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [10, 3], [1, 3]]
_X = alt.X(
    "factor:Q",
    title="Factor of the step in the loss",
    scale=alt.Scale(type="log", domain=[1.01, 100], clamp=True),
    axis=alt.Axis(values=[1.2, 2, 4, 10, 20, 50]),
)
_SHARE = {"title": "Share of studies that find it", "scale": alt.Scale(domain=[0, 1])}
_GOAL = 0.8
_DESCRIPTION = (
    "The share of simulated studies that find a step, against the factor of the step, one line for each "
    "number of sizes, with a line at 0.8. Sliders set the scatter and the runs per size."
)


def study_plan(power: pd.DataFrame) -> alt.LayerChart:
    """Return how often a step is found, against its factor, with sliders for scatter and runs.

    The chance to find a step depends on its height, ln(factor), over the standard deviation of the mean of
    the runs at a size. So one simulation serves all scatters and numbers of runs.

    Parameters
    ----------
    power : DataFrame, one row a simulated study
        `sizes`, the number of sizes, at most six kinds; `ratio`, ln(factor) over the scatter between runs;
        `share` of the families in which the step was found, and its interval from `low` to `high`.

    Returns
    -------
    altair.LayerChart
        One line for each number of sizes. The sliders are `scatter`, in per cent, from 1 to 50, and `runs`,
        from 1 to 16.

    Raises
    ------
    ValueError, TypeError
        If `power` is not a DataFrame with these columns.

    Examples
    --------
    >>> power = pd.DataFrame({"sizes": [8], "ratio": [9.0], "share": [0.2], "low": [0.1], "high": [0.3]})
    >>> len(study_plan(power).to_dict()["layer"])
    4
    """
    _validate.columns("power", power, _COLUMNS)
    goal = alt.Chart(alt.sequence(1)).transform_calculate(goal=str(_GOAL)).mark_rule(strokeDash=[4, 3])
    chart = alt.layer(*_layers(power), goal.encode(alt.Y("goal:Q", **_SHARE))).properties(height=300)
    chart = chart.add_params(
        _parts.slider("scatter", "Scatter between runs (%)", 5, 1, 50, 1),
        _parts.slider("runs", "Runs per size", 1, 1, 16, 1),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_sentence(power))


def _sentence(power: pd.DataFrame) -> list[str]:
    """Say for the most and the fewest sizes where their lines cross the dashed one, if they do."""
    lines = ["'Scatter ' + scatter + '%, ' + runs + (runs == 1 ? ' run' : ' runs') + ' per size.'"]
    by_sizes = power.sort_values("ratio").groupby("sizes")
    found = {sizes: line for sizes, line in by_sizes if line["share"].max() >= _GOAL}
    told = sorted({min(found), max(found)}) if found else []
    lines += ["'Found in 8 of 10 studies are'"] if told else []
    for sizes in told:
        ratio = np.interp(_GOAL, found[sizes]["share"].cummax(), found[sizes]["ratio"])
        factor = f"format(exp({ratio} * scatter / 100 / sqrt(runs)), '.3~r')"
        end = "." if sizes == told[-1] else ","
        lines.append(f"'a factor of ' + {factor} + ' with {sizes} sizes{end}'")
    return lines


def _layers(power: pd.DataFrame) -> list[alt.Chart]:
    studies = alt.Chart(power[list(_COLUMNS)]).transform_calculate(
        factor="exp(datum.ratio * scatter / 100 / sqrt(runs))", label="datum.sizes + ' sizes'"
    )
    order = [f"{sizes} sizes" for sizes in sorted(power["sizes"].unique())]
    looks = {alt.Color: list(_parts.COLOURS), alt.StrokeDash: _DASHES, alt.Shape: _SHAPES}
    color, dash, shape = (
        channel(
            "label:N",
            scale=alt.Scale(domain=order, range=values[: len(order)]),
            legend=alt.Legend(title=None, columns=3),
        )
        for channel, values in looks.items()
    )
    share = alt.Y("share:Q", **_SHARE)
    told = ["label:N", "factor:Q", "share:Q", "low:Q", "high:Q"]
    return [
        studies.mark_line().encode(_X, share, color, dash),
        studies.mark_rule().encode(_X, alt.Y("low:Q", **_SHARE), alt.Y2("high:Q"), color),
        studies.mark_point(filled=True, size=45, opacity=1).encode(_X, share, color, shape, tooltip=told),
    ]
