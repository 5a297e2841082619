"""The table of fixed outputs, one row per answer, and the curve of a score by scale that it becomes.

Columns: `family, model, parameters, seed, step, task, item, target, prediction` (strings), and, where the
model gives them, `log_probabilities`: one per token of the target, in nats. Optional columns,
of any name, tell clusters of items, and several samples of an item, apart.
"""

from mirage.outputs._table import COLUMNS
from mirage.outputs.by_place import places
from mirage.outputs.curves import METRICS, PairedDifference, curve, paired_difference, scores
from mirage.outputs.files import FORMATS, load_outputs, save_outputs

__all__ = [
    "COLUMNS",
    "FORMATS",
    "METRICS",
    "PairedDifference",
    "curve",
    "load_outputs",
    "paired_difference",
    "places",
    "save_outputs",
    "scores",
]
