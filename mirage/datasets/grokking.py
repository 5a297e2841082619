"""What five networks scored on the way to grokking, part of the package."""

from __future__ import annotations

import json
from importlib import resources

from mirage._later import pd

__all__ = ["load_grokking"]


def load_grokking() -> pd.DataFrame:
    """Return losses, right answers and a measure of progress of five networks that learn sums modulo 59.

    Made by `experiments/grokking.py`. A network of one hidden layer learns a + b modulo a prime from half of
    the problems, all of them at every step, with weight decay. It first learns these by heart, much later a
    rule that answers the others too: this is called grokking (Power et al. 2022).

    Returns
    -------
    DataFrame, one row per seed and measurement
        `seed`, `step`; for the problems that are trained on and for the others, "train" and "test", the mean
        loss in nats, the number of right answers and of problems: `train_loss, train_right, train_items,
        test_loss, …`; and `concentration`, the share of the variance of the embedding that lies in its five
        strongest frequencies. How the networks were trained is in the table's `attrs`.

    References
    ----------
    Power et al. (2022), arXiv:2201.02177; Nanda et al. (2023), arXiv:2301.05217. The recipe is ours.

    Examples
    --------
    >>> last = load_grokking().groupby("seed").last()
    >>> len(last), bool((last["train_right"] == last["train_items"]).all())
    (5, True)
    """
    data = resources.files("mirage").joinpath("data")
    with data.joinpath("grokking.parquet").open("rb") as file:
        table = pd.read_parquet(file)
    table.attrs = json.loads(data.joinpath("grokking.json").read_text(encoding="utf-8"))
    return table
