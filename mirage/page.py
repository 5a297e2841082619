"""A page as data: figures with number, caption, alt text and table; the four answers; what was found.

A page begins with `page.start`. Its first screen is `page.in_short`: it shows what cells further down find.
`page.show` shows a figure, `page.four_answers` what `emergence.four_questions` says of its curves,
`page.find` states and records what was found, and `page.predictions` says which predictions held.
"""

import base64
import html
import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython import get_ipython
from IPython.display import HTML, Markdown, display, update_display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from mirage import _files, _validate, figures, style
from mirage.emergence.questions import QUESTIONS, FourQuestions

__all__ = ["find", "four_answers", "in_short", "predictions", "say", "show", "start", "svg"]

FOLDER = "MIRAGE_FINDINGS"  # environment: where findings are written; nowhere without it


_LATER = "*What this page finds stands here when the cells below have run.*"


class _Page:
    """The page that is running: its name, its figures, what it found so far; what its first screen shows."""

    name, figures, findings = "page", 0, {}
    short, figure_at_top = (), False


def start(name: str) -> None:
    """Begin a page: set the style of the book, count the figures from 1; tables have real minus signs.

    Parameters
    ----------
    name : str
        Of the page's file, without its ending.

    Raises
    ------
    TypeError
        If the name is no text.

    Examples
    --------
    >>> start("toy-model")
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be the name of a page; got {_validate.shown(name)}")
    style.use()
    _Page.name, _Page.figures, _Page.findings = name, 0, {}
    _Page.short, _Page.figure_at_top = (), False
    if shell := get_ipython():
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, _table)


def in_short(*names: str, figure: bool = False) -> None:
    """Show here, on the first screen, what later cells find, and the figure that one of them shows.

    The place is filled when those cells run: in the book, in Jupyter and in Colab.

    Parameters
    ----------
    *names : str
        Of findings, as `find` is given them, in the order to show.
    figure : bool
        Keep a place for a figure too, the page's first: that of `show(…, at_top=True)`.

    Raises
    ------
    TypeError
        If there is no name, a name is no text, or `figure` is not true or false.

    Examples
    --------
    >>> start("toy-model")
    >>> in_short("shift")
    <IPython.core.display.Markdown object>
    >>> find("shift", "Twice the length moves the curve by 0.75 decades.", 0.75)
    <IPython.core.display.Markdown object>
    <IPython.core.display.Markdown object>
    """
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names must be those of findings; got {_validate.shown(names)}")
    _Page.short, _Page.figure_at_top = names, _validate.flag("figure", figure)
    display(Markdown(_LATER), display_id=f"{_Page.name} in short")
    if figure:
        _Page.figures += 1
        display(HTML(), display_id=f"{_Page.name} at the top")


def show(figure: Figure, caption: str, alt: str, *, at_top: bool = False) -> None:
    """Show a figure in the book, in Jupyter and in Colab, with its data as a CSV file, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure. The file holds what its lines, points and bars show.
    caption : str
        What to see, in a sentence or two. It may be computed.
    alt : str
        What the figure shows, for readers who cannot see it: the message, not every value.
    at_top : bool
        Show it on the first screen, where `in_short` kept a place for it, instead of here.

    Raises
    ------
    TypeError
        If `figure` is not a figure, or a text is none.
    ValueError
        If a text says too little (fewer than five words), or there is no place at the top.

    Examples
    --------
    >>> figure, axes = plt.subplots()
    >>> show(figure, "Nothing is drawn in here yet.", alt="An empty pair of axes from zero to one")
    <IPython.core.display.HTML object>
    """
    caption, alt = _text("caption", caption), _text("alt", alt)
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a Matplotlib figure; got {_validate.shown(figure)}")
    if at_top and not _Page.figure_at_top:
        raise ValueError("at_top needs in_short(…, figure=True) before, and is for one figure only")
    for axes in figure.axes:
        _label_short_logarithmic(axes)
    _Page.figures += not at_top
    number = 1 if at_top else _Page.figures
    name, table = f"{_Page.name}-{number}", _data(figure)
    width, height = (figure.get_size_inches() * 96).round().astype(int)
    image = f'src="{_address("image/svg+xml", svg(figure))}" data-file="{name}.svg"'
    link = f'href="{_address("text/csv", table.to_csv(index=False))}" data-file="{name}.csv"'
    link = f' <a {link} download="{name}.csv">Data (CSV)</a>' if len(table) else ""
    shown = HTML(
        f'<figure class="mirage" id="figure-{number}"><img {image} width="{width}" height="{height}" '
        f'alt="{html.escape(alt)}" style="max-width: 100%; height: auto; background: white"><figcaption>'
        f"<strong>Figure {number}.</strong> {html.escape(caption)}{link}</figcaption></figure>"
    )
    if at_top:
        _Page.figure_at_top = False
        update_display(shown, display_id=f"{_Page.name} at the top")
    else:
        display(shown)


def four_answers(results: Mapping[str, FourQuestions]) -> None:
    """Show the answers to the four questions: a figure of the first curve, and a table of all.

    Parameters
    ----------
    results : mapping of str to emergence.FourQuestions
        What `emergence.four_questions` returned, by the name of the curve.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> from mirage import emergence
    >>> curve = emergence.Curve.from_counts([1e8, 1e9, 1e10], [0, 5, 40], [50] * 3)
    >>> four_answers({"sums": emergence.four_questions(curve)})
    <IPython.core.display.HTML object>
    <IPython.core.display.Markdown object>
    """
    if not isinstance(results, Mapping) or not results:
        raise TypeError(f"results must map names to four_questions' results; got {_validate.shown(results)}")
    name, first = next(iter(results.items()))
    verdicts = {key: answer.split(" (")[0] for key, answer in first.answers().items()}
    said = "; ".join(f"{QUESTIONS[key]}: {verdict}" for key, verdict in verdicts.items())
    show(
        figures.draw_four_questions(first),
        f"The four answers for {name}. In the table below brackets give 95% intervals, and what an answer "
        "rests on.",
        alt=f"Four panels, one below the other, over {first.curve.axis}, for {name}. {said}.",
    )
    several = len(results) > 1
    rows = [
        f"| {question} | {f'{name} | ' * several}{found.answers()[key]} |"
        for key, question in QUESTIONS.items()
        for name, found in results.items()
        if key in found.answers()
    ]
    head = f"| question | {'curve | ' * several}answer |\n|---|{'---|' * several}---|"
    display(Markdown("\n".join([head, *rows])))


def predictions(made: Mapping[str, tuple[float, float, float]]) -> None:
    """Show what was predicted before a run and what came of it, and say which predictions failed.

    Parameters
    ----------
    made : mapping of str to (float, float, float)
        By what it is about: the value that was measured, and the low and the high end of what was predicted,
        which are in it; infinite where there is none.

    Raises
    ------
    ValueError, TypeError
        If there is no prediction, a value is missing, or the ends are out of order.

    Examples
    --------
    >>> predictions({"ratio of the widths": (1.2, 0.8, 1.5), "seeds that fail": (3, 4, float("inf"))})
    <IPython.core.display.Markdown object>
    """
    if not isinstance(made, Mapping) or not made:
        raise TypeError(f"made must map names to three numbers; got {_validate.shown(made)}")
    rows, failed = ["| what | predicted | measured | held |", "|---|---|---|---|"], []
    for name, numbers in made.items():
        value, low, high = _validate.vector(f"made[{name!r}]", numbers, infinite=True)
        if low > high:
            raise ValueError(f"made[{name!r}] must have its low end first; got {low:g}, then {high:g}")
        held = low <= value <= high
        failed += [] if held else [name]
        rows.append(f"| {name} | {_range(low, high)} | {value:.3g} | {'yes' if held else 'no'} |")
    told = f": {'; '.join(failed)}" if failed else ""
    say("\n".join([f"{len(failed)} of {len(made)} predictions failed{told}.", "", *rows]))


def say(text: str) -> None:
    """Show a text with computed numbers.

    Parameters
    ----------
    text : str
        Markdown.

    Raises
    ------
    TypeError
        If it is no text.

    Examples
    --------
    >>> say(f"Two and two are {2 + 2}.")
    <IPython.core.display.Markdown object>
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a text; got {_validate.shown(text)}")
    display(Markdown(_with_minus(text)))


def find(
    name: str,
    sentence: str,
    value: float | None = None,
    interval: tuple[float, float] | None = None,
) -> None:
    """State what the page found, and record it for the pages that sum up.

    Parameters
    ----------
    name : str
        Of the finding, unlike those of the page's others.
    sentence : str
        What was found, with its numbers, as Markdown.
    value : float, optional
        The number that it rests on.
    interval : tuple of float, optional
        Its low and high end.

    Raises
    ------
    ValueError, TypeError
        If the page has a finding of that name, or an argument is of the wrong kind.

    Examples
    --------
    >>> start("toy-model")
    >>> find("shift", "Twice the length moves the curve by 0.75 decades.", 0.75)
    <IPython.core.display.Markdown object>
    """
    sentence = _text("sentence", sentence)
    if name in _Page.findings:
        raise ValueError(f"name must be new on the page; got {name!r} again")
    finding = {"sentence": sentence}
    if value is not None:
        finding["value"] = _plain(_validate.number("value", value))
    if interval is not None:
        finding["interval"] = list(map(_plain, _validate.vector("interval", interval, infinite=True)))
    _Page.findings[_validate.choice("name", name, (name,))] = finding
    if folder := os.environ.get(FOLDER):
        with _files.aside(Path(folder) / f"{_Page.name}.json") as part:
            part.write_text(json.dumps(_Page.findings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    display(Markdown(sentence))
    if name in _Page.short:
        said = [_Page.findings[one]["sentence"] for one in _Page.short if one in _Page.findings]
        update_display(Markdown("\n\n".join(said)), display_id=f"{_Page.name} in short")


def svg(figure: Figure) -> str:
    """Return a figure as SVG, the same text at every run, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `figure` is not a figure.

    Examples
    --------
    >>> svg(plt.figure())[:5]
    '<?xml'
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a Matplotlib figure; got {_validate.shown(figure)}")
    buffer = io.StringIO()
    with plt.rc_context({"svg.hashsalt": "mirage"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return buffer.getvalue()


def _range(low: float, high: float) -> str:
    if np.isinf(high):
        return f"{low:.3g} or more"
    if np.isinf(low):
        return f"{high:.3g} or less"
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def _text(name: str, text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a text; got {_validate.shown(text)}")
    if len(text.split()) < 5:
        raise ValueError(f"{name} must say what there is to see, in five words or more; got {text!r}")
    return _with_minus(" ".join(text.split()))


def _with_minus(text: str) -> str:
    """Put a real minus sign before the numbers of a text, or of a table's cells."""
    return re.sub(r"(?<![^\s(>])-(?=\d|inf\b)", "−", text)


def _table(table: pd.DataFrame) -> str | None:
    shown = table._repr_html_()  # as Jupyter would show it; None where that is switched off
    return shown and _with_minus(shown)


def _plain(value: float) -> float | None:
    """Return a number of ten digits; none in place of an infinite one, which JSON does not have."""
    return float(f"{value:.10g}") + 0.0 if np.isfinite(value) else None


def _address(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def _label_short_logarithmic(axes: Axes) -> None:
    """Put numbers beside a logarithmic axis that is too short to have several powers of ten."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log" and 1e-4 < low < high < min(100 * low, 1e4):
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")


def _data(figure: Figure) -> pd.DataFrame:
    """Return what the lines, points and bars of a figure show, with the names of panel and series."""
    parts = [_of_panel(axes, number) for number, axes in enumerate(figure.axes, start=1)]
    return pd.concat(parts) if parts else pd.DataFrame()


def _of_panel(axes: Axes, number: int) -> pd.DataFrame:
    drawn = [(line, line.get_xydata()) for line in axes.lines if _on_data(line, axes)]
    for collection in axes.collections:
        if _on_data(collection, axes) and hasattr(collection, "get_segments"):
            drawn += [(collection, ends) for ends in collection.get_segments() if len(ends)]
        elif len(collection.get_offsets()) > 1:
            drawn.append((collection, np.asarray(collection.get_offsets())))
    for bars in axes.containers:
        if hasattr(bars, "patches"):
            corners = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in bars.patches]
            drawn.append((bars, np.array(corners)))
    panel = axes.get_title() or axes.get_ylabel() or f"panel {number}"
    names = [str(artist.get_label()).removeprefix("_") for artist, _ in drawn]
    tables = [
        pd.DataFrame({"panel": panel, "series": name, "x": points[:, 0], "y": points[:, 1]})
        for name, (_, points) in zip(names, drawn, strict=True)
    ]
    return pd.concat(tables) if tables else pd.DataFrame()


def _on_data(artist, axes: Axes) -> bool:
    return artist.get_transform().contains_branch_seperately(axes.transData) == (True, True)
