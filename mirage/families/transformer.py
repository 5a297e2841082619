"""A family of small decoder-only transformers that write the answers to sums and products.

Several seeds of one size are trained at once, as one stack of matrices: small products leave a processor
idle. Every seed has its own data, start and clipping, so that it ends as it would alone, but for rounding.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from mirage import _validate

__all__ = ["Recipe", "Transformer", "encoded"]

SYMBOLS = "0123456789+x=. "  # the last one fills the prompt on the left
PROMPT, ANSWER = 10, 6  # columns: the longest prompt, and the longest target with its end
COLUMNS = PROMPT + ANSWER - 1  # what the model reads: the last symbol of the answer is never read
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
        shapes = {"symbol": (len(SYMBOLS), width), "place": (COLUMNS, width)}
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

    @torch.no_grad()
    def samples(self, items: pd.DataFrame, number: int, seed: int) -> list[pd.DataFrame]:
        """Return answers of each model drawn, symbol by symbol, with the probabilities it gives them.

        Parameters
        ----------
        items : DataFrame
            `item`, the prompt, and `target`.
        number : int
            Answers to each item.
        seed : int
            Of the draws, which also depend on the stack.

        Returns
        -------
        list of DataFrame, one per model
            `row`, the item's place among the items, from 0; `sample`, from 1; and `prediction`.
        """
        device = self.symbol.device
        generator = torch.Generator(device).manual_seed(seed)
        prompts = torch.from_numpy(encoded(items)[:, :PROMPT]).repeat_interleave(number, dim=0)
        parts = []
        for part in prompts.split(_AT_ONCE):
            read = part.to(device).long().expand(len(self.seeds), -1, -1)
            for _ in range(ANSWER):
                chances = self(read)[..., -1, :].softmax(-1)
                drawn = torch.multinomial(chances.flatten(0, 1), 1, generator=generator)
                read = torch.cat([read, drawn.view(*read.shape[:2], 1)], dim=-1)
            parts.append(read[..., PROMPT:])
        row, sample = np.divmod(np.arange(len(prompts)), number)
        return [
            pd.DataFrame({"row": row, "sample": sample + 1, "prediction": _decoded(one.cpu().numpy())})
            for one in torch.cat(parts, dim=1)
        ]

    def _answered(self, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the greedy answers, and what the targets' symbols got, shape (models, items, ANSWER)."""
        targets = codes[:, PROMPT:].expand(len(self.seeds), -1, -1)
        read = codes[:, :COLUMNS].expand(len(self.seeds), -1, -1).clone()
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


def encoded(items: pd.DataFrame) -> np.ndarray:
    """Return prompts and targets as the numbers of their symbols.

    Parameters
    ----------
    items : DataFrame
        `item`, the prompt, and `target`.

    Returns
    -------
    ndarray of uint8, shape (items, PROMPT + ANSWER)
        The prompt, filled on the left, and the target, filled on the right.

    Raises
    ------
    ValueError
        If a text is too long, or has another symbol than those of `SYMBOLS`.

    Examples
    --------
    >>> "".join(SYMBOLS[code] for code in encoded(pd.DataFrame({"item": ["1+2="], "target": ["3."]}))[0])
    '      1+2=3.    '
    """
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


def _norm(stream: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return functional.rms_norm(stream, stream.shape[-1:]) * gain[:, None, None]


def _times(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return values (models, items, columns, in) times the weights (models, in, out) of each model."""
    return torch.bmm(values.flatten(1, 2), weights).unflatten(1, values.shape[1:3])
