"""The figure of the four questions: one panel each, over the same sizes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from mirage import scaling, style, words
from mirage.emergence import Forecast, FourQuestions, Sharpness
from mirage.figures.curves import draw_proportions, on_sizes

__all__ = ["draw_four_questions"]

_CANNOT_TELL = "cannot tell"
_NOTHING = 0.01  # of the test's statistic: a step that explains so little is not drawn
_AXIS = {"losses": "Loss, nats", "scores": "Score"}


def draw_four_questions(result: FourQuestions) -> Figure:
    """Draw the answers to the four questions in four panels, one below the other.

    Smoothness: the score that was judged, the best smooth curve, and the gap with the largest step.
    Sharpness: the score, the fitted curve and its way from 10 to 90%. Visibility: each size with its
    interval and the smallest ability that its items could have shown. Predictability: the sizes that were
    fitted, and those that were held out with their predictive intervals.

    Parameters
    ----------
    result : emergence.FourQuestions
        What `emergence.four_questions` returned.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `result` is something else.

    Examples
    --------
    >>> from mirage import emergence
    >>> curve = emergence.Curve.from_counts([1e8, 1e9, 1e10], [0, 5, 40], [50] * 3)
    >>> figure = draw_four_questions(emergence.four_questions(curve))
    >>> [ax.get_title().split(":")[0] for ax in figure.axes]
    ['Smoothness', 'Sharpness', 'Visibility', 'Predictability']
    """
    figure, axes = plt.subplots(4, 1, figsize=(6.2, 11), sharex=True)
    panels = _draw_smoothness, _draw_sharpness, _draw_visibility, _draw_predictability
    for draw, ax in zip(panels, axes, strict=True):
        draw(result, ax)
        on_sizes(ax)
    if result.curve.axis != "parameters":
        axes[-1].set_xlabel(result.curve.axis.capitalize())
    return figure


def _draw_smoothness(result: FourQuestions, ax: Axes) -> None:
    test = result.smoothness
    size, score = test.parameters, test.scores
    ax.errorbar(size, score, 2 * test.standard_errors, fmt=style.MARKERS[0], color=style.PALETTE[0])
    order = np.argsort(size)
    answer = _CANNOT_TELL
    if not test.reason:
        verdict = {"step": "a step", "no step": "no step found"}.get(test.verdict, _CANNOT_TELL)
        answer = f"{verdict} ({words.p(test.p_value)})"
        look = {"color": style.PALETTE[1], "ls": style.LINES[1], "marker": ""}
        ax.plot(size[order], test.smooth[order], label="smooth", **look)
        if test.statistic > _NOTHING:
            ax.axvspan(*test.location, color="0.85", zorder=0, label="the largest step")
    if (score > 0).all():
        _logarithmic(ax)
    if not test.reason:
        _legend(ax)
    name = "−ln(score)" if test.scale == "log-log" else _AXIS[test.of]
    ax.set(title=f"Smoothness: {answer}", ylabel=name)


def _draw_sharpness(result: FourQuestions, ax: Axes) -> None:
    found, curve = result.sharpness, result.curve
    if curve.trials is None:
        ax.plot(curve.parameters, curve.scores, style.MARKERS[0], color=style.PALETTE[0])
    else:
        items = np.maximum(np.round(curve.trials / curve.design_effect), 1)
        draw_proportions(curve.parameters, np.round(items * curve.scores), items, ax=ax)
    answer = _CANNOT_TELL
    if found.interval:
        answer = f"{words.interval(found.interval)} decades wide"
    if np.isfinite(found.width):
        _draw_way(found, ax)
    ax.set(title=f"Sharpness: {answer}", ylabel="Score")


def _draw_way(found: Sharpness, ax: Axes) -> None:
    sizes = np.geomspace(found.curve.parameters.min(), found.curve.parameters.max(), 200)
    look = {"color": style.PALETTE[1], "ls": style.LINES[1], "marker": ""}
    ax.plot(sizes, found.fit.expected(sizes), label="fitted curve", **look)
    bottom, middle, top = scaling.link([0.1, 0.5, 0.9], found.link)
    ends = found.middle * np.exp((np.array([bottom, top]) - middle) / found.fit.exponent)
    shown = np.clip(ends, *(sizes[[0, -1]] * [0.5, 2]))
    cut = ", cut off here" if (shown != ends).any() else ""
    ax.axvspan(*shown, color="0.85", zorder=0, label=f"10 to 90% of the way{cut}")
    _legend(ax)


def _draw_visibility(result: FourQuestions, ax: Axes) -> None:
    seen = result.visibility
    if seen is None:
        _not_asked("Visibility", result, ax)
        return
    size = result.curve.sizes
    share, least = seen.successes / seen.trials, 0.2 / seen.trials.max()
    color, marker = style.PALETTE[0], style.MARKERS[0]
    low, high = np.maximum(seen.interval, least)
    ax.vlines(size, low, high, color=color, lw=1.2)
    none = seen.successes == 0
    looks = (
        (seen.visible, share, marker, color, "above the floor"),
        (~seen.visible & ~none, share, marker, "none", _CANNOT_TELL),
        (~seen.visible & none, high, "v", "none", "no right answer"),
    )
    for chosen, place, shape, fill, label in looks:
        if chosen.any():
            ax.plot(size[chosen], place[chosen], shape, color=color, mfc=fill, label=label)
    could = "shown with 80% power"
    ax.plot(size, seen.smallest_visible, "_", color=style.PALETTE[1], ms=12, mew=2, label=could)
    if seen.floor > 0:
        ax.axhline(seen.floor, color="0.4", ls=":", label="floor")
    _logarithmic(ax)
    _legend(ax, most=1)
    answer = f"{seen.visible.sum()} of {seen.visible.size} sizes above the floor"
    ax.set(title=f"Visibility: {answer}", ylabel="Score")


def _draw_predictability(result: FourQuestions, ax: Axes) -> None:
    made = result.predictability
    if made is None:
        _not_asked("Predictability", result, ax)
        return
    size, share, color = made.curve.parameters, made.curve.scores, style.PALETTE[0]
    fitted = ~made.held_out
    ax.plot(size[fitted], share[fitted], style.MARKERS[0], color=color, label="fitted")
    ax.plot(
        *(size[made.held_out], share[made.held_out]),
        style.MARKERS[0],
        color=color,
        mfc="none",
        label="held out",
    )
    forecasts = {"forecast from size": made, "through the loss": result.from_loss}
    for number, (label, each) in enumerate(forecasts.items(), start=1):
        if each is not None and not each.reason:
            _draw_forecast(each, label, number, ax)
    _legend(ax)
    told = f"{made.covered.sum()} of {made.covered.size} inside"
    if result.from_loss is not None and not result.from_loss.reason:
        told += f", {result.from_loss.covered.sum()} through the loss"
    ax.set(title=f"Predictability: {_CANNOT_TELL if made.reason else told}", ylabel="Score")


def _not_asked(question: str, result: FourQuestions, ax: Axes) -> None:
    ax.set(title=f"{question}: not asked", yticks=[])
    counted = result.curve.trials is not None
    why = "no size is left to fit" if counted else "not for a score without counts, or errors and ends"
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center")


def _legend(ax: Axes, most: float = np.inf) -> None:
    """Draw the legend in a strip of its own above the data, where no tick stands, nor one above `most`."""
    low, high = ax.get_ylim()
    ticks = ax.get_yticks()
    ax.set_yticks(ticks[(low <= ticks) & (ticks <= min(high, most))])
    _, above = ax.transData.inverted().transform(ax.transAxes.transform((0, 1.35)))
    ax.set_ylim(low, above)
    ax.legend(loc="upper left", ncols=2, frameon=True, framealpha=1, edgecolor="none")


def _logarithmic(ax: Axes) -> None:
    """Set a logarithmic axis with plain numbers, also where it spans less than a decade."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5) if high < 100 * low else (1,)))
    ax.yaxis.set_major_formatter(lambda value, _: np.format_float_positional(float(f"{value:.3g}"), trim="-"))


def _draw_forecast(made: Forecast, label: str, number: int, ax: Axes) -> None:
    size = made.curve.parameters[made.held_out] * 1.12**number  # beside the measured point
    low, high = made.interval.T
    color, marker = style.PALETTE[number], style.MARKERS[number]
    ax.vlines(size, low, high, color=color, ls=style.LINES[number - 1])
    ax.plot(size, made.prediction, marker, color=color, label=label)
