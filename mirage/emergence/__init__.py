"""Statistics of curves of scores by scale: how suddenly they change, and what the toy model makes of them."""

from mirage.emergence.exponent import ExponentFit, fit_exponent
from mirage.emergence.scores import emergence_score, linearity

__all__ = ["ExponentFit", "emergence_score", "fit_exponent", "linearity"]
