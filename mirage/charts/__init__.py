"""The book's interactive charts. The reader's browser computes their curves: no kernel is needed."""

from mirage.charts.arithmetic import arithmetic
from mirage.charts.high_jump import high_jump
from mirage.charts.many_steps import many_steps
from mirage.charts.reconstruction import reconstruction
from mirage.charts.score_threshold import score_threshold
from mirage.charts.small_numbers import small_numbers
from mirage.charts.study_plan import study_plan
from mirage.charts.toy_model import toy_model
from mirage.charts.window import window

__all__ = [
    "arithmetic",
    "high_jump",
    "many_steps",
    "reconstruction",
    "score_threshold",
    "small_numbers",
    "study_plan",
    "toy_model",
    "window",
]
