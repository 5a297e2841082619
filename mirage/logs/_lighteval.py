"""Details of lighteval: one Parquet file a task and run."""

import re
from pathlib import Path

import numpy as np

from mirage import _archives
from mirage.logs._runs import Answers, Found, Refuse, text_of

__all__ = ["read"]

_EXACT = "em", "exact_match", "quasi_exact_match"


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of one file of details, in details/MODEL/TIME."""
    rows = _archives.read_parquet(path, ["doc", "metric", "model_response"]).to_pylist()
    task, _, shots = rows[0]["doc"]["task_name"].rpartition("|")
    parts = path.parent.parts
    model = "/".join(parts[parts.index("details") + 1 : -1]) if "details" in parts else parts[-2]
    labels = {"model": model, "task": task, "shots": int(shots), "stamp": parts[-1]}
    yield path, labels | {"identity": f"{model} {path.name}"}, _answers(rows)


def _answers(rows: list[dict]) -> Answers:
    docs = [row["doc"] for row in rows]
    numbers, gold = [doc["id"] for doc in docs], [np.atleast_1d(doc["gold_index"]).tolist() for doc in docs]
    if "LOGPROBS" in docs[0]["sampling_methods"]:
        values = [row["model_response"]["logprobs"] for row in rows]
        return Answers("choice", numbers, [place for (place,) in gold], values)
    targets = [[text_of(doc["choices"][k]) for k in each] for doc, each in zip(docs, gold, strict=True)]
    name = next((name for name in _EXACT if name in rows[0]["metric"]), None)
    own = np.array([row["metric"][name] for row in rows], float) if name else None
    return Answers("generation", numbers, targets, list(map(_text, rows)), own, "own")


def _text(row: dict) -> str:
    """Return the answer, cut where it should have stopped, which lighteval itself may not have done."""
    stops = "|".join(re.escape(stop) for stop in row["doc"]["stop_sequences"] or () if stop)
    text = text_of(row["model_response"]["text"][0])
    return re.split(stops, text)[0] if stops else text
