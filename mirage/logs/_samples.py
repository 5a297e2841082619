"""Sample logs, to try the reader and the audit on."""

import lzma
import tarfile
from importlib import resources
from pathlib import Path

from mirage import _validate

__all__ = ["sample_logs"]


def sample_logs(folder: str | Path) -> Path:
    """Unpack the sample logs into a folder, and return it.

    They are lm-evaluation-harness's logs of nine tiny models that were trained for this book (GPT-2's
    architecture, 2,600 to 50,000 parameters) on random strings: 120 facts to recall, letters to reverse and
    to sort. `v0.4.13_blanks` asks for the facts with another prompt.

    Parameters
    ----------
    folder : path
        A folder that exists.

    Returns
    -------
    Path
        The folder of the logs, as `read` takes it.

    Raises
    ------
    ValueError, TypeError
        If there is no such folder, or it is no path.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sorted(path.name for path in sample_logs(folder).iterdir())
    ['v0.4.13', 'v0.4.13_blanks']
    """
    folder = _validate.existing("folder", folder, "folder")
    packed = resources.files("mirage").joinpath("data/sample-logs.tar.xz")
    with packed.open("rb") as file, lzma.open(file) as plain, tarfile.open(fileobj=plain) as archive:
        archive.extractall(folder, filter="data")
    return folder / "lm_eval"
