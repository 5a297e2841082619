"""Sizes of models: from a file, the log, HELM's list or the name, in this order; never a guess."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from mirage import _validate, words
from mirage.logs._runs import Run

__all__ = ["listed", "placed", "size_in_name", "with_size"]

_UNITS = {"b": 1e9, "m": 1e6, "k": 1e3}
_NUMBER = re.compile(r"(?<![a-z0-9.])(\d+(?:[._]\d+)?)([bmk])(\d)?(?![a-z0-9])", re.IGNORECASE)
_CONTEXTS = {4, 8, 16, 32, 64, 128, 200, 256, 512, 1000}  # thousands of tokens
_SEED = re.compile(r"[-_](?:seed[-_]?|s)(\d+)$", re.IGNORECASE)


def size_in_name(name: str) -> float | None:
    """Return the size that stands in a model's name.

    Parameters
    ----------
    name : str
        Such as "EleutherAI/pythia-1.4b".

    Returns
    -------
    float or None
        Parameters; None if no size stands there, or several, or what may be the length of a context.

    Raises
    ------
    TypeError
        If the name is no text.

    Examples
    --------
    >>> size_in_name("bigscience/bloom-7b1"), size_in_name("Phi-3-mini-128k-instruct")
    (7100000000.0, None)
    """
    _validate.instance("name", name, str)
    found: dict[str, set[float]] = {}
    for number, unit, tenths in _NUMBER.findall(name):
        value = float(number.replace("_", ".")) + int(tenths or 0) / 10  # 7b1
        if not (unit in "kK" and value in _CONTEXTS):
            found.setdefault(unit.lower(), set()).add(value * _UNITS[unit.lower()])
    largest = next((found[unit] for unit in _UNITS if unit in found), set())
    return largest.pop() or None if len(largest) == 1 else None


def placed(runs: Iterable[Run], sizes: str | Path | pd.DataFrame | None = None) -> list[Run]:
    """Return runs with the size, family and seed of each model, as far as they are known.

    Parameters
    ----------
    runs : list of Run
        As `read` returns them.
    sizes : path or DataFrame, optional
        One row a model, `model, parameters`, and if known `family, seed`. It comes before the log, HELM's own
        list (if HELM is installed), and the name of the model, whose rest is the family.

    Returns
    -------
    list of Run
        `parameters_from` says where each size is from; None stays where none is known.

    Raises
    ------
    ValueError, TypeError
        If the table lacks a column, a size is not above 0, or a model stands twice.

    Examples
    --------
    >>> placed([])
    []
    """
    rows = listed(sizes)
    return [with_size(run, rows) for run in runs]


def listed(sizes: object) -> dict[str, dict]:
    """Return the rows of a file or table of sizes, by model."""
    if isinstance(sizes, str | Path):
        sizes = pd.read_csv(_validate.existing("sizes", sizes, "file"), dtype=str, keep_default_na=False)
    if sizes is None:
        return {}
    _validate.instance("sizes", sizes, pd.DataFrame)
    _validate.columns("sizes", sizes, ["model", "parameters"])
    rows = {}
    for row in sizes.to_dict("records"):
        model = words.visible(row["model"], 80)
        if str(row["parameters"]).strip():  # --write-sizes leaves empty what it does not know
            size = pd.to_numeric(row["parameters"], errors="coerce")
            if not 0 < size < np.inf:
                got = words.visible(row["parameters"], 20)
                raise ValueError(f"parameters of sizes must be numbers above 0; {model} has {got}")
            if row["model"] in rows:
                raise ValueError(f"sizes must name each model once; {model} stands twice")
            rows[row["model"]] = row | {"parameters": float(size)}
    return rows


def with_size(run: Run, rows: dict[str, dict]) -> Run:
    """Return a run with size, family and seed, of rows that `listed` gives."""
    _validate.instance("runs", run, Run)
    short = run.model if run.harness == "bigbench" else run.model.rpartition("/")[2]
    row = rows.get(run.model) or rows.get(short) or {}
    seed = _SEED.search(short)
    rest = re.sub(r"[-_ ]{2,}", "-", _NUMBER.sub("", _SEED.sub("", short))).strip("-_ ")
    told = (row.get("parameters"), "sizes.csv"), (run.parameters, run.parameters_from)
    told += (_helm_sizes().get(run.model), "HELM's list"), (size_in_name(run.model), "the name")
    size, known_from = next((each for each in told if each[0]), (None, ""))
    family = row.get("family") or run.family or rest or short
    number = row.get("seed") or run.seed or (seed[1] if seed else "")
    return replace(run, family=str(family), seed=str(number), parameters=size, parameters_from=known_from)


@cache
def _helm_sizes() -> dict[str, float]:
    """Return the sizes in the list that HELM brings, where it is installed."""
    folders = spec.submodule_search_locations if (spec := find_spec("helm")) else []
    paths = [Path(folder, "config", "model_metadata.yaml") for folder in folders]
    text = "".join(path.read_text(encoding="utf-8") for path in paths if path.exists())
    entries = re.split(r"^\s*- name: ", text, flags=re.MULTILINE)[1:]
    found = {entry.split()[0]: re.search(r"num_parameters: (\d+)", entry) for entry in entries}
    return {name: float(size[1]) for name, size in found.items() if size}
