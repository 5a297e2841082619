"""The public results that the book computes from, as tidy tables.

The tables of `load_arithmetic`, `load_calibration`, `load_gpt3_arithmetic` and `load_vision_…` are part of
the package. The others are fetched once from where their authors published them, at a pinned commit and with
a check of their contents; `python -m mirage.datasets` lists and fetches them. The environment variable
`MIRAGE_DATA` names a folder that holds them already.

The fetched tables begin with the same columns: `family, model, parameters, training_flops, task, metric,
score, items`. `parameters` and `training_flops` (operations) are in units of one, and NaN where the authors
give none. `items` is the number of test items behind a score, NaN where it is not known.

The metrics have one name each in all tables:

- Shares of items, so that `(score * items).round()` is the number of right answers: `accuracy`;
  `accuracy_norm`, which divides the options' log-probabilities by their lengths first; `exact_match`;
  `bert_score_accuracy`, where the option most similar to the answer must be the right one; `pass_at_1`.
- Other scores, more is better: `bert_score`, the similarity of answer and target; `bert_score_f1` and
  `exact_match_f1`; `bleu`; `multiple_choice_2`, TruthfulQA's probability of the true options.
- Losses, less is better, never turned over: `brier_score`, `perplexity`, and `edit_distance` in characters;
  `confidence_brier_score`, that of the model's confidence in its own answer.
- Neither: `option_mass`, the summed probability of all options.
"""

from mirage import _gone
from mirage.datasets._sources import DataUnavailable
from mirage.datasets.arithmetic import (
    load_arithmetic,
    load_arithmetic_rates,
    load_arithmetic_runs,
    load_arithmetic_samples,
)
from mirage.datasets.calibration import load_calibration
from mirage.datasets.curves import load_curves
from mirage.datasets.gpt3 import load_gpt3_arithmetic
from mirage.datasets.images import Images, load_images
from mirage.datasets.lu2024 import load_lu2024, load_lu2024_main
from mirage.datasets.notes import note_if_missing
from mirage.datasets.pythia import load_pythia
from mirage.datasets.ruan2024 import load_ruan2024
from mirage.datasets.schellaert2024 import load_schellaert2024
from mirage.datasets.vision import load_vision_answers, load_vision_errors
from mirage.datasets.wu2025 import load_wu2025

__all__ = [
    "DataUnavailable",
    "Images",
    "load_arithmetic",
    "load_arithmetic_rates",
    "load_arithmetic_runs",
    "load_arithmetic_samples",
    "load_calibration",
    "load_curves",
    "load_gpt3_arithmetic",
    "load_images",
    "load_lu2024",
    "load_lu2024_main",
    "load_pythia",
    "load_ruan2024",
    "load_schellaert2024",
    "load_vision_answers",
    "load_vision_errors",
    "load_wu2025",
    "note_if_missing",
]

__getattr__ = _gone.getter(__name__)
