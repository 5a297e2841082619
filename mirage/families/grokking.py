"""A network of one hidden layer that learns sums modulo a prime: first by heart, later by rule."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

__all__ = ["Network", "Recipe", "concentration", "problems", "train"]

_FREQUENCIES = 5  # how many count as few


@dataclass(frozen=True)
class Recipe:
    """How a network is trained, on all its problems at every step.

    Attributes
    ----------
    modulus : int
        The prime p: there are p x p problems.
    share : float
        Of the problems that are trained on; the others are the test.
    width : int
        Of the embedding and of the hidden layer.
    steps : int
        Updates.
    rate, decay : float
        Learning rate and weight decay of AdamW, both constant.
    """

    modulus: int = 59
    share: float = 0.5
    width: int = 128
    steps: int = 4000
    rate: float = 3e-3
    decay: float = 1.0


class Network(nn.Module):
    """The two numbers are embedded alike and added; one hidden layer; a score for each answer."""

    def __init__(self, recipe: Recipe):
        """Start with small weights, as embedding, hidden layer and answers have them in PyTorch."""
        super().__init__()
        self.embedding = nn.Embedding(recipe.modulus, recipe.width)
        self.hidden = nn.Linear(recipe.width, recipe.width)
        self.answer = nn.Linear(recipe.width, recipe.modulus)
        nn.init.normal_(self.embedding.weight, std=recipe.width**-0.5)

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        """Return the scores of the answers, shape (pairs, modulus)."""
        return self.answer(functional.relu(self.hidden(self.embedding(pairs).sum(dim=1))))


def problems(recipe: Recipe, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the pairs that are trained on and the pairs of the test, drawn with a seed.

    A pair and its mirror image are on the same side, as the network cannot tell them apart.
    """
    rows, columns = np.triu_indices(recipe.modulus)
    pairs = np.random.default_rng(seed).permutation(np.stack([rows, columns], axis=1))
    cut = round(recipe.share * len(pairs))
    return torch.from_numpy(pairs[:cut]), torch.from_numpy(pairs[cut:])


def concentration(embedding: torch.Tensor) -> float:
    """Return the share of an embedding's variance that lies in its five strongest frequencies.

    A rule that adds by rotations needs few frequencies (Nanda et al. 2023). Random weights have them all.

    Parameters
    ----------
    embedding : tensor, shape (modulus, width)
        One row per number.

    Returns
    -------
    float
        From 5 / (modulus // 2), for equal frequencies, to 1.
    """
    power = torch.fft.rfft(embedding.detach().double(), dim=0).abs().square().sum(dim=1)[1:]
    return float(power.topk(_FREQUENCIES).values.sum() / power.sum())


def train(recipe: Recipe, seed: int, every: int = 20) -> pd.DataFrame:
    """Train a network and measure it on the way.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    seed : int
        Of the first weights, and of which problems are trained on.
    every : int
        Steps between two measurements.

    Returns
    -------
    DataFrame, one row per measurement
        `step`, `concentration`, and for both sets of problems, `train` and `test`, the mean loss in nats,
        the right answers and the number of problems: `train_loss, train_right, train_items, …`.
    """
    torch.manual_seed(seed)
    network, parts = Network(recipe), dict(zip(("train", "test"), problems(recipe, seed), strict=True))
    answers = {name: pairs.sum(dim=1) % recipe.modulus for name, pairs in parts.items()}
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.rate, weight_decay=recipe.decay, betas=(0.9, 0.98)
    )
    rows = []
    for step in range(recipe.steps + 1):
        scores = network(parts["train"])
        loss = functional.cross_entropy(scores, answers["train"])
        if step % every == 0:
            row = {"step": step, "concentration": concentration(network.embedding.weight)}
            with torch.no_grad():
                for name, given in (("train", scores), ("test", network(parts["test"]))):
                    row[f"{name}_loss"] = float(functional.cross_entropy(given, answers[name]))
                    row[f"{name}_right"] = int((given.argmax(dim=1) == answers[name]).sum())
                    row[f"{name}_items"] = len(given)
            rows.append(row)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return pd.DataFrame(rows)
