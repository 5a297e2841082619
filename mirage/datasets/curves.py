"""The published results as curves: one family of models on one task, under one metric and one setting."""

from __future__ import annotations

import numpy as np

from mirage._later import pd
from mirage.datasets.gpt3 import load_gpt3_arithmetic
from mirage.datasets.lu2024 import load_lu2024
from mirage.datasets.pythia import load_pythia
from mirage.datasets.ruan2024 import load_ruan2024
from mirage.datasets.wu2025 import load_wu2025

__all__ = ["load_curves"]

_KEYS = ["source", "family", "task", "metric", "setting"]
_LOSSES = ("brier score", "perplexity", "edit distance")
_LEAST_SIZES = 4


def load_curves() -> pd.DataFrame:
    """Return every curve of four sizes or more in the published results.

    Of Lu et al. (2024) the base models from GPT-2 to GPT-3 count as one family, of Pythia the end of the
    training. Runs of one size are averaged, or the first is taken. All models of a curve were tested on
    equally many items, where their number is known.

    Returns
    -------
    DataFrame, one row a curve
        source, family, task, metric (exact match is called so everywhere), setting, items (of each model;
        missing where not known), sizes and scores (arrays; losses with a minus sign, so that up is better).

    Raises
    ------
    DataUnavailable
        If the data of one source are missing.

    Examples
    --------
    >>> from mirage import datasets
    >>> with datasets.note_if_missing():
    ...     curves = datasets.load_curves()
    """
    found = []
    for key, one in _results().dropna(subset=["parameters", "score"]).groupby(_KEYS):
        one = one.drop_duplicates("parameters").sort_values("parameters")
        if len(one) >= _LEAST_SIZES and one["items"].nunique() <= 1:
            row = dict(zip(_KEYS, key, strict=True)) | {"items": one["items"].iloc[0]}
            row["sizes"] = one["parameters"].to_numpy(float)
            up = -1 if row["metric"] in _LOSSES else 1
            row["scores"] = np.round(up * one["score"].to_numpy(), 12)  # what differs by rounding is a tie
            found.append(row)
    return pd.DataFrame(found)


def _results() -> pd.DataFrame:
    """Return all sources in one table."""
    lu = load_lu2024()
    base = lu["instruction_tuned"].eq(False).fillna(False)
    lu = lu[base & lu["family"].str.startswith("GPT")].assign(family="GPT")
    lu["setting"] = lu["prompt"] + lu["shots"].astype(int).astype(str)
    of_seeds = lu.groupby(["parameters", *_KEYS[1:]], as_index=False)
    lu = of_seeds.agg({"score": "mean", "items": "first"})
    pythia = load_pythia()
    pythia["setting"] = pythia["shots"].astype(str) + " shots"
    wu = load_wu2025().query("group == 'all' and metric != 'option_mass'")
    gpt3 = load_gpt3_arithmetic().assign(family="GPT-3", metric="exact_match")
    gpt3["score"] = gpt3["successes"] / gpt3["items"]
    ruan = load_ruan2024()
    ruan["metric"] = ruan["metric"].mask(ruan["task"].str.startswith("arithmetic"), "exact_match")
    found = {"lu": lu, "ruan": ruan, "wu": wu, "pythia": pythia, "gpt3": gpt3}
    table = pd.concat(found, names=["source"]).reset_index("source")
    metric = table["metric"].str.replace("_", " ")
    return table.assign(metric=metric, setting=table["setting"].fillna(""))
