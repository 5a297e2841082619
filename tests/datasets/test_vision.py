"""The vision tables: their sizes, their kinds, and what can be computed from them in two ways."""

import json
from importlib import resources

import numpy as np
import pytest

from mirage import datasets, metrics, outputs

RUN = ["task", "parameters", "seed"]


@pytest.fixture(scope="module", params=["mnist", "omniglot"])
def answers(request):
    return datasets.load_vision_answers(request.param)


def test_every_network_answered_the_same_items(answers):
    for _, part in answers.groupby("task"):
        runs = part.groupby(["parameters", "seed"])
        assert runs.ngroups == part["parameters"].nunique() * part["seed"].nunique()
        items = [(run["item"].tolist(), run["target"].tolist()) for _, run in runs]
        assert all(each == items[0] for each in items)
    assert answers["parameters"].nunique() >= 10 and answers["seed"].nunique() == 5


def test_the_answers_are_a_table_of_fixed_outputs(answers):
    one = answers[answers["task"] == answers["task"].iloc[0]]
    curve = outputs.curve(one)
    right = (one["target"] == one["prediction"]).groupby([one["parameters"], one["seed"]]).sum()
    assert curve.successes.tolist() == right.tolist()
    assert (curve.losses > 0).all()


def test_the_most_probable_label_is_the_prediction(answers):
    """Of right answers the probability is at least one in ten; of wrong ones at most one half."""
    known = np.exp(np.stack(answers["log_probabilities"].iloc[:50_000]))
    length = known.shape[1]
    pairs = (
        np.array(answers[name].iloc[:50_000].tolist(), dtype=f"U{length}").view("U1").reshape(-1, length)
        for name in ("target", "prediction")
    )
    right = np.equal(*pairs)
    assert (known[right] > 0.0999).all() and (known[~right] < 0.501).all()
    assert 0.05 < right.mean() < 0.99


def test_the_sequences_name_the_images_that_they_hold():
    sequences = datasets.load_vision_answers("omniglot")
    images = datasets.load_vision_images("omniglot").set_index("item")
    some = sequences.drop_duplicates(["task", "item"])
    numbers = some["item"].str.split(expand=True)
    written = images["label"].map(lambda label: chr(ord("0") + label))
    labels = numbers.apply(lambda column: column.map(written)).agg("".join, axis=1)
    assert labels.tolist() == some["target"].tolist()
    by_hand = numbers[some["task"] == "one hand"].apply(lambda column: column.map(images["hand"]))
    assert (by_hand.nunique(axis=1) == 1).all()
    assert (numbers.nunique(axis=1) == 5).all()


def test_noise_of_both_kinds_makes_images_equally_hard():
    sequences = datasets.load_vision_answers("omniglot")
    right = {
        task: metrics.token_accuracy(part["target"].tolist(), part["prediction"].tolist()).mean()
        for task, part in sequences.groupby("task")
    }
    assert right["shared noise"] == pytest.approx(right["noise of its own"], abs=0.01)
    assert right["shared noise"] < right["at random"] - 0.1


def test_the_best_linear_code_is_seldom_beaten():
    errors = datasets.load_vision_errors()
    means = errors.groupby(["family", "parameters"])["error"].mean()
    ratio = means["autoencoder"] / means["principal components"]
    assert (ratio > 0.98).all()  # on other images than those it was fitted to it need not be the best
    assert (np.diff(means["principal components"]) < 0).all()


def test_the_images_have_pixels_and_so_have_some_reconstructions():
    images = datasets.load_vision_images("autoencoder")
    own, made = images[images["parameters"] == 0], images[images["parameters"] > 0]
    assert own["item"].is_unique and own["pixels"].notna().sum() == 100
    assert all(pixels.shape == (8, 8, 3) for pixels in made["pixels"])
    errors = datasets.load_vision_errors()
    errors = errors[(errors["family"] == "autoencoder") & (errors["seed"] == 0)]
    errors = errors.set_index(["parameters", "item"])["error"]
    originals = own.set_index("item")["pixels"]
    for row in made.itertuples():
        difference = (row.pixels.astype(float) - originals[row.item]) / 255
        found = (difference**2).sum()
        # Pixels are rounded, and those outside of 0 to 1 are cut off.
        assert found == pytest.approx(errors[row.parameters, row.item], rel=0.2, abs=0.01)


@pytest.mark.parametrize("name", ["mnist", "autoencoder", "omniglot"])
def test_the_manifest_says_how(name):
    manifest = json.loads(resources.files("mirage").joinpath(f"data/vision-{name}.json").read_text("utf-8"))
    assert manifest["data"] in ("digits", "photographs", "mnist", "cifar100", "omniglot")
    assert len(manifest["first_losses"]) == 50 and manifest["seconds"] > 0
    assert {"machine", "python", "torch"} <= manifest["made"].keys()
    assert len({json.dumps({**job["recipe"], "width": 0}) for job in manifest["jobs"]}) == 1


@pytest.mark.parametrize("name", ["mnist", "autoencoder", "omniglot"])
def test_it_is_told_how_with_the_numbers_of_the_table(name):
    errors = name == "autoencoder"
    table = datasets.load_vision_errors() if errors else datasets.load_vision_answers(name)
    told, sizes = table.attrs["told"], table["parameters"]
    images = datasets.load_vision_images(name).query("parameters == 0")
    assert f"**{table['data'].iloc[0]}**" in told and f" {len(images):,} for the test" in told
    assert f" {sizes.nunique()} widths, from {sizes.min():,} to {sizes.max():,} parameters" in told
    assert f" {table['seed'].nunique()} seeds of each" in told
    assert f"All had {table['step'].max():,} steps" in told
    assert ("order of sequences" in told) == (name == "omniglot")


def test_the_tables_are_small():
    folder = resources.files("mirage").joinpath("data")
    assert sum(len(path.read_bytes()) for path in folder.iterdir() if path.name.startswith("vision-")) < 8e6


def test_a_family_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="name must be one of mnist, omniglot"):
        datasets.load_vision_answers("autoencoder")
