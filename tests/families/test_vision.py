"""The networks against PyTorch's own training of one at a time, and the smallest members trained again."""

from dataclasses import asdict, replace
from types import SimpleNamespace

import jupytext
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from experiments import sweep
from experiments import vision as experiment
from mirage import datasets, figures, metrics
from mirage.families import images, vision
from mirage.families.vision import LENGTH, Ensemble, Recipe
from tools.project import ROOT

torch.set_num_threads(1)
SMALL = {
    "lenet": Recipe("lenet", 3, steps=25, batch=8),
    "autoencoder": Recipe("autoencoder", 3, steps=25, batch=8),
    "transformer": Recipe("transformer", 4, steps=25, batch=4),
}


@pytest.fixture(scope="module")
def digits():
    return images.load("digits")


def one(networks, which, shape=(1, 8)):
    """Return one network of an ensemble, as a module of PyTorch."""
    recipe = networks.recipe
    alone = vision.NETWORKS[recipe.family](recipe.width, shape, 10)
    alone.load_state_dict(
        {name: weights[which] for name, weights in zip(networks._names, networks.weights, strict=True)}
    )
    return alone


@pytest.mark.parametrize("recipe", SMALL.values(), ids=list(SMALL))
def test_a_network_of_an_ensemble_computes_as_it_does_alone(recipe, digits):
    networks = Ensemble(recipe, (0, 7), (1, 8), 10)
    some = torch.from_numpy(digits.test[: 3 * LENGTH])
    labels = torch.from_numpy(digits.test_labels[: 3 * LENGTH])
    inputs = (some,)
    if recipe.family == "transformer":
        inputs = some.unflatten(0, (3, LENGTH)), labels.unflatten(0, (3, LENGTH))
    together = networks(*(each.expand(2, *each.shape) for each in inputs))
    for which in range(2):
        torch.testing.assert_close(together[which], one(networks, which)(*inputs))
    assert not torch.allclose(together[0], together[1])
    assert networks.parameters_each == sum(each.numel() for each in one(networks, 0).parameters())


@pytest.mark.parametrize("recipe", SMALL.values(), ids=list(SMALL))
def test_training_is_that_of_a_plain_loop(recipe, digits):
    """AdamW, clipping and the schedule as PyTorch has them, for one network."""
    networks, losses = vision.train(recipe, (2, 5), digits, device="cpu")
    start = Ensemble(recipe, (2, 5), (1, 8), 10)
    alone = one(start, 1)
    matrices = [each for each in alone.parameters() if each.ndim > 1]
    vectors = [each for each in alone.parameters() if each.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": 0.0}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98))
    batches = vision._batches(recipe, (2, 5), digits)
    for step in range(recipe.steps):
        chosen = next(batches)[1]
        pixels, labels = torch.from_numpy(digits.train[chosen]), torch.from_numpy(digits.train_labels[chosen])
        if recipe.family == "lenet":
            loss = functional.cross_entropy(alone(pixels), labels)
        elif recipe.family == "autoencoder":
            loss = functional.mse_loss(alone(pixels), pixels) * 64
        else:
            loss = functional.cross_entropy(alone(pixels, labels).flatten(0, 1), labels.flatten())
        for group in optimizer.param_groups:
            share = 1.0 if step < 1 else 0.02 + 0.98 * (1 + np.cos(np.pi * (step - 1) / 24)) / 2
            group["lr"] = recipe.rate * share
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(alone.parameters(), 1.0)
        optimizer.step()
        assert losses[step, 1] == pytest.approx(loss.item(), rel=2e-3)
    assert losses.shape == (25, 2)
    assert len(networks.seeds) == 2


def test_the_loss_falls(digits):
    for recipe in (Recipe("lenet", 6, steps=150), Recipe("transformer", 8, steps=150, rate=5e-3)):
        _, losses = vision.train(recipe, (0,), digits, device="cpu")
        assert losses[:5].mean() > 2 and losses[-5:].mean() < 1.5


def test_an_autoencoder_cannot_beat_the_principal_components():
    """Its output is a linear map of the bottleneck: of those, PCA is the best on what it is fitted to."""
    data = images.load("photographs")
    recipe = Recipe("autoencoder", 4, steps=1500, rate=1e-2)
    networks, _ = vision.train(recipe, (0, 1), data, device="cpu")
    _, errors = networks.answers(data.train, data.train_labels)
    pixels = data.train.reshape(len(data.train), -1).astype(float)
    values = np.linalg.svd(pixels - pixels.mean(0), compute_uv=False)
    best = (values[4:] ** 2).sum() / len(pixels)
    assert (errors.mean(1) > best).all() and (errors.mean(1) < 1.3 * best).all()


def test_an_image_is_named_without_a_look_at_its_label_or_at_what_follows(digits):
    networks = Ensemble(SMALL["transformer"], (0,), (1, 8), 10)
    chosen = vision.drawn(np.zeros(len(digits.test), int), 6, np.random.default_rng(0))
    pixels = torch.from_numpy(digits.test[chosen])[None]
    labels = torch.from_numpy(digits.test_labels[chosen])[None]
    before = networks(pixels, labels)
    for place in range(LENGTH):
        changed = labels.clone()
        changed[:, :, place] = (changed[:, :, place] + 1) % 10
        other = pixels.clone()
        other[:, :, place] = 1 - other[:, :, place]
        after = networks(pixels, changed)
        torch.testing.assert_close(after[:, :, : place + 1], before[:, :, : place + 1])
        if place + 1 < LENGTH:  # but what was there before counts
            assert not torch.allclose(after[:, :, place + 1], before[:, :, place + 1])
        after = networks(other, labels)
        torch.testing.assert_close(after[:, :, :place], before[:, :, :place])
        assert not torch.allclose(after[:, :, place], before[:, :, place])


def test_sequences_use_all_images_equally_and_none_twice():
    groups = np.repeat([0, 1, 2], [11, 23, 4])
    found = vision.drawn(groups, 500, np.random.default_rng(0))
    assert found.shape == (500, LENGTH)
    assert all(len(set(row)) == LENGTH and len(set(groups[row])) == 1 for row in found.tolist())
    counts = np.bincount(found.ravel(), minlength=38)
    assert (counts[34:] == 0).all()  # too few for a sequence
    assert np.ptp(counts[:11]) < 0.35 * counts[:11].mean() and np.ptp(counts[11:34]) < 0.35 * counts.max()


def test_answers_do_not_depend_on_how_many_are_asked_at_once(digits, monkeypatch):
    networks = Ensemble(SMALL["lenet"], (0, 1), (1, 8), 10)
    whole = networks.answers(digits.test[:30], digits.test_labels[:30])
    monkeypatch.setattr(vision, "_AT_ONCE", 7)
    again = networks.answers(digits.test[:30], digits.test_labels[:30])
    for all_at_once, parts in zip(whole, again, strict=True):
        np.testing.assert_allclose(parts, all_at_once, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"family": "resnet", "width": 1}, "family must be one of"),
        ({"family": "lenet", "width": 0}, "width must be .*at least 1; got 0"),
        ({"family": "lenet", "width": 1, "rate": 0}, "rate must be .*above 0"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**options)


def test_training_needs_a_seed(digits):
    with pytest.raises(ValueError, match="seeds must hold at least one"):
        vision.train(SMALL["lenet"], (), digits)


def test_sizes_span_three_decades_and_every_job_has_its_file():
    embedded = {each.table: each for each in experiment.EMBEDDED}
    names = [name for each in experiment.EXPERIMENTS for name in experiment.jobs(each)]
    assert len(names) == len(set(names)) == sum(len(each.widths) for each in experiment.EXPERIMENTS)
    assert len(embedded["mnist"].widths) >= 12 and len(embedded["autoencoder"].widths) >= 12
    assert len(embedded["omniglot"].widths) >= 10 and len(experiment.SEEDS) == 5
    sizes = datasets.load_vision_answers("mnist")["parameters"]
    assert sizes.max() >= 1000 * sizes.min()


@pytest.mark.parametrize("which", experiment.EMBEDDED, ids=lambda each: each.table)
def test_one_more_network_is_trained_and_scored_as_pytorch_does_it(which):
    recipe = Recipe(which.family, 16, 250, which.batch, which.rate)
    size, score = vision.one_more({"data": which.data, "jobs": [{"recipe": asdict(recipe)}]}, 17, seed=5)
    data = images.load(which.data)
    networks, _ = vision.train(replace(recipe, width=17), (5,), data)
    alone = one(networks, 0, data.test.shape[1:3])
    pixels, labels = torch.from_numpy(data.test), torch.from_numpy(data.test_labels)
    if which.family == "lenet":
        expected = (alone(pixels).argmax(1) == labels).double().mean().item()
    elif which.family == "autoencoder":
        expected = (alone(pixels) - pixels).square().sum((1, 2, 3)).mean().item()
    else:
        numbers = vision.drawn(np.zeros(len(labels), int), len(labels), np.random.default_rng(5))
        given = alone(pixels[numbers], labels[numbers]).argmax(-1)
        expected = metrics.exact_match(labels[numbers].tolist(), given.tolist()).mean()
    assert size == sum(each.numel() for each in alone.parameters())
    assert score == pytest.approx(expected, rel=1e-4) and score > 0.02


PAGES = {
    "mnist": {"curve": pd.DataFrame({"parameters": [1e3, 1e4], "score": [0.5, 0.9]})},
    "autoencoder": {"runs": pd.DataFrame({"parameters": [1e3, 1e4], "mean": [2.0, 0.5]})},
    "omniglot": {"size_of": [1e3, 1e4], "whole": {"at random": [0.1, 0.9]}, "LENGTH": LENGTH},
}


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_can_train_one_more_and_draw_it(name):
    cells = jupytext.read(ROOT / "notebooks" / f"vision-{name}.md").cells
    (source,) = (cell.source for cell in cells if cell.source.startswith("train_it"))
    table = datasets.load_vision_errors() if name == "autoencoder" else datasets.load_vision_answers(name)
    table.attrs["jobs"][0]["recipe"]["steps"] = 5
    shown = []
    page = SimpleNamespace(show=lambda figure, caption, alt: shown.append((figure, alt)))
    variables = {"answers": table, "table": table, "figures": figures, "page": page, **PAGES[name]}
    exec(source.replace("train_it = False", "train_it = True"), variables)
    ((figure, alt),) = shown
    (star,) = (line for line in figure.axes[0].lines if line.get_marker() == "*")
    assert star.get_xdata() == [variables["size"]] and f"{star.get_ydata()[0]:.2f}"[:4] in alt


def test_the_tables_are_written_whole_from_the_jobs(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "SEQUENCES", 20)
    for which in experiment.EMBEDDED:
        short = experiment.Experiment(which.table, which.data, which.family, (2, 3), 5, 4, which.rate)
        done = sweep.run(experiment.train, experiment.jobs(short), tmp_path / "jobs", workers=1)
        results = [pd.read_pickle(path, compression="gzip") for path in done.values()]
        experiment.write(short, results, tmp_path)
        table = pd.read_parquet(tmp_path / f"vision-{which.table}.parquet")
        assert table["parameters"].nunique() == 2 and table["seed"].nunique() == 5
        assert table["data"].unique().tolist() == [which.data]
        assert (tmp_path / f"vision-{which.table}.json").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("which", experiment.EMBEDDED, ids=lambda each: each.table)
def test_the_smallest_member_trained_again_is_the_committed_one(which):
    width = min(which.widths)
    data = images.load(which.data)
    networks, losses = vision.train(which.recipe(width), (0,), data, device="cpu")
    if which.table == "autoencoder":
        table = datasets.load_vision_errors()
        committed = table[table["family"] == which.family]
    else:
        committed = datasets.load_vision_answers(which.table)
    np.testing.assert_allclose(losses[:50, 0], committed.attrs["first_losses"], rtol=1e-3, atol=1e-3)
    smallest = committed[committed["parameters"] == networks.parameters_each]
    if which.table == "autoencoder":
        scores = smallest.groupby("seed")["error"].mean()
        _, errors = networks.answers(data.test, data.test_labels)
        again = errors.mean()
    elif which.table == "mnist":
        scores = smallest.groupby("seed").apply(right)
        again = (networks.answers(data.test, data.test_labels)[0] == data.test_labels).mean()
    else:
        task, numbers, pixels = next(experiment.sequences(data))
        scores = smallest[smallest["task"] == task].groupby("seed").apply(right)
        again = (networks.answers(pixels, data.test_labels[numbers])[0] == data.test_labels[numbers]).mean()
    # Processors round differently, and thousands of steps make more of it; autoencoders' seeds hardly differ.
    margin = 0.02 * scores.mean()
    assert scores.min() - margin <= again <= scores.max() + margin


def right(answers):
    return metrics.token_accuracy(answers["target"].tolist(), answers["prediction"].tolist()).mean()
