"""The loop in which stacks of models are trained, each as it would be alone; the schedule of all families."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import nn

__all__ = ["share", "updates"]


def updates(
    models: nn.Module,
    losses_of: Callable[..., torch.Tensor],
    batches: Iterable[tuple],
    *,
    steps: int,
    rate: float,
    decay: float = 0.0,
    checkpoints: Sequence[int] = (),
) -> Iterator[tuple[int, np.ndarray]]:
    """Update a stack of models step by step; stop at the checkpoints and at the end.

    AdamW, gradients of each model clipped to length 1, 2% of the steps to warm up, then a cosine to 2% of
    the highest rate. Tensors with one number or one row a model, as norms and biases are, do not decay.

    Parameters
    ----------
    models : Module
        Its parameters have one entry per model, along their first axis.
    losses_of : callable
        Given the models and a batch, returns the loss of each model.
    batches : iterable of tuple
        One a step.
    steps : int
        How many.
    rate : float
        The highest learning rate.
    decay : float
        Weight decay of the matrices.
    checkpoints : sequence of int
        Steps after which to stop, besides the last.

    Yields
    ------
    step : int
        Updates done.
    losses : ndarray, shape (step, models)
        Loss of each step so far.

    References
    ----------
    Loshchilov and Hutter (2019), *Decoupled weight decay regularization*.
    """
    optimizer = _optimizer(models, rate, decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: share(step, steps))
    losses: list[np.ndarray] = []
    for step, batch in zip(range(1, steps + 1), batches, strict=False):
        loss = losses_of(models, *batch)
        loss.sum().backward()
        _clip(models)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.detach().cpu().numpy())
        if step in checkpoints or step == steps:
            yield step, np.stack(losses)


def _optimizer(models: nn.Module, rate: float, decay: float) -> torch.optim.Optimizer:
    weights = list(models.parameters())
    matrices = [each for each in weights if each.ndim > 2]
    others = [each for each in weights if each.ndim <= 2]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


def share(step: int, steps: int) -> float:
    """Return the share of the highest learning rate at a step: up for 2% of the steps, then down a cosine.

    Parameters
    ----------
    step, steps : int
        Steps done, and all.

    Returns
    -------
    float
        From 0.02 to 1.

    Examples
    --------
    >>> share(0, 1000), share(20, 1000), round(share(1000, 1000), 2)
    (0.05, 1.0, 0.02)
    """
    warm = max(1, round(0.02 * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))) / 2


def _clip(models: nn.Module) -> None:
    """Shorten the gradient of each model of the stack to length 1."""
    gradients = [weights.grad for weights in models.parameters()]
    squares = sum(gradient.square().flatten(1).sum(1) for gradient in gradients)
    shrink = (1 / squares.sqrt().clamp(min=1e-12)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(shrink.view(-1, *[1] * (gradient.ndim - 1)))
