"""Families of small networks that see: convolutional, of one hidden layer, autoencoders, and transformers.

All members of a family share everything but the width. Each is trained alone, in a plain loop.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mirage import _validate, datasets
from mirage.datasets import Images
from mirage.families.optimization import share

__all__ = [
    "Autoencoder",
    "LeNet",
    "OneLayer",
    "Recipe",
    "SequenceTransformer",
    "answers",
    "drawn",
    "one_more",
    "paired",
    "train",
]

LENGTH = 5  # images in a sequence
_SHIFT = 2  # pixels by which sequences are moved in training, at most
_AT_ONCE = 100  # images or sequences that a network tests at a time
_FAINT = 0.1  # of an autoencoder's pixels, so that its tanh units do not start at their ends


class LeNet(nn.Module):
    """Two layers of convolution, each made smaller by half, and two full layers, like LeNet-5.

    Its units are tanh and pictures are halved by the mean, as in LeNet-5.

    Parameters
    ----------
    width : int
        Channels of the first convolution; the second has twice, the full layer as many.
    shape : tuple of int
        Channels and side of the images.
    classes : int
        Numbers that are read off.
    """

    def __init__(self, width: int, shape: tuple[int, int], classes: int):
        """Start with PyTorch's own weights."""
        super().__init__()
        channels, side = shape
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.full = nn.Linear(2 * width * (side // 4) ** 2, width)
        self.read = nn.Linear(width, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the scores of the classes, shape (images, classes)."""
        for convolution in (self.conv1, self.conv2):
            images = functional.avg_pool2d(torch.tanh(convolution(images)), 2)
        return self.read(torch.tanh(self.full(images.flatten(1))))


class OneLayer(nn.Module):
    """One hidden layer of rectified units, which sees two images side by side.

    Parameters
    ----------
    width : int
        Units of the hidden layer.
    shape : tuple of int
        Channels and side of one image.
    classes : int
        Numbers that are read off.
    """

    def __init__(self, width: int, shape: tuple[int, int], classes: int):
        """Start with PyTorch's own weights."""
        super().__init__()
        self.hidden = nn.Linear(2 * shape[0] * shape[1] ** 2, width)
        self.read = nn.Linear(width, classes)

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        """Return the scores of the classes, shape (pairs, classes)."""
        return self.read(functional.relu(self.hidden(pairs.flatten(1))))


class Autoencoder(nn.Module):
    """One hidden layer of tanh units, the bottleneck, from which the pixels are computed linearly.

    Parameters
    ----------
    width : int
        Units of the bottleneck.
    shape : tuple of int
        Channels and side of the images.
    """

    def __init__(self, width: int, shape: tuple[int, int], classes: int = 0):
        """Start with PyTorch's own weights."""
        super().__init__()
        pixels = shape[0] * shape[1] ** 2
        self.encode, self.decode = nn.Linear(pixels, width), nn.Linear(width, pixels)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the images as they are reconstructed, in their shape."""
        seen = _FAINT * (images.flatten(1) - 0.5)
        return self.decode(torch.tanh(self.encode(seen))).view_as(images)


class SequenceTransformer(nn.Module):
    """A decoder-only transformer that reads an image, its label, the next image, … and names each image.

    After Chan et al. (2022): two layers of convolution embed an image as one token, a table its label.

    Parameters
    ----------
    width : int
        Of the residual stream.
    shape : tuple of int
        Channels and side of the images.
    classes : int
        Labels.
    """

    def __init__(self, width: int, shape: tuple[int, int], classes: int):
        """Start with PyTorch's own weights."""
        super().__init__()
        channels, side = shape
        self.conv1 = nn.Conv2d(channels, width, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.image = nn.Linear(width * (side // 4) ** 2, width)
        self.label = nn.Embedding(classes, width)
        self.place = nn.Embedding(2 * LENGTH, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(2))
        self.norm, self.read = nn.RMSNorm(width), nn.Linear(width, classes)

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the scores of the labels at each image, shape (sequences, LENGTH, classes)."""
        seen = images.flatten(0, 1)
        for convolution in (self.conv1, self.conv2):
            seen = functional.relu(convolution(seen))
        seen = self.image(seen.flatten(1)).unflatten(0, images.shape[:2])
        stream = torch.stack([seen, self.label(labels)], dim=2).flatten(1, 2) + self.place.weight
        for block in self.blocks:
            stream = block(stream)
        return self.read(self.norm(stream[:, ::2]))  # at an image, before its own label


class _Block(nn.Module):
    """Attention of one head to what came before, and a feed-forward layer."""

    def __init__(self, width: int):
        """Start with PyTorch's own weights."""
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, stream: torch.Tensor) -> torch.Tensor:
        """Return the stream after the block."""
        query, key, value = self.qkv(self.norm1(stream)).chunk(3, -1)  # sequences, tokens, width
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        stream = stream + self.mix(mixed)
        return stream + self.down(functional.gelu(self.up(self.norm2(stream))))


NETWORKS = {
    "lenet": LeNet,
    "one layer": OneLayer,
    "autoencoder": Autoencoder,
    "transformer": SequenceTransformer,
}


@dataclass(frozen=True)
class Recipe:
    """How a member of a family is built and trained; all members share all but the width.

    Attributes
    ----------
    family : {"lenet", "one layer", "autoencoder", "transformer"}
        Which network.
    width : int
        Of the network.
    steps, batch : int
        Updates, and images (pairs, sequences) in each.
    rate : float
        Highest learning rate.
    """

    family: str
    width: int
    steps: int = 3000
    batch: int = 64
    rate: float = 3e-3

    def __post_init__(self):
        """Refuse a recipe that cannot be followed."""
        _validate.choice("family", self.family, tuple(NETWORKS))
        for name in ("width", "steps", "batch"):
            _validate.integer(name, getattr(self, name), 1)
        _validate.number("rate", self.rate, 0, open_low=True)


def train(recipe: Recipe, seed: int, data: Images) -> tuple[nn.Module, np.ndarray]:
    """Train a network: AdamW without decay, gradients clipped to length 1, the schedule of `share`.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    seed : int
        Of its first weights and the order of its images; sizes of one seed have nothing in common.
    data : Images
        Of which the part to train on is used.

    Returns
    -------
    network : torch.nn.Module
        The trained network.
    losses : ndarray, shape (steps,)
        Mean loss of each batch: nats per image, or squared error per image.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> pixels, labels = rng.random((20, 1, 8, 8), dtype=np.float32), np.arange(20) % 10
    >>> data = Images("noise", pixels, labels, labels, pixels, labels, labels)
    >>> _, losses = train(Recipe("lenet", 2, steps=3), seed=0, data=data)
    >>> losses.shape
    (3,)
    """
    network, rng = _start(recipe, seed, data), np.random.default_rng([seed, recipe.width])
    optimizer = torch.optim.AdamW(network.parameters(), recipe.rate, (0.9, 0.98), weight_decay=0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: share(step, recipe.steps))
    losses = np.empty(recipe.steps)
    for step, (pixels, labels) in enumerate(_batches(recipe, data, rng)):
        loss = _judged(recipe.family, network, pixels, labels)[1].mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses[step] = loss.item()
    return network, losses


def _start(recipe: Recipe, seed: int, data: Images) -> nn.Module:
    """Return a network with its first weights."""
    (state,) = np.random.SeedSequence([seed, recipe.width]).generate_state(1).tolist()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(state)
        return NETWORKS[recipe.family](recipe.width, data.train.shape[1:3], data.classes)


def _batches(
    recipe: Recipe, data: Images, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield the pixels and the labels of the images, pairs or sequences of each step."""
    for chosen in _chosen(recipe, data, rng):
        pixels, labels = torch.from_numpy(data.train[chosen]), data.train_labels[chosen]
        if recipe.family == "transformer":
            moved = tuple(rng.integers(-_SHIFT, _SHIFT + 1, size=2).tolist())
            pixels = pixels.roll(moved, (-2, -1))
        elif recipe.family == "one layer":
            labels = paired(labels)
        yield pixels, torch.from_numpy(labels)


def _chosen(recipe: Recipe, data: Images, rng: np.random.Generator) -> np.ndarray:
    """Return the numbers of the images of all steps; half of the sequences are of one hand."""
    if recipe.family == "transformer":
        half = recipe.batch // 2
        anywhere = drawn(np.zeros_like(data.train_groups), recipe.steps * (recipe.batch - half), rng)
        by_hand = drawn(data.train_groups, recipe.steps * half, rng)
        each = [part.reshape(recipe.steps, -1, LENGTH) for part in (anywhere, by_hand)]
        return np.concatenate(each, axis=1)
    pair = (2,) * (recipe.family == "one layer")
    return rng.integers(len(data.train), size=(recipe.steps, recipe.batch, *pair))


def paired(labels: np.ndarray) -> np.ndarray:
    """Return the last digit of the sum of two digits.

    Parameters
    ----------
    labels : ndarray of int, shape (pairs, 2)
        Digits.

    Returns
    -------
    ndarray of int, shape (pairs,)

    Examples
    --------
    >>> paired(np.array([[2, 3], [7, 8]])).tolist()
    [5, 5]
    """
    return labels.sum(axis=1) % 10


def _judged(
    family: str, network: nn.Module, pixels: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return predictions and losses, in the shape of the labels."""
    if family == "autoencoder":
        return torch.zeros_like(labels), (network(pixels) - pixels).square().flatten(1).sum(1)
    scores = network(pixels, labels) if family == "transformer" else network(pixels)
    nats = functional.cross_entropy(scores.flatten(0, -2), labels.flatten(), reduction="none")
    return scores.argmax(-1), nats.view(labels.shape)


@torch.no_grad()
def answers(
    recipe: Recipe, network: nn.Module, pixels: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what a network makes of images, of pairs of them, or of sequences.

    Parameters
    ----------
    recipe : Recipe
        By which it was trained.
    network : torch.nn.Module
        Which.
    pixels : ndarray of float32, shape (items, channels, side, side) or (items, 2 or LENGTH, ...)
        Images.
    labels : ndarray of int, shape (items,) or (items, LENGTH)
        Classes; of pairs the last digit of the sum.

    Returns
    -------
    predictions : ndarray of int, in the shape of the labels
        The class with the highest score; of an autoencoder nothing but zeros.
    losses : ndarray of float, in the same shape
        Minus the log-probability of the label, in nats; of an autoencoder the squared error of the image,
        summed over its pixels.

    Examples
    --------
    >>> pixels = np.zeros((4, 1, 8, 8), np.float32)
    >>> predictions, losses = answers(Recipe("lenet", 2), LeNet(2, (1, 8), 10), pixels, np.arange(4))
    >>> predictions.shape, bool((losses > 0).all())
    ((4,), True)
    """
    parts = [
        _judged(recipe.family, network, *map(torch.from_numpy, (pixels[some], labels[some])))
        for some in np.array_split(np.arange(len(pixels)), math.ceil(len(pixels) / _AT_ONCE))
    ]
    predictions, losses = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
    return predictions, losses


def drawn(groups: np.ndarray, sequences: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sequences of images, each from one group, without an image twice in a sequence.

    Parameters
    ----------
    groups : ndarray of int, shape (images,)
        Of each image; groups with fewer than LENGTH images are left out.
    sequences : int
        How many.
    rng : numpy.random.Generator
        Generator.

    Returns
    -------
    ndarray of int, shape (sequences, LENGTH)
        Numbers of images. All images are used up, but for the rest of each group, before one comes again.
    """
    found: list[np.ndarray] = []
    while sum(map(len, found)) < sequences:
        order = rng.permutation(len(groups))
        by_group = order[np.argsort(groups[order], kind="stable")]
        bounds = np.flatnonzero(np.diff(groups[by_group])) + 1
        whole = [part[: len(part) // LENGTH * LENGTH] for part in np.split(by_group, bounds)]
        found.append(rng.permutation(np.concatenate(whole).reshape(-1, LENGTH)))
    return np.concatenate(found)[:sequences]


def one_more(family: Mapping, width: int, seed: int = 100) -> tuple[int, float]:
    """Train a network that a family does not have, as its members were trained, and test it.

    Parameters
    ----------
    family : mapping
        How the family was trained: `attrs` of its table in `mirage.datasets`. A family that names images.
    width : int
        Of the network.
    seed : int
        Of its first weights and the order of its images; the book's families have those from 0 to 4.

    Returns
    -------
    parameters : int
        Of the network.
    accuracy : float
        On the test images.

    Raises
    ------
    ValueError, TypeError
        If the width is no whole number above 0.
    DataUnavailable
        If the family's images cannot be fetched.

    Examples
    --------
    >>> family = datasets.load_vision_answers("digits").attrs
    >>> parameters, accuracy = one_more(family, width=7)  # doctest: +SKIP
    """
    recipe = Recipe(**family["jobs"][0]["recipe"] | {"width": width})
    data = datasets.load_images(family["data"])
    network, _ = train(recipe, seed, data)
    predictions, _ = answers(recipe, network, data.test, data.test_labels)
    return sum(each.numel() for each in network.parameters()), float((predictions == data.test_labels).mean())
