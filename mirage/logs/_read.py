"""Find the logs below some paths, and read each as what it is."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from mirage import _archives, _validate, words
from mirage.logs import _big_bench, _helm, _inspect, _lighteval, _lm_eval, _tables
from mirage.logs._runs import Refuse, Run, folder_of, inside
from mirage.logs._scores import scored

__all__ = ["Logs", "read"]

_READERS = {"lm-eval": _lm_eval, "inspect": _inspect, "helm": _helm, "lighteval": _lighteval}
_READERS |= {"bigbench": _big_bench, "table": _tables}
_KINDS = (  # pattern of the name, how the file begins, what wrote it: the first that fits counts
    ("scenario_state.json", b"", "helm"),
    ("*.eval", b"", "inspect"),
    ("details_*.parquet", b"", "lighteval"),
    ("*.parquet", b"", "table"),
    ("*.csv", rb".*prediction", "table"),
    ("full-log_*.json", b"", "bigbench"),
    ("results*.json", rb'(?!.*"config_general")', "lm-eval"),  # of lighteval the details are read
    ("*.json", rb'(?!.*"config_general").{,191}"results"', "lm-eval"),
    ("*.json", rb'(?=.*"eval").*"status"', "inspect"),
)
_SAME = "harness", "family", "model", "seed", "task", "filter", "shots"
_LONGEST = 1000  # characters of a name
# A log may hold anything where a reader expects something else; each of these is told in one line.
_UNEXPECTED = OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError
_UNEXPECTED += (pa.ArrowException,)


@dataclass(frozen=True, eq=False)
class Logs:
    """What was read: scored runs, and what could not be read.

    Attributes
    ----------
    runs : tuple of Run
        One model's answers to one task each, through one filter.
    unread : tuple of str
        One line for each file, or part of one, that was not read or not used, with the reason.
    """

    runs: tuple[Run, ...]
    unread: tuple[str, ...]


def read(paths: str | Path | list[str | Path], *, progress: bool = False) -> Logs:
    """Read evaluation logs, and score their answers again.

    Logs of lm-evaluation-harness, Inspect, HELM, lighteval and BIG-bench are found wherever they lie below
    the paths; so are tables of one's own, as `outputs.load_outputs` takes them. A `.zip` is looked into.

    Parameters
    ----------
    paths : path, or list of paths
        Folders or files.
    progress : bool
        Show a bar while reading.

    Returns
    -------
    Logs
        A file that is damaged, or of another kind, is named in `unread`; the others are read all the same.
        Of several runs of one model and task the latest is used, and of copies of a run one.

    Raises
    ------
    ValueError, TypeError
        If a path does not exist, or there is none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     found = read(folder)
    >>> len(found.runs), found.unread[0].endswith("no evaluation log was found")
    (0, True)
    """
    paths = paths if isinstance(paths, list | tuple) else [paths]
    roots = [_validate.existing("paths", path, "folder or file") for path in paths]
    if not roots:
        raise ValueError("paths must name at least one folder or file; got none")
    progress, runs, unread = _validate.flag("progress", progress), [], []

    def refuse(path: Path, reason: object) -> None:
        unread.append(f"{words.visible(path)}: {words.visible(reason)}")

    with ExitStack() as stack:
        found = [each for root in roots for each in _found(root, stack, refuse)]
        total = sum(path.stat().st_size for _, path, _ in found)
        with tqdm(total=total, unit="B", unit_scale=True, desc="logs", disable=not progress) as bar:
            for harness, path, root in found:
                told, more = len(unread), list(_runs(harness, path, root, refuse))
                runs += more
                if not more and len(unread) == told:
                    refuse(path, f"no answer in this log of {harness}")
                bar.update(path.stat().st_size)
    if not found and not unread:
        refuse(roots[0], "no evaluation log was found")
    return Logs(tuple(_latest(runs, refuse)), tuple(dict.fromkeys(unread)))


def _found(root: Path, stack: ExitStack, refuse: Refuse) -> Iterator[tuple[str, Path, Path]]:
    """Yield each log with what wrote it, and the folder that its place is told from."""
    if root.is_file() and root.suffix == ".zip":
        try:
            root = stack.enter_context(_archives.unpacked(root))
        except _UNEXPECTED as error:
            refuse(root, error)
            return
    single = root.is_file()
    walk = [(root.parent, [], [root.name])] if single else os.walk(root)
    root = root.parent if single else root
    for folder, folders, names in walk:
        folders.sort()
        for path in (Path(folder, name) for name in sorted(names)):
            try:
                if kind := _kind(inside(path, root), names):
                    yield kind, path, root
                elif single:
                    refuse(path, "no log of a kind that is known")
            except (OSError, RuntimeError, ValueError) as error:
                refuse(path, error)


def _kind(path: Path, beside: list[str]) -> str | None:
    """Return what wrote a file, by its name and its beginning."""
    name = path.name
    if fnmatchcase(name, "samples_*.jsonl") and not any(each.startswith("results") for each in beside):
        raise ValueError("answers without the results file of lm-eval, which names the model")
    if fnmatchcase(name, "scores_*.json") and name.replace("scores", "full-log", 1) not in beside:
        raise ValueError("scores of BIG-bench without the full log, which has the number of items")
    fitting = [(start, kind) for pattern, start, kind in _KINDS if fnmatchcase(name, pattern)]
    if not fitting:
        return None
    with path.open("rb") as file:
        beginning = file.read(1 << 13)
    return next((kind for start, kind in fitting if re.match(start, beginning, re.DOTALL)), None)


def _runs(harness: str, path: Path, root: Path, refuse: Refuse) -> Iterator[Run]:
    try:
        for file, labels, answers in _READERS[harness].read(path, root, refuse):
            labels = _plain(labels)
            labels["source"] = folder_of(file, root, labels["model"])
            try:
                yield Run(str(file), harness=harness, **labels, **scored(answers))
            except _UNEXPECTED as error:
                refuse(file, f"{labels['task']}: {error}")
    except _UNEXPECTED as error:
        missing = isinstance(error, KeyError)
        refuse(path, f"{error} is missing" if missing else f"no {harness} log as it should be: {error}")


def _plain(labels: dict) -> dict:
    """Return labels of the kinds that they should be, whatever the log has in their place."""
    size, shots = labels.get("parameters"), labels.get("shots", 0)
    known = isinstance(size, int | float) and 0 < size < 1e18
    texts = {name: str(value)[:_LONGEST] for name, value in labels.items()}
    shots = shots if isinstance(shots, int) else 0
    return texts | {"parameters": float(size) if known else None, "shots": shots}


def _latest(runs: list[Run], refuse: Refuse) -> Iterable[Run]:
    """Return one run a model and case: the latest; and of copies of a run, one."""

    def kept(runs: Iterable[Run], mark: str, why: str) -> Iterable[Run]:
        same = [(getattr(run, mark), *(getattr(run, name) for name in _SAME)) for run in runs]
        last = dict(zip(same, runs, strict=True))
        for key, run in zip(same, runs, strict=True):
            if run is not last[key]:
                refuse(Path(run.path), f"{run.task}, {run.filter}: {why} {last[key].path}, not used")
        return last.values()

    runs = sorted(runs, key=lambda run: (run.stamp, run.path))
    return kept(kept(runs, "identity", "a copy of"), "source", "an earlier run than")
