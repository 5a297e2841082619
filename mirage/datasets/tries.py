"""How often the transformers of the arithmetic family were right in several tries at the same sums."""

import gzip
import json
from importlib import resources

import pandas as pd
import pyarrow.parquet as pq

__all__ = ["load_arithmetic_tries"]


def load_arithmetic_tries() -> pd.DataFrame:
    """Return how many of their sampled answers were right, one row per model and sum.

    Some seeds of some sizes answered the first 500 sums of two numbers of four digits 20 times each, every
    symbol drawn with the probability that the model gave it.

    Returns
    -------
    DataFrame, one row per model and sum
        `parameters, seed, row` (of the sum in the test), `tries`, `right` (of the tries), `first` (1 if the
        first was right) and `items`, which is 1.

    Examples
    --------
    >>> table = load_arithmetic_tries()
    >>> bool(table["right"].between(table["first"], table["tries"]).all())
    True
    """
    folder = resources.files("mirage") / "data" / "arithmetic"
    with (folder / "items.parquet").open("rb") as file:
        items = pd.read_parquet(file).query("family == 'mixed' and task == 'addition'")
    targets = items.set_index("row")["target"]
    parts = []
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.startswith("mixed"):
            with path.open("rb") as file:
                drawn = pq.read_table(file, filters=[("sample", ">", 0)]).to_pandas()
                about = json.loads(gzip.decompress(pq.read_schema(file).metadata[b"member"]))
            right = drawn["prediction"] == drawn["row"].map(targets)
            known = {"parameters": about["parameters"], "seed": about["seed"], "right": right.astype(int)}
            parts.append(drawn.assign(**known, first=right & (drawn["sample"] == 1)))
    tries = pd.concat(parts).groupby(["parameters", "seed", "row"], as_index=False)
    table = tries.agg(tries=("sample", "size"), right=("right", "sum"), first=("first", "sum"))
    return table.assign(items=1)
