"""Checks of arguments, used by every public function.

Each check returns the value in the form that the caller computes with, or raises a `TypeError`
(the wrong kind of thing) or a `ValueError` (the right kind, a wrong value) that names the argument,
the value, and what is allowed.
"""

import math
import numbers
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

__all__ = [
    "array",
    "as_many",
    "at_most",
    "broadcast",
    "choice",
    "columns",
    "counts",
    "each",
    "existing",
    "flag",
    "flags",
    "generator",
    "instance",
    "integer",
    "integers",
    "names",
    "number",
    "share",
    "shown",
    "vector",
    "with_error",
]


_EXISTING = {"file": os.path.isfile, "folder": os.path.isdir, "folder or file": os.path.exists}


def shown(value: object, limit: int = 60) -> str:
    """Return a short `repr` of a value for an error message."""
    try:
        text = repr(value)
    except Exception:  # a broken __repr__ must not hide the real error
        text = f"<{type(value).__name__}>"
    text = text.replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def number(
    name: str, value: object, low: float = -math.inf, high: float = math.inf, *, open_low=False
) -> float:
    """Return `value` as a finite float between `low` and `high`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; got {shown(value)} of type {type(value).__name__}")
    return float(array(name, _as_float(name, value), low, high, open_low=open_low))


def array(
    name: str,
    values: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low=False,
    infinite=False,
    missing=False,
) -> np.ndarray:
    """Return `values`, a number or an array of any shape, as floats between `low` and `high`.

    Infinity is refused unless `infinite`, NaN unless `missing`.
    """
    result = _numeric(name, values)
    unusable = (np.isnan(result) & (not missing)) | (np.isinf(result) & (not infinite))
    wrong = unusable | (result <= low if open_low else result < low) | (result > high)
    if wrong.any():
        allowed = _range(low, high, open_low, infinite)
        raise ValueError(f"{name} must be {allowed}; got {shown(_first(result, wrong))}")
    return result


def vector(
    name: str,
    values: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low=False,
    infinite=False,
) -> np.ndarray:
    """Return `values` as a one-dimensional float array, checked as `array` does."""
    result = array(name, values, low, high, open_low=open_low, infinite=infinite)
    if result.ndim != 1:
        raise ValueError(f"{name} must have one dimension; got shape {result.shape}")
    return result


def with_error(
    name: str, value: object, low: float = -math.inf, high: float = math.inf
) -> tuple[float, float]:
    """Return a number and its standard error, from a pair of them, or from a number that is known exactly."""
    pair = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
    if pair and len(value) != 2:
        raise ValueError(f"{name} must be a number, or a pair of it and its standard error; got {value!r}")
    value, error = value if pair else (value, 0.0)
    return number(name, value, low, high), number(f"standard error of {name}", error, 0)


def share(name: str, value: object) -> float:
    """Return `value` as a float strictly between 0 and 1."""
    result = number(name, value)
    if not 0 < result < 1:
        raise ValueError(f"{name} must be strictly between 0 and 1; got {result:g}")
    return result


def broadcast(**arrays: np.ndarray) -> list[np.ndarray]:
    """Return the arrays in their common shape."""
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the shapes must be equal or broadcast; got {shapes}") from None


def integers(name: str, values: object, low: int = 0) -> np.ndarray:
    """Return `values`, a number or an array of any shape, as whole numbers of at least `low`."""
    result = array(name, values, low)
    wrong = (result != np.round(result)) | (result > 2**53)  # beyond 2**53 a float skips whole numbers
    if wrong.any():
        raise ValueError(
            f"{name} must be whole numbers from {low} to 2**53; got {shown(_first(result, wrong))}"
        )
    return result.astype(np.int64)


def integer(name: str, value: object, low: int = 0) -> int:
    """Return `value` as one whole number of at least `low`."""
    return int(integers(name, number(name, value), low))


def flag(name: str, value: object) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; got {shown(value)}")
    return bool(value)


def flags(name: str, values: object) -> np.ndarray:
    """Return `values`, a vector of True and False or of 1 and 0, as floats 1 and 0."""
    try:
        boolean = np.asarray(values).dtype == bool
    except Exception:  # whatever it is, `vector` says what is wrong with it
        boolean = False
    result = vector(name, np.asarray(values, dtype=float) if boolean else values)
    if (wrong := (result != 0) & (result != 1)).any():
        raise ValueError(f"{name} must hold only 0 and 1; got {_first(result, wrong):g}")
    return result


def as_many(**lists: np.ndarray) -> None:
    """Refuse lists that are not all as long as the first."""
    (first, like), *others = lists.items()
    for name, values in others:
        if np.ndim(like) != 1 or np.shape(values)[:1] != like.shape:
            shapes = f"{np.shape(values)} and {np.shape(like)}"
            raise ValueError(f"{name} must be a list, as many as {first}; got shapes {shapes}")


def names(name: str, values: object) -> np.ndarray:
    """Return a list of names or numbers as an array."""
    try:
        return np.asarray(values)
    except Exception:
        raise TypeError(f"{name} must be a list of names; got {shown(values)}") from None


def each(name: str, values: object, like: np.ndarray, *allowed: float, **options) -> np.ndarray:
    """Return `values`, a number for all models or one a model, as many as `like`; checked as `array` does."""
    result = array(name, values, *allowed, **options)
    if result.ndim:
        as_many(**{"models": like, name: result})
    return np.broadcast_to(result, like.shape)


def counts(successes: object, trials: object) -> tuple[np.ndarray, np.ndarray]:
    """Return right answers and items of some models, two vectors of one length."""
    right, items = integers("successes", successes), integers("trials", trials, 1)
    as_many(successes=right, trials=items)
    at_most(right, items)
    return right, items


def at_most(successes: np.ndarray, trials: np.ndarray) -> None:
    """Refuse more successes than trials."""
    if (wrong := successes > trials).any():
        raise ValueError(
            f"successes must be at most trials; got {_first(successes, wrong):g} of {_first(trials, wrong):g}"
        )


def choice(name: str, value: object, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of the `allowed` words."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(allowed)}; got {shown(value)}")
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
    return value


def instance(name: str, value: object, kind: type) -> None:
    """Refuse what is no `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}; got {shown(value)}")


def existing(name: str, value: object, kind: str) -> Path:
    """Return `value` as the path of a file or folder, whichever `kind` says, that exists."""
    if not isinstance(value, str | Path):
        raise TypeError(f"{name} must be the path of a {kind}; got {shown(value)}")
    if not _EXISTING[kind](value):
        raise ValueError(f"{name} must be a {kind} that exists; got {shown(str(value))}")
    return Path(value)


def columns(name: str, table: object, wanted: Iterable[str]) -> None:
    """Refuse a table that lacks one of the columns."""
    if missing := [column for column in wanted if column not in table]:
        raise ValueError(f"{name} must have the columns {', '.join(wanted)}; missing: {', '.join(missing)}")


def generator(rng: object) -> np.random.Generator:
    """Return a random generator from a seed (a whole number) or from a generator."""
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.default_rng(integer("rng", rng))


def _as_float(name: str, value: object) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be a number that fits a float; got {shown(value)}") from None


def _numeric(name: str, values: object) -> np.ndarray:
    kind = f"{name} must be a number or an array of numbers"
    try:
        result = np.asarray(values)
    except Exception:
        raise TypeError(f"{kind}; got {shown(values)}") from None
    if result.dtype == object:
        result = _from_objects(kind, result)
    if result.dtype.kind not in "iuf":  # True and False are answers, not numbers
        raise TypeError(f"{kind}; got {shown(values)}")
    if np.ma.is_masked(values):
        raise ValueError(f"{name} must have no missing values; got a masked array with some")
    if result.size == 0:
        raise ValueError(f"{name} must not be empty; got {shown(values)}")
    return result.astype(float)


def _from_objects(kind: str, values: np.ndarray) -> np.ndarray:
    # Integers too large for 64 bits, fractions and missing values arrive as objects.
    if not all(isinstance(value, numbers.Real) for value in values.flat):
        raise TypeError(f"{kind}; got {shown(values.tolist())}")
    try:
        return values.astype(float)
    except OverflowError:
        raise ValueError(f"{kind} that fit a float; got {shown(values.tolist())}") from None


def _range(low: float, high: float, open_low: bool, infinite: bool) -> str:
    above = f"{'above' if open_low else 'at least'} {low:g}" if low > -math.inf else ""
    below = f"at most {high:g}" if high < math.inf else ""
    return " and ".join(filter(None, ["a number" if infinite else "finite", above, below]))


def _first(values: np.ndarray, wrong: np.ndarray) -> float:
    return float(values[wrong].flat[0])
