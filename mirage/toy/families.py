"""Families of models whose truth is known: the curve of their loss, and counts drawn from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, scaling
from mirage._later import pd, special

__all__ = ["LOSS_CURVES", "loss_curve", "sample_family"]

_CHANCE = np.log(10)  # nats: ten digits, one as likely as another
_MOST_DRAWS = 10**8
_LEAST_SPREAD = 1e-6  # less is as good as none
_LOGISTIC = 2 * np.log(9)  # 10–90% width of the logistic curve
_GOMPERTZ = np.log(np.log(0.1) / np.log(0.9))  # and of Gompertz's

LOSS_CURVES = (
    "power law",
    "irreducible",
    "from chance",
    "broken",
    "gompertz",
    "flat",
    "jump",
    "steep power law",
    "steep logistic",
)


def loss_curve(
    parameters: ArrayLike,
    kind: str = "power law",
    *,
    constant: float = 1e9,
    exponent: float = 0.4,
    between: tuple[float, float] | None = None,
    factor: float = 4.0,
) -> np.ndarray:
    """Return the loss per token of a family whose curve is smooth, or has a step.

    Parameters
    ----------
    parameters : array-like, shape (models,)
        Number of parameters N of each model, above 0.
    kind : str
        One of `LOSS_CURVES`. "power law": (N/c)^−a. "irreducible": a power law above .15 nats. "from chance":
        bends from the loss of guessing one of ten digits to a power law. "broken": the slope in log-log
        grows fourfold over about half a decade. "gompertz": ln loss falls by ln 16, 80% of it over 2
        decades. "flat": .3 nats. "jump": a power law that is `factor` times higher up to the first of the
        sizes `between`. The steep ones are smooth and pass through the same two points there: "steep power
        law" is straight in log-log; "steep logistic" adds a logistic fall to the power law, 80% of it over
        four times the gap between the two sizes.
    constant, exponent : float
        c and a, above 0.
    between : tuple of float, optional
        Two sizes, the smaller first: where the jump lies. Needed by the last three kinds.
    factor : float
        By which the loss jumps, above 1.

    Returns
    -------
    ndarray, shape (models,)
        Loss in nats per token.

    Raises
    ------
    ValueError, TypeError
        If `kind` is not known, `between` is missing, or a value is outside its range.

    References
    ----------
    The kinds follow Kaplan et al. (2020), Hoffmann et al. (2022) and Caballero et al. (2023); the numbers are
    ours.

    Examples
    --------
    >>> sizes = [1e8, 1e9, 1e10, 1e11]
    >>> loss_curve(sizes, "jump", between=(1e9, 1e10), factor=4).round(2)
    array([10.05,  4.  ,  0.4 ,  0.16])
    >>> loss_curve(sizes, "steep power law", between=(1e9, 1e10), factor=4).round(2).tolist()
    [40.19, 4.0, 0.4, 0.04]
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    kind = _validate.choice("kind", kind, LOSS_CURVES)
    power = scaling.loss(size, constant, exponent)
    decade = np.log10(size) - np.log10(constant)
    if kind == "irreducible":
        return 0.15 + power
    if kind == "from chance":
        return 1 / (1 / _CHANCE + 1 / power)
    if kind == "broken":
        return np.exp(-np.log(10) * exponent * (decade / 2 + 1.5 * _softplus(decade - 1, 0.12)))
    if kind == "gompertz":
        return 2.5 * np.exp(-np.log(16) * np.exp(-np.exp(-(decade - 0.4) / 2 * _GOMPERTZ)))
    if kind == "flat":
        return np.full_like(size, 0.3)
    if kind == "power law":
        return power
    with np.errstate(over="ignore"):  # a steep curve through two distant points has no end
        return power * _around(size, kind, between, factor)


def sample_family(
    parameters: ArrayLike,
    losses: ArrayLike,
    *,
    scatter: float = 0.0,
    length: int = 5,
    items: int = 1000,
    item_spread: float = 0.0,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw the measured losses and the exact matches of a family from its curve of the loss.

    The loss of a run is its size's, times a lognormal factor: the scatter between models. The loss of an
    item is that of its run, times a gamma factor of mean 1, so the tokens of one item are right or wrong
    together. Given the item, its `length` tokens are independent.

    Parameters
    ----------
    parameters : array-like, shape (runs,)
        Number of parameters of each run, above 0; equal values are replicates.
    losses : array-like, shape (runs,)
        Loss of each run in nats per token without the scatter, at least 0.
    scatter : float
        Standard deviation of ln loss between runs, at least 0; 0.05 is about 5%.
    length, items : int
        Tokens of each target, and items in the test set, at least 1.
    item_spread : float
        Coefficient of variation of the loss between items, from 0 to 10; 0 makes all items equal.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    DataFrame, one row a run
        Columns `parameters, successes, trials, loss, loss_standard_error`: the curve that
        `emergence.Curve.from_table` takes.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, without the scatter and the spread of items.

    Examples
    --------
    >>> sizes = np.array([1e8, 1e9, 1e10])
    >>> family = sample_family(sizes, loss_curve(sizes), items=100)
    >>> family["loss"].round(2).tolist(), family["successes"].gt(0).tolist()
    ([2.51, 1.0, 0.4], [False, True, True])
    """
    size = _validate.vector("parameters", parameters, 0, open_low=True)
    expected = _validate.vector("losses", losses, 0)
    if expected.shape != size.shape:
        raise ValueError(f"losses must have one value a run; got {expected.size} for {size.size} runs")
    scatter = _validate.number("scatter", scatter, 0, 10)
    length, items = _validate.integer("length", length, 1), _validate.integer("items", items, 1)
    item_spread = _validate.number("item_spread", item_spread, 0, 10)
    if size.size * items > _MOST_DRAWS:
        raise ValueError(
            f"items must be at most {_MOST_DRAWS // size.size} for {size.size} runs; got {items}"
        )
    rng = _validate.generator(rng)
    loss = expected * np.exp(scatter * rng.standard_normal(size.size))
    if item_spread > _LEAST_SPREAD:
        of_items = loss[:, None] * rng.gamma(item_spread**-2, item_spread**2, (size.size, items))
        loss, error = of_items.mean(axis=1), of_items.std(axis=1) / np.sqrt(items)
        successes = (rng.random(of_items.shape) < np.exp(-length * of_items)).sum(axis=1)
    else:
        error, successes = np.zeros_like(loss), rng.binomial(items, np.exp(-length * loss))
    return pd.DataFrame(
        {
            "parameters": size,
            "successes": successes,
            "trials": items,
            "loss": loss,
            "loss_standard_error": error,
        }
    )


def _softplus(x: np.ndarray, width: float) -> np.ndarray:
    return width * np.logaddexp(0, x / width)


def _around(size: np.ndarray, kind: str, between: object, factor: object) -> np.ndarray:
    """Return the factor by which a curve with a jump, or a steep one, lies above the power law."""
    if between is None:
        raise ValueError(f"between must be given for the kind {kind!r}")
    ends = _validate.vector("between", between, 0, open_low=True)
    if ends.size != 2 or ends[0] >= ends[1]:
        raise ValueError(f"between must be two sizes, the smaller first; got {_validate.shown(between)}")
    factor = _validate.number("factor", factor, 1, open_low=True)
    (low, high), rest = np.log(ends), np.log(factor)
    if kind == "jump":
        return np.where(size <= ends[0], factor, 1)
    gaps = (np.log(size) - low) / (high - low)
    if kind == "steep power law":
        return np.exp(rest * (1 - gaps))
    fall = special.expit(_LOGISTIC / 4 * (gaps - 0.5))
    at_low, at_high = special.expit(_LOGISTIC / 8 * np.array([-1, 1]))
    return np.exp(rest * (at_high - fall) / (at_high - at_low))
