"""Wu and Lo (2025): nine tasks of choices, whole and by the difficulty of their items."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_wu2025"]

_METRICS = {"acc": "accuracy", "brier": "brier_score", "san": "option_mass"}
_MODEL = {
    "Model": "model",
    "Model Family": "family",
    "Model Size (B)": "parameters",
    "FLOPs (1E21)": "training_flops",
}
# The authors' utils.py: chance where it is not a quarter, tasks without emergence, models not plotted.
_CHANCE = {"abstract_narrative_understanding": 0.1, "analogical_similarity": 0.145, "arithmetic": 0.145}
_NOT_EMERGENT = ["abstract_narrative_understanding", "arc", "hellaswag"]
_LEFT_OUT = [
    "microsoft/phi-1_5",
    "microsoft/phi-2",
    "Qwen/Qwen1.5-0.5B",
    "Qwen/Qwen1.5-1.8B",
    "Qwen/Qwen1.5-4B",
    "stabilityai/stablelm-2-1_6b",
    "meta-llama/Meta-Llama-3-8B",
]
_SCORES = r"^(?:(?P<first>\d+)_(?P<last>\d+)_)?(?P<metric>acc|brier|san)$"


def load_wu2025() -> pd.DataFrame:
    """Return accuracy, Brier score and probability on the options for up to 68 models on nine tasks.

    The Brier score of an item is (1 - p)^2, with p the probability of the right option divided by that of all
    options. It is a loss, and is not turned over.

    The authors also sorted the items by how well the models below a certain training compute did on them, and
    cut them into ten groups. **Two different groupings are in the files:**

    - by the mean Brier score (`grouped_by` "brier_score"): the first group is the *easiest*;
    - by the mean accuracy (`grouped_by` "accuracy"; arithmetic, mmlu and parsinlu_qa_mc only): the first
      group is the *hardest*.

    So groups of the same name hold other items. Both were made from scores of the very models that are then
    looked at: by chance alone, items that small models did well on look harder for the next model.

    What was changed from the published files, and what to know about them:

    - gpt2 and gpt2-large are listed twice. The second entries have the sizes of gpt2-medium and gpt2-xl, but
      scores copied by name from the first; they are left out, and so are empty lines.
    - The authors leave seven models out of their own plots, as probably over-trained: phi-1_5, phi-2, the
      three smallest of Qwen1.5, stablelm-2-1_6b and Meta-Llama-3-8B. Here they are kept, and marked; the last
      has no scores in these files.
    - `option_mass` is a sum of probabilities, and yet exceeds 1 in places, by up to 0.08 on arithmetic and
      0.02 on hindu_knowledge. On hellaswag it is tiny, as the options are long. In the file of groups by
      accuracy of mmlu it is 234 for all models when taken over the whole task; that value is left out.
    - Benchmarks that the files repeat from Ruan et al. (2024) are left out.

    Returns
    -------
    DataFrame, one row per model, task, metric and group of items
        The columns that all tables share, then `take_off` (the operations of training from which the task
        takes off, in the authors' eyes; it stands in the names of their files), `called_emergent` (whether
        they call the task so), `chance` (their chance level of the accuracy), `left_out` (of their plots),
        `group` ("all", or the places of the items in order of difficulty, such as "17_35") and `grouped_by`
        ("brier_score", "accuracy", or "none" for all items).

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Wu and Lo (2025), *U-shaped and Inverted-U Scaling behind Emergent Abilities of Large Language
    Models*, ICLR 2025, arXiv:2410.01692. The data are licensed MIT.

    Examples
    --------
    >>> table = load_wu2025().query("task == 'arithmetic' and group == 'all' and metric == 'brier_score'")
    >>> small = table[table["training_flops"] <= table["take_off"]]
    >>> print(len(small), "models, mean", small["score"].mean().round(3))
    50 models, mean 0.567
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    files = _sources.files("wu2025")
    table = pd.concat(map(_read, _sources.paths(files)))
    table["called_emergent"] = ~table["task"].isin(_NOT_EMERGENT)
    table["chance"] = table["task"].map(_CHANCE).fillna(0.25)
    table["left_out"] = table["model"].isin(_LEFT_OUT)
    own = "take_off", "called_emergent", "chance", "left_out", "group", "grouped_by"
    return tidy(table, *own)


def _read(path: Path) -> pd.DataFrame:
    by_accuracy = path.name.startswith("acc_")
    wide = pd.read_csv(path).rename(columns=_MODEL).dropna(subset="model").drop_duplicates("model")
    columns = _described(wide.columns, "accuracy" if by_accuracy else "brier_score")
    if by_accuracy:  # over all items these files repeat the others, or are wrong
        columns = columns[columns["group"] != "all"]
    long = wide.melt(list(_MODEL.values()), list(columns.index), "column", "score").join(columns, on="column")
    return long.assign(
        task=path.name.removeprefix("acc_").split("_instance_")[0],
        take_off=float(path.name.split("_")[-3]) * 1e21,
        parameters=(long["parameters"] * 1e9).round(),
        training_flops=long["training_flops"] * 1e21,
    )


def _described(names: pd.Index, grouped_by: str) -> pd.DataFrame:
    """Return what the names of the columns of scores say, such as `0_1404_brier` or `acc`."""
    columns = names.to_series().str.extract(_SCORES).dropna(subset="metric").replace({"metric": _METRICS})
    first, last = columns["first"].astype(float).fillna(0), columns["last"].astype(float)
    return columns.assign(
        items=(last.fillna(last.max()) - first).astype(int),
        group=(columns["first"] + "_" + columns["last"]).fillna("all"),
        grouped_by=np.where(columns["first"].isna(), "none", grouped_by),
    )
