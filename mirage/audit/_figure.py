"""The figure of a case: what the harness counts as right, and beside it the gentlest score."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mirage import figures, style, words
from mirage.audit._cases import Case, summary

__all__ = ["described", "draw"]

_LOSS = "Loss, bits per byte"
_GENTLE = {"log_score": "Log score, nats", "edit_distance": "Edits a target"}


def draw(case: Case) -> Figure:
    """Draw both scores over the sizes; texts from logs never stand in a figure."""
    with plt.rc_context():
        style.use()
        figure, panels = plt.subplots(1, 2, figsize=(8, 2.9))
        size = np.array([run.parameters for run in case.runs])
        shares = [summary(run, "own") for run in case.runs if "own" in run.scores]
        _draw(panels[0], size, shares, 0, "Counted as right")
        if shares:
            panels[0].set_ylim(-0.03, 1.03)
            if case.curve is not None and case.curve.floor > 0:
                panels[0].axhline(case.curve.floor, color="0.4", ls=":")
                panels[0].annotate("guessing", (size.min(), case.curve.floor), va="bottom", fontsize=9)
        name, values = _gentle(case)
        _draw(panels[1], size, values, 1, name)
        if name == _LOSS:  # a step in it is searched for on this scale
            panels[1].set_yscale("log")
            panels[1].yaxis.set_major_formatter("{x:g}")
            panels[1].set_ylim(min(middle for middle, *_ in values) / 2)
        return figure


def _gentle(case: Case) -> tuple[str, list[tuple[float, float, float]]]:
    curve = case.curve
    if curve is not None and curve.losses is not None and case.losses_from != "log score":
        reach = 1.96 * (0 if curve.loss_standard_errors is None else curve.loss_standard_errors)
        return _LOSS, list(zip(curve.losses, curve.losses - reach, curve.losses + reach, strict=True))
    name = next((name for name in _GENTLE if name in case.runs[0].scores), None)
    return _GENTLE.get(name, ""), [summary(run, name) for run in case.runs] if name else []


def _draw(ax: Axes, size: np.ndarray, values: list, series: int, name: str) -> None:
    if values:
        middle, low, high = np.array(values).T
        color, marker = style.PALETTE[series], style.MARKERS[series]
        ax.vlines(size, low, high, color=color, lw=1.4)
        ax.plot(size, middle, marker, color=color)
        ax.set_title(name, loc="left", fontsize=11)
    else:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "no such score in the logs", ha="center", transform=ax.transAxes)
    figures.on_sizes(ax)
    if size.max() < 100 * size.min():  # too short for two powers of ten
        around = np.outer(10.0 ** np.arange(np.floor(np.log10(size.min())), 19), [1, 3]).ravel()
        ticks = around[(around >= size.min()) & (around <= size.max())]
        ax.set_xticks(ticks, list(map(words.number, ticks)))


def described(case: Case) -> str:
    """Return the message of the figure in words."""
    first, last = case.runs[0], case.runs[-1]
    if "own" not in first.scores:
        return f"The loss of {len(case.runs)} models by size"
    start, end = (f"{run.scores['own'].mean():.0%}" for run in (first, last))
    name, values = _gentle(case)
    beside = f"; {name.lower()}, from {values[0][0]:.2g} to {values[-1][0]:.2g}" if values else ""
    rise = f"from {start} for the smallest model to {end} for the largest"
    return f"Share counted as right, {rise}{beside}; verdict: {case.verdict}"
