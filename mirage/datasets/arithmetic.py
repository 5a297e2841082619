"""The answers of the transformers that were trained for the book, part of the package."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np

from mirage import _validate
from mirage._later import pd

__all__ = ["load_arithmetic", "load_arithmetic_runs"]

_PLACES = [f"log_probability_{place}" for place in range(1, 7)]


def load_arithmetic(
    task: str | None = None, family: str | None = None, *, final: bool = True
) -> pd.DataFrame:
    """Return answers of the arithmetic family, one row per answer: a table of fixed outputs.

    Trained with one rule for the learning rate of all sizes. `make arithmetic` trains the same family at
    rates that are tuned; its tables will take the place of these. A prompt is "12+345=", a target "357.": the
    point says that the answer ends, and is a token like the digits. No test item was in the training data.

    Kept are the answers of the trained models: of every seed for `addition` (two numbers of four digits) and
    `multiplication` (two of two digits); of four seeds for `sums of 3 digits`, of 4 and of 5, whose operands
    have one to four digits; of two seeds of the smaller sizes for `addition, large test`. Of the families
    that only vary the recipe, and of all models at earlier steps, the first 200 answers of two seeds are
    kept. The counts over all answers, kept or not, are in `load_arithmetic_runs`.

    Parameters
    ----------
    task, family : str, optional
        Read only one task, or one family: `mixed`, trained on sums and products; `padded`, the control, on
        sums of four digits filled with zeros; `rate 0.5` and `rate 2`, with other learning rates;
        `equal compute`, a smaller size trained for longer.
    final : bool
        Leave out the answers from before the end of training.

    Returns
    -------
    DataFrame, one row per answer
        `outputs.COLUMNS` and `log_probabilities` (arrays, one per symbol of the target, in nats, of half
        precision). The items of a run are shuffled, in the same way for all runs, so that the first of them
        are a random part of the test. How the models were trained is in the table's `attrs`.

    Raises
    ------
    ValueError, TypeError
        If there is no such task or family, or `final` is not true or false.

    Examples
    --------
    >>> answers = load_arithmetic("multiplication", "mixed")
    >>> bool(answers["target"].str.endswith(".").all())
    True
    """
    final = _validate.flag("final", final)
    runs, wanted = load_arithmetic_runs(), []
    for name, value in (("task", task), ("family", family)):
        if value is not None:
            wanted.append((name, "==", _validate.choice(name, value, tuple(runs[name].unique()))))
    parts = []
    for name in ("arithmetic.parquet", "arithmetic-recipes.parquet"):
        with _open(name) as file:
            parts.append(pd.read_parquet(file, filters=wanted or None))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    if final:
        last = table.groupby(["family", "model"])["step"].transform("max")
        table = table[table["step"] == last].reset_index(drop=True)
    table = table.iloc[_shuffled(table)].reset_index(drop=True)
    lengths, known = table["target"].str.len(), table[_PLACES].to_numpy(float)
    table = table.drop(columns=_PLACES)
    table["log_probabilities"] = [row[:length] for row, length in zip(known, lengths, strict=True)]
    table.attrs = runs.attrs
    return table


def load_arithmetic_runs() -> pd.DataFrame:
    """Return what each transformer of the arithmetic family scored, at each step: counts and sums.

    Returns
    -------
    DataFrame, one row per family, size, seed, step and task
        `family, model, parameters, seed, step, task`; the items, `trials`, and their `tokens`. Sums over the
        items: `exact_match`, `token_edit_distance`, `token_accuracy`, `target_probability` (of the whole
        target), `log_probability` (of all its tokens), and for their standard errors those of the squares,
        ending in `_squared` (for `log_probability`: of what an item has beyond its tokens' share). By place
        in the target, lists of six: `place_items`, `place_right`, `place_log_probability`. How the models
        were trained is in the table's `attrs`.

    Examples
    --------
    >>> runs = load_arithmetic_runs()
    >>> bool((runs["exact_match"] <= runs["trials"]).all())
    True
    """
    with _open("arithmetic-runs.parquet") as file:
        table = pd.read_parquet(file)
    for name in ("place_items", "place_right", "place_log_probability"):
        table[name] = [np.asarray(row) for row in table[name]]
    with _open("arithmetic.json") as file:
        table.attrs = json.load(file)
    return table


def _shuffled(table: pd.DataFrame) -> np.ndarray:
    """Return the rows run by run, the items in the order of their hashes."""
    runs = table.groupby(["task", "family", "parameters", "seed", "step"]).ngroup()
    return np.lexsort([pd.util.hash_array(table["item"].to_numpy(object)), runs])


def _open(name: str):
    return resources.files("mirage").joinpath("data", name).open("rb")
