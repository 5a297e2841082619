"""The network that groks: its measure against NumPy, its problems, a tiny one trained, the table's start."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from experiments import grokking as experiment
from mirage import datasets
from mirage.families import grokking

torch.set_num_threads(1)
TINY = grokking.Recipe(modulus=11, width=32, steps=200, rate=1e-2)


def test_concentration_is_that_of_numpys_transform():
    weights = np.random.default_rng(0).normal(size=(59, 128))
    power = (np.abs(np.fft.fft(weights, axis=0)) ** 2).sum(axis=1)[1:30]  # one of each pair of frequencies
    expected = np.sort(power)[-5:].sum() / power.sum()
    assert grokking.concentration(torch.from_numpy(weights)) == pytest.approx(expected)


def test_a_rotation_is_concentrated_and_a_constant_does_not_count():
    angle = 2 * np.pi * 3 * np.arange(59) / 59
    rotation = np.stack([np.cos(angle) + 7, np.sin(angle) - 2], axis=1)
    assert grokking.concentration(torch.from_numpy(rotation)) == pytest.approx(1)


def test_problems_are_all_pairs_once_and_reproducible():
    train, test = grokking.problems(TINY, 3)
    pairs = {tuple(sorted(pair)) for pair in torch.cat([train, test]).tolist()}
    assert len(pairs) == len(train) + len(test) == 11 * 12 // 2
    assert len(train) == round(TINY.share * len(pairs))
    assert torch.equal(grokking.problems(TINY, 3)[0], train)
    assert not torch.equal(grokking.problems(TINY, 4)[0], train)


def test_a_tiny_network_learns_its_problems_and_starts_at_chance():
    rows = grokking.train(TINY, 0, every=100)
    assert rows["step"].tolist() == [0, 100, 200]
    assert rows["train_loss"][0] == pytest.approx(np.log(11), abs=0.2)
    assert rows["train_right"][2] == rows["train_items"][2] and rows["train_loss"][2] < 0.1
    pd.testing.assert_frame_equal(rows, grokking.train(TINY, 0, every=100))


def test_the_mirror_image_of_a_pair_gets_the_same_scores():
    network, pairs = grokking.Network(TINY), torch.tensor([[2, 9], [0, 5]])
    torch.testing.assert_close(network(pairs), network(pairs.flip(1)))


def test_the_table_begins_as_a_network_that_is_trained_again():
    table = datasets.load_grokking().query("seed == 1 and step <= 60")
    recipe = replace(experiment.RECIPE, steps=60)
    again = grokking.train(recipe, 1, experiment.EVERY)
    for name in ("train_loss", "test_loss", "concentration"):
        np.testing.assert_allclose(again[name], table[name], rtol=0.01)


def test_the_experiment_writes_a_table_that_the_loader_can_read(tmp_path):
    experiment.write(TINY, (0, 1), 100, tmp_path)
    written = pd.read_parquet(tmp_path / "grokking.parquet")
    assert list(written.columns) == list(datasets.load_grokking().columns)
    assert written["seed"].tolist() == [0, 0, 0, 1, 1, 1]
    assert not list(tmp_path.glob(".*"))
