"""Train five networks on sums modulo a prime, to grokking: `python -m experiments.grokking` (two minutes).

Writes what they score on the way as the table of `datasets.load_grokking`, and its manifest.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import torch

from experiments import common
from mirage import _files
from mirage.families import grokking

SEEDS = tuple(range(5))
RECIPE = grokking.Recipe()
EVERY = 10


def write(recipe: grokking.Recipe, seeds: tuple[int, ...], every: int, folder: Path) -> None:
    """Train a network for each seed; write the table and the manifest aside, and rename them."""
    torch.set_num_threads(1)
    began = time.process_time()
    table = pd.concat([grokking.train(recipe, seed, every).assign(seed=seed) for seed in seeds])
    size = sum(each.numel() for each in grokking.Network(recipe).parameters())
    about = {"recipe": asdict(recipe), "parameters": size, "seeds": seeds, "every": every}
    about |= {"seconds": round(time.process_time() - began), "made": common.circumstances()}
    losses = table.select_dtypes("float64").columns
    table[losses] = table[losses].astype("float32")
    with _files.aside(folder / "grokking.parquet") as part:
        table.to_parquet(part, compression="zstd", index=False)
    with _files.aside(folder / "grokking.json") as part:
        part.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(RECIPE, SEEDS, EVERY, common.DATA)
