"""The paper's images, from where they are published: fetched once, checked, and read from their own formats.

The addresses and the MD5 sums are those that torchvision uses; CIFAR-100 has moved since.
"""

import gzip
import io
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import pooch

__all__ = ["SOURCES", "cifar100", "mnist", "omniglot"]

_MNIST = ("https://ossci-datasets.s3.amazonaws.com/mnist/",)
_CIFAR = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")
_OMNIGLOT = ("https://raw.githubusercontent.com/brendenlake/omniglot/master/python/",)
SOURCES = {
    "mnist": {
        "train-images-idx3-ubyte.gz": ("f68b3c2dcbeaaa9fbdd348bbdeb94873", _MNIST),
        "train-labels-idx1-ubyte.gz": ("d53e105ee54ea40749a09fcbcd1e9432", _MNIST),
        "t10k-images-idx3-ubyte.gz": ("9fb629c4189551a2d022fa330f9573f3", _MNIST),
        "t10k-labels-idx1-ubyte.gz": ("ec29112dd5afa0611ce80d1b7f02629c", _MNIST),
    },
    "cifar100": {"cifar-100-python.tar.gz": ("eb9058c3a382ffc7106e4002c42a8d85", _CIFAR)},
    "omniglot": {
        "images_background.zip": ("68d2efa1b9178cc56df9314c21c6e718", _OMNIGLOT),
        "images_evaluation.zip": ("6b91aef0f799c5bb55b94e3f2daec811", _OMNIGLOT),
    },
}
_SIDE = 28  # pixels, to which Omniglot's drawings are made smaller

Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # pixels, labels, hands


def fetched(name: str, folder: Path) -> list[Path]:
    """Return the files of a set, in the order of `SOURCES`; those that are missing are fetched."""
    return [_fetched(file, *about, folder) for file, about in SOURCES[name].items()]


def _fetched(file: str, md5: str, places: tuple[str, ...], folder: Path) -> Path:
    """Return a file, from the first place that has it."""
    failures = []
    for place in places:
        try:
            found = pooch.retrieve(place + file, f"md5:{md5}", file, folder, progressbar=True)
        except (OSError, ValueError) as error:  # no connection, or other contents
            failures.append(f"{place + file}: {error}")
        else:
            return Path(found)
    raise OSError("; ".join(failures))


def mnist(folder: Path) -> tuple[Part, Part]:
    """Return what to train on, and what to test on."""
    arrays = [_idx(file) for file in fetched("mnist", folder)]
    pairs = (arrays[:2], arrays[2:])
    train, test = ((pixels[:, None] / np.float32(255), labels, labels * 0) for pixels, labels in pairs)
    return train, test


def _idx(file: Path) -> np.ndarray:
    """Read an array of bytes: four bytes that tell its dimensions, their lengths, and its values."""
    content = gzip.decompress(file.read_bytes())
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    found = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    return found.astype(np.int64) if dimensions == 1 else found


def cifar100(folder: Path) -> tuple[Part, Part]:
    """Return what to train on, and what to test on."""
    (file,) = fetched("cifar100", folder)
    with tarfile.open(file) as archive:
        parts = [archive.extractfile(f"cifar-100-python/{part}").read() for part in ("train", "test")]
    found = [pickle.loads(part, encoding="latin1") for part in parts]  # of contents that were checked
    train, test = (
        (part["data"].reshape(-1, 3, 32, 32) / np.float32(255), labels, np.arange(len(labels)))
        for part, labels in ((part, np.array(part["fine_labels"])) for part in found)
    )
    return train, test


def omniglot(folder: Path) -> tuple[Part, Part]:
    """Return what to train on; and to test on, all drawings of every fourth of an alphabet's people."""
    drawings = [drawing for file in fetched("omniglot", folder) for drawing in _drawings(file)]
    names, people, pixels = zip(*drawings, strict=True)
    characters = {name: number for number, name in enumerate(dict.fromkeys(names))}
    hands = {person: number for number, person in enumerate(dict.fromkeys(people))}
    columns = (
        np.stack(pixels)[:, None],
        np.array([characters[name] for name in names]),
        np.array([hands[person] for person in people]),
    )
    tested = np.array([number % 4 == 0 for _, number in people])
    train, test = (tuple(column[some] for column in columns) for some in (~tested, tested))
    return train, test


def _drawings(file: Path) -> Iterator[tuple[str, tuple[str, int], np.ndarray]]:
    """Yield each drawing of an archive: its character, its alphabet and person, and its pixels."""
    from PIL import Image

    with zipfile.ZipFile(file) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".png")):
            path = PurePosixPath(name)
            with Image.open(io.BytesIO(archive.read(name))) as drawing:
                small = drawing.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
            person = str(path.parents[1]), int(path.stem.partition("_")[2])
            yield str(path.parent), person, 1 - np.asarray(small) / np.float32(255)


READERS = {"mnist": mnist, "cifar100": cifar100, "omniglot": omniglot}
