"""How often are the verdicts of `mirage.audit` wrong? `python -m experiments.audit_rates` (half an hour).

Families are drawn whose truth is known: smooth ones, and ones whose loss jumps between two sizes. Each is a
report of its own. Writes the table of `datasets.load_audit_rates`.

Predicted before the run, after a look at ten families of five kinds:

- "not only the metric" is said of at most 5% of the smooth families, "the metric" of at most 5% of those
  whose loss jumps fourfold or more, of no kind by more than 10%;
- "nothing sharp" is said of none with 8 sizes, whatever they are, and of at most 5% of the fourfold jumps;
- with 12 sizes the jumps by 10 are found in 80% or more, and "the metric" is said of 20% to 60% of the
  families with long answers.
"""

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from mirage import _files, toy
from mirage.audit import _cases, _verdicts
from mirage.emergence import Curve
from tools.project import ROOT

FAMILIES = 60  # of each kind and number of sizes
SIZES = (8, 12)
KINDS = {
    "power law": {},
    "long answers": {"length": 20},
    "irreducible": {},
    "steep logistic": {"factor": 2.0},
    "jump by 2": {"factor": 2.0},
    "jump by 4": {"factor": 4.0},
    "jump by 10": {"factor": 10.0},
}


def curve(kind: str, sizes: int, rng: np.random.Generator, items: int = 400, scatter: float = 0.04) -> Curve:
    """Draw the curve of one family, with the log-probability of each item, as logs of likelihoods give it."""
    parameters = np.geomspace(1e8, 1e11, sizes)
    place = rng.integers(2, sizes - 2)
    options = dict(KINDS[kind])
    length = options.pop("length", 5)
    name = {"jump": "jump", "long": "power law"}.get(kind.split()[0], kind)
    if options:
        options["between"] = tuple(parameters[[place - 1, place]])
    losses = toy.loss_curve(parameters, name, constant=2e8, exponent=rng.uniform(0.25, 0.6), **options)
    losses = losses * np.exp(rng.normal(0, scatter, sizes))
    ease = rng.gamma(4, 1 / 4, items)  # items are not equally hard, and the same for all models
    nats = length * losses[:, None] * ease * rng.gamma(25, 1 / 25, (sizes, items))
    right = rng.random(nats.shape) < np.exp(-nats)
    means = nats.mean(axis=1) / length
    errors = nats.std(axis=1, ddof=1) / np.sqrt(items) / length
    known = {"losses": means, "loss_standard_errors": errors, "item_log_probabilities": -nats}
    return Curve.from_counts(parameters, right.sum(axis=1), [items] * sizes, **known)


def counted(kind: str, sizes: int, families: int = FAMILIES, seed: int = 0) -> pd.DataFrame:
    """Return how often each verdict is given; Holm would find fewer steps in one report of all families."""
    rng = np.random.default_rng([seed, sizes, list(KINDS).index(kind)])
    cases = [_cases.Case((), curve(kind, sizes, rng), "likelihood") for _ in range(families)]
    verdicts = [_verdicts.judged([case])[0].verdict for case in cases]
    counts = pd.Series(verdicts).value_counts().rename_axis("verdict").reset_index(name="count")
    return counts.assign(kind=kind, sizes=sizes, of=families)[["kind", "sizes", "verdict", "count", "of"]]


def write(folder: Path) -> None:
    """Write the table aside, and rename it."""
    with ProcessPoolExecutor(2) as pool:
        tables = pool.map(counted, *zip(*product(KINDS, SIZES), strict=True))
        table = pd.concat(tables).sort_values(["kind", "sizes", "verdict"])
    with _files.aside(folder / "audit-rates.csv") as part:
        table.to_csv(part, index=False)


if __name__ == "__main__":
    write(ROOT / "mirage" / "data")
