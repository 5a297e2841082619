"""Independent jobs on all processors, or on a cluster: each that is done is a file.

A sweep that was stopped, or killed, does only the rest when it is started again. It knows nothing of models.
Several processes and clusters need joblib and distributed, which come with the extra `train`.
"""

import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from mirage import _files, _validate

__all__ = ["key", "run"]

_MOST = 1024  # processes


def key(about: object) -> str:
    """Return eight letters and digits that stand for an object, by its `repr`.

    Put it in the name of a job, of all that its result depends on, so that what an older recipe made is not
    taken for the result of a new one.

    Parameters
    ----------
    about : object
        Numbers, strings, dataclasses, and tuples of them.

    Returns
    -------
    str
        A checksum in hexadecimal digits.

    Raises
    ------
    TypeError
        If the object has no `repr`.

    Examples
    --------
    >>> key(("recipe", 4000)) == key(("recipe", 4000)), key(("recipe", 4000)) == key(("recipe", 4001))
    (True, False)
    """
    try:
        return f"{zlib.crc32(repr(about).encode(errors='backslashreplace')):08x}"
    except Exception as error:
        raise TypeError(f"about must have a repr; got {_validate.shown(about)}") from error


def run(
    work: Callable[[object, Path], object],
    jobs: Mapping[str, object],
    folder: Path | str,
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> dict[str, Path]:
    """Do the jobs that have no file yet, and return the files of all.

    Parameters
    ----------
    work : callable
        Given a job and a path, writes the job's result there. With several workers it is called in another
        process, on one thread. What it leaves there is renamed only when it has returned.
    jobs : mapping of str to object
        What to do, by the name of the file that it makes; started in this order.
    folder : path
        Where the files go; made if it is missing. On a cluster, one that all machines see.
    workers : int, optional
        Processes; as many as there are processors without it. With 1, the jobs are done in this one.
    cluster : str, optional
        Address of the scheduler of a running Dask cluster that does the jobs instead; if a worker of it dies,
        another does its job again.

    Returns
    -------
    dict of str to Path
        The file of each job, in their order.

    Raises
    ------
    ValueError, TypeError
        If a name is no plain file name, `workers` is not a whole number of at least 1, or `cluster` is no
        address.
    RuntimeError
        If jobs failed: when all others are done, with the number of them, and where the first one failed.
        A process that is killed ends the sweep at once. What is done stays done.

    Examples
    --------
    >>> def square(number, path):
    ...     path.write_text(str(number**2))
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = run(square, {"three": 3, "four": 4}, folder, workers=1)
    ...     [file.read_text() for file in files.values()]
    ['9', '16']
    """
    if workers is not None:
        workers = _validate.integer("workers", _validate.number("workers", workers, 1, _MOST))
    folder = _checked(work, jobs, folder, cluster)
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / name for name in jobs}
    todo = [name for name, file in files.items() if not file.exists()]
    _tidy(folder, files.keys() - set(todo))
    with tqdm(total=len(jobs), initial=len(jobs) - len(todo), unit="job", mininterval=1) as bar:
        failed = []
        for error in _done(work, [(jobs[name], files[name]) for name in todo], workers, cluster):
            failed += [] if error is None else [error]
            bar.update(error is None)
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(todo)} jobs failed; the first: {failed[0]}")
    return files


def _checked(work: object, jobs: object, folder: object, cluster: object) -> Path:
    """Return the folder, if the arguments are what they must be."""
    if not callable(work):
        raise TypeError(f"work must be a function of a job and a path; got {_validate.shown(work)}")
    if not isinstance(jobs, Mapping):
        raise TypeError(f"jobs must be a dictionary of jobs by name; got {_validate.shown(jobs)}")
    if wrong := [name for name in jobs if not isinstance(name, str)]:
        raise TypeError(f"jobs must have plain file names; got {_validate.shown(wrong[0])}")
    if wrong := [name for name in jobs if not name.isprintable() or name != Path(name).name or name in "..."]:
        raise ValueError(f"jobs must have plain file names; got {_validate.shown(wrong[0])}")
    if not isinstance(folder, str | Path):
        raise TypeError(f"folder must be a path; got {_validate.shown(folder)}")
    if cluster is not None and not (isinstance(cluster, str) and "://" in cluster):
        raise ValueError(f"cluster must be like tcp://127.0.0.1:8786; got {_validate.shown(cluster)}")
    return Path(folder)


def _tidy(folder: Path, done: set[str]) -> None:
    """Remove what was half written, of jobs that are done by now."""
    for part in folder.glob(".*"):
        if part.name[1:].rpartition(".")[0] in done:
            part.unlink(missing_ok=True)


def _done(work: Callable, todo: list, workers: int | None, cluster: str | None) -> Iterator[str | None]:
    """Do the jobs; yield, as each ends, what went wrong."""
    if workers == 1 and cluster is None:
        yield from (_do(work, *job) for job in todo)
        return
    from joblib import Parallel, delayed, parallel_config

    with ExitStack() as stack:
        if cluster is None:
            stack.enter_context(parallel_config("loky", n_jobs=workers or -1, inner_max_num_threads=1))
        else:
            from distributed import Client

            stack.enter_context(Client(cluster))
            stack.enter_context(parallel_config("dask"))
        yield from Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="all")(
            delayed(_do)(work, *job) for job in todo
        )


def _do(work: Callable, job: object, file: Path) -> str | None:
    """Write the result aside, and rename it; return what went wrong, as text, which all can read."""
    try:
        with _files.aside(file) as part:
            work(job, part)
    except Exception:
        return f"{file.name}\n{traceback.format_exc()}"
