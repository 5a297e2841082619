"""Training the transformers, against a plain loop of PyTorch, one model at a time: `make bench`."""

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import in_turn, seconds
from experiments import arithmetic
from mirage.families import training, transformer
from mirage.families.transformer import PROMPT, SYMBOLS, Recipe

STACKS = {16: 8, 64: 4}  # widths, and how many models are trained at once
GOALS = {16: 2.0, 64: 1.4}
CHUNK, CHUNKS = 20, 8  # steps timed together, and how often, in turn
COLUMNS = transformer.COLUMNS


class Plain(nn.Module):
    """The same model from PyTorch's own layers."""

    def __init__(self, recipe: Recipe):
        """Start with PyTorch's own weights."""
        super().__init__()
        width = recipe.width
        self.heads = recipe.heads
        self.symbol, self.place = nn.Embedding(len(SYMBOLS), width), nn.Embedding(COLUMNS, width)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm1": nn.RMSNorm(width),
                    "qkv": nn.Linear(width, 3 * width, bias=False),
                    "mix": nn.Linear(width, width, bias=False),
                    "norm2": nn.RMSNorm(width),
                    "up": nn.Linear(width, 4 * width, bias=False),
                    "down": nn.Linear(4 * width, width, bias=False),
                }
            )
            for _ in range(recipe.layers)
        )
        self.norm, self.read = nn.RMSNorm(width), nn.Linear(width, len(SYMBOLS), bias=False)

    def forward(self, symbols: torch.Tensor) -> torch.Tensor:
        """Return the scores of the answer's symbols."""
        stream = self.symbol(symbols) + self.place.weight
        for block in self.blocks:
            parts = block["qkv"](block["norm1"](stream)).unflatten(-1, (3, self.heads, -1))
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
            stream = stream + block["mix"](mixed.transpose(1, 2).flatten(2))
            stream = stream + block["down"](functional.gelu(block["up"](block["norm2"](stream))))
        return self.read(self.norm(stream[:, PROMPT - 1 :]))


def problems(recipe: Recipe) -> Callable[[int, int], pd.DataFrame]:
    """Return the function that draws the family's problems."""
    return arithmetic.Job("mixed", recipe, (0,)).problems


def plain(recipe: Recipe) -> Iterator[None]:
    """Train one model with a plain loop; yield after each chunk of steps."""
    data = torch.from_numpy(transformer.encoded(problems(recipe)(recipe.steps * recipe.batch, 0)))
    model = Plain(recipe)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.highest_rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.steps)
    for step in range(recipe.steps):
        batch = data[step * recipe.batch : (step + 1) * recipe.batch].long()
        scores = model(batch[:, :COLUMNS])
        targets = batch[:, PROMPT:].flatten()
        loss = functional.cross_entropy(scores.flatten(0, 1), targets, ignore_index=SYMBOLS.index(" "))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % CHUNK == 0:
            yield


def trained() -> None:
    """Print tokens per second, their ratio, and the share of the measured peak."""
    torch.set_num_threads(1)
    best = peak()
    print(f"\ntraining, one thread; the largest matrix product makes {best / 1e9:.0f} GFLOP/s")
    for width, stack in STACKS.items():
        recipe = Recipe(width, steps=CHUNK * (CHUNKS + 1))
        ends = range(CHUNK, recipe.steps + 1, CHUNK)
        ours = training.train(recipe, range(stack), problems(recipe), checkpoints=ends)
        peer = plain(recipe)
        times = in_turn({"ours": partial(next, ours), "plain": partial(next, peer)}, CHUNKS, "transformer")
        mine, theirs = (CHUNK * recipe.batch * COLUMNS / times[name] for name in ("ours", "plain"))
        mine *= stack
        share = mine * operations(recipe) / best
        print(
            f"  width {width}: {mine / 1e3:.0f}k tokens/s, {stack} models at once, {share:.0%} of the peak;"
        )
        print(f"    plain loop: {theirs / 1e3:.0f}k; ratio {mine / theirs:.2f} (goal: {GOALS[width]})")


def operations(recipe: Recipe) -> float:
    """Return the floating-point operations of a step, per token, but for the few of attention."""
    models = transformer.Transformer(recipe, (0,))
    batch = torch.from_numpy(transformer.encoded(problems(recipe)(recipe.batch, 0)))[None].long()
    with FlopCounterMode(display=False) as counter:
        training.losses_of(models, batch).sum().backward()
    return counter.get_total_flops() / (recipe.batch * COLUMNS)


def peak(size: int = 2048) -> float:
    """Return the operations per second of a large matrix product."""
    left, right = torch.randn(2, size, size)
    return 2 * size**3 / min(seconds(lambda: left @ right) for _ in range(8))
