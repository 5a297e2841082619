"""Fetching the published files once, a few at a time, into the user's cache."""

import contextlib
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from tqdm import TqdmWarning, tqdm
from urllib3.util import Retry

from mirage.datasets import _sources
from mirage.datasets._sources import DataUnavailable, File

with warnings.catch_warnings():
    # pooch imports a bar of widgets, not used here; without ipywidgets every notebook would show a warning.
    warnings.simplefilter("ignore", TqdmWarning)
    import pooch

_AT_ONCE = 4
_TIMEOUT = 10  # seconds without an answer, or without a byte
_ABANDONED = 6 * _TIMEOUT  # seconds after which nobody writes to a partial file any more
# A busy server is asked again, soon or not at all; a missing network is not.
_BUSY = (429, 500, 502, 503, 504)
_RETRIES = Retry(
    3,
    connect=0,
    read=0,
    backoff_factor=0.5,
    status_forcelist=_BUSY,
    raise_on_status=False,
    respect_retry_after_header=False,
)


def cache() -> Path:
    """Return the folder of the user in which fetched files are kept."""
    return Path(pooch.os_cache("mirage"))


def fetch(files: Sequence[File], folder: Path) -> None:
    """Fetch these files into the folder, or stop at the first failure; the files that are complete stay."""
    with _clear_errors(files[0], folder):
        _prepare({folder, *((folder / file.name).parent for file in files)})
    stop = threading.Event()
    with _quiet_pooch(), _progress(files) as bar, ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = [pool.submit(_one_by_one, files[i::_AT_ONCE], folder, bar, stop) for i in range(_AT_ONCE)]
        try:
            for job in as_completed(jobs):
                job.result()
        finally:
            stop.set()


def _prepare(folders: Iterable[Path]) -> None:
    """Make the folders, and remove what a killed process may have left in them."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for partial in folder.glob("tmp*"):
            with contextlib.suppress(FileNotFoundError):  # another process has it done meanwhile
                if time.time() - partial.stat().st_mtime > _ABANDONED:
                    partial.unlink()


def _progress(files: Sequence[File]) -> tqdm:
    total = sum(file.bytes for file in files)
    return tqdm(total=total, desc="fetching public results", unit="B", unit_scale=True, delay=1)


def _one_by_one(files: Sequence[File], folder: Path, bar: tqdm, stop: threading.Event) -> None:
    with requests.Session() as session:
        session.mount(_sources.HOST, HTTPAdapter(max_retries=_RETRIES))
        for file in files:
            if stop.is_set():
                return
            with _clear_errors(file, folder):
                _registry(file, folder).fetch(file.name, downloader=_downloader(session, file, bar))


def _registry(file: File, folder: Path) -> pooch.Pooch:
    known, address = {file.name: f"sha256:{file.sha256}"}, {file.name: file.address}
    return pooch.create(path=folder, base_url="", registry=known, urls=address)


def _downloader(session: requests.Session, file: File, bar: tqdm) -> Callable:
    """Return what pooch calls to write an address to a partial file."""

    def download(address: str, target: str, _: pooch.Pooch) -> None:
        with session.get(address, stream=True, timeout=_TIMEOUT) as response:
            response.raise_for_status()
            with open(target, "wb") as output, contextlib.suppress(requests.exceptions.ChunkedEncodingError):
                for part in response.iter_content(2**10):
                    bar.update(output.write(part))
        if fault := file.fault(Path(target)):  # also of a file that broke off
            raise ValueError(f"what came from {urlsplit(address).netloc} is wrong: {fault}")

    return download


@contextlib.contextmanager
def _quiet_pooch():
    """Keep pooch from writing a line for each file between those of the progress bar."""
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _clear_errors(file: File, folder: Path):
    """Turn whatever goes wrong with a file into one clear line."""
    try:
        yield
    except (OSError, ValueError) as error:  # those of requests are OSErrors too
        reason, advice = _explanation(error, urlsplit(file.address).netloc, folder)
        raise DataUnavailable(file.dataset, f"{file.name} could not be fetched: {reason}", advice) from None


def _explanation(error: Exception, host: str, folder: Path) -> tuple[str, str]:
    """Return what happened, and what to do."""
    otherwise = "or let MIRAGE_DATA name a folder that holds the files."
    again = "Run 'python -m mirage.datasets' again later; if this stays so, please report it."
    if isinstance(error, requests.HTTPError):
        return f"{host} answered {error.response.status_code} {error.response.reason}", again
    if isinstance(error, requests.RequestException):
        reason = f"there is no connection to {host} ({type(error).__name__})"
        return reason, f"Connect to the internet and run 'python -m mirage.datasets', {otherwise}"
    if isinstance(error, ValueError):
        return str(error), again
    return f"{folder} cannot be written ({type(error).__name__})", f"Make room there, {otherwise}"
