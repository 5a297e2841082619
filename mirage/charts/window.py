"""One image right and five of five, over a window of sizes that the reader moves: which looks more sudden?"""

import altair as alt
import numpy as np
import pandas as pd

from mirage import _validate
from mirage.charts import _parts

__all__ = ["window"]

_COLUMNS = ("task", "parameters", "one", "five")
_NAMES = {"one": "1 of 1", "five": "5 of 5"}
_LEAST = 4  # sizes
_DESCRIPTION = (
    "Two panels over the number of parameters, on a logarithmic axis: the chance that one item is right, and "
    "that five of five are. Above, all sizes, those of the window with a filled mark. Below, what the window "
    "shows, its axis fitted to it. A list sets the task; sliders set the first size of the window and how "
    "many it holds. Each panel has both curves; the title gives the emergence score of each in the window."
)


def window(curves: pd.DataFrame, scores: pd.DataFrame) -> alt.VConcatChart:
    """Return the curves of one right answer and of five of five, with sliders for a window of sizes.

    Parameters
    ----------
    curves : DataFrame, one row a task and size
        `task`, the number of `parameters`, and the scores `one` and `five`, from 0 to 1. At least four sizes
        a task.
    scores : DataFrame, one row a task and window
        `task`, `first` and `last`, the places of the smallest and the largest size in the window, from 1,
        and the emergence scores `one` and `five` there; of all windows of four sizes or more.

    Returns
    -------
    altair.VConcatChart
        All sizes above, those of the window below. The list is `task`; the sliders are `first`, the place of
        the smallest size in the window, from 1, and `sizes`, how many it holds: fewer at the end.

    Raises
    ------
    ValueError, TypeError
        If a table is not a DataFrame with these columns, a task has too few sizes, or a window is missing.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Fig. 10. Srivastava et al. (2023), App. B, for the score.

    Examples
    --------
    >>> sums = pd.DataFrame({"task": "sums", "parameters": [1, 2, 4, 8], "one": [0.1, 0.2, 0.4, 0.9]})
    >>> scores = pd.DataFrame({"task": ["sums"], "first": 1, "last": 4, "one": [4.0], "five": [25.0]})
    >>> chart = window(sums.assign(five=sums["one"] ** 5), scores).to_dict()
    >>> [each["name"] for each in chart["params"]]
    ['task', 'first', 'sizes']
    """
    _validate.columns("curves", curves, _COLUMNS)
    _validate.columns("scores", scores, ("task", "first", "last", "one", "five"))
    for name in _NAMES:
        _validate.vector(name, curves[name], 0, 1)
    curves = curves.sort_values(["task", "parameters"])
    curves = curves.assign(place=curves.groupby("task").cumcount() + 1)
    most = curves.groupby("task")["place"].max()
    if most.min() < _LEAST:
        raise ValueError(f"curves must have at least {_LEAST} sizes a task; got {most.min()}")
    long = curves.rename(columns=_NAMES).melt(
        ["task", "parameters", "place"], list(_NAMES.values()), "counted", "share"
    )
    base = (
        alt.Chart(long.round({"share": 7}))
        .transform_filter("datum.task == task")
        .transform_calculate(inside="datum.place >= first && datum.place < first + sizes ? 1 : 0")
    )
    controls = [
        _parts.choice("task", "Task", list(most.index)),
        _parts.slider("first", "First size of the window", 1, 1, int(most.max()) - _LEAST + 1, 1),
        _parts.slider(
            "sizes", "Sizes in the window", max(_LEAST, int(most.max()) // 2), _LEAST, int(most.max()), 1
        ),
    ]
    chart = alt.vconcat(_whole(base), _inside(base)).add_params(*controls)
    return _parts.sum_up(chart, _DESCRIPTION, *_sentence(curves, scores))


def _colour() -> alt.Color:
    scale = alt.Scale(domain=list(_NAMES.values()), range=[_parts.COLOURS[0], _parts.COLOURS[1]])
    return alt.Color("counted:N", title=None, scale=scale)


def _shape() -> alt.Shape:
    return alt.Shape(
        "counted:N", title=None, scale=alt.Scale(domain=list(_NAMES.values()), range=["circle", "square"])
    )


def _whole(base: alt.Chart) -> alt.LayerChart:
    x, y = _parts.size_axis([1e2, 1e3, 1e4, 1e5]), alt.Y("share:Q", title="All sizes").scale(domain=[0, 1])
    filled = alt.FillOpacity("inside:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    line = base.mark_line().encode(x, y, _colour())
    points = base.mark_point(size=50).encode(x, y, _colour(), _shape(), filled)
    return (line + points.encode(fill=_colour())).properties(height=190)


def _inside(base: alt.Chart) -> alt.LayerChart:
    seen = base.transform_filter("datum.inside == 1")
    x, y = _parts.size_axis([1e2, 1e3, 1e4, 1e5]), alt.Y("share:Q", title="The window")
    line = seen.mark_line().encode(x, y, _colour())
    points = seen.mark_point(size=50, filled=True).encode(x, y, _colour(), _shape())
    return (line + points).properties(height=190)


def _sentence(curves: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    """Say the two emergence scores, for each place of the list and the sliders."""
    known = scores.set_index(["task", "first", "last"])[list(_NAMES)]
    told, ends = {}, {}
    for task, part in curves.groupby("task"):
        count = len(part)
        windows = [(first, first + _LEAST - 1) for first in range(1, count - _LEAST + 2)]
        wanted = [[(task, first, last) for last in range(least, count + 1)] for first, least in windows]
        if missing := [window for row in wanted for window in row if window not in known.index]:
            raise ValueError(f"scores must have all windows; got none of {missing[0]}")
        told[task] = [[_lines(*known.loc[window]) for window in row] for row in wanted]
        ends[task] = [f"{size:,.0f}" for size in part["parameters"]]
    first = f"min(first, length({ends}[task]) - {_LEAST - 1})"
    last = f"min({first} + sizes - 1, length({ends}[task]))"
    row = f"{told}[task][{first} - 1][{last} - {first} - {_LEAST - 1}]"
    return [
        f"'From ' + {ends}[task][{first} - 1] + ' to ' + {ends}[task][{last} - 1] + ' parameters'",
        *(f"{row}[{line}]" for line in range(3)),
    ]


def _lines(one: float, five: float) -> list[str]:
    numbers = [f"{score:.3g}" if np.isfinite(score) else "∞" for score in (one, five)]
    more = "5 of 5" if five > one else "1 of 1"
    return [
        f"1 of 1 has an emergence score of {numbers[0]},",
        f"5 of 5 one of {numbers[1]}:",
        f"{more} looks the more sudden.",
    ]
