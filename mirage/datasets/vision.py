"""What the vision families that were trained for the book make of each test image, part of the package."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np

from mirage import _validate
from mirage._later import pd

__all__ = ["load_vision_answers", "load_vision_errors"]


def load_vision_answers(name: str) -> pd.DataFrame:
    """Return answers of a vision family, one row per answer: a table of fixed outputs.

    Made by `make vision`, from `experiments/vision.py`. A target is the label of an image, the last digit of
    a sum, or the labels of the images of a sequence, one character each.

    Parameters
    ----------
    name : {"digits", "sums", "omniglot"}
        LeNets that name digits of MNIST, whose items are the numbers of test images. Networks of one hidden
        layer that name the last digit of the sum of two, whose items are disjoint pairs. Transformers that
        name Omniglot's characters, whose items are sequences of images: drawn `at random`; of `one hand`; at
        random with `noise of its own` in each image; the same with `shared noise`, as strong in all images of
        a sequence.

    Returns
    -------
    DataFrame, one row per answer
        `outputs.COLUMNS`, `log_probabilities` (arrays, one per label, in nats, of half precision; those of a
        sequence are conditional on the images and the right labels before), and `data`, the images. Those of
        sequences have `hand`, the number of the person who drew all images; −1 if there are several. How the
        networks were trained is in the table's `attrs`, and told in sentences in `attrs["told"]`.

    Raises
    ------
    ValueError, TypeError
        If there is no such family.

    Examples
    --------
    >>> answers = load_vision_answers("digits")
    >>> int(answers["parameters"].nunique()), int(answers["seed"].nunique())
    (14, 5)
    """
    table = _read(_validate.choice("name", name, ("digits", "sums", "omniglot")))
    places = [column for column in table if column.startswith("log_probability_")]
    known = np.minimum(table[places].to_numpy(float), 0)  # a rounded 0 has a sign
    return table.drop(columns=places).assign(log_probabilities=list(known))


def load_vision_errors() -> pd.DataFrame:
    """Return the errors of the autoencoders, one row per network and test image.

    Made by `make vision`, from `experiments/vision.py`.

    Returns
    -------
    DataFrame
        `family, model, parameters, seed, step, task, item` (the number of the image), `error`, the squared
        error summed over the pixels, which go from 0 to 1; `label`, the class of the image; and `data`, the
        images. Besides `autoencoder`
        there is the family `principal components`: the best linear code with as many numbers as the
        bottleneck of the autoencoder with these parameters. How the networks were trained is in the table's
        `attrs`, and told in sentences in `attrs["told"]`.

    Examples
    --------
    >>> errors = load_vision_errors()
    >>> bool((errors["error"] > 0).all())
    True
    """
    return _read("autoencoder")


_NAMES = {"mnist": "MNIST", "omniglot": "Omniglot", "cifar10": "CIFAR-10"}


def _read(name: str) -> pd.DataFrame:
    folder = resources.files("mirage").joinpath("data")
    with folder.joinpath(f"vision-{name}.parquet").open("rb") as file:
        table = pd.read_parquet(file)
    made = json.loads(folder.joinpath(f"vision-{name}.json").read_text(encoding="utf-8"))
    table.attrs = made | {"told": _told(made)}
    return table


def _told(made: dict) -> str:
    """Say on what a family was trained, how many sizes and seeds it has, and how long it took."""
    recipe, sizes = made["jobs"][0]["recipe"], [job["parameters"] for job in made["jobs"]]
    seen = {"transformer": "sequences", "one layer": "pairs"}.get(recipe["family"], "images")
    return (
        f"The family was trained on **{_NAMES[made['data']]}**: {made['train_images']:,} images to learn "
        f"from, {made['test_images']:,} for the test, and none is in both. It has {len(sizes)} widths, from "
        f"{min(sizes):,} to {max(sizes):,} parameters, with {len(made['seeds'])} seeds of each: the same "
        f"networks with other first weights and another order of {seen}. All had {recipe['steps']:,} steps "
        f"with {recipe['batch']} {seen}, which took {made['seconds'] / 60:.0f} minutes of one processor core "
        f"({made['made']['machine']}). `make vision` does it again."
    )
