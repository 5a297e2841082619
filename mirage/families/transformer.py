"""A family of small decoder-only transformers that write the answers to sums and products.

Several seeds of one size are trained at once, as one stack of matrices: small products leave a processor
idle. Every seed has its own data, start and clipping, so that it ends as it would alone, but for rounding.
"""

import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from mirage import _validate

__all__ = ["Recipe", "Transformer", "train"]

SYMBOLS = "0123456789+x=. "  # the last one fills the prompt on the left
PROMPT, ANSWER = 10, 6  # columns: the longest prompt, and the longest target with its end
_FILL = SYMBOLS.index(" ")
_COLUMNS = PROMPT + ANSWER - 1  # what the model reads: the last symbol of the answer is never read
_CODES = np.full(128, -1)
_CODES[[ord(symbol) for symbol in SYMBOLS]] = np.arange(len(SYMBOLS))
_AT_ONCE = 2000  # items
_NEVER = -1e9  # added to the score of a column that must not be seen


@dataclass(frozen=True)
class Recipe:
    """How a member of the family is built and trained; all members share all but the width.

    Attributes
    ----------
    width : int
        Of the residual stream, at least 2; a multiple of the number of heads.
    layers : int
        Blocks of attention and feed-forward network.
    steps, batch : int
        Updates, and problems in each.
    rate : float
        Highest learning rate, as a multiple of the rule min(.012, .03 / width^.4).
    decay : float
        Weight decay of the matrices.
    """

    width: int
    layers: int = 2
    steps: int = 4000
    batch: int = 128
    rate: float = 1.0
    decay: float = 0.02

    def __post_init__(self):
        """Refuse a recipe that cannot be followed."""
        for name in ("width", "layers", "steps", "batch"):
            _validate.integer(name, getattr(self, name), 1)
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of its {self.heads} heads; got {self.width}")
        _validate.number("rate", self.rate, 0, open_low=True)
        _validate.number("decay", self.decay, 0)

    @property
    def heads(self) -> int:
        """Return the number of attention heads."""
        return max(2, self.width // 16)

    @property
    def highest_rate(self) -> float:
        """Return the highest learning rate."""
        return self.rate * min(0.012, 0.03 / self.width**0.4)

    @property
    def parameters(self) -> int:
        """Return the number of trained parameters, embeddings included."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every tensor of one member, by its name."""
        width = self.width
        block = {"norm1": (width,), "qkv": (width, 3 * width), "mix": (width, width), "norm2": (width,)}
        block |= {"up": (width, 4 * width), "down": (4 * width, width)}
        shapes = {"symbol": (len(SYMBOLS), width), "place": (_COLUMNS, width)}
        for layer in range(self.layers):
            shapes |= {f"{name}_{layer}": shape for name, shape in block.items()}
        return shapes | {"norm": (width,), "read": (width, len(SYMBOLS))}


class Transformer(nn.Module):
    """A stack of transformers of one size, one per seed.

    Root-mean-square norms before each part, learned places, no biases, four-fold GELU layers. The last block
    computes only the columns where an answer is read off.

    Parameters
    ----------
    recipe : Recipe
        Size of the models.
    seeds : sequence of int
        One for each model of the stack: its first weights.
    """

    def __init__(self, recipe: Recipe, seeds: Sequence[int]):
        """Start each model with its own weights."""
        super().__init__()
        self.recipe, self.seeds = recipe, tuple(seeds)
        starts = [_start(recipe, seed) for seed in self.seeds]
        for name in recipe.shapes():
            self.register_parameter(name, nn.Parameter(torch.stack([start[name] for start in starts])))

    def forward(self, symbols: torch.Tensor) -> torch.Tensor:
        """Return the scores of the next symbol at the answer's places.

        Parameters
        ----------
        symbols : Tensor of int, shape (models, items, columns)
            Prompt and the answer so far.

        Returns
        -------
        Tensor, shape (models, items, answer's places, symbols)
        """
        columns = symbols.shape[2]
        symbol = torch.stack([functional.embedding(*pair) for pair in zip(symbols, self.symbol, strict=True)])
        stream = symbol + self.place[:, None, :columns]
        for layer in range(self.recipe.layers):
            read = columns - PROMPT + 1 if layer == self.recipe.layers - 1 else columns
            stream = self._block(stream, layer, read)
        return _times(_norm(stream, self.norm), self.read)

    def _block(self, stream: torch.Tensor, layer: int, read: int) -> torch.Tensor:
        """Return the stream after a block, at the last `read` columns."""
        norm1, qkv, mix, norm2, up, down = (
            getattr(self, f"{name}_{layer}") for name in ("norm1", "qkv", "mix", "norm2", "up", "down")
        )
        columns, width = stream.shape[2:]
        seen = _norm(stream, norm1)
        stream = stream[:, :, columns - read :]
        query = self._heads(_times(seen[:, :, columns - read :], qkv[..., :width]))
        key, value = (self._heads(part) for part in _times(seen, qkv[..., width:]).chunk(2, -1))
        later = torch.ones(read, columns, device=stream.device).triu(columns - read + 1)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=later * _NEVER)
        stream = stream + _times(mixed.transpose(1, 2).flatten(2).unflatten(0, stream.shape[:2]), mix)
        return stream + _times(functional.gelu(_times(_norm(stream, norm2), up)), down)

    def _heads(self, values: torch.Tensor) -> torch.Tensor:
        """Return (models, items, columns, width) as (models and items, heads, columns, width of a head)."""
        return values.flatten(0, 1).unflatten(-1, (self.recipe.heads, -1)).transpose(1, 2)

    @torch.no_grad()
    def answers(self, items: pd.DataFrame) -> list[pd.DataFrame]:
        """Return the greedy answers of each model, and the log-probabilities of the targets.

        Parameters
        ----------
        items : DataFrame
            `item`, the prompt, and `target`.

        Returns
        -------
        list of DataFrame, one per model
            `item, target, prediction` (a string that ends where the model ended it) and
            `log_probabilities`, an array of one per symbol of the target.
        """
        codes = torch.from_numpy(encoded(items))
        parts = [self._answered(part.to(self.symbol.device).long()) for part in codes.split(_AT_ONCE)]
        predictions, known = (torch.cat(part, dim=1).cpu().numpy() for part in zip(*parts, strict=True))
        lengths = items["target"].str.len().to_numpy()
        return [
            items[["item", "target"]].assign(
                prediction=_decoded(prediction),
                log_probabilities=[row[:length] for row, length in zip(one, lengths, strict=True)],
            )
            for prediction, one in zip(predictions, known, strict=True)
        ]

    def _answered(self, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the greedy answers, and what the targets' symbols got, shape (models, items, ANSWER)."""
        targets = codes[:, PROMPT:].expand(len(self.seeds), -1, -1)
        read = codes[:, :_COLUMNS].expand(len(self.seeds), -1, -1).clone()
        scores = self(read)
        known = functional.log_softmax(scores.double(), -1).gather(-1, targets[..., None])[..., 0]
        answer = scores.argmax(-1)
        # Up to its first wrong symbol a model has read its own answer; from there on it must.
        wrong = torch.zeros_like(answer[..., 0], dtype=torch.bool)
        for place in range(ANSWER - 1):
            wrong |= answer[..., place] != targets[..., place]
            if wrong.any():
                read[..., PROMPT + place] = answer[..., place]
                answer[..., place + 1] = self(read[..., : PROMPT + place + 1])[..., -1, :].argmax(-1)
        return answer, known


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

    AdamW, gradients of each model clipped to length 1, 2 % of the steps to warm up, then a cosine to 2 % of
    the highest rate. The loss is the mean negative log-likelihood of the answer's symbols.

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
    optimizer = _optimizer(models)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, recipe.steps))
    losses = np.empty((recipe.steps, len(models.seeds)), dtype=np.float32)
    for step in range(recipe.steps):
        batch = data[:, step * recipe.batch : (step + 1) * recipe.batch].long()
        loss = forward(models, batch)
        loss.sum().backward()
        _clip(models)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses[step] = loss.detach().cpu()
        if step + 1 in checkpoints or step + 1 == recipe.steps:
            yield step + 1, models, losses[: step + 1]


def encoded(items: pd.DataFrame) -> np.ndarray:
    """Return the numbers of the symbols of prompts and targets, shape (items, columns)."""
    for name, most in (("item", PROMPT), ("target", ANSWER)):
        if (longest := items[name].str.len().max()) > most:
            raise ValueError(f"{name} must have at most {most} symbols; got {longest}")
    text = "".join(items["item"].str.rjust(PROMPT) + items["target"].str.ljust(ANSWER))
    codes = _CODES[np.frombuffer(text.encode("ascii", "replace"), np.uint8)]
    if (codes < 0).any():
        raise ValueError(f"items and targets must consist of {SYMBOLS!r}; got {text[codes.argmin()]!r}")
    return codes.astype(np.uint8).reshape(len(items), -1)


def _decoded(codes: np.ndarray) -> list[str]:
    letters = np.frombuffer(SYMBOLS.encode(), np.uint8)[codes].view(f"S{codes.shape[1]}").ravel().astype(str)
    # An end closes the answer; what stands after it is not part of it. (NumPy drops no blanks here.)
    return [text[: text.find(".") + 1] or text for text in letters.tolist()]


def _start(recipe: Recipe, seed: int) -> dict[str, torch.Tensor]:
    """Return the first weights of one model; sizes of one seed have nothing in common."""
    (state,) = np.random.SeedSequence([seed, recipe.width]).generate_state(1).tolist()
    generator = torch.Generator().manual_seed(state)
    weights = {}
    for name, shape in recipe.shapes().items():
        if name.startswith("norm"):
            weights[name] = torch.ones(shape)
            continue
        scale = 0.5 if name in ("symbol", "place") else shape[0] ** -0.5
        if name.startswith(("mix", "down")):
            scale /= math.sqrt(2 * recipe.layers)
        weights[name] = scale * torch.randn(shape, generator=generator)
    return weights


def losses_of(models: Transformer, batch: torch.Tensor) -> torch.Tensor:
    """Return the loss of each model, in nats per symbol of the answers."""
    targets = batch[..., PROMPT:]
    asked = targets != _FILL
    scores = models(batch[..., :_COLUMNS])
    nats = functional.cross_entropy(scores.flatten(0, 2), targets.flatten(), reduction="none")
    return (nats.view(targets.shape) * asked).sum((1, 2)) / asked.sum((1, 2))


def _compiled() -> Callable:
    torch.compiler.reset()  # what was compiled for another size is of no more use
    return torch.compile(losses_of, dynamic=False)


def _can_compile() -> bool:
    return torch.cuda.is_available() or any(map(shutil.which, ("g++", "clang++")))


def _optimizer(models: Transformer) -> torch.optim.Optimizer:
    norms = [weights for name, weights in models.named_parameters() if name.startswith("norm")]
    others = [weights for name, weights in models.named_parameters() if not name.startswith("norm")]
    groups = [{"params": others, "weight_decay": models.recipe.decay}, {"params": norms, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=models.recipe.highest_rate, betas=(0.9, 0.98), fused=True)


def _rate(step: int, steps: int) -> float:
    """Return the share of the highest rate at a step."""
    warm = max(1, round(0.02 * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))) / 2


def _clip(models: Transformer) -> None:
    """Shorten the gradient of each model of the stack to length 1."""
    gradients = [weights.grad for weights in models.parameters()]
    squares = sum(gradient.square().flatten(1).sum(1) for gradient in gradients)
    shrink = (1 / squares.sqrt().clamp(min=1e-12)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(shrink.view(-1, *[1] * (gradient.ndim - 1)))


def _norm(stream: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return functional.rms_norm(stream, stream.shape[-1:]) * gain[:, None, None]


def _times(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return values (models, items, columns, in) times the weights (models, in, out) of each model."""
    return torch.bmm(values.flatten(1, 2), weights).unflatten(1, values.shape[1:3])
