"""The recurring figures of the book. They draw what they are given; they fit nothing."""

from mirage.figures.curves import (
    draw_compared,
    draw_curves,
    draw_estimates,
    draw_linearised,
    draw_proportions,
    on_sizes,
)
from mirage.figures.questions import draw_four_questions
from mirage.figures.runs import draw_runs

__all__ = [
    "draw_compared",
    "draw_curves",
    "draw_estimates",
    "draw_four_questions",
    "draw_linearised",
    "draw_proportions",
    "draw_runs",
    "on_sizes",
]
