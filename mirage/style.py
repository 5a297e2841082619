"""How the book's figures look, and how they are shown with alt text."""

import base64
import io
import os

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from IPython.display import HTML, display
from matplotlib.figure import Figure

from mirage import _validate

__all__ = ["LINES", "MARKERS", "PALETTE", "save", "show", "use"]

# Colours that stay apart for colour-blind readers and from a white page; lines and markers repeat the
# distinction without colour.
_BLUE, _, _GREEN, _VERMILION, _PURPLE, _, _, _GREY, *_ = sns.color_palette("colorblind").as_hex()
PALETTE: tuple[str, ...] = (_BLUE, _VERMILION, _GREEN, _PURPLE, "#222222", _GREY)
LINES: tuple[object, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1)))
MARKERS: tuple[str, ...] = ("o", "s", "D", "^", "v", "P")

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
    "svg.hashsalt": "mirage",
}


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
    _check_figure(figure)
    alt = _check_alt(alt)
    source = base64.b64encode(_svg(figure)).decode()
    width = round(figure.get_figwidth() * 96)
    plt.close(figure)
    style = f"width: {width}px; max-width: 100%; height: auto; background: white"
    display(HTML(f'<img src="data:image/svg+xml;base64,{source}" alt="{_escape(alt)}" style="{style}">'))


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to an SVG file, the same bytes at every run, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : path-like
        The file to write, ending in .svg. It is written aside and then renamed.

    Raises
    ------
    TypeError
        If `figure` is not a figure or `path` not a path.
    ValueError
        If `path` does not end in .svg or its folder does not exist.
    """
    _check_figure(figure)
    try:
        path = os.fspath(path)
    except TypeError:
        raise TypeError(f"path must be a path; got {_validate.shown(path)}") from None
    if not isinstance(path, str) or not path.endswith(".svg") or "\0" in path:
        raise ValueError(f"path must end in .svg; got {_validate.shown(path)}")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise ValueError(f"path must lie in a folder that exists; got {path!r}")
    with open(f"{path}.part", "wb") as file:
        file.write(_svg(figure))
    os.replace(f"{path}.part", path)
    plt.close(figure)


def _svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": "mirage"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _check_figure(figure: object) -> None:
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a Matplotlib figure; got {_validate.shown(figure)}")


def _check_alt(alt: object) -> str:
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a text; got {_validate.shown(alt)}")
    if len(alt.split()) < 5:
        raise ValueError(f"alt must say what the figure shows, in five words or more; got {alt!r}")
    return " ".join(alt.split())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
