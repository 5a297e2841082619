"""McLeish et al. (2025): the Gemstones, 22 shapes of model, each at 35 checkpoints."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from mirage._later import pd
from mirage.datasets import _sources
from mirage.datasets._tables import tidy

__all__ = ["load_mcleish2025"]

_TOKENS_PER_STEP = 4_194_304
_LAST = 35 * 2385  # the step of "main", one more interval after the last that is named
_ITEMS = {"openbookqa": 500, "mmlu": np.nan}  # of the others 1,000


def load_mcleish2025() -> pd.DataFrame:
    """Return the scores of the Gemstones on nine tasks of choices, and each checkpoint's loss on a text.

    The models have 50 million to 2 billion parameters, and differ in width and depth: several have the same
    size in other shapes. Each has 35 checkpoints, every 10 billion tokens up to 350 billion.

    - `accuracy` was measured on 1,000 items of a task (500 in OpenBookQA); of MMLU it is the mean
      over the accuracies in 57 subjects, so that `items` is NaN there.
    - `dclm_loss` is the loss on another text, DCLM, in nats per token.
    - The last checkpoint is called "main" in the files. That it follows the last that has a number is our
      reading.
    - `training_flops` is 6 x parameters x tokens.

    Returns
    -------
    DataFrame, one row per shape, checkpoint and task
        The columns that all tables share, then `width`, `depth`, `step`, `tokens`, `dclm_loss`.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    McLeish et al. (2025), *Gemstones: A Model Suite for Multi-Faceted Scaling Laws*, arXiv:2502.06857. The
    data are licensed MIT.

    Examples
    --------
    >>> table = load_mcleish2025()
    >>> table.groupby("task")[["model", "step"]].nunique().drop_duplicates().to_numpy().tolist()
    [[22, 35]]
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    paths = _sources.paths(_sources.files("mcleish2025"))
    (runs,) = [pd.read_json(path, lines=True) for path in paths if path.suffix == ".jsonl"]
    (wide,) = [pd.read_parquet(path) for path in paths if path.suffix == ".parquet"]
    losses = pd.concat([_losses(path) for path in paths if path.suffix == ".json"])
    table = wide.rename_axis("name").melt(var_name="task", value_name="score", ignore_index=False)
    shape = table.index.str.extract(r"^Gemstone-(?P<width>\d+)x(?P<depth>\d+)-").astype(int)
    table = table.join(losses).reset_index().join(shape)
    sizes = runs.groupby(["width", "depth"])["params_active_precise"].first().astype(float)
    table = table.join(sizes.rename("parameters"), on=["width", "depth"])
    step = table["name"].str.extract(r"-step_(\d+)$")[0].astype(float).fillna(_LAST).astype(int)
    tokens = step * _TOKENS_PER_STEP
    table = table.assign(
        family="Gemstones",
        model="Gemstone-" + table["width"].astype(str) + "x" + table["depth"].astype(str),
        training_flops=6 * table["parameters"] * tokens,
        metric="accuracy",
        items=table["task"].map(_ITEMS).where(table["task"].isin(list(_ITEMS)), 1000),
        step=step,
        tokens=tokens,
    )
    table = table.sort_values(["task", "parameters", "model", "step"])
    return tidy(table, "width", "depth", "step", "tokens", "dclm_loss")


def _losses(path: Path) -> pd.Series:
    """Return the losses of one shape by the name of the checkpoint."""
    losses = pd.Series(json.loads(path.read_text(encoding="utf-8")), name="dclm_loss")
    return losses.add_prefix(f"{path.stem}-")
