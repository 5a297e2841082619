"""Training of the transformers: every model of a stack as it would be trained alone."""

import shutil
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from mirage.families.optimization import updates
from mirage.families.transformer import COLUMNS, PROMPT, SYMBOLS, Recipe, Transformer, encoded

__all__ = ["losses_of", "train"]

_FILL = SYMBOLS.index(" ")


def train(
    recipe: Recipe,
    seeds: Sequence[int],
    problems: Callable[[int, int], pd.DataFrame],
    *,
    checkpoints: Sequence[int] = (),
    compiled: bool | None = None,
    device: str | None = None,
) -> Iterator[tuple[int, Transformer, np.ndarray]]:
    """Train one size, several seeds at once, and yield it at the checkpoints and at the end.

    `optimization.updates` says how. The loss is the mean negative log-likelihood of the answer's symbols.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    seeds : sequence of int
        One per model: its first weights and its data.
    problems : callable
        Given a number of items and a seed, returns that many problems: `item` and `target`.
    checkpoints : sequence of int
        Steps after which the models are yielded, besides the last.
    compiled : bool, optional
        Compile the loss and its gradient; without it, if there is a C++ compiler.
    device : str, optional
        Where to train; without it, on a GPU if there is one.

    Yields
    ------
    step : int
        Updates done.
    models : Transformer
        The stack; it is trained on after this.
    losses : ndarray, shape (step, models)
        Training loss of each step so far, in nats per symbol.

    Raises
    ------
    ValueError
        If there is no seed, a checkpoint is no step, or a problem does not fit its columns.

    References
    ----------
    Loshchilov and Hutter (2019), *Decoupled weight decay regularization*. The recipe is ours.
    """
    if not len(seeds):
        raise ValueError("seeds must hold at least one; got none")
    if late := [step for step in checkpoints if not 1 <= step <= recipe.steps]:
        raise ValueError(f"checkpoints must be steps from 1 to {recipe.steps}; got {late[0]}")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    data = torch.stack(
        [torch.from_numpy(encoded(problems(recipe.steps * recipe.batch, seed))) for seed in seeds]
    ).to(device)
    models = Transformer(recipe, seeds).to(device)
    forward = _compiled() if compiled or (compiled is None and _can_compile()) else losses_of
    size = recipe.batch
    batches = ((data[:, i * size : (i + 1) * size].long(),) for i in range(recipe.steps))
    options = {"rate": recipe.highest_rate, "decay": recipe.decay, "checkpoints": checkpoints}
    for step, losses in updates(models, forward, batches, steps=recipe.steps, **options):
        yield step, models, losses


def losses_of(models: Transformer, batch: torch.Tensor) -> torch.Tensor:
    """Return the loss of each model of a stack on problems of its own.

    Parameters
    ----------
    models : Transformer
        The stack.
    batch : Tensor of int, shape (models, items, PROMPT + ANSWER)
        Problems as `encoded` writes them.

    Returns
    -------
    Tensor, shape (models,)
        Mean negative log-likelihood of the answers' symbols, ends included, in nats.
    """
    targets = batch[..., PROMPT:]
    asked = targets != _FILL
    scores = models(batch[..., :COLUMNS])
    nats = functional.cross_entropy(scores.flatten(0, 2), targets.flatten(), reduction="none")
    return (nats.view(targets.shape) * asked).sum((1, 2)) / asked.sum((1, 2))


def _compiled() -> Callable:
    torch.compiler.reset()  # what was compiled for another size is of no more use
    return torch.compile(losses_of, dynamic=False)


def _can_compile() -> bool:
    return torch.cuda.is_available() or any(map(shutil.which, ("g++", "clang++")))
