"""Biderman et al. (2023): Pythia's sums and products of small numbers, over size and training."""

from __future__ import annotations

import functools

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_pythia_arithmetic"]

# The models were renamed later; these are the numbers in their present names.
_PARAMETERS = {
    "125m": 160e6,
    "350m": 410e6,
    "800m": 1e9,
    "1.3b": 1.4e9,
    "2.7b": 2.8e9,
    "6.7b": 6.9e9,
    "13b": 12e9,
}
_TOKENS_PER_STEP = 2_097_152
_ITEMS = 50
_TASK = r"^num_reasoning_arithmetic_(?P<task>addition|multiplication)_(?P<operand>\d+)$"


def load_pythia_arithmetic() -> pd.DataFrame:
    """Return how Pythia adds and multiplies: seven sizes, six checkpoints, five numbers of examples.

    Each row is about one first operand, 0 to 99, which stands in 50 problems. The models are those trained on
    the deduplicated Pile. Their names are the earlier ones; `parameters` are those of the present names. Each
    size was trained once. `training_flops` is 6 x parameters x tokens, and the steps are taken to be of two
    million tokens, as in `load_pythia`.

    Returns
    -------
    DataFrame, one row per size, checkpoint, task, number of examples and operand
        The columns that all tables share, then `step`, `shots` and `operand`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Biderman et al. (2023), *Pythia: A Suite for Analyzing Large Language Models Across Training and Scaling*,
    ICML, arXiv:2304.01373. The data are licensed Apache-2.0.

    Examples
    --------
    >>> sums = load_pythia_arithmetic().query("task == 'addition' and shots == 4 and step == 143000")
    >>> sums.groupby("parameters")["items"].sum().unique().tolist()
    [5000]
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    paths = _sources.paths(_sources.files("pythia-arithmetic"))
    wide = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    table = wide.drop(columns="task").join(wide["task"].str.extract(_TASK))
    table = table.rename(columns={"checkpoint": "step", "fewshot": "shots", "acc": "score"})
    table["model"] = table["model"].str.removeprefix("EleutherAI/")
    table["parameters"] = table["model"].str.split("-").str[1].map(_PARAMETERS)
    table = table.assign(
        family="Pythia",
        training_flops=6 * table["parameters"] * table["step"] * _TOKENS_PER_STEP,
        metric="exact_match",
        items=_ITEMS,
        operand=table["operand"].astype(int),
    )
    table = table.sort_values(["task", "shots", "parameters", "step", "operand"])
    return tidy(table, "step", "shots", "operand")
