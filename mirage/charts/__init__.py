"""The book's interactive charts. The reader's browser computes their curves: no kernel is needed."""

from mirage.charts.toy_model import toy_model

__all__ = ["toy_model"]
