"""Items of the book's own test sets: sums and products, written as prompts and targets.

A prompt is "12+345="; a target ends with a point, "357.", because a model must also say where its answer
ends. Some problems are held out: no training set of the book contains them.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mirage import _validate

__all__ = ["END", "HELD_OUT", "OPERATIONS", "answer", "draw", "held_out", "written"]

END = "."
OPERATIONS = ("+", "x")
HELD_OUT = {"+": 0.10, "x": 0.25}  # shares of the problems; there are few products of short numbers
_MOST_DIGITS = 9
_AT_ONCE = 1 << 20
_MOST_ITEMS = 10_000_000
_PATIENCE = 20  # rounds that bring nothing new, before there is nothing new


def held_out(operation: str, operands: ArrayLike) -> np.ndarray:
    """Say which problems are held out for testing; the order of the two operands does not matter.

    Parameters
    ----------
    operation : str
        One of `OPERATIONS`.
    operands : array-like of int, shape (items, 2)
        At least 0, of at most nine digits.

    Returns
    -------
    ndarray of bool, shape (items,)
        A share `HELD_OUT` of all problems, chosen by a hash, so that it is the same everywhere.

    Raises
    ------
    ValueError, TypeError
        If the operation is unknown, or the operands are not pairs of such numbers.

    References
    ----------
    Steele, Lea and Flood (2014), *OOPSLA*: the mixing function.

    Examples
    --------
    >>> pairs = [[12, 345], [345, 12]]
    >>> bool(held_out("+", pairs)[0] == held_out("+", pairs)[1])
    True
    """
    number = OPERATIONS.index(_validate.choice("operation", operation, OPERATIONS))
    pairs = np.sort(_pairs(operands), axis=1).astype(np.uint64)
    mixed = (pairs[:, 0] << np.uint64(32)) + (pairs[:, 1] << np.uint64(1)) + np.uint64(number)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)) * 2.0**-53 < HELD_OUT[operation]


def draw(
    operation: str,
    items: int,
    digits: Sequence[int] | int = 4,
    *,
    test: bool = True,
    answer_digits: int | None = None,
    zeros: bool = False,
    rng: int | np.random.Generator = 0,
) -> np.ndarray:
    """Draw problems: for training with replacement; for a test all different, also when turned round.

    The lengths of the two operands are drawn independently; then the operands, equally likely. (34 x 12 is
    the same problem as 12 x 34: whoever knows one mostly knows the other, so a test asks only one of them.)

    Parameters
    ----------
    operation : str
        One of `OPERATIONS`.
    items : int
        Problems to draw, from 1 to ten million.
    digits : int or sequence of int
        Lengths that an operand may have, from 1 to 9, equally likely; repeat one to draw it more often.
    test : bool
        Draw problems that are held out; otherwise, problems that are not.
    answer_digits : int, optional
        Draw only problems whose answer has so many digits.
    zeros : bool
        Let operands begin with zeros: all numbers up to the longest are equally likely.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    ndarray of int, shape (items, 2)
        The operands.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range, or there are not so many different problems: the message says
        how many were found.

    Examples
    --------
    >>> operands = draw("x", 3, 2)
    >>> operands.shape, bool(held_out("x", operands).all())
    ((3, 2), True)
    """
    _validate.choice("operation", operation, OPERATIONS)
    items = _validate.integer("items", _validate.number("items", items, 1, _MOST_ITEMS))
    lengths = _lengths(digits)
    wanted = None if answer_digits is None else _validate.integer("answer_digits", answer_digits, 1)
    test, zeros = _validate.flag("test", test), _validate.flag("zeros", zeros)
    rng = _validate.generator(rng)

    def right(pairs: np.ndarray) -> np.ndarray:
        fits = held_out(operation, pairs) == test
        return fits if wanted is None else fits & (_digits_of(answer(operation, pairs)) == wanted)

    low, high = np.array([_range(int(length), zeros) for length in lengths]).T
    found, fruitless = np.empty((0, 2), dtype=np.int64), 0
    while len(found) < items:
        kind = rng.integers(lengths.size, size=(min(2 * items + 1000, _AT_ONCE), 2))
        pairs = rng.integers(low[kind], high[kind])
        before = len(found)
        found = np.concatenate([found, pairs[right(pairs)]])
        found = _different(found) if test else found
        fruitless = 0 if len(found) > before else fruitless + 1
        if fruitless == _PATIENCE:
            raise ValueError(f"items must be at most {before}, the problems of this kind; got {items}")
    return found[:items]


def _different(pairs: np.ndarray) -> np.ndarray:
    """Return the first of all pairs that are the same problem."""
    first = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)[1]
    return pairs[np.sort(first)]


def answer(operation: str, operands: ArrayLike) -> np.ndarray:
    """Return the right answers, as numbers.

    Parameters
    ----------
    operation : str
        One of `OPERATIONS`.
    operands : array-like of int, shape (items, 2)
        At least 0, of at most nine digits.

    Returns
    -------
    ndarray of int, shape (items,)
        Sums or products.

    Raises
    ------
    ValueError, TypeError
        If the operation is unknown, or the operands are not pairs of such numbers.

    Examples
    --------
    >>> answer("x", [[12, 34]]).tolist()
    [408]
    """
    _validate.choice("operation", operation, OPERATIONS)
    pairs = _pairs(operands)
    return pairs.sum(axis=1) if operation == "+" else pairs.prod(axis=1)


def written(operation: str, operands: ArrayLike, padded: int | None = None) -> pd.DataFrame:
    """Write problems as prompts and targets.

    Parameters
    ----------
    operation : str
        One of `OPERATIONS`.
    operands : array-like of int, shape (items, 2)
        At least 0, of at most nine digits.
    padded : int, optional
        Write operands with so many digits, and sums with one more, from 1 to 9: 0012+0345=00357.

    Returns
    -------
    DataFrame, one row a problem
        `item`, the prompt, and `target`, which ends with `END`.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range, or an operand has more digits than `padded`.

    Examples
    --------
    >>> written("+", [[12, 345]]).loc[0].tolist()
    ['12+345=', '357.']
    >>> written("+", [[12, 345]], padded=4).loc[0].tolist()
    ['0012+0345=', '00357.']
    """
    _validate.choice("operation", operation, OPERATIONS)
    pairs = _pairs(operands)
    width = 0 if padded is None else _between("padded", padded)
    if width and (longest := int(_digits_of(pairs).max())) > width:
        raise ValueError(f"padded must be at least {longest}, the digits of an operand; got {padded}")
    most = width and (width + 1 if operation == "+" else 2 * width)
    rows = zip(pairs.tolist(), answer(operation, pairs).tolist(), strict=True)
    texts = [
        (f"{left:0{width}d}{operation}{right:0{width}d}=", f"{result:0{most}d}{END}")
        for (left, right), result in rows
    ]
    return pd.DataFrame(texts, columns=["item", "target"], dtype=object)


def _between(name: str, value: object) -> int:
    number = _validate.number(name, value, 1, _MOST_DIGITS)
    return _validate.integer(name, number)


def _lengths(digits: Sequence[int] | int) -> np.ndarray:
    lengths = np.atleast_1d(_validate.array("digits", digits, 1, _MOST_DIGITS))
    lengths = np.atleast_1d(_validate.integers("digits", lengths, 1))
    if lengths.ndim != 1 or not lengths.size:
        raise ValueError("digits must be one length or a list of lengths")
    return lengths


def _pairs(operands: ArrayLike) -> np.ndarray:
    pairs = _validate.integers("operands", _validate.array("operands", operands, 0, 10**_MOST_DIGITS - 1))
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not len(pairs):
        raise ValueError(f"operands must have shape (items, 2), items at least 1; got {pairs.shape}")
    return pairs


def _digits_of(numbers: np.ndarray) -> np.ndarray:
    return np.char.str_len(numbers.astype(str))


def _range(length: int, zeros: bool) -> tuple[int, int]:
    return (0 if zeros or length == 1 else 10 ** (length - 1)), 10**length
