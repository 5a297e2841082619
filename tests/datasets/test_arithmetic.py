"""The committed answers: every score recomputes, the items are right and held out, and nothing is missing."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets, metrics, outputs
from mirage.families import tasks
from tools.project import ROOT

DATA = ROOT / "mirage" / "data"
RUN = ["family", "model", "parameters", "seed", "step", "task"]


@pytest.fixture(scope="module")
def answers():
    return datasets.load_arithmetic(final=False)


@pytest.fixture(scope="module")
def runs():
    return datasets.load_arithmetic_runs()


def test_the_tables_are_small():
    assert sum(path.stat().st_size for path in DATA.rglob("*arithmetic*/*.parquet")) < 16e6
    assert sum(path.stat().st_size for path in DATA.glob("arithmetic*.*")) < 1e5


def test_the_table_is_one_of_fixed_outputs(answers):
    assert set(answers) == {*outputs.COLUMNS, "log_probabilities"}
    scores = outputs.scores(answers[answers["task"] == "multiplication"])
    assert scores["loss"].between(0, 3).all()
    samples = datasets.load_arithmetic_samples()
    assert set(samples) == {*outputs.COLUMNS, "sample"}


def test_every_score_recomputes_from_targets_and_predictions(answers, runs):
    recomputed = pd.DataFrame(
        {
            "exact_match": metrics.exact_match(answers["target"], answers["prediction"]),
            "token_edit_distance": metrics.token_edit_distance(answers["target"], answers["prediction"]),
            "token_accuracy": metrics.token_accuracy(answers["target"], answers["prediction"]),
            "log_probability": [row.sum() for row in answers["log_probabilities"]],
        }
    )
    sums = (
        answers[RUN]
        .join(recomputed)
        .groupby(RUN)
        .agg(trials=("exact_match", "size"), **{name: (name, "sum") for name in recomputed})
    )
    both = sums.join(runs.set_index(RUN).add_suffix(" stored"), validate="one_to_one", how="left")
    whole = both[both["trials"] == both["trials stored"]]
    assert len(whole) > 200
    for name in ("exact_match", "token_edit_distance"):
        assert (whole[name] == whole[f"{name} stored"]).all()
    np.testing.assert_allclose(whole["token_accuracy"], whole["token_accuracy stored"])
    np.testing.assert_allclose(whole["log_probability"], whole["log_probability stored"], rtol=2e-3, atol=0.1)


@pytest.mark.parametrize("operation", tasks.OPERATIONS)
def test_targets_are_right_and_items_held_out(answers, operation):
    items = answers.loc[answers["item"].str.contains(operation, regex=False), ["item", "target"]]
    items = items.drop_duplicates()
    pairs = np.array(items["item"].str[:-1].str.split(operation, regex=False).tolist(), dtype=int)
    assert tasks.held_out(operation, pairs).all()
    wanted = [a + b if operation == "+" else a * b for a, b in pairs.tolist()]
    assert items["target"].str.removesuffix(".").astype(int).tolist() == wanted
    assert items["target"].str.endswith(".").all()


def test_all_models_are_asked_the_same_items(answers):
    for (_, task), rows in answers.groupby(["family", "task"]):
        last = rows[rows["step"] == rows["step"].max()]
        asked = last.groupby(["model", "seed"])["item"].apply(frozenset)
        assert len(set(asked)) <= 1 + (task == "addition, large test")


def test_every_member_is_there(runs):
    final = runs[runs["step"] == runs.groupby(["family", "model"])["step"].transform("max")]
    mixed = final.query("family == 'mixed' and task == 'addition'")
    assert mixed.groupby("parameters")["seed"].nunique().tolist() == [8] * 13
    assert (mixed["trials"] >= 2000).all()
    large = final.query("task == 'addition, large test'")
    assert (large["trials"] == 20_000).all() and large["parameters"].nunique() >= 6
    padded = final.query("family == 'padded'")
    assert padded.groupby("parameters")["seed"].nunique().tolist() == [8] * 6
    steps = runs.query("family == 'mixed' and task == 'addition'").groupby(["model", "seed"])["step"]
    assert (steps.nunique() == 8).all()
    rule = runs.query("family == 'one rule'")
    assert set(rule["parameters"]) == set(mixed["parameters"]) and (rule["rate"] == 1).all()


def test_every_size_has_the_rate_of_the_least_loss_on_problems_of_their_own(runs):
    """The means over two seeds, written out here; the family trained at another rate would be another one."""
    tried = datasets.load_arithmetic_rates()
    assert set(tried["seed"]).isdisjoint(runs["seed"])
    for (parameters,), one in tried.groupby(["parameters"]):
        losses = {rate: part["validation_loss"].mean() for rate, part in one.groupby("rate")}
        assert len(losses) >= 3
        used = runs.loc[(runs["family"] == "mixed") & (runs["parameters"] == parameters), "rate"].unique()
        assert used.tolist() == [min(losses, key=losses.get)]


def test_samples_are_drawn_by_the_probabilities_of_their_model():
    """A model whose likeliest answers are right with probability P is right in a share P of its samples."""
    samples = datasets.load_arithmetic_samples()
    greedy = datasets.load_arithmetic("addition", "mixed")
    keys = ["parameters", "seed", "item"]
    greedy = greedy.assign(chance=[np.exp(row.sum()) for row in greedy["log_probabilities"]])
    right = (samples["prediction"] == samples["target"]).groupby([samples[key] for key in keys]).mean()
    both = right.to_frame("right").join(greedy.set_index(keys)["chance"], validate="one_to_one")
    means = both.groupby(["parameters", "seed"]).mean()
    errors = (both["chance"] * (1 - both["chance"]) / 20).groupby(["parameters", "seed"]).sum() ** 0.5 / 500
    assert len(means) >= 20 and ((means["right"] - means["chance"]).abs() <= 4 * errors + 2e-3).all()


def test_the_members_say_how_they_were_trained(runs):
    assert {"members", "checkpoints", "test_seed", "held_out"} <= set(runs.attrs)
    told = {(one["family"], one["parameters"], one["seed"]) for one in runs.attrs["members"]}
    here = runs[runs["family"] != "one rule"]
    assert told == set(here[["family", "parameters", "seed"]].itertuples(index=False, name=None))
    assert all({"seconds", "made", "rate", "steps", "batch"} <= set(one) for one in runs.attrs["members"])


def test_one_task_or_one_family_can_be_read(answers):
    some = datasets.load_arithmetic("multiplication", "mixed", final=False)
    assert len(some) == ((answers["task"] == "multiplication") & (answers["family"] == "mixed")).sum()
    with pytest.raises(ValueError, match=r"task must be one of addition, .*; got 'division'"):
        datasets.load_arithmetic("division")
    with pytest.raises(ValueError, match=r"family must be one of .*mixed.*; got 'gpt'"):
        datasets.load_arithmetic(family="gpt")


def test_the_first_items_are_a_random_part_and_the_same_for_all_runs():
    sums = datasets.load_arithmetic("addition", "mixed")
    runs = sums.groupby(["parameters", "seed"])["item"]
    assert runs.apply(tuple).nunique() == 1
    items = sums.drop_duplicates("item")
    first = items["item"].head(200).str.split("+").str[0].astype(int)
    everything = items["item"].str.split("+").str[0].astype(int)
    assert abs(first.mean() - everything.mean()) < 4 * everything.std() / 200**0.5
    long = items["target"].str.len() == 6
    assert abs(long.head(200).mean() - long.mean()) < 4 * 0.5 / 200**0.5
