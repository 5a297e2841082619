"""The public results that the book computes from, as tidy tables.

The tables of `load_arithmetic`, `load_audit_rates`, `load_calibration`, `load_gpt3_arithmetic`,
`load_grokking`, `load_two_states` and `load_vision_…` are part of the package. The others are fetched once
from where their authors published them, at a pinned commit and with a check of their contents; `python -m
mirage.datasets` lists and fetches them. The environment variable `MIRAGE_DATA` names a folder that holds them
already.

The fetched tables of scores begin with the same columns: `family, model, parameters, training_flops, task,
metric, score, items`. `parameters` and `training_flops` (operations) are in units of one, and NaN where the
authors give none. `items` is the number of test items behind a score, NaN where it is not known. The tables
of single steps, problems and runs (`load_suzgun2022`, `load_cobbe2021`, `load_metr2025`) have `model`, `task`
and `right`, true or false.

The metrics have one name each in all tables:

- Shares of items, so that `(score * items).round()` is the number of right answers: `accuracy`;
  `accuracy_norm`, which divides the options' log-probabilities by their lengths first; `exact_match`;
  `bert_score_accuracy`, where the option most similar to the answer must be the right one; `pass_at_1`.
- Other scores, more is better: `bert_score`, the similarity of answer and target; `bert_score_f1` and
  `exact_match_f1`; `bleu`; `multiple_choice_2`, TruthfulQA's probability of the true options.
- Means over the items, more is better: `probability` and `log_probability` of the right option among the
  options; what its normalisation is, the loader says.
- Losses, less is better, never turned over: `brier_score`, `perplexity`, and `edit_distance` in characters;
  `confidence_brier_score`, that of the model's confidence in its own answer; `bits_per_byte` of the right
  answer.
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
from mirage.datasets.calibration import load_audit_rates, load_calibration, load_two_states
from mirage.datasets.choices import load_choices
from mirage.datasets.counts import to_counts, with_abilities
from mirage.datasets.curves import load_curves
from mirage.datasets.gadre2024 import load_gadre2024, load_gadre2024_losses
from mirage.datasets.gpt3 import load_gpt3_arithmetic
from mirage.datasets.grokking import load_grokking
from mirage.datasets.images import Images, load_images
from mirage.datasets.ladders import load_ladder
from mirage.datasets.lu2024 import load_lu2024, load_lu2024_main
from mirage.datasets.mccoy2020 import load_mccoy2020
from mirage.datasets.mcleish2025 import load_mcleish2025
from mirage.datasets.notes import note_if_missing
from mirage.datasets.olmo2024 import load_olmo2024, load_olmo2024_losses
from mirage.datasets.pythia import load_pythia
from mirage.datasets.pythia_arithmetic import load_pythia_arithmetic
from mirage.datasets.ruan2024 import load_ruan2024
from mirage.datasets.schellaert2024 import load_schellaert2024
from mirage.datasets.steps import load_cobbe2021, load_metr2025, load_suzgun2022
from mirage.datasets.vision import load_vision_answers, load_vision_errors
from mirage.datasets.wu2025 import load_wu2025

__all__ = [
    "DataUnavailable",
    "Images",
    "load_arithmetic",
    "load_arithmetic_rates",
    "load_arithmetic_runs",
    "load_arithmetic_samples",
    "load_audit_rates",
    "load_calibration",
    "load_choices",
    "load_cobbe2021",
    "load_curves",
    "load_gadre2024",
    "load_gadre2024_losses",
    "load_gpt3_arithmetic",
    "load_grokking",
    "load_images",
    "load_ladder",
    "load_lu2024",
    "load_lu2024_main",
    "load_mccoy2020",
    "load_mcleish2025",
    "load_metr2025",
    "load_olmo2024",
    "load_olmo2024_losses",
    "load_pythia",
    "load_pythia_arithmetic",
    "load_ruan2024",
    "load_schellaert2024",
    "load_suzgun2022",
    "load_two_states",
    "load_vision_answers",
    "load_vision_errors",
    "load_wu2025",
    "note_if_missing",
    "to_counts",
    "with_abilities",
]

__getattr__ = _gone.getter(__name__)
