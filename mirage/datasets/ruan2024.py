"""Ruan et al. (2024): benchmarks and tasks said to be emergent, for base models of many families."""

from __future__ import annotations

import functools
import re

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_ruan2024"]

# The metric of each benchmark, and its number of items where the scores tell it.
_BENCHMARKS = {
    "MMLU": ("accuracy", None),
    "ARC-C": ("accuracy_norm", 1172),
    "HellaSwag": ("accuracy_norm", 10042),
    "Winograd": ("accuracy", 1267),
    "TruthfulQA": ("multiple_choice_2", None),
    "GSM8K": ("accuracy", 1319),
    "XWinograd": ("accuracy", None),
    "HumanEval": ("pass_at_1", 164),
}
_ITEMS = {
    "parsinlu_qa": 1050,
    "word_unscrambling": 2000,
    "ipa_transliterate": 1003,
    "arithmetic_3ds": 2000,
    "arithmetic_3da": 2000,
    "arithmetic_2dm": 2000,
    "arithmetic_2da": 2000,
}
_METRICS = {"acc": "accuracy", "exact_match": "exact_match", "bleu": "bleu"}
# All their values outside parsinlu_qa are multiples of 1/500, as no other model's: tested on other items.
_OTHER_ITEMS = ("Qwen/Qwen-72B", "Qwen/Qwen1.5-72B")
_TOKENS_IN_BILLIONS = "cerebras/btlm-3b-8k-base"


def load_ruan2024() -> pd.DataFrame:
    """Return the scores of 148 base models on 8 benchmarks, and of 84 of them on 7 tasks said to be emergent.

    The benchmarks were collected by the authors, mostly from the Open LLM Leaderboard; their names are the
    file's ("Winograd" has scores that are multiples of 1/1267, the size of WinoGrande). The other tasks have
    two examples in the prompt: questions in Persian (parsinlu_qa), word unscrambling, transliteration into
    the phonetic alphabet, and arithmetic (2da and 3da: addition of numbers with 2 and 3 digits, 3ds:
    subtraction, 2dm: multiplication).

    What was changed from the published files, and what to know about them:

    - Empty cells are left out.
    - `training_flops` is 6 x parameters x tokens in the file, 1e21 there being 1 here. For btlm-3b-8k-base
      the tokens were entered in billions in a column of trillions; its `training_flops` is corrected by the
      factor 1000.
    - `parameters` of mixtures of experts are not of one kind: all (Mixtral-8x7B), the active ones
      (Mixtral-8x22B, DeepSeek-V2), and 24 billion for Qwen2-57B-A14B.
    - `items` is derived: the number that makes each share a whole number of right answers. It is NaN where
      none does, or where scores were entered rounded.
    - Qwen-72B and Qwen1.5-72B have values on ipa_transliterate (0.014 and 0.008) far from those of their
      smaller siblings, and their scores on all tasks with two shots but parsinlu_qa are multiples of 1/500.
      They seem to have been tested in another way. The values are as published; `items` is NaN.
    - `bleu` runs from 0 to 100. The values of Qwen-7B and Qwen-14B (about 0.5) do not fit their exact match.

    Returns
    -------
    DataFrame, one row per model, task and metric
        The columns that all tables share, then `shots`: 2, or NaN for the benchmarks.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Ruan, Maddison and Hashimoto (2024), *Observational Scaling Laws and the Predictability of Language Model
    Performance*, NeurIPS 2024, arXiv:2405.10938. The data are licensed Apache-2.0.

    Examples
    --------
    >>> table = load_ruan2024().query("family == 'Pythia' and task == 'arithmetic_2da'")
    >>> table.sort_values("parameters")["score"].tolist()[-4:]
    [0.067, 0.795, 0.486, 0.446]
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    benchmarks, emergent = (pd.read_csv(path) for path in _sources.paths(_sources.files("ruan2024")))
    models = _models(benchmarks)
    first = benchmarks.melt("Model", list(_BENCHMARKS), "task", "score").assign(shots=np.nan)
    first["metric"] = first["task"].map({task: metric for task, (metric, _) in _BENCHMARKS.items()})
    second = emergent.melt("Model", var_name="column", value_name="score")
    second[["task", "metric"]] = [_split(column) for column in second.pop("column")]
    long = pd.concat([first, second.assign(shots=2.0)], ignore_index=True)
    long = long.rename(columns={"Model": "model"}).join(models, on="model")
    return tidy(long.assign(items=_items(long)), "shots")


def _models(benchmarks: pd.DataFrame) -> pd.DataFrame:
    models = benchmarks.set_index("Model")
    correction = np.where(models.index == _TOKENS_IN_BILLIONS, 1e-3, 1.0)
    return pd.DataFrame(
        {
            "family": models["Model Family"],
            "parameters": (models["Model Size (B)"] * 1e9).round(),
            "training_flops": models["FLOPs (1E21)"] * 1e21 * correction,
        }
    )


def _split(column: str) -> tuple[str, str]:
    """Return task and metric of a column such as `arithmetic_3da_2_acc`; the 2 is the number of shots."""
    task, metric = re.fullmatch(r"(.+)_2_(acc|exact_match|bleu)", column).groups()
    return task, _METRICS[metric]


def _items(long: pd.DataFrame) -> np.ndarray:
    known = {task: items for task, (_, items) in _BENCHMARKS.items()} | _ITEMS
    items = long["task"].map(known).astype(float)
    right = long["score"] * items
    whole = (right - right.round()).abs() < 1e-6
    elsewise = long["model"].isin(_OTHER_ITEMS) & long["task"].isin(set(_ITEMS) - {"parsinlu_qa"})
    return items.where(whole & ~elsewise & (long["metric"] != "bleu")).to_numpy()
