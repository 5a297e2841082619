"""Scores of each answer of a run, computed again from the answers."""

import ast
from collections.abc import Sequence
from operator import eq

import numpy as np

from mirage import metrics
from mirage.logs._runs import Answers

__all__ = ["scored"]

_INVALID = ("", "[invalid]")
_LISTS = ("['", '["')  # of right answers, which lm-eval writes as text
_LONGEST = 10_000  # characters of an answer or a target that are compared
_LOOKED_AT = 2_000  # wrong answers of a run, for faults; targets, for the floor


def scored(found: Answers) -> dict:
    """Return what a `Run` holds of some answers: kind, items, scores, floors, faults."""
    if not len(found.numbers):
        raise ValueError("there is no answer")
    both = found.numbers, found.targets
    numbers, targets = (each.tolist() if isinstance(each, np.ndarray) else each for each in both)
    if found.kind != "choice":
        targets = map(str.strip, [each if isinstance(each, str) else str(each[0]) for each in targets])
    keys = np.fromiter(map(hash, zip(numbers, targets, strict=True)), np.int64)
    score = _SCORES.get(found.kind, _likelihood)
    return {"kind": found.kind, "items": keys, "clusters": found.clusters, **score(found)}


def _graded(found: Answers) -> dict:
    right = np.asarray(found.answers, float) > 0.5
    return {"scores": {found.metric: right, "own": right}, "floors": {found.metric: found.chance}}


def _generation(found: Answers) -> dict:
    answers, own, places = found.answers, found.own, enumerate(found.targets)
    several = {k: _ways(each) for k, each in places if type(each) is not str or each[:2] in _LISTS}
    targets = [several[k][0] if k in several else each for k, each in enumerate(found.targets)]
    first, bare = ([each.strip()[:_LONGEST] for each in texts] for texts in (targets, answers))
    exact, stripped = (np.fromiter(map(eq, *pair), bool) for pair in ((targets, answers), (first, bare)))
    edits = metrics.token_edit_distance(first, bare).astype(np.int32)
    ways = {k: [way.strip()[:_LONGEST] for way in each] for k, each in several.items()}
    for k, each in ways.items():
        exact[k], stripped[k] = answers[k] in several[k], bare[k] in each
        edits[k] = metrics.token_edit_distance(each, [bare[k]] * len(each)).min()
    right = exact if own is None else np.where(np.isnan(own), exact, own > 0.5)
    scores = {"exact_match": exact, "exact_match_stripped": stripped, "edit_distance": edits, "own": right}
    if found.metric != "own":
        scores[found.metric] = right
    if (right & ~stripped).sum() > right.sum() / 2:  # the harness compares something else than these texts
        scores = {name: value for name, value in scores.items() if name in ("own", found.metric)}
    places = np.random.default_rng(0).permutation(len(first))[:_LOOKED_AT]
    guesses = metrics.token_edit_distance([first[k] for k in places], [first[k] for k in np.roll(places, 1)])
    floors = dict.fromkeys(scores, 0.0) | {"edit_distance": float(guesses.mean())}
    return {"scores": scores, "floors": floors, **_faults(targets, ways, answers, bare, right)}


def _ways(target: str | list[str]) -> list[str]:
    """Return all right answers."""
    if isinstance(target, str) and len(target) < _LONGEST:
        try:
            target = ast.literal_eval(target)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [target]
    return list(map(str, target)) if isinstance(target, list) and target else [str(target)]


def _faults(targets: Sequence, ways: dict, answers: Sequence, bare: list, right: np.ndarray) -> dict:
    """Return shares of empty and of mendable answers, and examples of wrong ones, the telling ones first."""
    wrong = np.flatnonzero(~right)
    looked = wrong[:_LOOKED_AT].tolist()
    empty = [k for k in looked if bare[k] in _INVALID]
    mended = [k for k in looked if _mendable(bare[k], ways.get(k, [targets[k].strip()]))]
    part = len(wrong) / max(len(looked), 1) / len(answers)  # of all answers, for each that was looked at
    chosen = list(dict.fromkeys([*mended, *empty, *looked[:3]]))[:3]
    examples = tuple((targets[k][:_LONGEST], answers[k][:_LONGEST]) for k in chosen)
    return {"faults": {"empty": len(empty) * part, "mended": len(mended) * part}, "examples": examples}


def _mendable(answer: str, ways: list[str]) -> bool:
    """Whether an answer is right but for blanks, capitals, or what comes after it."""
    starts = (way for way in ways if way and answer.casefold().startswith(way.casefold()))
    return any(not answer[len(way) : len(way) + 1].isalnum() for way in starts)


def _choice(found: Answers) -> dict:
    flat, counts = found.answers if isinstance(found.answers, tuple) else _flat(found.answers)
    gold = np.asarray(found.targets, np.int64)
    if not np.isfinite(flat).all() or ((counts < 2) | (gold < 0) | (gold >= counts)).any():
        raise ValueError("an item has too few options or no right one, or a likelihood is not finite")
    starts = np.cumsum(counts) - counts
    best = np.repeat(np.maximum.reduceat(flat, starts), counts)
    chances = np.exp(flat - best)
    total = np.add.reduceat(chances, starts)
    chances /= np.repeat(total, counts)
    place = np.where(flat == best, np.arange(flat.size), flat.size)  # the harnesses take the first of equals
    right = np.minimum.reduceat(place, starts) == starts + gold
    log_score = (flat - best)[starts + gold] - np.log(total)
    brier = np.add.reduceat(chances**2, starts) - 2 * chances[starts + gold] + 1
    floors = {"accuracy": (1 / counts).mean(), "brier_score": (1 - 1 / counts).mean()}
    scores = {"accuracy": right, "brier_score": brier, "log_score": log_score, "own": right}
    return {"scores": scores, "floors": floors | {"log_score": -np.log(counts).mean()}}


def _flat(rows: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for row in rows for value in row], float), np.array(list(map(len, rows)))


def _likelihood(found: Answers) -> dict:
    """Score the likelihood of each target; whole texts have no greedy answer."""
    (values, greedy), size = found.answers, np.array([len(target.encode()) for target in found.targets])
    if not size.all() or not (np.isfinite(values) & (values <= 0)).all():
        raise ValueError("a target is empty, or a log-likelihood is not finite or above 0")
    scores = {"nats_per_item": -values, "bits_per_byte": -values / np.log(2) / size}
    if found.kind == "likelihood":
        scores |= {"greedy_match": greedy, "own": greedy}
    return {"scores": scores, "weights": size, "floors": {"greedy_match": 0.0}}


_SCORES = {"generation": _generation, "choice": _choice, "graded": _graded, "total": _graded}
