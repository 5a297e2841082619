"""A note in place of a figure whose data are missing."""

import re
from contextlib import AbstractContextManager, contextmanager

from mirage.datasets._sources import SOURCES, DataUnavailable

__all__ = ["note_if_missing"]

_missing: list[DataUnavailable] = []  # what blocks of this session did without


def note_if_missing() -> AbstractContextManager[None]:
    """Return a context in which missing data give a note, and no error.

    The note says which data a figure needs and why they are missing. It also stands in place of a later block
    that uses a name which a block without its data did not come to set. Every other error passes. In the
    notebook the output of the note carries the metadata `{"mirage": {"missing": NAME}}`, with the name of the
    data set.

    Returns
    -------
    context manager
        For a `with` statement around all that needs the data.

    Examples
    --------
    >>> from mirage import datasets
    >>> with datasets.note_if_missing():
    ...     table = datasets.load_gpt3_arithmetic()
    ...     print(len(table), "rows")
    240 rows
    """
    return _noting()


@contextmanager
def _noting():
    try:
        yield
    except (DataUnavailable, NameError) as error:
        if isinstance(error, DataUnavailable):
            _missing.append(error)
        if not _missing:
            raise
        from IPython.display import Markdown, display

        display(Markdown(_note(_missing[-1])), metadata={"mirage": {"missing": _missing[-1].dataset}})


def _note(error: DataUnavailable) -> str:
    reason = re.sub(r"([\\`*_{}\[\]<>$#|~])", r"\\\1", f"{error.reason}. {error.advice}")
    title = SOURCES[error.dataset].title
    return f"> **Not shown.** What stands here needs the data of {title}, which could not be had: {reason}"
