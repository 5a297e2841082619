"""Fixed outputs token by token: which places of the targets were right, and how likely they were."""

from __future__ import annotations

import numpy as np

from mirage._later import pd
from mirage.outputs import _table

__all__ = ["places"]


def places(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
    """Return which tokens of the targets were right, and their log-probabilities.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs with `COLUMNS`, and `log_probabilities` where they are known.

    Returns
    -------
    right : ndarray, shape (rows, places)
        1 where the prediction has the target's token in that place, else 0; NaN behind the target's end.
    log_probabilities : ndarray, shape (rows, places), or None
        Of the target's tokens, in nats; NaN behind its end. None if they are not known.

    Raises
    ------
    ValueError, TypeError
        If the table is not one of fixed outputs; the message names the row.

    Examples
    --------
    >>> from mirage import toy
    >>> outputs = toy.sample_outputs([1e8, 1e11], length=3, items=100)
    >>> right, log_probabilities = places(outputs)
    >>> right.shape, bool((np.exp(log_probabilities) <= 1).all())
    ((200, 3), True)
    """
    table = _table.checked(table)
    targets, predictions = table["target"].tolist(), table["prediction"].tolist()
    shape = len(table), max(map(len, targets))
    right = np.full(shape, np.nan)
    for row, target, prediction in zip(right, targets, predictions, strict=True):
        same = [wanted == given for wanted, given in zip(target, prediction, strict=False)]
        row[: len(target)] = same + [False] * (len(target) - len(same))
    if "log_probabilities" not in table:
        return right, None
    known = np.full(shape, np.nan)
    for row, values in zip(known, table["log_probabilities"], strict=True):
        row[: len(values)] = values
    return right, known
