"""A table of one's own: the book's table of fixed outputs."""

from pathlib import Path

import numpy as np

from mirage import _archives, outputs
from mirage.logs._runs import Answers, Found, Refuse

__all__ = ["read"]


def read(path: Path, root: Path, refuse: Refuse) -> Found:
    """Yield file, labels and answers of each run of a table that `outputs.load_outputs` takes."""
    if path.suffix == ".parquet":
        _archives.read_parquet(path)  # to refuse what grows beyond the memory
    table = outputs.load_outputs(path)
    for (family, model, size, seed, step, task), rows in table.groupby(list(outputs.COLUMNS[:6]), sort=False):
        labels = {"family": family, "model": model, "parameters": size, "seed": str(seed), "task": task}
        labels |= {"filter": f"step {step}", "identity": f"{path} {family} {seed} {step}"}
        targets, numbers = rows["target"].map("".join).tolist(), rows["item"].tolist()
        clusters = rows["cluster"].astype("category").cat.codes.to_numpy() if "cluster" in rows else None
        answers = rows["prediction"].map("".join).tolist()
        yield path, labels, Answers("generation", numbers, targets, answers, clusters=clusters)
        if "log_probabilities" in rows:
            values = rows["log_probabilities"].map(np.sum).to_numpy(float)
            greedy = np.array([a == t for a, t in zip(answers, targets, strict=True)])
            labels["task"] += " (likelihood)"
            yield path, labels, Answers("likelihood", numbers, targets, (values, greedy), clusters=clusters)
