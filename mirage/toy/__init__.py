"""The toy model: what each metric is expected to show when every token is right with probability p.

Schaeffer, Miranda and Koyejo (2023), Sec. 2 and Fig. 2. The scores of fixed outputs, with the same
names, are in `mirage.metrics`.
"""

from mirage.toy.families import LOSS_CURVES, loss_curve, sample_family
from mirage.toy.high_jump import clearing_probability, verified_probability
from mirage.toy.outputs import sample_outputs
from mirage.toy.scores import accuracy, brier_score, multiple_choice_grade, token_edit_distance

__all__ = [
    "LOSS_CURVES",
    "accuracy",
    "brier_score",
    "clearing_probability",
    "loss_curve",
    "multiple_choice_grade",
    "sample_family",
    "sample_outputs",
    "token_edit_distance",
    "verified_probability",
]
