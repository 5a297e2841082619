"""Helpers of the book *Emergent Abilities, Measured*

Import the modules, not the functions: the same word can be a score of fixed outputs
(`metrics.token_edit_distance`) and an expectation of the toy model (`toy.token_edit_distance`).
A module is loaded when it is first asked for. In the order in which they build on each other:

- `scaling`: from the size of a model to its loss and the probability of a token; links; widths.
- `toy`: what every metric gives in the toy model; simulated families; the high jump.
- `metrics`: scores of answers that are fixed.
- `outputs`: the table of fixed outputs, and the curves that it gives.
- `resolution`: what a test of n items can show: intervals, power, clusters, many comparisons.
- `emergence`: a curve of scores by scale, and the four questions asked of it.
- `blind`: what can be answered from the options of a test alone.
- `debate`: other statistics that single pages of the debate need.
- `forecasting`: recipes that predict larger models from smaller ones, and their leaderboard.
- `datasets`: every table of the book, those of others fetched and checked.
- `figures`, `charts`, `style`, `words`: static and interactive figures, their look, numbers in words.
- `check`: the exercises.
- `logs`: evaluation logs of other tools, read and scored again.
- `audit`: the four questions, asked of such logs; also a command.

A reader needs these. Only who makes the book needs `page`, which numbers figures and records findings, and
`families`, the networks that are trained for it (with PyTorch).
"""

from importlib import import_module
from types import ModuleType

__all__ = [
    "audit",
    "blind",
    "charts",
    "check",
    "datasets",
    "debate",
    "emergence",
    "families",
    "figures",
    "forecasting",
    "logs",
    "metrics",
    "outputs",
    "page",
    "resolution",
    "scaling",
    "style",
    "toy",
    "words",
]
__version__ = "0.1.0.dev0"


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"mirage.{name}")
    return import_module("mirage._gone").getter("mirage")(name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
