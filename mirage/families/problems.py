"""The problems on which the arithmetic family and its control are trained: other ones for each member."""

import numpy as np
import pandas as pd

from mirage.families import tasks

__all__ = ["mixed", "padded"]


def mixed(items: int, seed: int, width: int) -> pd.DataFrame:
    """Return training problems: 60% sums of 1 to 4 digits each, 40% products of 1 or 2, mostly 2.

    Parameters
    ----------
    items : int
        How many.
    seed, width : int
        Of the member: each has problems of its own.

    Returns
    -------
    DataFrame, one row a problem
        `item`, the prompt, and `target`; none is held out.
    """
    rng = np.random.default_rng([seed, width, 1])
    plus = int(rng.binomial(items, 0.6))
    sums = tasks.draw("+", max(plus, 1), (1, 2, 3, 4), test=False, rng=rng)
    products = tasks.draw("x", max(items - plus, 1), (1, 2, 2, 2, 2, 2, 2), test=False, rng=rng)
    written = pd.concat([tasks.written("+", sums[:plus]), tasks.written("x", products[: items - plus])])
    return written.iloc[rng.permutation(items)].reset_index(drop=True)


def padded(items: int, seed: int, width: int) -> pd.DataFrame:
    """Return training problems of the control, as `mixed` does: four-digit sums, filled with zeros."""
    rng = np.random.default_rng([seed, width, 2])
    return tasks.written("+", tasks.draw("+", items, 4, zeros=True, test=False, rng=rng), padded=4)
