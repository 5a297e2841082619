"""Train the book's arithmetic family and keep its answers: `python -m experiments.arithmetic`.

Each size is trained at the learning rate that `experiments.arithmetic_rates` found best for it; all else is
the same for all sizes. A job trains some seeds of one size, asks the models as they were at the checkpoints,
and leaves one table a member in `mirage/data/arithmetic`, with the recipe and all sums in its metadata. A
member that is there is not trained again. The weights stay under build/, so that other questions need no new
training: remove the tables, and start again.

Predicted before the run, for the sums of two numbers of four digits unless it says otherwise:

1. At the largest size exact match is at least .95 in the mean of the seeds, and at least .90 in each.
2. The test of a step in exact match has p > .05, with all sizes, and without either end.
3. The metric explains between .7 and 1.1 of the rise of exact match, with and without the largest size.
4. Of the 16 members of the two largest sizes, the forecast of exact match from size by way of the loss covers
   at least 10, and the one from the loss as measured at least 14.
5. The steepest slope between neighbouring sizes, in ranges per decade, is larger for the token edit distance
   and for the loss than for exact match.
6. Sums of 3, 4 and 5 digits rise equally fast: the width of 5 is .8 to 1.5 times that of 3.
7. Where the mean of exact match is between .2 and .8, its standard deviation over the seeds is at least .15.
8. At the two smallest sizes the models are not surely above a guesser with their own habits.

These are not blind: a first family, with one rule for the rate of all sizes, had been seen. Its members of
widths 20 to 40, where the rule's rate won, are members here too; they were not asked for sampled answers.
"""

import functools
import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from experiments import arithmetic_rates, common, sweep
from mirage import _files, metrics
from mirage.families import problems, tasks, training, transformer
from tools.project import ROOT

FOLDER = ROOT / "build" / "arithmetic"
MEMBERS = common.DATA / "arithmetic"
VERSION = 2  # of the training: raise it when models would come out otherwise
PADDED_WIDTHS = (4, 6, 8, 10, 12, 16)  # around the size at which they learn to add
CHECKPOINTS = (250, 500, 1000, 1500, 2000, 2500, 3000)  # and the last, 4,000
SEEDS = range(8)
TEST_SEED, SAMPLE_SEED = 2023, 2024
SUMS, PRODUCTS, MANY_SUMS = 2000, 1000, 20_000
MANY_UP_TO = 24  # widths
FEW_ROWS, SAMPLED, SAMPLES = 200, 500, 20  # answers kept from early steps; items sampled, and how often
ROW_SEEDS, SOME_SEEDS = range(2), range(4)  # of which answers are kept one by one
ADDITION, MULTIPLICATION, LARGE = "addition", "multiplication", "addition, large test"


@dataclass(frozen=True)
class Job:
    """One size, and the seeds that are trained together."""

    family: str
    recipe: transformer.Recipe
    seeds: tuple[int, ...]

    @property
    def problems(self) -> Callable[[int, int], pd.DataFrame]:
        """Return the function that draws the training problems: other ones for each size and seed."""
        drawn = problems.padded if self.family == "padded" else problems.mixed
        return functools.partial(drawn, width=self.recipe.width)

    @property
    def name(self) -> str:
        """Return the name of the job's weights, which changes with the recipe and the problems."""
        about = f"{self.family} {self.recipe.width} {self.seeds[0]}".replace(" ", "-")
        some = self.problems(1000, self.seeds[0]).to_csv()
        return f"{about}-{sweep.key((self, CHECKPOINTS, VERSION, some))}.pkl.gz"

    def member(self, seed: int) -> str:
        """Return the name of a member's table."""
        return f"{self.family}-{self.recipe.width}-{seed}.parquet"


def jobs() -> Iterator[Job]:
    """Yield all jobs: the control, and the family, small sizes first."""
    for width in PADDED_WIDTHS:
        yield Job("padded", transformer.Recipe(width), tuple(SEEDS))
    for width, rate in arithmetic_rates.best().items():
        together = 8 if width <= 24 else 4 if width <= 48 else 1
        for first in range(0, len(SEEDS), together):
            yield Job("mixed", transformer.Recipe(width, rate=rate), tuple(SEEDS[first : first + together]))


def make(job: Job, weights: Path, folder: Path = MEMBERS) -> None:
    """Train some seeds of one size, and write their weights at the checkpoints; ask them."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    states, losses = {}, np.empty(0)
    for step, models, found in training.train(job.recipe, job.seeds, job.problems, checkpoints=CHECKPOINTS):
        states[step] = {name: tensor.cpu().numpy().copy() for name, tensor in models.state_dict().items()}
        losses = found
    about = {"seconds": round((time.perf_counter() - began) / len(job.seeds), 1)}
    about |= {"trained_together": len(job.seeds), "made": common.circumstances()}
    pd.to_pickle({"weights": states, "losses": losses, "about": about}, weights, compression="gzip")
    ask(job, weights, folder)


def ask(job: Job, weights: Path, folder: Path = MEMBERS) -> None:
    """Ask the models of a job, as they were at the checkpoints, and write a table a member."""
    torch.set_num_threads(1)
    trained = pd.read_pickle(weights, compression="gzip")
    models = transformer.Transformer(job.recipe, job.seeds)
    rows, runs = {seed: [] for seed in job.seeds}, {seed: [] for seed in job.seeds}
    for step, state in trained["weights"].items():
        models.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
        last = step == job.recipe.steps
        for task, items in test_sets(job, last).items():
            for seed, answers in zip(job.seeds, models.answers(items), strict=True):
                runs[seed].append({"step": step, "task": task} | counted(answers))
                kept = _row_by_row(_kept(answers, task, seed, last))
                rows[seed].append(kept.assign(step=step, task=task, sample=0))
    for seed, sampled in _sampled(job, models):
        rows[seed].append(sampled)
    for number, seed in enumerate(job.seeds):
        about = {"family": job.family, "seed": seed, "parameters": job.recipe.parameters}
        about |= asdict(job.recipe) | trained["about"] | {"runs": runs[seed]}
        about["first_losses"] = trained["losses"][:50, number].astype(float).round(5).tolist()
        write(pd.concat(rows[seed], ignore_index=True), about, folder / job.member(seed))


def test_sets(job: Job, last: bool) -> dict[str, pd.DataFrame]:
    """Return the held-out items that a model is asked, by task: the same for all models."""
    if job.family == "padded":
        return {ADDITION: items("padded", ADDITION)}
    names = [ADDITION, MULTIPLICATION]
    if last:
        names += [f"sums of {length} digits" for length in (3, 4, 5)]
        names += [LARGE] * (job.recipe.width <= MANY_UP_TO)
    return {name: items("mixed", name) for name in names}


@functools.cache
def items(family: str, task: str) -> pd.DataFrame:
    """Return the items of a task, and their targets."""
    if family == "padded":
        operands = tasks.draw("+", SUMS, 4, zeros=True, rng=TEST_SEED)
        return tasks.written("+", operands, padded=4)
    if task == MULTIPLICATION:
        return tasks.written("x", tasks.draw("x", PRODUCTS, 2, rng=TEST_SEED))
    if task == LARGE:
        return tasks.written("+", tasks.draw("+", MANY_SUMS, 4, rng=TEST_SEED + 1))
    if task == ADDITION:
        return tasks.written("+", tasks.draw("+", SUMS, 4, rng=TEST_SEED))
    digits = {"answer_digits": int(task.split()[2])}
    return tasks.written("+", tasks.draw("+", SUMS, (1, 2, 3, 4), rng=TEST_SEED, **digits))


def _kept(answers: pd.DataFrame, task: str, seed: int, last: bool) -> pd.DataFrame:
    """Return the answers that are kept one by one; of the others the sums are."""
    if not last:
        return answers[:FEW_ROWS] if seed in ROW_SEEDS else answers[:0]
    seeds = {ADDITION: SEEDS, MULTIPLICATION: SEEDS, LARGE: ROW_SEEDS}.get(task, SOME_SEEDS)
    return answers if seed in seeds else answers[:0]


def _sampled(job: Job, models: transformer.Transformer) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield some seeds of the family, and the answers that they gave to the first sums when sampled."""
    if job.family != "mixed" or not set(job.seeds) & set(SOME_SEEDS):
        return
    asked = items("mixed", ADDITION)[:SAMPLED]
    for seed, answers in zip(job.seeds, models.samples(asked, SAMPLES, SAMPLE_SEED), strict=True):
        if seed in SOME_SEEDS:
            yield seed, answers.assign(step=job.recipe.steps, task=ADDITION)


def _row_by_row(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the number of each item in its test, its answer, and a column of half precision a place."""
    known = _by_place(answers).astype(np.float16)
    columns = {f"log_probability_{place + 1}": known[:, place] for place in range(transformer.ANSWER)}
    return pd.DataFrame({"row": answers.index, "prediction": answers["prediction"], **columns})


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


def write(rows: pd.DataFrame, about: dict[str, object], path: Path) -> None:
    """Write the table of a member aside, with what it is in the metadata, and rename it."""
    whole = rows.select_dtypes("int").columns
    table = pa.Table.from_pandas(rows.astype(dict.fromkeys(whole, "int32")), preserve_index=False)
    packed = gzip.compress(json.dumps(about).encode(), mtime=0)
    path.parent.mkdir(exist_ok=True)
    splits = [
        name for name, kind in zip(table.column_names, table.schema.types, strict=True) if kind == "halffloat"
    ]
    with _files.aside(path) as part:
        pq.write_table(
            table.replace_schema_metadata({"member": packed}),
            part,
            compression="zstd",
            compression_level=19,
            use_dictionary=[name for name in ("task", "step", "sample") if name in table.column_names],
            column_encoding=dict.fromkeys(splits, "BYTE_STREAM_SPLIT") | {"row": "DELTA_BINARY_PACKED"},
        )


def write_items(folder: Path = MEMBERS) -> None:
    """Write what the models are asked, once for all members, and what is the same for all of them."""
    largest = {family: Job(family, transformer.Recipe(6), ()) for family in ("mixed", "padded")}
    asked = [
        found.assign(family=family, task=task, row=range(len(found)))
        for family, job in largest.items()
        for task, found in test_sets(job, last=True).items()
    ]
    common_to_all = {"checkpoints": CHECKPOINTS, "test_seed": TEST_SEED, "held_out": tasks.HELD_OUT}
    write(pd.concat(asked, ignore_index=True), common_to_all, folder / "items.parquet")


def main() -> None:
    """Train the members that are missing, and ask them."""
    options = common.parser(__doc__).parse_args()
    write_items()
    missing = {
        job.name: job
        for job in jobs()
        if not all((MEMBERS / job.member(seed)).exists() for seed in job.seeds)
    }
    for name, job in missing.items():
        if (FOLDER / name).exists():
            ask(job, FOLDER / name)
    sweep.run(make, missing, FOLDER, workers=options.workers, cluster=options.dask)


if __name__ == "__main__":
    # Under its own name: the workers look up the cached functions by their module.
    from experiments.arithmetic import main as run

    run()
