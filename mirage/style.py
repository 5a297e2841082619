"""How the book's figures look, and how they are shown with alt text."""

import base64
import html
import io

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from IPython.display import HTML, display
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from mirage import _validate

__all__ = ["LINES", "MARKERS", "PALETTE", "between", "show", "svg", "use"]

# Colours that stay apart for colour-blind readers and from a white page; lines and markers repeat the
# distinction without colour.
_BLUE, _, _GREEN, _VERMILION, _PURPLE, _, _, _GREY, *_ = sns.color_palette("colorblind").as_hex()
PALETTE: tuple[str, ...] = (_BLUE, _VERMILION, _GREEN, _PURPLE, "#222222", _GREY)
LINES: tuple[object, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1)))
MARKERS: tuple[str, ...] = ("o", "s", "D", "P", "X", "*")

_SETTINGS = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.size": 11,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 2,
}


def between(interval: ArrayLike, digits: int = 2) -> str:
    """Return an interval in words.

    Parameters
    ----------
    interval : array-like, shape (2,)
        Low and high end; an end may be infinite, or NaN where it is not known.
    digits : int
        Decimal places, at least 0.

    Returns
    -------
    str

    Raises
    ------
    ValueError, TypeError
        If there are not two ends.

    Examples
    --------
    >>> between((0.25, 0.5))
    '0.25 to 0.50'
    """
    ends = _validate.array("interval", interval, infinite=True, missing=True)
    if ends.shape != (2,):
        raise ValueError(f"interval must have a low and a high end; got {_validate.shown(interval)}")
    digits = _validate.integer("digits", _validate.number("digits", digits, 0, 20))
    return f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"


def use() -> None:
    """Set the defaults of Matplotlib to the style of the book, and tables to four digits.

    Examples
    --------
    >>> use()
    >>> plt.rcParams["axes.spines.top"]
    False
    """
    plt.rcParams.update(_SETTINGS)
    pd.set_option("display.float_format", "{:.4g}".format)


def show(figure: Figure, alt: str) -> None:
    """Show a figure with alt text, in the book, in Jupyter and in Colab, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    alt : str
        What the figure shows, in a sentence or two, for readers who cannot see it. It may be computed.

    Raises
    ------
    TypeError
        If `figure` is not a figure or `alt` not a text.
    ValueError
        If `alt` says too little (fewer than five words).

    Examples
    --------
    >>> figure, axes = plt.subplots()
    >>> show(figure, alt="An empty pair of axes from zero to one")
    <IPython.core.display.HTML object>
    """
    alt = _check_alt(alt)
    source = base64.b64encode(svg(figure).encode()).decode()
    width = round(figure.get_figwidth() * 96)
    style = f"width: {width}px; max-width: 100%; height: auto; background: white"
    display(HTML(f'<img src="data:image/svg+xml;base64,{source}" alt="{html.escape(alt)}" style="{style}">'))


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


def _check_alt(alt: object) -> str:
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a text; got {_validate.shown(alt)}")
    if len(alt.split()) < 5:
        raise ValueError(f"alt must say what the figure shows, in five words or more; got {alt!r}")
    return " ".join(alt.split())
