"""Pairs of targets and predictions, checked and made comparable, for the scores in `mirage.metrics`."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from mirage import _validate
from mirage._later import pd

__all__ = ["items", "scored", "sequences"]

# A batch that stays in the processor's cache is scored faster than a million pairs at once.
_BATCH = 2000


def scored(
    score: Callable[[Sequence, Sequence], np.ndarray], targets: object, predictions: object
) -> np.ndarray:
    """Return `score(targets, predictions)`, one value per item, of answers that are checked first."""
    return np.concatenate([score(*pairs) for pairs in _batches(targets, predictions)])


def items(name: str, values: object) -> Sequence:
    """Return the items of a list, tuple, array or Series, of which there is at least one."""
    found = _plain(values)
    if found is None:
        not_a_string = ", not a single string" if isinstance(values, str) else ""
        raise TypeError(
            f"{name} must be a list, tuple, array or Series with one entry per item{not_a_string}; "
            f"got {_validate.shown(values)} of type {type(values).__name__}"
        )
    if not found:
        raise ValueError(f"{name} must hold at least one item; got {_validate.shown(values)}")
    return found


def sequences(name: str, values: Sequence, first: int = 0) -> list[Sequence]:
    """Return each of some items, of which the first has the index `first`, as a list or tuple."""
    found = list(map(_plain, values))
    for place, (value, sequence) in enumerate(zip(values, found, strict=True), first):
        if sequence is None:
            raise TypeError(
                f"{name}[{place}] must be a list, tuple, array or Series; got {_validate.shown(value)}"
            )
    return found


def _plain(values: object) -> Sequence | None:
    # Arrays, Series and tensors know how to become plain lists, which are also faster to walk through.
    plain = values.tolist() if hasattr(values, "tolist") else values
    return plain if isinstance(plain, list | tuple) else None


def _batches(targets: object, predictions: object) -> Iterator[tuple[Sequence, Sequence]]:
    targets, predictions = items("targets", targets), items("predictions", predictions)
    if len(targets) != len(predictions):
        raise ValueError(
            "targets and predictions must have the same length; "
            f"got {len(targets)} targets and {len(predictions)} predictions"
        )
    for first in range(0, len(targets), _BATCH):
        batch = slice(first, first + _BATCH)
        yield _comparable(targets[batch], predictions[batch], first)


def _comparable(targets: Sequence, predictions: Sequence, first: int) -> tuple[Sequence, Sequence]:
    if _all_strings(targets) and _all_strings(predictions):
        return targets, predictions
    if _plain_tokens(targets, predictions):
        return targets, predictions
    for place, (target, prediction) in enumerate(zip(targets, predictions, strict=True), first):
        if isinstance(target, str) != isinstance(prediction, str):
            raise TypeError(
                f"targets[{place}] and predictions[{place}] must both be strings or both be sequences of "
                f"tokens; got {_validate.shown(target)} and {_validate.shown(prediction)}"
            )
    targets = _sequences_or_characters("targets", targets, first)
    predictions = _sequences_or_characters("predictions", predictions, first)
    if not _usable(chain(*targets, *predictions)):
        _refuse("targets", targets, first)
        _refuse("predictions", predictions, first)
    # RapidFuzz compares the hashes of tokens, which different tokens may share ("a" and 97, −1 and −2).
    codes = {token: code for code, token in enumerate(set(chain(*targets, *predictions)))}
    return _coded(targets, codes), _coded(predictions, codes)


def _all_strings(values: Sequence) -> bool:
    try:
        "".join(values)  # the quickest look at every item
    except TypeError:
        return False
    return True


def _plain_tokens(targets: Sequence, predictions: Sequence) -> bool:
    """Whether all answers are lists, or all tuples, of words only, or of numbers of a token only.

    Different tokens then have different hashes, by which RapidFuzz compares them, and none is missing.
    """
    if {*map(type, targets), *map(type, predictions)} not in ({list}, {tuple}):
        return False
    try:
        tokens = {*chain(*targets, *predictions)}
    except TypeError:  # a token without a hash
        return False
    types = {*map(type, tokens)}
    return types <= {str} or (types == {int} and min(tokens) >= 0 and max(tokens) < sys.hash_info.modulus)


def _sequences_or_characters(name: str, values: Sequence, first: int) -> list[Sequence]:
    return sequences(name, [list(value) if isinstance(value, str) else value for value in values], first)


def _usable(tokens: Iterable) -> bool:
    try:
        return not any(map(_is_missing, set(tokens)))
    except TypeError:  # a token without a hash
        return False


def _is_missing(token: object) -> bool:
    if token is None or ("pandas" in sys.modules and token is pd.NA):  # not imported for this question alone
        return True
    return token != token  # NaN differs from itself


def _refuse(name: str, answers: list[Sequence], first: int) -> None:
    for place, answer in enumerate(answers, first):
        if not _usable(answer):
            raise TypeError(
                f"{name}[{place}] must hold hashable tokens, such as numbers or words, none of them missing "
                f"(None, NaN); got {_validate.shown(answer)}"
            )


def _coded(answers: list[Sequence], codes: dict[object, int]) -> list[list[int]]:
    return [list(map(codes.__getitem__, answer)) for answer in answers]
