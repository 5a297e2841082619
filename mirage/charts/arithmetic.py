"""Scores of a family that was trained for the book: the reader chooses task, metric, axis and seed."""

import altair as alt
import pandas as pd

from mirage import _validate, words
from mirage.charts import _parts

__all__ = ["arithmetic"]

_COLUMNS = ("task", "metric", "parameters", "seed", "score")
_MEAN = "mean"
_LINEAR, _LOGARITHMIC = "linear", "logarithmic"
_SOME, _ZERO = "above 0", "0"
_DESCRIPTION = (
    "Scores of every run against the number of parameters, with a line through the means of the sizes, or "
    "through the runs of one seed. Choose the task, the metric, the axis, and the "
    "mean or one seed. On the logarithmic axis runs with a score of 0 are triangles near the bottom."
)


def arithmetic(scores: pd.DataFrame) -> alt.LayerChart:
    """Return the scores of runs over the number of parameters, with choices for all that can be chosen.

    Parameters
    ----------
    scores : DataFrame, one row a run, task and metric
        `task, metric` (how the answers are scored), `parameters, seed, score`.

    Returns
    -------
    altair.LayerChart
        Every run, and a line: through the means of the sizes, or through the runs of one seed. The choices
        are `task`, `metric`, `axis` and `seed`.

    Raises
    ------
    ValueError, TypeError
        If `scores` is not a DataFrame with these columns.

    Examples
    --------
    >>> row = {"task": "addition", "metric": "exact match", "parameters": 1e3, "seed": 0}
    >>> chart = arithmetic(pd.DataFrame([row | {"score": 0.1}])).to_dict()
    >>> [parameter["name"] for parameter in chart["params"]]
    ['task', 'metric', 'axis', 'seed', 'ends']
    """
    _validate.columns("scores", scores, _COLUMNS)
    choices = {name: scores[name].drop_duplicates().tolist() for name in ("task", "metric")}
    seeds = [_MEAN, *map(str, sorted(scores["seed"].unique()))]
    chart = alt.layer(*_layers(scores)).properties(height=300)
    chart = chart.add_params(
        _parts.choice("task", "Task", choices["task"]),
        _parts.choice("metric", "Metric", choices["metric"]),
        _parts.choice("axis", "Score axis", [_LINEAR, _LOGARITHMIC]),
        _parts.choice("seed", "Seed", seeds),
        alt.param(name="ends", value=_ends(scores)),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_sentence(scores["parameters"]))


def _ends(scores: pd.DataFrame) -> dict[str, list[float]]:
    """Return the scores of the smallest and the largest size for each choice."""
    either = pd.concat([scores.assign(seed=_MEAN), scores.assign(seed=scores["seed"].astype(str))])
    means = either.groupby(["task", "metric", "seed", "parameters"])["score"].mean().unstack()
    ends = means.iloc[:, [0, -1]].round(5)
    return {"|".join(map(str, key)): [first, last] for key, first, last in ends.itertuples()}


def _sentence(parameters: pd.Series) -> list[str]:
    smallest, largest = map(words.number, (parameters.min(), parameters.max()))
    ends = "ends[task + '|' + metric + '|' + seed]"
    return [
        f"(seed == '{_MEAN}' ? 'Mean of seeds' : 'Seed ' + seed) + ', ' + task + ':'",
        f"metric + ' is ' + format({ends}[0], '.3f') + ' at {smallest}'",
        f"'and ' + format({ends}[1], '.3f') + ' at {largest} parameters.'",
    ]


def _layers(scores: pd.DataFrame) -> list[alt.Chart]:
    chosen = (
        alt.Chart(scores[list(_COLUMNS)].round({"score": 5}))
        .transform_filter("datum.task == task && datum.metric == metric")
        .transform_filter(f"seed == '{_MEAN}' || toString(datum.seed) == seed")
    )
    low = scores["score"][scores["score"] > 0].min() / 2  # for scores of 0
    shown = f"axis == '{_LINEAR}' ? {{0}} : log({{0}} > 0 ? {{0}} : {low}) / LN10"
    label = f"axis == '{_LINEAR}' ? format(datum.value, '~r') : format(pow(10, datum.value), '.2~r')"
    y = alt.Y("shown:Q", title="Score", scale=alt.Scale(zero=False), axis=alt.Axis(labelExpr=label))
    x = _parts.size_axis([1e3, 1e4, 1e5, 1e6])
    runs = chosen.transform_calculate(
        shown=shown.format("datum.score"), kind=f"datum.score > 0 ? '{_SOME}' : '{_ZERO}'"
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=[_SOME, _ZERO], range=["circle", "triangle-down"]),
        legend=alt.Legend(title="Runs with a score"),
    )
    means = chosen.transform_aggregate(mean="mean(score)", groupby=["parameters"])
    means = means.transform_filter(f"axis == '{_LINEAR}' || datum.mean > 0")
    line = means.transform_calculate(shown=shown.format("datum.mean")).mark_line(color=_parts.COLOURS[1])
    told = ["parameters:Q", "seed:N", "score:Q"]
    points = runs.mark_point(size=30, opacity=0.7, color=_parts.COLOURS[0])
    return [points.encode(x, y, shape, tooltip=told), line.encode(x, y)]
