"""Which learning rate suits each size of the arithmetic family? `python -m experiments.arithmetic_rates`.

Predicted before the first run: the rule (1) or twice it is best up to width 48, and half of it at 192; the
best rate as a multiple of the rule never rises by more than one place from one width to the next.

Two seeds of their own are trained at each width and rate. What is compared is their loss on new problems,
drawn as those of the training; the items of the book's test sets are not among them. Each width and rate
that is done is a small file beside this one, so that a run that was stopped goes on where it was.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

import torch

from experiments import arithmetic, common, sweep
from mirage.families import problems, training, transformer

FOLDER = Path(__file__).parent / "arithmetic_rates"
RATES = 0.5, 1.0, 2.0  # times the rule
SEEDS = 100, 101  # of none of the book's members
VALIDATION_SEED, VALIDATION_ITEMS = 200, 8000


def jobs() -> dict[str, transformer.Recipe]:
    """Return the recipes by the names of their files, small models first."""
    recipes = [transformer.Recipe(width, rate=rate) for width in arithmetic.WIDTHS for rate in RATES]
    return {f"width-{recipe.width}-rate-{recipe.rate:g}.json": recipe for recipe in recipes}


def train(recipe: transformer.Recipe, path: Path) -> None:
    """Train two seeds, and write their loss per symbol on the validation set, in nats."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    [(_, models, _)] = training.train(
        recipe, SEEDS, lambda items, seed: problems.mixed(items, seed, recipe.width)
    )
    items = problems.mixed(VALIDATION_ITEMS, VALIDATION_SEED, recipe.width)
    batch = torch.from_numpy(transformer.encoded(items)).long().expand(len(SEEDS), -1, -1)
    with torch.no_grad():
        losses = torch.stack([training.losses_of(models, part) for part in batch.split(1000, dim=1)]).mean(0)
    found = {
        **asdict(recipe),
        "parameters": recipe.parameters,
        "seeds": SEEDS,
        "validation_losses": [round(float(loss), 5) for loss in losses],
        "seconds": round(time.perf_counter() - began),
        "made": common.circumstances(),
    }
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train what is missing."""
    options = common.parser(__doc__).parse_args()
    sweep.run(train, jobs(), FOLDER, workers=options.workers, cluster=options.dask)


if __name__ == "__main__":
    main()
