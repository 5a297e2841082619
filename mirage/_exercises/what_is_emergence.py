"""The exercises of the page `what-is-emergence`."""

from collections.abc import Callable

from mirage._checkers import Verdict

__all__ = ["EXERCISES"]

EXERCISES: dict[str, Callable[[object], Verdict]] = {}
