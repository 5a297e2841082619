"""Train the book's arithmetic family and keep its answers: `python -m experiments.arithmetic`.

Each job trains one size, with several seeds; then its models, as they were at the checkpoints, are asked.
Both leave a file under build/arithmetic, so that a run that was stopped goes on where it was, and other
questions need no new training. When all are there, the tables of `mirage.datasets` are written from them.
"""

import functools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from experiments import common, sweep
from mirage import _files, metrics
from mirage.families import problems, tasks, training, transformer
from tools.project import ROOT

FOLDER = ROOT / "build" / "arithmetic"
VERSION = 1  # of the training: raise it when models would come out otherwise
MAIN = ("mixed", "padded")  # families; the others are controls of the recipe
WIDTHS = (6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192)
PADDED_WIDTHS = (4, 6, 8, 10, 12, 16)  # around the size at which they learn to add
CHECKPOINTS = (250, 500, 1000, 1500, 2000, 2500, 3000)  # and the last, 4,000
MANY_SEEDS, FEW_SEEDS, FEW_FROM = range(8), range(4), 96
RATES = {0.5: (8, 16, 32, 48, 192), 2.0: (8, 16, 32, 48)}  # times the rule: is a dip the recipe's?
EQUAL_COMPUTE, COMPUTE_OF = (32,), 64  # trained for about as many operations as this width
TEST_SEED = 2023
SUMS, PRODUCTS, MANY_SUMS, FEW_ROWS = 2000, 1000, 20_000, 200
MANY_UP_TO = 24  # widths
ROW_SEEDS, LENGTH_ROW_SEEDS = range(2), range(4)  # of which answers are kept one by one
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
        """Return the name of the job's file, which changes with the recipe and the problems."""
        about = f"{self.family} {self.recipe.width} {self.seeds[0]}".replace(" ", "-")
        some = self.problems(1000, self.seeds[0]).to_csv()
        return f"{about}-{sweep.key((self, CHECKPOINTS, VERSION, some))}.pkl.gz"


def jobs() -> dict[str, Job]:
    """Return all jobs by the names of their files; first the family and its control, long ones first."""
    found = [*_family(), *_variants()]
    found.sort(key=lambda job: (job.family not in MAIN, -job.recipe.parameters * job.recipe.steps))
    return {job.name: job for job in found}


def _family() -> Iterator[Job]:
    for width in WIDTHS:
        seeds = MANY_SEEDS if width < FEW_FROM else FEW_SEEDS
        for together in _parts(seeds, width):
            yield Job("mixed", transformer.Recipe(width), together)


def _variants() -> Iterator[Job]:
    for width in PADDED_WIDTHS:
        yield Job("padded", transformer.Recipe(width), tuple(MANY_SEEDS))
    for rate, widths in RATES.items():
        for width in widths:
            for together in _parts(FEW_SEEDS, width):
                yield Job(f"rate {rate:g}", transformer.Recipe(width, rate=rate), together)
    for width in EQUAL_COMPUTE:
        steps = round(4000 * (COMPUTE_OF / width) ** 2)  # nearly all operations are products of matrices
        yield Job("equal compute", transformer.Recipe(width, steps=steps), tuple(FEW_SEEDS))


def _parts(seeds: range, width: int) -> Iterator[tuple[int, ...]]:
    """Yield the seeds that are trained together: the larger the models, the fewer."""
    together = 8 if width <= 24 else 4 if width <= 48 else 1
    for first in range(0, len(seeds), together):
        yield tuple(seeds[first : first + together])


def train(job: Job, path: Path) -> None:
    """Train one size, and write the weights at the checkpoints."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    weights, losses = {}, np.empty(0)
    for step, models, found in training.train(job.recipe, job.seeds, job.problems, checkpoints=CHECKPOINTS):
        state = {name: tensor.cpu().numpy().copy() for name, tensor in models.state_dict().items()}
        weights[step], losses = state, found
    seconds = time.perf_counter() - began
    result = {"weights": weights, "losses": losses, "seconds": seconds, "made": common.circumstances()}
    pd.to_pickle(result, path, compression="gzip")


def test_sets(job: Job, last: bool) -> dict[str, pd.DataFrame]:
    """Return the held-out items that a model is asked, by task: the same for all models."""

    def sums(items: int = SUMS, digits=4, seed=TEST_SEED, **options) -> pd.DataFrame:
        return tasks.written("+", tasks.draw("+", items, digits, rng=seed, **options))

    if job.family == "padded":
        operands = tasks.draw("+", SUMS, 4, zeros=True, rng=TEST_SEED)
        return {ADDITION: tasks.written("+", operands, padded=4)}
    products = tasks.written("x", tasks.draw("x", PRODUCTS, 2, rng=TEST_SEED))
    sets = {ADDITION: sums(), MULTIPLICATION: products}
    if last and job.family == "mixed":
        for length in (3, 4, 5):
            sets[f"sums of {length} digits"] = sums(digits=(1, 2, 3, 4), answer_digits=length)
        if job.recipe.width <= MANY_UP_TO:
            sets[LARGE] = sums(MANY_SUMS, seed=TEST_SEED + 1)
    return sets


def ask(trained: tuple[Job, Path], path: Path) -> None:
    """Ask the models of a job, as they were at the checkpoints, and write their answers and scores."""
    torch.set_num_threads(1)
    job, file = trained
    result = pd.read_pickle(file, compression="gzip") | {"job": asdict(job)}
    models = transformer.Transformer(job.recipe, job.seeds)
    about = {"family": job.family, "model": f"{job.family}-{job.recipe.width}"}
    about["parameters"] = job.recipe.parameters
    rows, runs = [], []
    for step, weights in result.pop("weights").items():
        models.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
        last = step == job.recipe.steps
        for task, items in test_sets(job, last).items():
            for seed, answers in zip(job.seeds, models.answers(items), strict=True):
                run = about | {"seed": seed, "step": step, "task": task}
                runs.append(run | counted(answers))
                rows.append(_row_by_row(_kept(answers, job.family, task, seed, last)).assign(**run))
    pd.to_pickle(result | {"rows": pd.concat(rows), "runs": runs}, path, compression="gzip")


def _kept(answers: pd.DataFrame, family: str, task: str, seed: int, last: bool) -> pd.DataFrame:
    """Return the answers that are kept one by one; of the others the sums are."""
    if family in MAIN and last:
        seeds = {ADDITION: MANY_SEEDS, MULTIPLICATION: MANY_SEEDS, LARGE: ROW_SEEDS}
        return answers if seed in seeds.get(task, LENGTH_ROW_SEEDS) else answers[:0]
    return answers[:FEW_ROWS] if seed in ROW_SEEDS else answers[:0]


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


def write(results: list[dict], folder: Path = common.DATA) -> None:
    """Write the tables and the manifest aside, and rename them."""
    order = ["task", "family", "parameters", "seed", "step"]
    rows = pd.concat([result["rows"] for result in results], ignore_index=True)
    rows = rows.sort_values([*order, "item"], kind="stable", ignore_index=True)
    runs = pd.DataFrame([run for result in results for run in result["runs"]])
    runs = runs.sort_values(order, ignore_index=True)
    text = json.dumps(manifest(results), indent=1) + "\n"
    main = rows["family"].isin(MAIN)
    tables = {"": rows[main], "-recipes": rows[~main], "-runs": runs}
    for name, table in tables.items():
        with _files.aside(folder / f"arithmetic{name}.parquet") as part:
            table.reset_index(drop=True).to_parquet(part, compression="zstd")
    with _files.aside(folder / "arithmetic.json") as part:
        part.write_text(text, encoding="utf-8")


def manifest(results: list[dict]) -> dict[str, object]:
    """Return what is needed to train the models again, and the first losses of the smallest member."""
    members = (result for result in results if result["job"]["family"] == "mixed")
    smallest = min(members, key=lambda result: result["job"]["recipe"]["width"])
    return {
        "seconds": round(sum(result["seconds"] for result in results)),
        "checkpoints": CHECKPOINTS,
        "test_seed": TEST_SEED,
        "held_out": tasks.HELD_OUT,
        "first_losses": smallest["losses"][:50, 0].astype(float).round(5).tolist(),
        "jobs": [
            result["job"] | {"seconds": round(result["seconds"], 1), "made": result["made"]}
            for result in results
        ],
    }


def main() -> None:
    """Train what is missing, ask the models, and write the tables."""
    options = common.parser(__doc__).parse_args()
    where = {"workers": options.workers, "cluster": options.dask}
    todo = jobs()
    trained = sweep.run(train, todo, FOLDER, **where)
    files = [__file__, *(module.__file__ for module in (metrics, tasks, transformer))]
    code = [Path(file).read_bytes() for file in files]
    questions = {f"{sweep.key((name, code))}.pkl.gz": (todo[name], trained[name]) for name in todo}
    answered = sweep.run(ask, questions, FOLDER / "answers", **where)
    write([pd.read_pickle(file, compression="gzip") for file in answered.values()])


if __name__ == "__main__":
    main()
