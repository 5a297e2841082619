"""Which learning rate suits each size of the arithmetic family? `python -m experiments.arithmetic_rates`.

Predicted before the first run: the rule (1) or twice it is best up to width 48, and half of it at 192; the
best rate as a multiple of the rule never rises by more than one place from one width to the next.

The first prediction failed: twice the rule is best up to width 12, and half of it already from 48 on. Where
the best of three rates was the highest or the lowest, a further one is tried; rates of 2 were given up from
width 128 on, since at 96 the loss was three times the best, and 1 at width 192, where a first family trained
with it had learned worse than the size before. At width 8 the further one is the best again, by less than two
seeds differ; there it ends.

Two seeds of their own are trained at each width and rate. What is compared is their loss on new problems,
drawn as those of the training; the items of the book's test sets are not among them. Each width and rate
that is done is a small file beside this one, so that a run that was stopped goes on where it was.
"""

import json
import time
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import torch

from experiments import common, sweep
from mirage import _files
from mirage.families import problems, training, transformer

FOLDER = Path(__file__).parent / "arithmetic_rates"
WIDTHS = (6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192)
RATES = 0.5, 1.0, 2.0  # times the rule
FURTHER = {6: (4.0,), 8: (4.0,), 12: (4.0,), 48: (0.25,), 64: (0.25,), 96: (0.25,)}
LARGE = {128: (0.25, 0.5, 1.0), 192: (0.125, 0.25, 0.5)}
SEEDS = 100, 101  # of none of the book's members
VALIDATION_SEED, VALIDATION_ITEMS = 200, 8000


def jobs() -> dict[str, transformer.Recipe]:
    """Return the recipes by the names of their files, small models first."""
    recipes = [
        transformer.Recipe(width, rate=rate)
        for width in WIDTHS
        for rate in LARGE.get(width, RATES + FURTHER.get(width, ()))
    ]
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


def found() -> pd.DataFrame:
    """Return what has been tried, one row a width, rate and seed."""
    tried = [json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")]
    names = ["width", "parameters", "rate", "seed", "validation_loss"]
    rows = [
        (one["width"], one["parameters"], one["rate"], *pair)
        for one in tried
        for pair in zip(one["seeds"], one["validation_losses"], strict=True)
    ]
    return pd.DataFrame(rows, columns=names).sort_values(names, ignore_index=True)


def best() -> dict[int, float]:
    """Return the rate of the least mean loss by width, where all rates have been tried."""
    wanted = jobs()
    means = found().groupby(["width", "rate"])["validation_loss"].mean().unstack()
    done = {recipe.width for name, recipe in wanted.items() if (FOLDER / name).exists()}
    done -= {recipe.width for name, recipe in wanted.items() if not (FOLDER / name).exists()}
    return {width: float(rate) for width, rate in means.idxmin(axis=1).items() if width in done}


def main() -> None:
    """Train what is missing, and write the table of all."""
    options = common.parser(__doc__).parse_args()
    sweep.run(train, jobs(), FOLDER, workers=options.workers, cluster=options.dask)
    with _files.aside(common.DATA / "arithmetic-rates.csv") as part:
        found().to_csv(part, index=False)


if __name__ == "__main__":
    main()
