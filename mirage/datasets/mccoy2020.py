"""McCoy, Min and Linzen (2020): 100 BERTs that differ in the seed of their fine-tuning alone."""

from __future__ import annotations

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_mccoy2020"]

_RUNS = 100  # rows; below them stand the authors' minimum, maximum, mean and standard deviation
_HEURISTICS = {"l": "lexical overlap", "s": "subsequence", "c": "constituent"}
_ANSWERS = {"e": "entailment", "n": "non-entailment"}
_MNLI = "MNLI dev acc."
_SUB_CASE = r"^[lsc][en]_"


def load_mccoy2020() -> pd.DataFrame:
    """Return the accuracies of 100 BERTs on MNLI, and on 30 sub-cases of HANS.

    The same pre-trained BERT was fine-tuned on MNLI 100 times. What differs is the seed: the order of the
    examples, and the first weights of the classifier. MNLI asks whether one sentence follows from another.
    HANS holds pairs of sentences for which simple heuristics, such as "if all words occur in the first
    sentence, it follows", give the right answer or the wrong one.

    Returns
    -------
    DataFrame, one row per run and task
        The columns that all tables share, then `seed`, `heuristic` ("lexical overlap", "subsequence",
        "constituent"; "none" for MNLI) and `answer`, the right one ("entailment", which the heuristic gives,
        or "non-entailment"; "any" for MNLI). HANS has 1,000 items a sub-case, made from templates, so that
        they are alike; MNLI has 9,815 (matched).

    Raises
    ------
    DataUnavailable
        If the file can neither be found nor fetched.

    References
    ----------
    McCoy, Min and Linzen (2020), *BERTs of a feather do not generalize together*, BlackboxNLP,
    arXiv:1911.02969. The data are licensed MIT.

    Examples
    --------
    >>> swap = load_mccoy2020().query("task == 'ln_subject/object_swap'")["score"]
    >>> print(len(swap), swap.min(), swap.max())
    100 0.0 0.662
    """
    (path,) = _sources.paths(_sources.files("mccoy2020"))
    wide = pd.read_csv(path).iloc[:_RUNS]
    tasks = [_MNLI, *wide.columns[wide.columns.str.contains(_SUB_CASE)]]
    table = wide.melt("Run", tasks, "task", "score").astype({"score": float})
    hans = table["task"] != _MNLI
    seed = table["Run"].str.removeprefix("Run ").astype(int)
    table = table.assign(
        family="BERT",
        model="BERT, run " + seed.astype(str),
        parameters=110e6,
        training_flops=np.nan,
        metric="accuracy",
        items=np.where(hans, 1000, 9815),
        seed=seed,
        heuristic=table["task"].str[0].map(_HEURISTICS).where(hans, "none"),
        answer=table["task"].str[1].map(_ANSWERS).where(hans, "any"),
    )
    table["task"] = table["task"].replace(_MNLI, "mnli")
    return tidy(table, "seed", "heuristic", "answer")
