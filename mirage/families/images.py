"""Real images to train the vision families on: some that come with scikit-learn, and the paper's own.

The embedded ones need no network: `digits`, scans of handwritten digits, and `photographs`, patches of two
photographs. `mnist`, `cifar100` and `omniglot` are fetched once, from their public addresses and with a check
of their contents, into the user's cache.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch

from mirage import _validate
from mirage.families import _published

__all__ = ["Images", "load"]

_PATCH, _BLOCK, _STRIDE = 8, 32, 4  # pixels
_TEST = 797  # digits
_HAND = 45  # digits next to each other in the file, most of which are by one writer
_SPLIT_SEED = 0


@dataclass(frozen=True, eq=False)
class Images:
    """Images in two parts without a common picture: to train on, and to test on.

    Attributes
    ----------
    name : str
        Of the data set.
    train, test : ndarray of float32, shape (images, channels, side, side)
        Pixels from 0 (black, or no ink) to 1.
    train_labels, test_labels : ndarray of int, shape (images,)
        Classes, from 0. Of the patches: the photograph, 0 for the temple and 1 for the flower.
    train_groups, test_groups : ndarray of int, shape (images,)
        Images with the same number are of one hand (Omniglot), were next to each other in the file (digits),
        or were taken out of one block of a photograph. Of CIFAR-100 each image has its own number; of MNIST
        all have 0, since its files do not name the writers.
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


def load(name: str, folder: Path | str | None = None) -> Images:
    """Return a data set in two parts.

    Parameters
    ----------
    name : {"digits", "photographs", "mnist", "cifar100", "omniglot"}
        Which.
    folder : path, optional
        Where the last three are kept; the user's cache without it.

    Returns
    -------
    Images

    Raises
    ------
    ValueError, TypeError
        If there is no such data set.
    OSError
        If it cannot be fetched; with its name and what to do.

    References
    ----------
    Alpaydin and Kaynak (1998), the digits. LeCun et al. (1998), MNIST. Krizhevsky (2009), CIFAR-100. Lake,
    Salakhutdinov and Tenenbaum (2015), Omniglot.

    Examples
    --------
    >>> load("digits").test.shape
    (797, 1, 8, 8)
    """
    name = _validate.choice("name", name, (*_EMBEDDED, *_published.READERS))
    if name in _EMBEDDED:
        return _EMBEDDED[name]()
    if folder is None:
        folder = Path(pooch.os_cache("mirage")) / "images"
    try:
        train, test = _published.READERS[name](Path(folder))
    except OSError as error:
        advice = f"Connect to the internet and try again, or put the files into {folder}."
        raise OSError(f"The images of {name} could not be fetched: {error}. {advice}") from error
    return Images(name, *train, *test)


def _digits() -> Images:
    from sklearn import datasets

    scans = datasets.load_digits()
    pixels = (scans.images / 16).astype(np.float32)[:, None]
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(pixels))
    groups = np.arange(len(pixels)) // _HAND
    parts = [(pixels[some], scans.target[some], groups[some]) for some in (order[_TEST:], order[:_TEST])]
    return Images("digits", *parts[0], *parts[1])


def _photographs() -> Images:
    """Return patches: those to test on do not overlap, and lie in other blocks than those to train on."""
    from sklearn import datasets

    rng = np.random.default_rng(_SPLIT_SEED)
    train, test = [], []
    for number, photograph in enumerate(datasets.load_sample_images().images):
        pixels = (photograph / 255).astype(np.float32).transpose(2, 0, 1)
        blocks = [
            pixels[:, top : top + _BLOCK, left : left + _BLOCK]
            for top in range(0, pixels.shape[1] - _BLOCK + 1, _BLOCK)
            for left in range(0, pixels.shape[2] - _BLOCK + 1, _BLOCK)
        ]
        chosen = rng.permutation(len(blocks))
        quarter = len(blocks) // 4
        train += [(_patches(blocks[block], _STRIDE), number) for block in chosen[quarter:]]
        test += [(_patches(blocks[block], _PATCH), number) for block in chosen[:quarter]]
    return Images("photographs", *_gathered(train), *_gathered(test))


def _patches(block: np.ndarray, stride: int) -> np.ndarray:
    """Return square patches of a block, in steps of `stride` pixels."""
    windows = np.lib.stride_tricks.sliding_window_view(block, (_PATCH, _PATCH), axis=(1, 2))
    some = windows[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)
    return some.reshape(-1, len(block), _PATCH, _PATCH)


def _gathered(blocks: list[tuple[np.ndarray, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the patches of all blocks, and the number of each one's photograph and block."""
    patches, photographs = zip(*blocks, strict=True)
    each = [len(block) for block in patches]
    return np.concatenate(patches), np.repeat(photographs, each), np.repeat(np.arange(len(blocks)), each)


_EMBEDDED: dict[str, Callable[[], Images]] = {"digits": _digits, "photographs": _photographs}
