"""Every run of a family, and the mean over its seeds: a mean alone hides what single runs do."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from mirage import _validate
from mirage.figures import curves

__all__ = ["draw_runs"]


def draw_runs(
    parameters: ArrayLike,
    scores: ArrayLike,
    label: str | None = None,
    series: int = 0,
    lowest: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the score of every run as a small mark, and a line through the means of the sizes.

    Parameters
    ----------
    parameters : array-like, shape (runs,)
        Number of parameters of each run, above 0; equal values are seeds of one size.
    scores : array-like, shape (runs,)
        Of each run.
    label : str, optional
        For the legend.
    series : int
        Which colour and marker, from 0.
    lowest : float, optional
        For a logarithmic axis: scores that are not above 0 stand here, as open triangles, and the line
        leaves out such means.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError, TypeError
        If the lengths differ or a value is outside its range.

    Examples
    --------
    >>> ax = draw_runs([1e3, 1e3, 1e4], [0.1, 0.3, 0.6])
    >>> ax.lines[0].get_ydata().tolist()
    [0.2, 0.6]
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    score = curves.same_length("scores", scores, size)
    color, marker = curves.look(series)
    ax = curves.axes(ax)
    sizes, place = np.unique(size, return_inverse=True)
    mean = np.bincount(place, score) / np.bincount(place)
    shown = mean if lowest is None else np.where(mean > 0, mean, np.nan)
    ax.plot(sizes, shown, marker=marker, ls="-", color=color, label=label, ms=5, lw=1.5)
    above = np.ones_like(score, dtype=bool) if lowest is None else score > 0
    ax.plot(size[above], score[above], marker, color=color, ms=4, alpha=0.55, mew=0)
    ax.plot(size[~above], np.full((~above).sum(), lowest), "v", color=color, mfc="none", ms=4, alpha=0.6)
    return curves.on_sizes(ax)
