"""Curves, measured shares and estimates. They draw what they are given; they fit nothing."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mirage import _validate, resolution, style, words

__all__ = [
    "draw_compared",
    "draw_curves",
    "draw_estimates",
    "draw_linearised",
    "draw_proportions",
    "on_sizes",
]


def draw_curves(parameters: ArrayLike, curves: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw curves against the number of parameters, on a logarithmic axis; several have a legend.

    Parameters
    ----------
    parameters : array-like, shape (sizes,)
        Number of parameters, above 0.
    curves : mapping from label to array-like, shape (sizes,)
        At most six curves; each has its own colour and its own line.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If there are no curves or more than six, or a length differs.

    Examples
    --------
    >>> draw_curves([1e8, 1e9], {"accuracy": [0.1, 0.2]}).get_xscale()
    'log'
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    if not 1 <= len(curves) <= len(style.LINES):
        raise ValueError(f"curves must be 1 to {len(style.LINES)}; got {len(curves)}")
    ax = axes(ax)
    for (label, scores), color, line in zip(curves.items(), style.PALETTE, style.LINES, strict=False):
        score = same_length(f"curves[{label!r}]", scores, size)
        ax.plot(size, score, color=color, ls=line, marker="", label=str(label))
    if len(curves) > 1:
        ax.legend()
    return on_sizes(ax)


def draw_proportions(
    parameters: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    label: str | None = None,
    series: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw measured accuracies with their 95% Wilson intervals; no success at all is an open triangle.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters of each model, above 0.
    successes, trials : array-like, shape (models,)
        Right answers and items of each model.
    label : str, optional
        For the legend.
    series : int
        Which colour and marker, from 0.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If a length differs or a value is outside its range.

    Examples
    --------
    >>> draw_proportions([1e8, 1e9], [0, 3], [50, 50]).get_ylabel()
    'Accuracy'
    """
    size, right, items, look = _measured(parameters, successes, trials, series)
    ax = axes(ax)
    low, high = resolution.proportion_interval(right, items)
    _draw_measured(ax, size, np.where(right > 0, right / items, np.nan), low, high, label, look)
    ax.plot(size[right == 0], high[right == 0], "v", color=look[0], mfc="none")
    ax.set_ylabel("Accuracy")
    return on_sizes(ax)


def draw_linearised(
    parameters: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    label: str | None = None,
    series: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw −ln(−ln A), in which the toy model is a straight line in ln N with slope a; up is better.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters of each model, above 0.
    successes, trials : array-like, shape (models,)
        Right answers and items of each model. Without a right (or a wrong) answer only one end of the
        interval is finite: an open triangle stands there.
    label : str, optional
        For the legend.
    series : int
        Which colour and marker, from 0.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If a length differs or a value is outside its range.

    Examples
    --------
    >>> draw_linearised([1e8, 1e9], [1, 3], [50, 50]).get_xscale()
    'log'
    """
    size, right, items, look = _measured(parameters, successes, trials, series)
    ax = axes(ax)
    low, high = (_linearise(end) for end in resolution.proportion_interval(right, items))
    _draw_measured(ax, size, _linearise(right / items), low, high, label, look)
    ax.plot(size[right == 0], high[right == 0], "v", color=look[0], mfc="none")
    ax.plot(size[right == items], low[right == items], "^", color=look[0], mfc="none")
    ax.set_ylabel("−ln(−ln accuracy), up is better")
    return on_sizes(ax)


def draw_estimates(
    labels: Sequence[str],
    estimates: ArrayLike,
    intervals: ArrayLike,
    label: str | None = None,
    series: int = 0,
    shift: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with their intervals, one row a label, the first on top.

    Parameters
    ----------
    labels : sequence of str, length rows
        Names of the rows.
    estimates : array-like, shape (rows,)
        NaN leaves the row empty, with the words "cannot tell".
    intervals : array-like, shape (rows, 2)
        Low and high ends.
    label : str, optional
        For the legend.
    series : int
        Which colour and marker, from 0.
    shift : float
        How far below its row's middle the series stands, in rows.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the lengths differ.

    Examples
    --------
    >>> ax = draw_estimates(["addition"], [0.5], [[0.4, 0.6]])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['addition']
    """
    rows = list(map(str, labels))
    centre, ends = np.asarray(estimates, float), np.asarray(intervals, float)
    if centre.shape != (len(rows),) or ends.shape != (len(rows), 2):
        shapes = f"{centre.shape} and {ends.shape} for {len(rows)} labels"
        raise ValueError(f"estimates and intervals must have a row a label, and two ends; got {shapes}")
    color, marker = look(series)
    y = np.arange(len(rows)) + shift
    ax = axes(ax)
    ax.hlines(y, ends[:, 0], ends[:, 1], color=color)
    ax.plot(centre, y, marker, color=color, label=label)
    for row in y[np.isnan(centre)]:
        ax.text(
            0.02, row, "cannot tell", transform=ax.get_yaxis_transform(), va="center", color=color, size=9
        )
    ax.set_yticks(np.arange(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    return ax


def draw_compared(
    labels: Sequence[str], series: Mapping[str, tuple[ArrayLike, ArrayLike]], ax: Axes | None = None
) -> Axes:
    """Draw several series of estimates beside each other in every row, with a legend below.

    Parameters
    ----------
    labels : sequence of str, length rows
        Names of the rows.
    series : mapping from label to (array-like, array-like)
        The estimates and the intervals of each series, as `draw_estimates` takes them.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the lengths differ.

    Examples
    --------
    >>> ax = draw_compared(["sums"], {"small": ([0.5], [[0.4, 0.6]]), "large": ([0.7], [[0.6, 0.8]])})
    >>> [round(float(line.get_ydata()[0]), 2) for line in ax.lines]
    [-0.15, 0.15]
    """
    ax = axes(ax)
    for number, (label, (estimates, intervals)) in enumerate(series.items()):
        shift = 0.6 / len(series) * (number - (len(series) - 1) / 2)
        draw_estimates(labels, estimates, intervals, label, number, shift, ax)
    ax.figure.legend(loc="outside lower center", ncols=2)
    return ax


def axes(ax: Axes | None) -> Axes:
    """Return the axes, or those of a new figure."""
    return plt.subplots()[1] if ax is None else ax


def on_sizes(ax: Axes) -> Axes:
    """Return axes with a logarithmic axis of parameters, in numbers as people write them.

    Parameters
    ----------
    ax : Axes
        Whose horizontal axis it is. The name stands below the lowest of panels that share it.

    Returns
    -------
    Axes

    Raises
    ------
    AttributeError
        If it is no axes.

    Examples
    --------
    >>> ax = on_sizes(draw_estimates(["sums"], [2e9], [[1e9, 4e9]]))
    >>> ax.xaxis.get_major_formatter()(1e9)
    '1\\nbillion'
    """
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda size, _: _as_written(size))
    ax.minorticks_off()  # they take a third of the time that it takes to draw a figure
    spec = ax.get_subplotspec()
    above_another = spec and not spec.is_last_row() and len(ax.get_shared_x_axes().get_siblings(ax)) > 1
    ax.set_xlabel("" if above_another else "Parameters")
    return ax


def _as_written(size: float) -> str:
    """Return a number of parameters as people write it, a larger or smaller number as a power of ten."""
    return words.number(size).replace(" ", "\n") if 1 <= size < 1e14 else f"$10^{{{np.log10(size):g}}}$"


def look(series: int) -> tuple[str, str]:
    """Return the colour and the marker of a series."""
    return style.PALETTE[series % len(style.PALETTE)], style.MARKERS[series % len(style.MARKERS)]


def _measured(parameters: ArrayLike, successes: ArrayLike, trials: ArrayLike, series: int) -> tuple:
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    right, items = _validate.counts(successes, trials)
    _validate.as_many(parameters=size, successes=right)
    return size, right, items, look(series)


def _draw_measured(ax, size, centre, low, high, label, look) -> None:
    color, marker = look
    ax.vlines(size, *np.clip([low, high], -50, 50), color=color, lw=1.2)  # an infinite end leaves the axes
    drawn = np.isfinite(centre)
    ax.plot(size[drawn], centre[drawn], marker, color=color, label=label)


def _linearise(accuracy: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -np.log(-np.log(accuracy))


def same_length(name: str, values: object, size: np.ndarray) -> np.ndarray:
    """Return the values, if there is one for each size."""
    result = _validate.vector(name, values)
    if result.shape != size.shape:
        raise ValueError(f"{name} must have one value per size; got {result.size} for {size.size} sizes")
    return result
