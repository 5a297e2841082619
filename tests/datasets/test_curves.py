"""The published results as curves."""

import json

import numpy as np
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def curves(published):
    return datasets.load_curves()


def test_every_curve_has_four_sizes_in_order_and_a_score_for_each(curves):
    for sizes, scores in zip(curves["sizes"], curves["scores"], strict=True):
        assert len(sizes) == len(scores) >= 4 and (np.diff(sizes) > 0).all()
    assert not curves.duplicated(["source", "family", "task", "metric", "setting"]).any()
    assert set(curves["source"]) == {"lu", "ruan", "wu", "pythia", "gpt3"}


def test_a_loss_has_a_minus_sign(curves):
    losses = curves[curves["metric"].isin(["perplexity", "brier score"])]
    assert len(losses) and all((scores < 0).all() for scores in losses["scores"])


def test_pythia_is_that_of_the_published_file_at_the_end_of_training(curves, published):
    (path,) = published.glob("pythia/pythia-12b/zero-shot/*step143000.json")
    published_score = json.loads(path.read_text(encoding="utf-8"))["results"]["lambada_openai"]["acc"]
    one = curves.query("source == 'pythia' and task == 'lambada_openai' and setting == '0 shots'")
    scores = one.loc[one["metric"] == "accuracy", "scores"].item()
    assert scores[-1] == pytest.approx(published_score)
