"""How often the verdicts of `mirage.audit` are wrong, on families whose truth is known.

`python -m experiments.audit_rates [--families 200]` prints a table. "A step that is none" is the verdict "not
only the metric" on a smooth family; "the metric" is wrong where the loss itself jumps.
"""

import argparse

import numpy as np
import pandas as pd
from tqdm import tqdm

from mirage import toy
from mirage.audit import _cases, _verdicts
from mirage.emergence import Curve

LENGTH = 5
SIZES = (8, 12)
KINDS = {
    "power law": {},
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
    name, options = ("jump" if kind.startswith("jump") else kind), dict(KINDS[kind])
    if options:
        options["between"] = tuple(parameters[[place - 1, place]])
    losses = toy.loss_curve(parameters, name, constant=2e8, exponent=rng.uniform(0.25, 0.6), **options)
    losses = losses * np.exp(rng.normal(0, scatter, sizes))
    ease = rng.gamma(4, 1 / 4, items)  # items are not equally hard, and the same for all models
    nats = LENGTH * losses[:, None] * ease * rng.gamma(25, 1 / 25, (sizes, items))
    right = rng.random(nats.shape) < np.exp(-nats)
    means = nats.mean(axis=1) / LENGTH
    errors = nats.std(axis=1, ddof=1) / np.sqrt(items) / LENGTH
    known = {"losses": means, "loss_standard_errors": errors, "item_log_probabilities": -nats}
    return Curve.from_counts(parameters, right.sum(axis=1), [items] * sizes, **known)


def rates(kind: str, sizes: int, families: int, seed: int = 0) -> dict[str, float]:
    """Return how often each verdict is given."""
    rng = np.random.default_rng([seed, sizes, list(KINDS).index(kind)])
    curves = (curve(kind, sizes, rng) for _ in range(families))
    cases = [_cases.Case((), each, "likelihood") for each in curves]
    # Each family is a report of its own: with many in one, Holm's correction would find fewer steps.
    verdicts = [_verdicts.judged([case])[0].verdict for case in tqdm(cases, desc=f"{kind}, {sizes} sizes")]
    return pd.Series(verdicts).value_counts(normalize=True).to_dict()


def main() -> None:
    """Print the rates of all kinds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--families", type=int, default=200)
    families = parser.parse_args().families
    print(f"{'family':<18}{'sizes':>5}  share of each verdict")
    for sizes in SIZES:
        for kind in KINDS:
            found = rates(kind, sizes, families)
            told = ", ".join(f"{name} {share:.3f}" for name, share in sorted(found.items()))
            print(f"{kind:<18}{sizes:>5}  {told}", flush=True)


if __name__ == "__main__":
    main()
