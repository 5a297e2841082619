"""Families of small networks that see: convolutional, autoencoders, and transformers over sequences.

All members of a family share everything but the width. The seeds of one size are trained side by side, as an
ensemble whose weights are stacked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional

from mirage import _validate
from mirage.families.images import Images, load
from mirage.families.optimization import updates

__all__ = ["Autoencoder", "Ensemble", "LeNet", "Recipe", "SequenceTransformer", "drawn", "one_more", "train"]

LENGTH = 5  # images in a sequence
_AT_ONCE = 64_000  # pixels that each network tests at a time


class LeNet(nn.Module):
    """Two layers of convolution, each made smaller by half, and two full layers, like LeNet-5.

    Parameters
    ----------
    width : int
        Channels of the first convolution; the second has twice, the full layer four times as many.
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
        self.full = nn.Linear(2 * width * (side // 4) ** 2, 4 * width)
        self.read = nn.Linear(4 * width, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the scores of the classes, shape (images, classes)."""
        for convolution in (self.conv1, self.conv2):
            images = functional.max_pool2d(functional.relu(convolution(images)), 2)
        return self.read(functional.relu(self.full(images.flatten(1))))


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
        return self.decode(torch.tanh(self.encode(images.flatten(1)))).view_as(images)


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
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.image = nn.Linear(width * (side // 4) ** 2, width)
        self.label = nn.Embedding(classes, width)
        self.place = nn.Embedding(2 * LENGTH, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(2))
        self.norm, self.read = nn.RMSNorm(width), nn.Linear(width, classes)

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the scores of the labels at each image, shape (sequences, LENGTH, classes)."""
        seen = images.flatten(0, 1)
        for convolution in (self.conv1, self.conv2):
            seen = functional.max_pool2d(functional.relu(convolution(seen)), 2)
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
        scores = query @ key.transpose(-1, -2) * key.shape[-1] ** -0.5
        later = torch.ones_like(scores[0]).triu(1)
        mixed = (scores - 1e9 * later).softmax(-1) @ value  # in parts, which can be stacked
        stream = stream + self.mix(mixed)
        return stream + self.down(functional.gelu(self.up(self.norm2(stream))))


NETWORKS = {"lenet": LeNet, "autoencoder": Autoencoder, "transformer": SequenceTransformer}


@dataclass(frozen=True)
class Recipe:
    """How a member of a family is built and trained; all members share all but the width.

    Attributes
    ----------
    family : {"lenet", "autoencoder", "transformer"}
        Which network.
    width : int
        Of the network.
    steps, batch : int
        Updates, and images (sequences) in each.
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


class Ensemble(nn.Module):
    """Networks of one size, one per seed, whose weights are stacked so that they compute side by side.

    Parameters
    ----------
    recipe : Recipe
        Which network, and how wide.
    seeds : sequence of int
        One for each network: its first weights.
    shape : tuple of int
        Channels and side of the images.
    classes : int
        Labels.
    """

    def __init__(self, recipe: Recipe, seeds: Sequence[int], shape: tuple[int, int], classes: int):
        """Start each network with its own weights."""
        super().__init__()
        self.recipe, self.seeds = recipe, tuple(seeds)
        networks = [_start(recipe, seed, shape, classes) for seed in self.seeds]
        stacked, _ = stack_module_state(networks)
        self._names, self._one = tuple(stacked), (networks[0],)  # in a tuple, so that it is no part
        self.weights = nn.ParameterList(nn.Parameter(each.detach()) for each in stacked.values())

    @property
    def parameters_each(self) -> int:
        """Return the number of trained parameters of one network."""
        return sum(each[0].numel() for each in self.weights)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return what each network makes of its own inputs; all have the networks as their first axis."""
        weights = dict(zip(self._names, self.weights, strict=True))
        return vmap(lambda own, *given: functional_call(self._one[0], own, given))(weights, *inputs)

    @torch.no_grad()
    def answers(self, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what each network makes of the same images (of transformers: of sequences of them).

        Parameters
        ----------
        images : ndarray of float32, shape (items, channels, side, side) or (items, LENGTH, ...)
            Pixels.
        labels : ndarray of int, shape (items,) or (items, LENGTH)
            Classes.

        Returns
        -------
        predictions : ndarray of int, shape (networks, items) or (networks, items, LENGTH)
            The class with the highest score; of an autoencoder nothing but zeros.
        losses : ndarray of float, in the same shape
            Minus the log-probability of the label, in nats; of an autoencoder the squared error of the image,
            summed over its pixels.
        """
        parts = []
        items = max(1, _AT_ONCE // images[0].size)
        for start in range(0, len(images), items):
            some = (each[None, start : start + items] for each in (images, labels))
            batch = [torch.from_numpy(np.repeat(each, len(self.seeds), axis=0)) for each in some]
            parts.append(self.judged(*(each.to(self.weights[0].device) for each in batch)))
        predictions, losses = (torch.cat(part, dim=1).cpu().numpy() for part in zip(*parts, strict=True))
        return predictions, losses

    def judged(self, images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return predictions and losses, as `answers` does, of images that each network has for itself."""
        if self.recipe.family == "autoencoder":
            errors = (self(images) - images).square().flatten(2).sum(2)
            return torch.zeros_like(labels), errors
        scores = self(images, labels) if self.recipe.family == "transformer" else self(images)
        nats = functional.cross_entropy(scores.flatten(0, -2), labels.flatten(), reduction="none")
        return scores.argmax(-1), nats.view(labels.shape)


def _start(recipe: Recipe, seed: int, shape: tuple[int, int], classes: int) -> nn.Module:
    """Return a network with its first weights; sizes of one seed have nothing in common."""
    (state,) = np.random.SeedSequence([seed, recipe.width]).generate_state(1).tolist()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(state)
        return NETWORKS[recipe.family](recipe.width, shape, classes)


def train(
    recipe: Recipe, seeds: Sequence[int], data: Images, *, device: str | None = None
) -> tuple[Ensemble, np.ndarray]:
    """Train one size of a family, all seeds side by side.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    seeds : sequence of int
        One per network: its first weights and the order of its images.
    data : Images
        Of which the part to train on is used.
    device : str, optional
        Where to train; without it, on a GPU if there is one.

    Returns
    -------
    networks : Ensemble
        The trained networks.
    losses : ndarray, shape (steps, networks)
        Mean loss of each batch: nats per image, or squared error per image.

    Raises
    ------
    ValueError
        If there is no seed.
    """
    if not len(seeds):
        raise ValueError("seeds must hold at least one; got none")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    networks = Ensemble(recipe, seeds, data.train.shape[1:3], data.classes).to(device)
    images, labels = (torch.from_numpy(each).to(device) for each in (data.train, data.train_labels))
    batches = ((images[chosen], labels[chosen]) for chosen in _batches(recipe, seeds, data))
    *_, (_, losses) = updates(networks, _losses, batches, steps=recipe.steps, rate=recipe.rate)
    return networks, losses


def _losses(networks: Ensemble, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return networks.judged(images, labels)[1].flatten(1).mean(1)


def _batches(recipe: Recipe, seeds: Sequence[int], data: Images) -> Iterator[np.ndarray]:
    """Yield the numbers of the images of each network's next batch."""
    generators = [np.random.default_rng([seed, recipe.width]) for seed in seeds]
    while True:
        yield np.stack([_batch(recipe, data, rng) for rng in generators])


def _batch(recipe: Recipe, data: Images, rng: np.random.Generator) -> np.ndarray:
    if recipe.family != "transformer":
        return rng.integers(len(data.train), size=recipe.batch)
    half = recipe.batch // 2
    everywhere = np.zeros_like(data.train_groups)
    return np.concatenate([drawn(everywhere, recipe.batch - half, rng), drawn(data.train_groups, half, rng)])


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
        How the family was trained: `attrs` of its table in `mirage.datasets`.
    width : int
        Of the network.
    seed : int
        Of its first weights and the order of its images; the book's families have those from 0 to 4.

    Returns
    -------
    parameters : int
        Of the network.
    score : float
        On the test images: the accuracy of a LeNet; the mean squared error of an autoencoder, summed over the
        pixels of an image; of a transformer the share of sequences that are all right, as many as there are
        images, drawn from all of them.

    Raises
    ------
    ValueError, TypeError
        If the width is no whole number above 0.
    OSError
        If the family's images cannot be fetched.

    Examples
    --------
    >>> from mirage import datasets
    >>> family = datasets.load_vision_errors().attrs
    >>> family["jobs"][0]["recipe"]["steps"] = 1  # so many would be too few
    >>> parameters, error = one_more(family, width=5)
    >>> parameters, error > 0
    (2117, True)
    """
    data, recipe = load(family["data"]), Recipe(**family["jobs"][0]["recipe"] | {"width": width})
    networks, _ = train(recipe, [seed], data)
    numbers = np.arange(len(data.test))
    if recipe.family == "transformer":
        numbers = drawn(np.zeros_like(numbers), len(numbers), np.random.default_rng(seed))
    labels = data.test_labels[numbers]
    (given,), (losses,) = networks.answers(data.test[numbers], labels)
    right = (given == labels).reshape(len(labels), -1).all(axis=1)
    return networks.parameters_each, float((losses if recipe.family == "autoencoder" else right).mean())
