"""Helpers of the book *Are Emergent Abilities of Large Language Models a Mirage?*

Import the modules, not the functions: the same word can be a score of fixed outputs
(`metrics.token_edit_distance`) and an expectation of the toy model (`toy.token_edit_distance`).
A module is loaded when it is first asked for.
"""

from importlib import import_module
from types import ModuleType

__all__ = [
    "charts",
    "check",
    "datasets",
    "emergence",
    "families",
    "figures",
    "metrics",
    "outputs",
    "resolution",
    "scaling",
    "style",
    "sweep",
    "tasks",
    "toy",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"mirage.{name}")
    raise AttributeError(f"module 'mirage' has no attribute {name!r}; its modules are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
