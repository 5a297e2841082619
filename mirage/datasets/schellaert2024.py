"""Schellaert et al. (2024): BIG-bench's dense models BIG-G, at twelve sizes on 85 tasks."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_schellaert2024"]

_COLUMNS = {
    "test_task_accuracy": "accuracy",
    "test_conf_normalized_bs": "confidence_brier_score",
    "test_conf_normalized_accuracy": "above_half",
    "instance_count": "items",
}
_UNITS = {"m": 1e6, "b": 1e9}
_SEVERAL_TARGETS = ("object_counting",)  # written answers, each with two right ones: the digit and the word


def load_schellaert2024() -> pd.DataFrame:
    """Return the scores of BIG-G, from 2 million to 128 billion parameters, on 85 tasks of BIG-bench.

    These are BIG-bench's own answers (temperature 0, three examples in the prompt). The authors scored them
    anew, on the fifth of the items that they had set aside; so a task has 2 to 205 items. What was changed
    from the published files, and what to know about them:

    - **The tasks were chosen by the largest model.** By the authors' code a task is left out if BIG-G with
      128 billion parameters is less than 5 points above chance, or above 0 where answers are written.
    - **The largest model answered other items than the others.** By the same code its fifth is drawn in
      another order. Of two tasks we compared the single answers: 8 and 27 billion parameters are mostly right
      on the same items, 128 billion on others. Items with a tie are left out, so that on three tasks the
      number of items differs between sizes.
    - `accuracy` is the share of right answers: of options chosen, or of written answers that match exactly.
      A task that comes in both forms was counted as written, if the largest model had 5% right.
    - `confidence_brier_score` is the mean of (c − y)², where y is 1 for a right answer and else 0, and c is
      the probability of the model's answer over that of all options. **Only with two options is it the
      Brier score of the right option**, (1 − p)². Of written answers c concerns the target, not the answer.
    - `kind` is what the confidences show: "two options", if c is never 0.5 or less; "one target", if it is
      always 1, which is a written answer; "not known" for the rest, whose chance level is not known either.
      In object_counting the two are targets, both right, so it counts as "not known".
    - `parameters` are those that the names of the models say, rounded; `training_flops` is NaN.

    Returns
    -------
    DataFrame, one row per model, task and metric
        The columns that all tables share, then `kind`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    The code and the results are those of github.com/wschella/lass; we have not seen the paper to which they
    belong. The answers are those of Srivastava et al. (2023), TMLR (Apache-2.0). For the scores no licence is
    stated, so the book fetches them and passes none on.

    Examples
    --------
    >>> table = load_schellaert2024().query("task == 'modified_arithmetic' and metric == 'accuracy'")
    >>> (table["score"] * table["items"]).round().astype(int).tolist()
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 27]
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    wide = pd.concat(map(_read, _sources.paths(_sources.files("schellaert2024"))), ignore_index=True)
    wide = wide.assign(kind=wide["task"].map(_kind(wide))).sort_values(["task", "parameters"])
    keys = ["family", "model", "parameters", "training_flops", "task", "items", "kind"]
    return tidy(wide.melt(keys, ["accuracy", "confidence_brier_score"], "metric", "score"), "kind")


def _read(path: Path) -> pd.DataFrame:
    """Return the scores of one model, whose name is that of the folder."""
    scores = pd.DataFrame.from_dict(json.loads(path.read_text(encoding="utf-8")), orient="index")
    scores = scores[list(_COLUMNS)].set_axis(_COLUMNS.values(), axis=1)
    name = path.parent.name
    return (
        scores.rename_axis("task")
        .reset_index()
        .assign(
            family="BIG-G",
            model=f"BIG-G {name}",
            parameters=float(name[:-1]) * _UNITS[name[-1]],
            training_flops=np.nan,
            items=scores["items"].astype(int).to_numpy(),
        )
    )


def _kind(wide: pd.DataFrame) -> pd.Series:
    """Return what kind of task each is, from the confidences that all models have in it."""
    shares = {
        # If "confident" (c > 0.5) is as often right as the answer is, then all answers are confident.
        "two options": np.isclose(wide["above_half"], wide["accuracy"]),
        # With c = 1 the squared error is that of the wrong answers.
        "one target": np.isclose(wide["confidence_brier_score"], 1 - wide["accuracy"]),
    }
    always = pd.DataFrame(shares).groupby(wide["task"]).all()
    always.loc[always.index.isin(_SEVERAL_TARGETS)] = False
    kind = np.select(
        [always["one target"], always["two options"]], ["one target", "two options"], "not known"
    )
    return pd.Series(kind, always.index)
