"""Train the book's arithmetic family and keep its answers: `python -m experiments.arithmetic`.

Each job trains one size, with several seeds, and is a file under build/arithmetic; a run that was stopped
goes on where it was. When all are there, the tables of `mirage.datasets` are written from them.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from mirage import metrics, sweep, tasks
from mirage.families import transformer
from tools.project import ROOT

FOLDER = ROOT / "build" / "arithmetic"
DATA = ROOT / "mirage" / "data"
MAIN = ("mixed", "padded")  # families; the others are controls of the recipe
WIDTHS = (6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192)
PADDED_WIDTHS = (4, 6, 8, 10, 12, 16)  # around the size at which they learn to add
CHECKPOINTS = (250, 500, 1000, 1500, 2000, 2500, 3000)  # and the last, 4,000
MANY_SEEDS, FEW_SEEDS, FEW_FROM = 8, 4, 96
RATES = {0.5: (8, 24, 48, 64), 2.0: (8, 24, 48, 64)}  # times the rule: is a dip in the curve the recipe's?
RATE_SEEDS = range(4)
EQUAL_COMPUTE = (16, 24, 40)  # trained for as many operations as this width in its 4,000 steps:
COMPUTE_OF, COMPUTE_SEEDS = 64, range(4)
TEST_SEED = 2023
ITEMS, MANY_ITEMS, EARLY_ROWS = 2000, 20_000, 500
MANY_UP_TO = 24  # widths
ROW_SEEDS, LENGTH_ROW_SEEDS = range(2), range(4)
ADDITION, MULTIPLICATION, LARGE = "addition", "multiplication", "addition, large test"


@dataclass(frozen=True)
class Job:
    """One size, and the seeds that are trained together."""

    family: str
    recipe: transformer.Recipe
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        """Return the name of the job's file, which changes with the code and the recipe."""
        about = f"{self.family} {self.recipe.width} {self.seeds[0]}".replace(" ", "-")
        return f"{about}-{sweep.key((self, CHECKPOINTS, TEST_SEED))}.pkl.gz"


def jobs() -> dict[str, Job]:
    """Return all jobs by the names of their files; first the family and its control, long ones first."""
    found = [*_family(), *_variants()]
    found.sort(key=lambda job: (job.family not in MAIN, -job.recipe.parameters * job.recipe.steps))
    return {job.name: job for job in found}


def _family() -> Iterator[Job]:
    for width in WIDTHS:
        seeds = range(MANY_SEEDS if width < FEW_FROM else FEW_SEEDS)
        together = 8 if width <= 24 else 4 if width <= 48 else 1
        for first in range(0, len(seeds), together):
            yield Job("mixed", transformer.Recipe(width), tuple(seeds[first : first + together]))


def _variants() -> Iterator[Job]:
    for width in PADDED_WIDTHS:
        yield Job("padded", transformer.Recipe(width), tuple(range(MANY_SEEDS)))
    for rate, widths in RATES.items():
        for width in widths:
            yield Job(f"rate {rate:g}", transformer.Recipe(width, rate=rate), tuple(RATE_SEEDS))
    for width in EQUAL_COMPUTE:
        ratio = transformer.Recipe(COMPUTE_OF).parameters / transformer.Recipe(width).parameters
        recipe = transformer.Recipe(width, steps=round(4000 * ratio))
        yield Job("equal compute", recipe, tuple(COMPUTE_SEEDS))


def problems(items: int, seed: int) -> pd.DataFrame:
    """Return training problems: 60 % sums of 1 to 4 digits each, 40 % products of 1 or 2, mostly 2."""
    rng = np.random.default_rng([seed, 1])
    plus = rng.random(items) < 0.6
    sums = tasks.draw("+", max(int(plus.sum()), 1), (1, 2, 3, 4), test=False, rng=rng)
    products = tasks.draw("x", max(int((~plus).sum()), 1), (1, 2, 2, 2, 2, 2, 2), test=False, rng=rng)
    written = [tasks.written("+", sums), tasks.written("x", products)]
    return pd.concat(written, ignore_index=True).sample(frac=1, random_state=seed).head(items)


def padded_problems(items: int, seed: int) -> pd.DataFrame:
    """Return training problems of the control: sums of two numbers of four digits, filled with zeros."""
    rng = np.random.default_rng([seed, 2])
    return tasks.written("+", tasks.draw("+", items, 4, zeros=True, test=False, rng=rng), padded=4)


def test_sets(job: Job, last: bool) -> dict[str, pd.DataFrame]:
    """Return the held-out items that a model is asked, by task: the same for all models."""

    def sums(items: int = ITEMS, digits=4, **options) -> pd.DataFrame:
        return tasks.written("+", tasks.draw("+", items, digits, rng=TEST_SEED, **options))

    if job.family == "padded":
        operands = tasks.draw("+", ITEMS, 4, zeros=True, rng=TEST_SEED)
        return {ADDITION: tasks.written("+", operands, padded=4)}
    products = tasks.written("x", tasks.draw("x", ITEMS, 2, rng=TEST_SEED))
    sets = {ADDITION: sums(), MULTIPLICATION: products}
    if last and job.family == "mixed":
        for length in (3, 4, 5):
            sets[f"sums of {length} digits"] = sums(digits=(1, 2, 3, 4), answer_digits=length)
        if job.recipe.width <= MANY_UP_TO:
            sets[LARGE] = sums(MANY_ITEMS)
    return sets


def train(job: Job, path: Path) -> None:
    """Train one size, and write what the models answer at the checkpoints."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    drawn = padded_problems if job.family == "padded" else problems
    about = {"family": job.family, "model": f"{job.family}-{job.recipe.width}"}
    about["parameters"] = job.recipe.parameters
    rows, runs, losses = [], [], np.empty(0)
    for step, models, trained in transformer.train(job.recipe, job.seeds, drawn, checkpoints=CHECKPOINTS):
        last, losses = step == job.recipe.steps, trained
        for task, items in test_sets(job, last).items():
            for seed, answers in zip(job.seeds, models.answers(items), strict=True):
                run = about | {"seed": seed, "step": step, "task": task}
                runs.append(run | counted(answers))
                rows.append(_row_by_row(_kept(answers, task, seed, last)).assign(**run))
    seconds = time.perf_counter() - began
    result = {"job": asdict(job), "rows": pd.concat(rows), "runs": runs, "losses": losses, "seconds": seconds}
    pd.to_pickle(result, path, compression="gzip")


def _kept(answers: pd.DataFrame, task: str, seed: int, last: bool) -> pd.DataFrame:
    """Return the answers that are kept one by one; of the others the sums are."""
    if last and task in (ADDITION, MULTIPLICATION):
        return answers
    if last and task != LARGE:
        return answers if seed in LENGTH_ROW_SEEDS else answers[:0]
    return answers[:EARLY_ROWS] if seed in ROW_SEEDS else answers[:0]


def _row_by_row(answers: pd.DataFrame) -> pd.DataFrame:
    """Return answers with a column of half precision for each place."""
    known = _by_place(answers).astype(np.float16)
    columns = {f"log_probability_{place + 1}": known[:, place] for place in range(transformer.ANSWER)}
    return answers.drop(columns="log_probabilities").assign(**columns)


def _by_place(answers: pd.DataFrame) -> np.ndarray:
    """Return the log-probabilities of the targets' symbols, NaN behind their ends."""
    known = np.full((len(answers), transformer.ANSWER), np.nan)
    for row, values in zip(known, answers["log_probabilities"], strict=True):
        row[: len(values)] = values
    return known


def counted(answers: pd.DataFrame) -> dict[str, object]:
    """Return the sums of a model's scores over the items, and of their squares where they are no counts."""
    targets, predictions = answers["target"].tolist(), answers["prediction"].tolist()
    edits = metrics.token_edit_distance(targets, predictions)
    right = metrics.token_accuracy(targets, predictions)
    known = _by_place(answers)
    asked = ~np.isnan(known)
    whole, tokens = np.nansum(known, axis=1), asked.sum(axis=1)
    rest = -whole + whole.sum() / tokens.sum() * tokens
    given = [text.ljust(transformer.ANSWER)[: transformer.ANSWER] for text in predictions]
    wanted = [text.ljust(transformer.ANSWER, "?") for text in targets]
    same = [[a == b for a, b in zip(*pair, strict=True)] for pair in zip(given, wanted, strict=True)]
    return {
        "trials": len(answers),
        "tokens": int(tokens.sum()),
        "exact_match": int(metrics.exact_match(targets, predictions).sum()),
        "token_edit_distance": int(edits.sum()),
        "token_edit_distance_squared": int((edits**2).sum()),
        "token_accuracy": float(right.sum()),
        "token_accuracy_squared": float((right**2).sum()),
        "log_probability": float(whole.sum()),
        "log_probability_residual_squared": float(rest @ rest),
        "target_probability": float(np.exp(whole).sum()),
        "target_probability_squared": float(np.exp(2 * whole).sum()),
        "place_items": asked.sum(axis=0).tolist(),
        "place_right": np.sum(same, axis=0).tolist(),
        "place_log_probability": np.nansum(known, axis=0).tolist(),
    }


def write(results: list[dict], folder: Path = DATA) -> None:
    """Write the tables and the manifest aside, and rename them."""
    order = ["task", "family", "parameters", "seed", "step"]
    rows = pd.concat([result["rows"] for result in results], ignore_index=True)
    rows = rows.sort_values([*order, "item"], kind="stable", ignore_index=True)
    runs = pd.DataFrame([run for result in results for run in result["runs"]])
    runs = runs.sort_values(order, ignore_index=True)
    text = json.dumps(manifest(results), indent=1) + "\n"
    _renamed(folder / "arithmetic.parquet", lambda part: rows.to_parquet(part, compression="zstd"))
    _renamed(folder / "arithmetic-runs.parquet", lambda part: runs.to_parquet(part, compression="zstd"))
    _renamed(folder / "arithmetic.json", lambda part: part.write_text(text, encoding="utf-8"))


def manifest(results: list[dict]) -> dict[str, object]:
    """Return recipes, seeds, seconds, versions, and the first losses of the smallest member."""
    jobs = [result["job"] for result in results]
    members = (result for result in results if result["job"]["family"] == "mixed")
    smallest = min(members, key=lambda result: result["job"]["recipe"]["width"])
    packages = {module.__name__: module.__version__ for module in (torch, np, pd)}
    cores = f"{os.cpu_count()} cores, {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    return {
        "seconds": round(sum(result["seconds"] for result in results)),
        "machine": torch.cuda.get_device_name() if torch.cuda.is_available() else cores,
        "versions": {"python": platform.python_version(), **packages},
        "checkpoints": CHECKPOINTS,
        "test_seed": TEST_SEED,
        "first_losses": smallest["losses"][:50, 0].astype(float).round(5).tolist(),
        "jobs": [job | {"seconds": round(r["seconds"], 1)} for job, r in zip(jobs, results, strict=True)],
    }


def _renamed(path: Path, put) -> None:
    part = path.with_suffix(".part")
    put(part)
    part.replace(path)


def main() -> None:
    """Train what is missing, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, help="processes; as many as there are processors without it")
    parser.add_argument("--dask", metavar="ADDRESS", help="scheduler of a running Dask cluster that trains")
    options = parser.parse_args()
    files = sweep.run(train, jobs(), FOLDER, workers=options.workers, cluster=options.dask)
    write([pd.read_pickle(file, compression="gzip") for file in files.values()])


if __name__ == "__main__":
    main()
