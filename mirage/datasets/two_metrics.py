"""The same answers of real models under a harsh and a lenient metric, one table from many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirage import _validate
from mirage._later import pd
from mirage.datasets.arithmetic import load_arithmetic_runs
from mirage.datasets.ruan2024 import load_ruan2024
from mirage.datasets.schellaert2024 import load_schellaert2024
from mirage.datasets.vision import load_vision_answers, load_vision_errors
from mirage.datasets.wu2025 import load_wu2025

__all__ = ["load_two_metrics"]

_ARITHMETIC = {
    "sums": ("mixed", "addition"),
    "products": ("mixed", "multiplication"),
    "padded sums": ("padded", "addition"),
}
_NAMES = {"mmlu": "MMLU", "hindu_knowledge": "Hindu knowledge", "parsinlu_qa_mc": "ParsiNLU"}
_PARTS = 100  # of the images; fewer rows than images, and as good to draw again


def load_two_metrics(name: str) -> pd.DataFrame:
    """Return scores of the same answers under a harsh metric and a lenient one.

    `debate.compare_metrics` takes the table.

    - "own" are networks trained for the book. Sums and products: exact match, against minus the edit
      distance, and minus the loss per token. Digits of MNIST, two of them added, and Omniglot's characters of
      one hand: all of five right (at random, or of a sequence), against one. Autoencoders: the share of
      images below the median error, against minus the mean error.
    - "published" are IPA transliteration (Ruan et al.): exact match, against BLEU; the six tasks that Wu and
      Lo call emergent, without the models that they leave out, and BIG-G's 16 tasks with two options
      (Schellaert et al.): accuracy, against minus the Brier score.

    Parameters
    ----------
    name : {"own", "published"}
        Which.

    Returns
    -------
    DataFrame, one row per comparison, size and unit
        `comparison`; `size`, parameters, or for other authors' families, which are taken together, operations
        of training; `unit`, the seed, the hundredth of the images, the family, or BIG-G's task; `harsh` and
        `lenient`, means that rise with ability; `at_each_size`, true where the units of one size have nothing
        to do with those of another; `chance`, of the harsh score.

    Raises
    ------
    DataUnavailable
        If published files can neither be found nor fetched.
    ValueError, TypeError
        If there is no such table.

    Examples
    --------
    >>> table = load_two_metrics("own")
    >>> int(table.loc[table["comparison"] == "sums, by edits", "size"].nunique())
    13
    """
    sources = {"own": (_of_sums, _of_images), "published": (_of_families, _of_tasks)}
    parts = [part for source in sources[_validate.choice("name", name, tuple(sources))] for part in source()]
    return pd.concat(parts, ignore_index=True)


def _tidy(name: str, table: pd.DataFrame, size: str = "parameters", unit: str = "seed", **constants):
    means = (
        table.groupby([size, unit])[["harsh", "lenient"]].mean().rename_axis(["size", "unit"]).reset_index()
    )
    constants = {"at_each_size": unit == "seed", "chance": 0.0} | constants
    return means.assign(comparison=name, **constants)


def _of_sums() -> Iterator[pd.DataFrame]:
    runs = load_arithmetic_runs()
    runs = runs[runs["step"] == runs.groupby("family")["step"].transform("max")]
    ways = {
        "edits": -runs["token_edit_distance"] / runs["trials"],
        "loss": runs["log_probability"] / runs["tokens"],
    }
    for name, (family, task) in _ARITHMETIC.items():
        some = (runs["family"] == family) & (runs["task"] == task)
        for way, lenient in ways.items():
            each = runs.assign(harsh=runs["exact_match"] / runs["trials"], lenient=lenient)
            yield _tidy(f"{name}, by {way}", each[some])


def _of_images() -> Iterator[pd.DataFrame]:
    for name, task in (("digits, five", "digits"), ("added digits, five", "sums")):
        answers = load_vision_answers(task)
        right = (answers["target"] == answers["prediction"]).groupby([answers["parameters"], answers["seed"]])
        right, items = right.sum(), right.size()
        five = np.prod([(right - i) / (items - i) for i in range(5)], axis=0)
        yield _tidy(name, pd.DataFrame({"harsh": five, "lenient": right / items}))
    answers = load_vision_answers("omniglot").query("task == 'one hand'")
    pairs = zip(answers["target"], answers["prediction"], strict=True)
    right = np.array([[a == b for a, b in zip(*pair, strict=True)] for pair in pairs])
    yield _tidy("characters, five", answers.assign(harsh=right.all(axis=1), lenient=right.mean(axis=1)))
    errors = load_vision_errors().query("family == 'autoencoder'")
    part, below = pd.factorize(errors["item"])[0] % _PARTS, errors["error"] < errors["error"].median()
    errors = errors.assign(part=part, harsh=below, lenient=-errors["error"])
    yield _tidy("images, a bar", errors, unit="part")


def _of_families() -> Iterator[pd.DataFrame]:
    keys = ["training_flops", "family"]
    transliterated = load_ruan2024().query("task == 'ipa_transliterate'")
    both = transliterated.pivot_table("score", keys, "metric").dropna()
    both = both.rename(columns={"exact_match": "harsh", "bleu": "lenient"})
    yield _tidy("IPA transliteration", both, *keys)
    called = load_wu2025().query("group == 'all' and called_emergent and not left_out")
    for task, one in called.groupby("task"):
        both = one.pivot_table("score", keys, "metric").dropna()
        both = both.assign(harsh=both["accuracy"], lenient=-both["brier_score"])
        name = _NAMES.get(task, task.replace("_", " "))
        yield _tidy(name, both, *keys, chance=one["chance"].mean())


def _of_tasks() -> Iterator[pd.DataFrame]:
    keys = ["parameters", "task"]
    both = load_schellaert2024().query("kind == 'two options'").pivot_table("score", keys, "metric")
    both = both.assign(harsh=both["accuracy"], lenient=-both["confidence_brier_score"])
    yield _tidy("BIG-G, 16 tasks", both, *keys, chance=0.5)
