"""The options of four multiple-choice tests, without their questions."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from mirage._later import pd
from mirage.datasets import _sources

__all__ = ["load_choices"]

_SETS = {
    "openbookqa": "OpenBookQA",
    "arc_easy": "ARC-Easy",
    "arc_challenge": "ARC-Challenge",
    "csqa": "CommonsenseQA",
}
_SPLITS = {"train": "train", "val": "validation", "test": "test"}


def load_choices() -> pd.DataFrame:
    """Return the options of OpenBookQA, ARC-Easy, ARC-Challenge and CommonsenseQA, without the questions.

    The files are those from which OLMo was asked, five examples in the prompt, options with letters. What was
    changed, and what to know about them:

    - Questions and examples are left out: the table holds what a reader sees who sees only the options.
    - OLMo's scores are those of `test`, but of CommonsenseQA, whose test has no published answers, those of
      `validation`.
    - ARC has a few items with three or five options, all others have four; CommonsenseQA has five.
    - Two items of one split may have the same options.

    Returns
    -------
    DataFrame, one row per option
        `set`, `split` ("train", "validation", "test"), `item` (its number in the split, from 0), `position`
        (of the option, from 0), `option` (its text) and `right` (whether it is the answer). The options of an
        item follow each other.

    Raises
    ------
    DataUnavailable
        If the files can neither be found nor fetched.

    References
    ----------
    Mihaylov et al. (2018), *Can a Suit of Armor Conduct Electricity?*, EMNLP (OpenBookQA). Clark et al.
    (2018), arXiv:1803.05457 (ARC). Talmor et al. (2019), *CommonsenseQA*, NAACL. Each has a licence of its
    own; the book fetches them and passes none on.

    Examples
    --------
    >>> table = load_choices()
    >>> table[table["right"]].groupby(["set", "split"]).size()["OpenBookQA"].to_dict()
    {'test': 500, 'train': 4957, 'validation': 500}
    """
    return _table().copy()


@functools.cache
def _table() -> pd.DataFrame:
    paths = _sources.paths(_sources.files("choices"))
    rows = [row for path in paths for row in _rows(path)]
    return pd.DataFrame(rows, columns=["set", "split", "item", "position", "option", "right"])


def _rows(path: Path) -> Iterator[tuple]:
    name, split = _SETS[path.parts[-3]], _SPLITS[path.parts[-2].split("_")[0]]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        # The file has a line for each option, with the whole item in each.
        items = (json.loads(line)["doc"] for line in lines if '"idx": 0,' in line)
        for number, item in enumerate(items):
            for place, option in enumerate(_options(item["query"], item["choices"])):
                yield name, split, number, place, option, place == item["gold"]


def _options(query: str, letters: list[str]) -> list[str]:
    """Return the texts behind the letters; they stand one below the other, after the question."""
    text = query.removesuffix("\nAnswer:")
    found = []
    for letter in reversed(letters):
        text, _, option = text.rpartition(f"\n {letter}. ")
        found.append(option)
    return found[::-1]
