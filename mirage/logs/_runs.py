"""What is read from logs: answers of one model to one task; and runs, which are answers that are scored."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np

__all__ = ["Answers", "Found", "Refuse", "Run", "folder_of", "inside", "load_json", "parse", "text_of"]

_MOST_BYTES = 2**28  # of a file of JSON that is read at once


class Answers(NamedTuple):
    """What a reader finds: one entry an answer.

    `kind` says what targets and answers are: "generation", texts (a target may be a list of texts);
    "choice", the place of the right option, and the log-likelihoods of all, as lists or as one array and the
    numbers of options; "likelihood" and "text", texts, and a pair of arrays: the log-likelihood of each,
    and whether it is the greedy answer; "graded", texts, and 1 or 0; "total", the same where only their
    number is known.
    """

    kind: str
    numbers: list
    targets: list
    answers: object
    own: np.ndarray | None = None  # 1 where the harness counts the answer as right
    metric: str = "exact_match"  # what `own` is
    chance: float = 0.0
    clusters: np.ndarray | None = None


Found = Iterator[tuple[Path, dict, Answers]]  # what a reader yields: file, labels and answers
Refuse = Callable[[Path, object], None]  # told of what is not read, and why


@dataclass(frozen=True, eq=False)
class Run:
    """The answers of one model to one task, through one filter, scored.

    Attributes
    ----------
    path, source, harness : str
        File; folder, without the parts that only name the model; what wrote the log.
    kind : str
        As of `Answers`.
    items : ndarray of int, shape (answers,)
        Key of each item: equal for answers to the same item, by its number and its right answer.
    scores : dict of str to ndarray, shape (answers,)
        By metric; and "own", 1 where the harness counts the answer as right.
    model, task, filter : str
        As the log names them.
    shots : int
        Examples in the prompt.
    version : str
        Of the harness.
    floors : dict of str to float
        By metric, the score of a model that knows nothing.
    weights : ndarray, shape (answers,), or None
        Bytes of the targets, by which likelihoods are divided.
    faults : dict of str to float
        Shares of the answers that are empty, or that become right when they are mended.
    examples : tuple of tuple of str
        Target and answer of up to three answers that the harness counts as wrong.
    clusters : ndarray or None
        Cluster of each answer.
    parameters : float or None
        Size, if it is known.
    parameters_from, family, seed : str
        Where the size is from; family and seed.
    stamp, identity : str
        When the run was; what copies of it have in common.
    """

    path: str
    source: str
    harness: str
    kind: str
    items: np.ndarray
    scores: dict[str, np.ndarray]
    model: str
    task: str
    filter: str = "none"
    shots: int = 0
    version: str = ""
    floors: dict[str, float] = field(default_factory=dict)
    weights: np.ndarray | None = None
    faults: dict[str, float] = field(default_factory=dict)
    examples: tuple[tuple[str, str], ...] = ()
    clusters: np.ndarray | None = None
    parameters: float | None = None
    parameters_from: str = "the log"
    family: str = ""
    seed: str = ""
    stamp: str = ""
    identity: str = ""

    @property
    def case(self) -> tuple:
        """What the runs of one curve have in common."""
        return self.source, self.harness, self.family, self.task, self.filter, self.shots


def inside(path: Path, root: Path) -> Path:
    """Return a path that lies in the folder that was asked for, wherever links lead."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError("a link that leads elsewhere")
    return path


def load_json(path: Path) -> object:
    """Return what a file of JSON holds."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES >> 20} MB of JSON in one piece")
    return parse(path.read_bytes())


def parse(data: bytes) -> object:
    """Return what bytes of JSON hold."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise ValueError("brackets are nested too deep") from None
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from None


def text_of(value: object) -> str:
    """Return an answer or a target as text that can be written in UTF-8."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"an answer or a target is no text but {json.dumps(value)[:40]}")
    return str(value).encode("utf-8", "replace").decode("utf-8")


def folder_of(path: Path, root: Path, model: str) -> str:
    """Return the folder of a log below the one that was asked for, without what names model or time."""
    name, short = (re.sub(r"\W|_", "", text.lower()) for text in (model, model.rpartition("/")[2]))
    kept = []
    for part in path.parent.relative_to(root).parts:
        plain = re.sub(r"\W|_", "", part.lower())
        if re.match(r"\d{4}-\d\d-\d\dT", part):
            continue
        if not (short and short in plain) and not (re.search(r"\d", plain) and plain in name):
            kept.append(part)
    return str(PurePath(root.name, *kept))
