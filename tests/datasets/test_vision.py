"""The vision tables: their sizes, their kinds, and what can be computed from them in two ways."""

import json
from importlib import resources

import numpy as np
import pytest

from mirage import datasets, metrics, outputs

NAMES = ("digits", "sums", "omniglot")


@pytest.fixture(scope="module", params=NAMES)
def answers(request):
    return datasets.load_vision_answers(request.param)


def test_every_network_answered_the_same_items(answers):
    for _, part in answers.groupby("task"):
        runs = part.groupby(["parameters", "seed"])
        assert runs.ngroups == part["parameters"].nunique() * part["seed"].nunique()
        items = [(run["item"].tolist(), run["target"].tolist()) for _, run in runs]
        assert all(each == items[0] for each in items)
    assert answers["parameters"].nunique() >= 12 and answers["seed"].nunique() == 5


def test_the_answers_are_a_table_of_fixed_outputs(answers):
    one = answers[answers["task"] == answers["task"].iloc[0]]
    curve = outputs.curve(one)
    right = (one["target"] == one["prediction"]).groupby([one["parameters"], one["seed"]]).sum()
    assert curve.successes.tolist() == right.tolist()
    assert (curve.losses > 0).all()


def test_the_most_probable_label_is_the_prediction(answers):
    """The probability of a right answer is at least that of a guess; that of a wrong one at most one half."""
    known = np.exp(np.stack(answers["log_probabilities"].iloc[:50_000]))
    length = known.shape[1]
    pairs = (
        np.array(answers[name].iloc[:50_000].tolist(), dtype=f"U{length}").view("U1").reshape(-1, length)
        for name in ("target", "prediction")
    )
    right = np.equal(*pairs)
    assert (known[right] > 0.999 / answers.attrs["classes"]).all() and (known[~right] < 0.501).all()
    assert 0 < right.mean() < 0.99


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_networks_are_at_chance_and_the_rise_ends_in_the_last_third(name):
    """Accuracy within 0.05 of the chance to guess; of the whole rise at most a quarter in the last third."""
    table = datasets.load_vision_answers(name)
    table = table[table["task"] == table["task"].iloc[0]]
    right = metrics.token_accuracy(table["target"].tolist(), table["prediction"].tolist())
    curve = table.assign(right=right).groupby("parameters")["right"].mean()
    assert abs(curve.iloc[0] - 1 / table.attrs["classes"]) < 0.05
    assert curve.iloc[len(curve) * 2 // 3] < curve.max() - 0.02
    assert curve.iloc[-1] > 0.6


def test_the_pairs_are_disjoint_and_name_the_last_digit_of_their_sum():
    sums, digits = datasets.load_vision_answers("sums"), datasets.load_vision_answers("digits")
    label = digits.drop_duplicates("item").set_index("item")["target"].astype(int)
    pairs = sums.drop_duplicates("item")
    images = pairs["item"].str.split(expand=True)
    assert images.stack().is_unique and images.size == len(label)
    added = images.apply(lambda column: column.map(label)).sum(axis=1) % 10
    assert added.astype(str).tolist() == pairs["target"].tolist()


def test_the_sequences_are_of_five_images_and_one_hand_is_one(published):
    sequences = datasets.load_vision_answers("omniglot")
    images = datasets.load_images("omniglot")
    some = sequences.drop_duplicates(["task", "item"])
    numbers = some["item"].str.split(expand=True).astype(int).to_numpy()
    assert all(len(set(row)) == 5 for row in numbers)
    labels, targets = images.test_labels[numbers], some["target"].map(list).tolist()
    pairs = set(zip(labels.ravel().tolist(), np.ravel(targets).tolist(), strict=True))
    assert len(pairs) == images.classes == len({label for label, _ in pairs})
    hands = images.test_groups[numbers]
    of_one = some["task"].to_numpy() == "one hand"
    assert (hands[of_one] == some["hand"].to_numpy()[of_one, None]).all()


def test_noise_of_both_kinds_makes_images_equally_hard():
    sequences = datasets.load_vision_answers("omniglot")
    right = {
        task: metrics.token_accuracy(part["target"].tolist(), part["prediction"].tolist()).mean()
        for task, part in sequences.groupby("task")
    }
    assert right["shared noise"] == pytest.approx(right["noise of its own"], abs=0.01)
    assert right["shared noise"] < right["at random"] - 0.05


def test_the_best_linear_code_is_seldom_beaten():
    errors = datasets.load_vision_errors()
    means = errors.groupby(["family", "parameters"])["error"].mean()
    ratio = means["autoencoder"] / means["principal components"]
    assert (ratio > 0.98).all()  # on other images than those it was fitted to it need not be the best
    assert (np.diff(means["principal components"]) < 0).all()
    labels = errors.drop_duplicates("item")["label"].value_counts()
    assert labels.tolist() == [200] * 10


@pytest.mark.parametrize("name", [*NAMES, "autoencoder"])
def test_the_manifest_says_how(name):
    manifest = json.loads(resources.files("mirage").joinpath(f"data/vision-{name}.json").read_text("utf-8"))
    assert manifest["data"] in ("mnist", "cifar10", "omniglot")
    assert len(manifest["first_losses"]) == 50 and manifest["seconds"] > 0
    assert {"machine", "python", "torch"} <= manifest["made"].keys()
    assert len({json.dumps({**job["recipe"], "width": 0}) for job in manifest["jobs"]}) == 1


@pytest.mark.parametrize("name", [*NAMES, "autoencoder"])
def test_it_is_told_how_with_the_numbers_of_the_table(name):
    errors = name == "autoencoder"
    table = datasets.load_vision_errors() if errors else datasets.load_vision_answers(name)
    told, sizes = table.attrs["told"], table["parameters"]
    assert f"**{table['data'].iloc[0]}**" in told.lower().replace("-", "")
    assert f" {sizes.nunique()} widths, from {sizes.min():,} to {sizes.max():,} parameters" in told
    assert f" {table['seed'].nunique()} seeds of each" in told
    assert f"All had {table['step'].max():,} steps" in told
    assert ("order of sequences" in told) == (name == "omniglot")
    assert ("order of pairs" in told) == (name == "sums")


def test_the_tables_are_small():
    folder = resources.files("mirage").joinpath("data")
    assert sum(len(path.read_bytes()) for path in folder.iterdir() if path.name.startswith("vision-")) < 12e6


def test_a_family_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="name must be one of digits, sums, omniglot"):
        datasets.load_vision_answers("autoencoder")
