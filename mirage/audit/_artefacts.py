"""Zeros that prompt or filter made: what is said of them comes before any other verdict."""

import numpy as np

from mirage.audit._cases import Case
from mirage.logs import Run

__all__ = ["artefact"]

_LEVEL = 0.001  # of the exact sign test: no item is right here and wrong there, so p is 2 in 2^n
_MOST_EMPTY = 0.5
_LEAST, _SHARE = 10, 0.1  # answers of a run that become right, and their share


def artefact(case: Case, others: list[Case]) -> str:
    """Say what prompt or filter did to the score of a case; nothing if nothing is found."""
    runs = [run for run in case.runs if run.kind == "generation"]
    if not runs:
        return ""
    said = []
    if not any(run.scores["own"].any() for run in runs):
        right = {other: sum(_elsewhere(run, other) for run in runs) for other in others if other is not case}
        other = max(right, key=right.get, default=None)
        if other and 2 * 0.5 ** right[other] < _LEVEL:
            first = other.runs[0]
            way = f"filter {first.filter}" if first.task == runs[0].task else f"prompt of {first.task}"
            same = f"{right[other]:,} answers to the same items"
            said.append(f"no answer is right, but {same} are, with the {way}")
    if (empty := runs[-1].faults.get("empty", 0)) > _MOST_EMPTY:
        said.append(f"{empty:.0%} of the answers of {runs[-1].model} are empty or “[invalid]”")
    mended = {run: run.faults.get("mended", 0) for run in runs}
    worst = max(mended, key=mended.get)
    if mended[worst] > _SHARE and mended[worst] * worst.items.size >= _LEAST:
        wrong = "wrong only for outer blanks, capitals, or text after the right answer"
        said.append(f"{mended[worst]:.0%} of the answers of {worst.model} are {wrong}")
    return "; ".join(said)


def _elsewhere(run: Run, other: Case) -> int:
    """Return how many items the same model gets right in another case, that it gets wrong here."""
    for found in other.runs:
        if found.model == run.model and found.kind in ("generation", "likelihood"):
            wrong = run.items[~run.scores["own"].astype(bool)]
            return int(np.isin(found.items[found.scores["own"].astype(bool)], wrong).sum())
    return 0
