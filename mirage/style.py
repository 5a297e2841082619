"""How the book's figures look."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from cycler import cycler

from mirage import _gone, words

__all__ = ["LINES", "MARKERS", "PALETTE", "use"]

# Colours that stay apart for colour-blind readers and from a white page; lines and markers repeat the
# distinction without colour.
_BLUE, _, _GREEN, _VERMILION, _PURPLE, _, _, _GREY, *_ = sns.color_palette("colorblind").as_hex()
PALETTE: tuple[str, ...] = (_BLUE, _VERMILION, _GREEN, _PURPLE, "#222222", _GREY)
LINES: tuple[object, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1)))
MARKERS: tuple[str, ...] = ("o", "s", "D", "P", "X", "*")

_SETTINGS = {
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=PALETTE, linestyle=LINES, marker=MARKERS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.size": 11,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
}


def use() -> None:
    """Set the defaults of Matplotlib to the style of the book, and tables to four digits or words.

    Examples
    --------
    >>> use()
    >>> plt.rcParams["axes.spines.top"]
    False
    """
    plt.rcParams.update(_SETTINGS)
    pd.set_option("display.float_format", _in_table)


def _in_table(value: float) -> str:
    said = f"{value:.4g}"
    return words.number(value) if "e" in said else said


__getattr__ = _gone.getter(__name__)
