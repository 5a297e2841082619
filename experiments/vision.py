"""Train the book's vision families and keep what they make of each image: `python -m experiments.vision`.

Each job trains one size, all its seeds side by side, tests it, and leaves a file under build/vision, so that
a run that was stopped goes on where it was. When all are there, the tables of `mirage.datasets` are written.
Without options the families are trained on images that come with scikit-learn. `--data mnist` (or cifar100,
omniglot) fetches the images of the paper instead, and writes the one table that belongs to them; after
`make book` its page shows the same figures for them.
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
from mirage import _files
from mirage.families import images, vision
from tools.project import ROOT

FOLDER = ROOT / "build" / "vision"
VERSION = 1  # of the training and the tests: raise it when other numbers would come out
SEEDS = tuple(range(5))
FIRST = 50  # losses that are kept, to compare with
SHOWN, EACH = 100, 17  # test images that are kept, evenly spread; of each 17th, what autoencoders make of it
BRIGHTEST = 255  # value of a pixel
TEST_SEED = 2023
SEQUENCES = 1900
NOISE = 0.6  # highest standard deviation that is added to the pixels
LINEAR = "principal components"  # family
ALONE, TOGETHER, OWN, SHARED = "at random", "one hand", "noise of its own", "shared noise"


@dataclass(frozen=True)
class Experiment:
    """A family, the images it is trained on, and all that its members share.

    Attributes
    ----------
    table : str
        What its page and its table are called.
    data : str
        Images, as `images.load` names them.
    family : str
        Network.
    widths : tuple of int
        Sizes.
    steps, batch : int
        Updates, and images (sequences) in each.
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


_LENET = ("lenet", (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48), 2000, 64, 3e-3)
_AUTOENCODER = ("autoencoder", (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128), 4000, 64, 1e-2)
_TRANSFORMER = ("transformer", (2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48), 1000, 32, 5e-3)
_LARGE = ("transformer", (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128), 20_000, 64, 3e-3)
EXPERIMENTS = (
    Experiment("mnist", "digits", *_LENET),
    Experiment("autoencoder", "photographs", *_AUTOENCODER),
    Experiment("omniglot", "digits", *_TRANSFORMER),
    Experiment("mnist", "mnist", *_LENET),
    Experiment("autoencoder", "cifar100", *_AUTOENCODER),
    Experiment("omniglot", "omniglot", *_LARGE),
)
EMBEDDED, PAPERS = EXPERIMENTS[:3], EXPERIMENTS[3:]


@dataclass(frozen=True)
class Job:
    """One size of an experiment."""

    experiment: Experiment
    width: int

    @property
    def name(self) -> str:
        """Return the name of the job's file, which changes with the recipe and the tests."""
        about = f"{self.experiment.table}-{self.experiment.data}-{self.width}"
        settings = (self.experiment.recipe(self.width), SEEDS, TEST_SEED, SEQUENCES, NOISE, VERSION)
        return f"{about}-{sweep.key(settings)}.pkl.gz"


def jobs(experiment: Experiment) -> dict[str, Job]:
    """Return the jobs of an experiment by the names of their files, long ones first."""
    found = [Job(experiment, width) for width in sorted(experiment.widths, reverse=True)]
    return {job.name: job for job in found}


def train(job: Job, path: Path) -> None:
    """Train one size, test it, and write what it makes of each image."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    data = images.load(job.experiment.data)
    recipe = job.experiment.recipe(job.width)
    networks, losses = vision.train(recipe, SEEDS, data)
    seconds = time.perf_counter() - began
    size = networks.parameters_each
    about = {"family": recipe.family, "model": f"{recipe.family}-{job.width}", "parameters": size}
    rows = [part.assign(**about, step=recipe.steps) for part in _tested(networks, data)]
    result = {
        "rows": pd.concat(rows, ignore_index=True),
        "pictures": _pictures(networks, data).assign(parameters=size),
        "losses": losses[:FIRST],
        "about": {"recipe": asdict(recipe), "parameters": size, "seconds": round(seconds, 1)},
        "made": common.circumstances(),
    }
    pd.to_pickle(result, path, compression="gzip")


def _tested(networks: vision.Ensemble, data: images.Images) -> Iterator[pd.DataFrame]:
    """Yield a table for each seed and test."""
    if networks.recipe.family == "transformer":
        for task, numbers, pixels in sequences(data):
            yield from _judged(networks, task, data.test_labels[numbers], pixels, map(str, numbers.tolist()))
        return
    numbers = range(len(data.test))
    yield from _judged(networks, data.name, data.test_labels, data.test, map(str, numbers))


def _judged(networks, task, labels, pixels, items) -> Iterator[pd.DataFrame]:
    """Yield the table of each seed: the answers, or the errors of an autoencoder."""
    items = [item.strip("[]").replace(",", "") for item in items]
    for seed, given, losses in zip(networks.seeds, *networks.answers(pixels, labels), strict=True):
        table = pd.DataFrame({"seed": seed, "task": task, "item": items})
        if networks.recipe.family == "autoencoder":
            yield table.assign(error=losses.astype(np.float32))
            continue
        known = {
            f"log_probability_{place + 1}": -column.astype(np.float16)
            for place, column in enumerate(losses.reshape(len(losses), -1).T)
        }
        yield table.assign(target=_written(labels), prediction=_written(given), **known)


def _written(labels: np.ndarray) -> list[str]:
    """Return labels as texts of one character each: the digits, and what follows them in Unicode."""
    return ["".join(chr(ord("0") + label) for label in row) for row in labels.reshape(len(labels), -1)]


def sequences(data: images.Images) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield the tests of the transformers: a name, the numbers of the images, and the sequences' pixels.

    Images are drawn from all test images, or from those of one hand. To those drawn from all, noise is added:
    its strength is drawn for each image, or once for all images of a sequence. Its distribution is the same.
    """
    rng = np.random.default_rng(TEST_SEED)
    numbers = vision.drawn(np.zeros_like(data.test_groups), SEQUENCES, rng)
    clean = data.test[numbers]
    yield ALONE, numbers, clean
    by_hand = vision.drawn(data.test_groups, SEQUENCES, rng)
    yield TOGETHER, by_hand, data.test[by_hand]
    noise = rng.standard_normal(clean.shape, dtype=np.float32)
    for task, places in ((OWN, numbers.shape[1]), (SHARED, 1)):
        strength = rng.uniform(0, NOISE, (len(numbers), places, 1, 1, 1)).astype(np.float32)
        yield task, numbers, clean + strength * noise


def _pictures(networks: vision.Ensemble, data: images.Images) -> pd.DataFrame:
    """Return what the first seed of autoencoders makes of some test images."""
    if networks.recipe.family != "autoencoder":
        return pd.DataFrame()
    numbers = _shown(data)[::EACH]
    pixels = data.test[numbers]
    with torch.no_grad():
        many = np.repeat(pixels[None], len(networks.seeds), axis=0)
        made = networks(torch.from_numpy(many).to(networks.weights[0].device))[0].cpu().numpy()
    return _kept(numbers, made)


def _shown(data: images.Images) -> np.ndarray:
    """Return the numbers of the test images that are kept."""
    return np.linspace(0, len(data.test) - 1, SHOWN).astype(int)


def _kept(numbers: np.ndarray, pixels: np.ndarray) -> pd.DataFrame:
    """Return pictures as rows of whole numbers: channel by channel, and line by line."""
    whole = np.round(pixels.clip(0, 1) * BRIGHTEST).astype(np.uint8)
    return pd.DataFrame({"item": map(str, numbers), "pixels": list(whole.reshape(len(whole), -1))})


def write(experiment: Experiment, results: list[dict], folder: Path = common.DATA) -> None:
    """Write the table, the pictures and the manifest of an experiment aside, and rename them."""
    data = images.load(experiment.data)
    parts = [result["rows"] for result in results]
    if experiment.family == "autoencoder":
        parts += [_linear(data, result["about"]) for result in results]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["task", "parameters", "seed"], kind="stable", ignore_index=True)
    tested = pd.DataFrame({"item": map(str, range(len(data.test)))})
    tested = tested.assign(label=data.test_labels, hand=data.test_groups)
    shown = [result["pictures"] for result in results if len(result["pictures"])]
    shown = [tested.merge(each, on="item") for each in shown]
    own = tested.merge(_kept(_shown(data), data.test[_shown(data)]), "left", on="item").assign(parameters=0)
    pictures = pd.concat([own, *shown], ignore_index=True)
    tables = {"": rows.assign(data=data.name), "-images": pictures}
    for name, table in tables.items():
        with _files.aside(folder / f"vision-{experiment.table}{name}.parquet") as part:
            table.to_parquet(part, compression="zstd")
    with _files.aside(folder / f"vision-{experiment.table}.json") as part:
        part.write_text(json.dumps(manifest(experiment, data, results), indent=1) + "\n", encoding="utf-8")


def _linear(data: images.Images, about: dict) -> pd.DataFrame:
    """Return the errors of the best linear code with as many numbers as an autoencoder's bottleneck has."""
    width = about["recipe"]["width"]
    pixels, tested = (part.reshape(len(part), -1).astype(float) for part in (data.train, data.test))
    center = pixels.mean(axis=0)
    _, directions = np.linalg.eigh((pixels - center).T @ (pixels - center))  # smallest first
    left = (tested - center) @ directions[:, :-width]
    rows = {"item": map(str, range(len(tested))), "error": (left**2).sum(axis=1).astype(np.float32)}
    names = {"family": LINEAR, "model": f"{LINEAR} {width}", "parameters": about["parameters"]}
    return pd.DataFrame(rows).assign(**names, seed=0, step=0, task=data.name)


def manifest(experiment: Experiment, data: images.Images, results: list[dict]) -> dict[str, object]:
    """Return what is needed to train the networks again, and the first losses of the smallest member."""
    smallest = min(results, key=lambda result: result["about"]["parameters"])
    return {
        "data": data.name,
        "train_images": len(data.train),
        "test_images": len(data.test),
        "shape": data.test.shape[1:],
        "classes": data.classes,
        "seeds": SEEDS,
        "test_seed": TEST_SEED,
        "seconds": round(sum(result["about"]["seconds"] for result in results)),
        "first_losses": smallest["losses"][:, 0].astype(float).round(5).tolist(),
        "made": smallest["made"],
        "jobs": [result["about"] for result in results],
    }


def main() -> None:
    """Train what is missing, and write the tables."""
    parser = common.parser(__doc__)
    chosen = [experiment.data for experiment in PAPERS]
    parser.add_argument("--data", choices=chosen, help="images of the paper, instead of scikit-learn's")
    options = parser.parse_args()
    wanted = [each for each in PAPERS if each.data == options.data] or EMBEDDED
    for experiment in wanted:
        images.load(experiment.data)  # fetched once, before several processes want it
    todo = {name: job for experiment in wanted for name, job in jobs(experiment).items()}
    done = sweep.run(train, todo, FOLDER, workers=options.workers, cluster=options.dask)
    for experiment in wanted:
        found = [pd.read_pickle(done[name], compression="gzip") for name in jobs(experiment)]
        write(experiment, found)


if __name__ == "__main__":
    main()
