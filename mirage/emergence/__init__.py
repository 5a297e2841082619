"""Statistics of a score's curve over scale, one idea a module; their names are re-exported here."""

from mirage.emergence.scores import emergence_score, linearity

__all__ = ["emergence_score", "linearity"]
