"""Training the vision families, against a plain loop of PyTorch, one model at a time: `make bench`."""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.timing import in_turn
from experiments.vision import EMBEDDED, SEEDS
from mirage.families import images, vision
from mirage.families.images import Images
from mirage.families.vision import Recipe

STEPS, RUNS = 60, 5  # updates timed together, and how often, in turn


def plain(recipe: Recipe, data: Images) -> None:
    """Train one network with a plain loop."""
    network = vision.NETWORKS[recipe.family](recipe.width, data.train.shape[1:3], data.classes)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.steps)
    pixels, labels = torch.from_numpy(data.train), torch.from_numpy(data.train_labels)
    shape = (recipe.batch, vision.LENGTH) if recipe.family == "transformer" else (recipe.batch,)
    rng = np.random.default_rng(0)
    for _ in range(recipe.steps):
        chosen = torch.from_numpy(rng.integers(len(pixels), size=shape))
        loss = loss_of(network, recipe.family, pixels[chosen], labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def loss_of(network: nn.Module, family: str, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of a batch."""
    if family == "autoencoder":
        return functional.mse_loss(network(pixels), pixels, reduction="sum") / len(pixels)
    scores = network(pixels, labels) if family == "transformer" else network(pixels)
    return functional.cross_entropy(scores.flatten(0, -2), labels.flatten())


def trained() -> None:
    """Print images per second and their ratio, for a small, a middle and the largest width of each family."""
    torch.set_num_threads(1)
    print(f"\nvision, one thread, images per second: {len(SEEDS)} seeds at once, and a plain loop for one")
    for experiment in EMBEDDED:
        data, widths = images.load(experiment.data), experiment.widths
        for width in (widths[1], widths[len(widths) // 2], widths[-1]):
            recipe = Recipe(experiment.family, width, STEPS, experiment.batch, experiment.rate)
            tasks = {
                "ours": partial(vision.train, recipe, SEEDS, data),
                "plain": partial(plain, recipe, data),
            }
            name = f"{recipe.family}, width {width}"
            times = in_turn(tasks, RUNS, name)
            seen = STEPS * recipe.batch * (vision.LENGTH if recipe.family == "transformer" else 1)
            ours, peer = len(SEEDS) * seen / times["ours"], seen / times["plain"]
            print(f"  {name}: {ours:,.0f}; plain {peer:,.0f}; ratio {ours / peer:.2f}")
