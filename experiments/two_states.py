"""How often does `debate.two_states` find two? `python -m experiments.two_states` (some minutes).

Sets of runs are drawn whose truth is known, in one state or two. Two of the single states have a shape that
the test does not assume. Writes the table of `datasets.load_two_states`.
"""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from mirage import _files, debate
from tools.project import ROOT

SETS, REPLICATES, ITEMS = 100, 99, 1000
RUNS = (8, 100)
ONE = {
    "narrow": lambda rng, runs: rng.beta(30, 70, runs),
    "even from 0 to 1": lambda rng, runs: rng.beta(1, 1, runs),
    "falling from 0": lambda rng, runs: rng.beta(0.3, 2, runs),
    "logistic-normal": lambda rng, runs: special.expit(rng.normal(-1, 1, runs)),
    "logistic-normal, wide": lambda rng, runs: special.expit(rng.normal(-2, 1.5, runs)),
}
TWO = {
    "0.03 and 0.93, half each": (0.03, 0.93, 0.5),
    "0.03 and 0.93, a quarter above": (0.03, 0.93, 0.25),
    "0.2 and 0.7, half each": (0.2, 0.7, 0.5),
}
CONCENTRATION = 10


def drawn(truth: str, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Return the right answers of a set of runs."""
    if truth in ONE:
        share = ONE[truth](rng, runs)
    else:
        low, high, weight = TWO[truth]
        mean = np.where(rng.random(runs) < weight, high, low)
        share = rng.beta(CONCENTRATION * mean, CONCENTRATION * (1 - mean))
    return rng.binomial(ITEMS, share)


def counted(truth: str, runs: int, sets: int) -> dict[str, object]:
    """Return in how many sets the test finds two states."""
    found = beta = 0
    for seed in range(sets):
        rng = np.random.default_rng([seed, runs, *truth.encode()])
        result = debate.two_states(drawn(truth, runs, rng), ITEMS, replicates=REPLICATES, rng=rng)
        found += result.found
        beta += result.p_values["beta, best"] <= 0.05
    about = {"states": 1 if truth in ONE else 2, "truth": truth, "runs": runs, "items": ITEMS}
    return about | {"found": found, "by_best_beta": beta, "of": sets}


def write(sets: int, folder: Path) -> None:
    """Write the table aside, and rename it."""
    table = pd.DataFrame([counted(truth, runs, sets) for truth, runs in product([*ONE, *TWO], RUNS)])
    with _files.aside(folder / "two-states.csv") as part:
        table.to_csv(part, index=False)


if __name__ == "__main__":
    write(SETS, ROOT / "mirage" / "data")
