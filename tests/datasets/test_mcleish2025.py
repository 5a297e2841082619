"""The Gemstones (McLeish et al. 2025), against the published files."""

import json

import numpy as np
import pandas as pd
import pytest

from mirage import datasets


@pytest.fixture(scope="module")
def table(published):
    return datasets.load_mcleish2025()


def test_22_shapes_have_35_checkpoints_10_billion_tokens_apart(table):
    one = table[table["task"] == "piqa"]
    assert one.groupby("model")["step"].agg(["nunique", "size"]).eq(35).all(axis=None)
    assert one["model"].nunique() == 22 and len(table) == 9 * len(one)
    gaps = one.groupby("model")["tokens"].diff().dropna()
    assert gaps.between(9.9e9, 10.1e9).all() and one["tokens"].max() == pytest.approx(350e9, rel=1e-3)


def test_sizes_fit_width_and_depth(table):
    """Two embeddings grow with the width, blocks with its square: one number of each must fit all shapes."""
    shapes = table.drop_duplicates("model")
    design = np.column_stack([shapes["width"], shapes["depth"] * shapes["width"] ** 2])
    left = np.linalg.lstsq(design, shapes["parameters"], rcond=None)
    np.testing.assert_allclose(design @ left[0], shapes["parameters"], rtol=0.05)
    assert 45_000 < left[0][0] / 2 < 55_000  # a vocabulary of about 50,000


def test_losses_are_those_of_the_files_and_belong_to_their_checkpoint(table, published):
    for model in ("Gemstone-256x80", "Gemstone-2560x8"):
        path = published / f"mcleish2025/other_validation_losses/dclm_losses/{model}.json"
        theirs = json.loads(path.read_text(encoding="utf-8"))
        rows = table[(table["model"] == model) & (table["task"] == "siqa")]
        named = {
            f"step_{step:08d}": loss for step, loss in rows[["step", "dclm_loss"]].to_numpy(dtype=object)
        }
        assert theirs["main"] == named.popitem()[1] and set(named.values()) == set(theirs.values()) - {
            theirs["main"]
        }
        assert all(theirs[name] == loss for name, loss in named.items())


def test_scores_are_those_of_the_files_and_items_fit_their_standard_errors(table, published):
    folder = published / "mcleish2025/benchmarks"
    scores = pd.read_parquet(folder / "light_eval_df.parquet")
    names = table["model"] + "-step_" + table["step"].map("{:08d}".format)
    names = names.where(table["step"] < table["step"].max(), table["model"] + "-main")
    expected = [scores.loc[name, task] for name, task in zip(names, table["task"], strict=True)]
    assert table["score"].tolist() == expected
    if (path := folder / "light_eval_df_err.parquet").exists():
        errors = pd.read_parquet(path)
        theirs = np.array([errors.loc[name, task] for name, task in zip(names, table["task"], strict=True)])
        known = table["items"].notna().to_numpy()
        share, items = table["score"][known], table["items"][known]
        np.testing.assert_allclose(np.sqrt(share * (1 - share) / (items - 1)), theirs[known], rtol=1e-9)
    assert set(table.loc[table["items"].isna(), "task"]) == {"mmlu"}
