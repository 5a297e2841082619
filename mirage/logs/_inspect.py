"""Logs of Inspect: .eval, which is a zip file, and .json."""

from pathlib import Path

import numpy as np

from mirage import _archives
from mirage.logs._runs import Answers, Found, Refuse, load_json, parse, text_of

__all__ = ["read"]

_VALUES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
MOST_TEXT = 2**30  # characters that are kept of one log
_FIRST = ["choice", "exact", "match"]  # scorers, the telling ones first


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of one log."""
    about, samples = _parts(path)
    asked, status = about["eval"], about.get("status", "started")
    scored = [sample for sample in samples if sample["scores"] and not sample["broken"]]
    if status != "success" or not scored:
        planned = asked["dataset"].get("samples", "?")
        known = f"{len(samples)} samples, {len(scored)} of them with a score, of {planned} items"
        refuse(path, f"not used: status {status}, {known}")
        return
    if len(scored) < len(samples):
        refuse(path, f"{len(samples) - len(scored)} of {len(samples)} samples have no score")
    identity = f"{asked['run_id']} {asked['task_id']} {asked['model']}"
    labels = {"model": asked["model"], "task": asked["task"], "stamp": asked["created"], "identity": identity}
    yield path, labels | {"version": asked.get("packages", {}).get("inspect_ai", "")}, _answers(scored)


def _parts(path: Path) -> tuple[dict, list[dict]]:
    if path.suffix == ".json":
        about = load_json(path)
        return about, list(map(_kept, about.get("samples") or []))
    with _archives.opened(path) as archive:
        names = archive.namelist()
        head = "header.json" if "header.json" in names else "_journal/start.json"  # of a run that was killed
        about, samples, left = parse(_archives.read_member(archive, head)), [], MOST_TEXT
        for name in [name for name in names if name.startswith("samples/")]:
            samples.append(_kept(parse(_archives.read_member(archive, name))))
            left -= sum(map(len, [samples[-1]["completion"], *samples[-1]["target"]]))
            if left < 0:
                raise ValueError(f"more than {MOST_TEXT >> 20} million characters of answers")
        return about, samples


def _kept(sample: dict) -> dict:
    """Return what is needed of a sample, so that the rest leaves the memory."""
    completion, target = sample["output"].get("completion") or "", sample["target"]
    if completion.startswith("attachment://"):
        completion = sample["attachments"][completion.removeprefix("attachment://")]
    targets = target if isinstance(target, list) and target else [target]
    return {
        "id": sample["id"],
        "completion": text_of(completion),
        "target": list(map(text_of, targets)),
        "scores": {name: _value(score) for name, score in (sample.get("scores") or {}).items()},
        "options": len(sample.get("choices") or ()),
        "broken": bool(sample.get("error")),
    }


def _value(score: dict) -> float:
    """Return a score as Inspect turns it into a number; NaN if it is none."""
    value = score.get("value")
    return float(value) if isinstance(value, int | float) else _VALUES.get(str(value), np.nan)


def _answers(samples: list[dict]) -> Answers:
    """Take the first scorer that says right or wrong of all."""
    names = sorted(samples[0]["scores"], key=lambda name: [*_FIRST, name].index(name))
    values = {name: np.array([sample["scores"].get(name, np.nan) for sample in samples]) for name in names}
    name = next((name for name in names if np.isin(values[name], (0, 1)).all()), "")
    numbers, targets = [sample["id"] for sample in samples], [sample["target"] for sample in samples]
    if all(sample["options"] for sample in samples):
        chance = float(np.mean([1 / sample["options"] for sample in samples]))
        return Answers("graded", numbers, targets, values[name], metric="accuracy", chance=chance)
    answers = [sample["completion"].strip() for sample in samples]
    metric = "exact_match" if name in ("exact", "") else "accuracy"
    return Answers("generation", numbers, targets, answers, values.get(name), metric)
