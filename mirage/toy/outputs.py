"""The answers of a toy family: strings of digits, drawn once and then kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, scaling
from mirage._later import pd

__all__ = ["sample_outputs"]

_MOST_DIGITS = 10**8  # of all models together: several GB while they are drawn


def sample_outputs(
    parameters: ArrayLike,
    constant: float = 1e9,
    exponent: float = 0.4,
    length: int = 5,
    items: int = 1000,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw the fixed outputs of a toy family: strings of digits, each right with probability p(N).

    A wrong digit is any of the nine others with equal probability. All models answer the same items.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters of each model, above 0.
    constant, exponent : float
        Of `scaling.loss`.
    length : int
        Digits in each target, at least 1.
    items : int
        Items in the test set, at least 1.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    DataFrame, one row per model and item
        Columns `family, model, parameters, seed, step, task, item, target, prediction` (strings of
        digits) and `log_probabilities` (one per digit of the target, in nats).

    Raises
    ------
    ValueError, TypeError
        If an argument is not a number or lies outside its range.

    Examples
    --------
    >>> outputs = sample_outputs([1e8, 1e30], length=3, items=2)
    >>> list(outputs["model"])
    ['toy-1e+08', 'toy-1e+08', 'toy-1e+30', 'toy-1e+30']
    >>> list(outputs["target"] == outputs["prediction"])[2:]
    [True, True]
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    length, items = _validate.integer("length", length, 1), _validate.integer("items", items, 1)
    if (digits := size.size * length * items) > _MOST_DIGITS:
        raise ValueError(f"length and items must ask for at most {_MOST_DIGITS} digits in all; got {digits}")
    generator = _validate.generator(rng)
    loss = scaling.loss(size, constant, exponent)
    p = scaling.token_probability(loss)
    target = generator.integers(10, size=(items, length))
    wrong = generator.random((size.size, items, length)) >= p[:, None, None]
    shift = generator.integers(1, 10, size=wrong.shape)
    prediction = (target + wrong * shift) % 10
    return pd.DataFrame(
        {
            "family": "toy",
            "model": np.repeat([f"toy-{n:.4g}" for n in size], items),
            "parameters": np.repeat(size, items),
            "seed": 0,
            "step": 0,
            "task": f"{length} digits",
            "item": np.tile(np.arange(items), size.size),
            "target": np.tile(_strings(target), size.size),
            "prediction": _strings(prediction.reshape(-1, length)),
            "log_probabilities": list(np.repeat(-loss, items)[:, None].repeat(length, 1)),
        }
    )


def _strings(digits: np.ndarray) -> list[str]:
    letters = (digits + ord("0")).astype(np.uint8)
    return letters.view(f"S{letters.shape[1]}").ravel().astype(str).tolist()
