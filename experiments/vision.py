"""Train the book's vision families and keep what they make of each image: `python -m experiments.vision`.

Each job trains one network, tests it, and leaves a file under build/vision, so that a run that was stopped
goes on where it was. When all of a family are there, its table of `mirage.datasets` is written. The images
come from `datasets.load_images`; those of CIFAR-10 must lie in the folder that MIRAGE_DATA names.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from experiments import common, sweep
from mirage import _files, datasets
from mirage.families import vision
from tools.project import ROOT

FOLDER = ROOT / "build" / "vision"
VERSION = 2  # of the training and the tests: raise it when other numbers would come out
SEEDS = tuple(range(5))
FIRST = 50  # losses that are kept, to compare with
TEST_SEED = 2023
SEQUENCES = 1210  # as many as there are test images, so that each stands in five
NOISE = 0.6  # highest standard deviation that is added to the pixels
LINEAR = "principal components"  # family
ALONE, TOGETHER, OWN, SHARED = "at random", "one hand", "noise of its own", "shared noise"
CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()  # of CIFAR-10
LETTERS = {10: ord("0")}  # the first character that stands for a label, by the number of classes
LETTER = ord("Ā")  # of others: the letters that follow it in Unicode


@dataclass(frozen=True)
class Experiment:
    """A family, the images it is trained on, and all that its members share.

    Attributes
    ----------
    table : str
        What its table is called.
    data : str
        Images, as `datasets.load_images` names them.
    family : str
        Network.
    widths : tuple of int
        Sizes.
    steps, batch : int
        Updates, and images (pairs, sequences) in each.
    rate : float
        Highest learning rate.
    """

    table: str
    data: str
    family: str
    widths: tuple[int, ...]
    steps: int
    batch: int
    rate: float

    def recipe(self, width: int) -> vision.Recipe:
        """Return the recipe of one size."""
        return vision.Recipe(self.family, width, self.steps, self.batch, self.rate)


_LENET = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64)
_UNITS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
_TRANSFORMER = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32)
EXPERIMENTS = (
    Experiment("digits", "mnist", "lenet", _LENET, 200, 64, 1e-3),
    Experiment("sums", "mnist", "one layer", _UNITS, 3000, 64, 3e-3),
    Experiment("autoencoder", "cifar10", "autoencoder", _UNITS[:-1], 2000, 64, 1e-2),
    Experiment("omniglot", "omniglot", "transformer", _TRANSFORMER, 1000, 32, 3e-3),
)


@dataclass(frozen=True)
class Job:
    """One network of an experiment."""

    experiment: Experiment
    width: int
    seed: int

    @property
    def name(self) -> str:
        """Return the name of the job's file, which changes with the recipe and the tests."""
        settings = (self.experiment.recipe(self.width), TEST_SEED, SEQUENCES, NOISE, VERSION)
        return f"{self.experiment.table}-{self.width}-{self.seed}-{sweep.key(settings)}.pkl.gz"


def jobs(experiment: Experiment) -> dict[str, Job]:
    """Return the jobs of an experiment by the names of their files, seed by seed, small ones first."""
    found = [Job(experiment, width, seed) for seed in SEEDS for width in experiment.widths]
    return {job.name: job for job in found}


def train(job: Job, path: Path) -> None:
    """Train a network, test it, and write what it makes of each image."""
    torch.set_num_threads(1)
    data, began = datasets.load_images(job.experiment.data), time.process_time()
    recipe = job.experiment.recipe(job.width)
    network, losses = vision.train(recipe, job.seed, data)
    seconds = time.process_time() - began
    size = sum(each.numel() for each in network.parameters())
    about = {"family": recipe.family, "model": f"{recipe.family}-{job.width}", "parameters": size}
    rows = [part.assign(**about, seed=job.seed, step=recipe.steps) for part in _tested(recipe, network, data)]
    result = {
        "rows": pd.concat(rows, ignore_index=True),
        "losses": losses[:FIRST],
        "about": {"recipe": asdict(recipe), "parameters": size, "seed": job.seed, "seconds": seconds},
        "made": common.circumstances(),
    }
    pd.to_pickle(result, path, compression="gzip")


def _tested(recipe: vision.Recipe, network: torch.nn.Module, data: datasets.Images) -> Iterator[pd.DataFrame]:
    """Yield the table of each test: the answers, or the errors of an autoencoder."""
    for task, numbers, pixels, labels in tests(recipe.family, data):
        given, losses = vision.answers(recipe, network, pixels, labels)
        items = [" ".join(map(str, each)) for each in numbers.reshape(len(numbers), -1).tolist()]
        table = pd.DataFrame({"task": task, "item": items})
        if recipe.family == "autoencoder":
            yield table.assign(error=losses, label=[CLASSES[label] for label in labels])
            continue
        known = {
            f"log_probability_{place}": -column.astype(np.float16)
            for place, column in enumerate(losses.reshape(len(losses), -1).T, start=1)
        }
        written = {"target": labels, "prediction": given}
        table = table.assign(
            **{name: _written(each, data.classes) for name, each in written.items()}, **known
        )
        if recipe.family == "transformer":
            hands = data.test_groups[numbers]
            table["hand"] = np.where((hands == hands[:, :1]).all(axis=1), hands[:, 0], -1)
        yield table


def _written(labels: np.ndarray, classes: int) -> list[str]:
    """Return labels as texts of one character each."""
    first = LETTERS.get(classes, LETTER)
    return ["".join(chr(first + label) for label in row) for row in labels.reshape(len(labels), -1)]


def tests(family: str, data: datasets.Images) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the tests of a family: a name, the numbers of the images, pixels, and labels.

    Pairs are disjoint. Sequences are drawn from all test images, or from those of one hand. To those drawn
    from all, noise is added: its strength is drawn for each image, or once for all images of a sequence. Its
    distribution is the same.
    """
    numbers = np.arange(len(data.test))
    if family == "transformer":
        yield from _sequences(data)
    elif family == "one layer":
        numbers = numbers.reshape(-1, 2)  # the test images are in random order
        yield "sum of two digits", numbers, data.test[numbers], vision.paired(data.test_labels[numbers])
    else:
        yield data.name, numbers, data.test, data.test_labels


def _sequences(data: datasets.Images) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(TEST_SEED)
    numbers = vision.drawn(np.zeros_like(data.test_groups), SEQUENCES, rng)
    clean, labels = data.test[numbers], data.test_labels[numbers]
    yield ALONE, numbers, clean, labels
    by_hand = vision.drawn(data.test_groups, SEQUENCES, rng)
    yield TOGETHER, by_hand, data.test[by_hand], data.test_labels[by_hand]
    noise = rng.standard_normal(clean.shape, dtype=np.float32)
    for task, places in ((OWN, numbers.shape[1]), (SHARED, 1)):
        strength = rng.uniform(0, NOISE, (len(numbers), places, 1, 1, 1)).astype(np.float32)
        yield task, numbers, clean + strength * noise, labels


def write(experiment: Experiment, results: list[dict], folder: Path = common.DATA) -> None:
    """Write the table and the manifest of an experiment aside, and rename them."""
    data = datasets.load_images(experiment.data)
    parts = [result["rows"] for result in results]
    if experiment.family == "autoencoder":
        widths = {each["about"]["recipe"]["width"]: each["about"]["parameters"] for each in results}
        parts += [part.assign(label=parts[0]["label"]) for part in _linear(data, widths)]
    rows = pd.concat(parts, ignore_index=True).assign(data=data.name)
    rows = rows.sort_values(["task", "parameters", "seed"], kind="stable", ignore_index=True)
    with _files.aside(folder / f"vision-{experiment.table}.parquet") as part:
        rows.to_parquet(part, compression="zstd")
    with _files.aside(folder / f"vision-{experiment.table}.json") as part:
        part.write_text(json.dumps(manifest(experiment, data, results), indent=1) + "\n", encoding="utf-8")


def _linear(data: datasets.Images, widths: dict[int, int]) -> Iterator[pd.DataFrame]:
    """Yield the errors of the best linear codes with as many numbers as the autoencoders' bottlenecks."""
    pixels, tested = (part.reshape(len(part), -1).astype(float) for part in (data.train, data.test))
    center = pixels.mean(axis=0)
    _, directions = np.linalg.eigh((pixels - center).T @ (pixels - center))  # smallest first
    squares = np.cumsum(((tested - center) @ directions) ** 2, axis=1)
    for width, parameters in widths.items():
        rows = {"item": map(str, range(len(tested))), "error": squares[:, -width - 1].astype(np.float32)}
        names = {"family": LINEAR, "model": f"{LINEAR} {width}", "parameters": parameters}
        yield pd.DataFrame(rows).assign(**names, seed=0, step=0, task=data.name)


def manifest(experiment: Experiment, data: datasets.Images, results: list[dict]) -> dict[str, object]:
    """Return what is needed to train the networks again, and the first losses of the smallest member."""
    first = results[0]  # of the first seed the smallest
    abouts = [result["about"] for result in results]
    return {
        "data": data.name,
        "train_images": len(data.train),
        "test_images": len(data.test),
        "shape": data.test.shape[1:],
        "classes": data.classes,
        "seeds": SEEDS,
        "test_seed": TEST_SEED,
        "seconds": round(sum(about["seconds"] for about in abouts)),
        "first_losses": first["losses"].round(5).tolist(),
        "made": first["made"],
        "jobs": [
            {"recipe": about["recipe"], "parameters": about["parameters"]}
            for about in abouts
            if about["seed"] == first["about"]["seed"]
        ],
    }


def main() -> None:
    """Train what is missing, and write the tables."""
    parser = common.parser(__doc__)
    tables = [experiment.table for experiment in EXPERIMENTS]
    parser.add_argument("--only", choices=tables, help="one family")
    options = parser.parse_args()
    for experiment in EXPERIMENTS:
        if options.only in (None, experiment.table):
            datasets.load_images(experiment.data)  # fetched once, before several processes want it
            todo = jobs(experiment)
            done = sweep.run(train, todo, FOLDER, workers=options.workers, cluster=options.dask)
            write(experiment, [pd.read_pickle(path, compression="gzip") for path in done.values()])


if __name__ == "__main__":
    main()
