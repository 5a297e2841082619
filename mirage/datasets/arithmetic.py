"""The answers of the transformers that were trained for the book, part of the package."""

from __future__ import annotations

import functools
import gzip
import json
from importlib import resources

import numpy as np

from mirage import _validate
from mirage._later import parquet, pd

__all__ = [
    "load_arithmetic",
    "load_arithmetic_rates",
    "load_arithmetic_runs",
    "load_arithmetic_samples",
]

_PLACES = [f"log_probability_{place}" for place in range(1, 7)]
_LISTS = ["place_items", "place_right", "place_log_probability"]
_FOLDER = resources.files("mirage") / "data"
_ONE = ["family", "model", "parameters", "seed"]


def load_arithmetic(
    task: str | None = None, family: str | None = None, *, final: bool = True
) -> pd.DataFrame:
    """Return answers of the arithmetic family, one row per answer: a table of fixed outputs.

    Made by `make arithmetic`, from `experiments/arithmetic.py`: thirteen sizes, each trained at the learning
    rate that was best for it. A prompt is "12+345=", a target "357.": the point says that the answer ends,
    and is a token like the digits. No test item was in the training data.

    Kept are the likeliest answers of the trained models: of every seed for `addition` (two numbers of four
    digits) and `multiplication` (two of two digits); of four seeds for `sums of 3 digits`, of 4 and of 5,
    whose operands have one to four digits; of two seeds of the smaller sizes for `addition, large test`. Of
    all models at earlier steps, the first 200 answers of two seeds are kept. The counts over all answers,
    kept or not, are in `load_arithmetic_runs`.

    Parameters
    ----------
    task, family : str, optional
        Read only one task, or one family: `mixed`, trained on sums and products; `padded`, the control, on
        sums of four digits filled with zeros.
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
    wanted = [("sample", "==", 0)]
    if task is not None:
        tasks = _rows("items")["task"].unique()
        wanted.append(("task", "==", _validate.choice("task", task, tuple(tasks))))
    table = _answers(wanted, _families(family), final)
    known, lengths = table[_PLACES].to_numpy(float), table["target"].str.len()
    table["log_probabilities"] = [row[:length] for row, length in zip(known, lengths, strict=True)]
    return table.drop(columns=[*_PLACES, "sample"])


def load_arithmetic_samples() -> pd.DataFrame:
    """Return answers that models of the family drew by their probabilities, several per item.

    Some seeds of the sizes that were trained anew answered the first 500 sums of two numbers of four digits
    20 times each, every symbol drawn with the probability that the model gave it.

    Returns
    -------
    DataFrame, one row per answer
        `outputs.COLUMNS` and `sample`, from 1.

    Examples
    --------
    >>> int(load_arithmetic_samples().groupby(["model", "seed", "item"]).size().max())
    20
    """
    return _answers([("sample", ">", 0)], ("mixed",), final=True).drop(columns=_PLACES)


def load_arithmetic_runs() -> pd.DataFrame:
    """Return what each transformer of the arithmetic family scored, at each step: counts and sums.

    Returns
    -------
    DataFrame, one row per family, size, seed, step and task
        `family, model, parameters, seed, step, task` and `rate`, the learning rate as a multiple of that of
        one rule for all sizes. Besides the families of `load_arithmetic` there is `one rule`, trained at that
        rule (rate 1), by its last answers to `addition`. The items, `trials`, and their `tokens`. Sums over
        the items: `exact_match`, `token_edit_distance`, `token_accuracy`, `target_probability` (of the whole
        target), `log_probability` (of all its tokens), and for their standard errors those of the squares,
        ending in `_squared` (for `log_probability`: of what an item has beyond its tokens' share). By place
        in the target, arrays of six: `place_items`, `place_right`, `place_log_probability`. How the models
        were trained is in the table's `attrs`.

    Examples
    --------
    >>> runs = load_arithmetic_runs()
    >>> bool((runs["exact_match"] <= runs["trials"]).all())
    True
    """
    parts = []
    for name in _members():
        about = _said(name)
        one = {key: about[key] for key in ("family", "parameters", "seed", "rate")}
        parts.append(pd.DataFrame(about["runs"]).assign(**one, model=_model(name)))
    with (_FOLDER / "arithmetic-one-rule.parquet").open("rb") as file:
        rule = pd.read_parquet(file)
    table = pd.concat([*parts, rule], ignore_index=True)
    table[_LISTS] = table[_LISTS].map(np.asarray)
    table = table[[*_ONE, "step", "task", "rate", *parts[0].columns.drop([*_ONE, "step", "task", "rate"])]]
    table.attrs = _about(_members())
    return table.sort_values([*_ONE, "task", "step"], ignore_index=True)


def load_arithmetic_rates() -> pd.DataFrame:
    """Return the losses by which the learning rate of each size was chosen.

    Returns
    -------
    DataFrame, one row per size, learning rate and seed
        `width, parameters`, `rate` (a multiple of one rule for all sizes), `seed` (none of those of the
        family) and `validation_loss`, in nats per symbol of problems like those of the training.

    Examples
    --------
    >>> rates = load_arithmetic_rates()
    >>> int(rates.groupby("width")["rate"].nunique().min())
    3
    """
    with (_FOLDER / "arithmetic-rates.csv").open("rb") as file:
        return pd.read_csv(file)


def _families(family: str | None) -> tuple[str, ...]:
    every = tuple(dict.fromkeys(name.split("-")[0] for name in _members()))
    return every if family is None else (_validate.choice("family", family, every),)


@functools.cache
def _members() -> tuple[str, ...]:
    """Return the names of the members' tables."""
    files = (path.name.removesuffix(".parquet") for path in (_FOLDER / "arithmetic").iterdir())
    return tuple(sorted(name for name in files if name != "items"))


def _model(name: str) -> str:
    return name.rsplit("-", 1)[0]


def _open(name: str):
    return (_FOLDER / "arithmetic" / f"{name}.parquet").open("rb")


def _rows(name: str, wanted: list | None = None) -> pd.DataFrame:
    """Return the rows of a table, or those that are wanted."""
    with _open(name) as file:
        return parquet.read_table(file, filters=wanted).to_pandas()


def _said(name: str) -> dict:
    """Return what a table says of itself."""
    with _open(name) as file:
        return json.loads(gzip.decompress(parquet.read_schema(file).metadata[b"member"]))


def _about(names: tuple[str, ...]) -> dict:
    """Return what all members share, and what each says of its training."""
    members = [_said(name) for name in names]
    for member in members:
        del member["runs"]
    return _said("items") | {"members": members}


def _answers(wanted: list, families: tuple[str, ...], final: bool) -> pd.DataFrame:
    """Return the wanted answers of some families, beside their items."""
    parts, names = [], tuple(name for name in _members() if name.startswith(families))
    for name in names:
        rows, about = _rows(name, wanted), _said(name)
        if final:
            rows = rows[rows["step"] == about["steps"]]
        one = {key: about[key] for key in ("family", "parameters", "seed")}
        parts.append(rows.assign(**one, model=_model(name)))
    table = pd.concat(parts, ignore_index=True).merge(_rows("items"), on=["family", "task", "row"])
    runs = table.groupby(["task", "family", "parameters", "seed", "step", "sample"]).ngroup()
    order = np.lexsort([pd.util.hash_array(table["item"].to_numpy(object)), runs])
    columns = ["item", "target", "prediction", *_ONE, "step", "task", "sample", *_PLACES]
    table = table[columns].iloc[order].reset_index(drop=True)
    table.attrs = _about(names)
    return table
