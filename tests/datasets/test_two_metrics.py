"""One table of two metrics from many: against the package's metrics, and the tables that it is made from."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets, metrics, outputs


@pytest.fixture(scope="module")
def own() -> pd.DataFrame:
    table = datasets.load_two_metrics("own")
    assert table.index.tolist() == list(range(len(table)))
    return table.set_index("comparison")


def sorted_scores(table: pd.DataFrame) -> np.ndarray:
    return table.sort_values(["size", "unit"])[["harsh", "lenient"]].to_numpy()


def test_sums_are_scored_as_the_metrics_score_their_answers(own):
    answers = datasets.load_arithmetic("addition", "mixed").query("seed == 0")
    pairs = answers["target"].tolist(), answers["prediction"].tolist()
    marks = answers[["parameters"]].assign(
        harsh=metrics.exact_match(*pairs), lenient=-metrics.token_edit_distance(*pairs)
    )
    expected = marks.groupby("parameters").mean().to_numpy()
    found = sorted_scores(own.loc["sums, by edits"].query("unit == 0"))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)
    by_loss = own.loc["sums, by loss"].query("unit == 0")
    assert by_loss["harsh"].tolist() == own.loc["sums, by edits"].query("unit == 0")["harsh"].tolist()
    nats = np.array([row.sum() for row in answers["log_probabilities"]])
    per_token = pd.Series(nats).groupby(answers["parameters"].to_numpy()).mean() / (
        answers["target"].str.len().mean()
    )
    np.testing.assert_allclose(by_loss.sort_values("size")["lenient"], per_token, atol=0.01)


@pytest.mark.parametrize(("name", "task"), [("digits, five", "digits"), ("added digits, five", "sums")])
def test_five_of_five_is_the_packages_subset_accuracy(own, name, task):
    answers = datasets.load_vision_answers(task)
    answers["right"] = answers["target"] == answers["prediction"]
    runs = answers.groupby(["parameters", "seed"])["right"]
    expected = np.column_stack([runs.agg(metrics.subset_accuracy, size=5), runs.mean()])
    np.testing.assert_allclose(sorted_scores(own.loc[name]), expected, rtol=1e-12, atol=1e-15)


def test_sequences_are_right_if_all_their_places_are(own):
    answers = datasets.load_vision_answers("omniglot").query("task == 'one hand'")
    right, _ = outputs.places(answers)
    keys = [answers["parameters"].to_numpy(), answers["seed"].to_numpy()]
    expected = pd.DataFrame({"all": right.all(axis=1), "one": right.mean(axis=1)}).groupby(keys).mean()
    np.testing.assert_allclose(sorted_scores(own.loc["characters, five"]), expected)


def test_half_of_all_errors_are_below_their_median(own):
    images = own.loc["images, a bar"]
    assert images["harsh"].mean() == pytest.approx(0.5, abs=0.01)
    assert not images["at_each_size"].any() and images["unit"].nunique() == 100
    assert own.drop("images, a bar")["at_each_size"].all()


@pytest.mark.usefixtures("published")
def test_published_scores_are_those_of_their_tables():
    table = datasets.load_two_metrics("published").set_index("comparison")
    assert table.index.nunique() == 1 + 6 + 1 and not table["at_each_size"].any()
    one = table.loc["MMLU"].sort_values("size").iloc[-1]
    wu = datasets.load_wu2025().query("task == 'mmlu' and group == 'all' and not left_out")
    wu = wu[(wu["training_flops"] == one["size"]) & (wu["family"] == one["unit"])].set_index("metric")[
        "score"
    ]
    assert one["harsh"] == pytest.approx(wu["accuracy"]) and one["lenient"] == pytest.approx(
        -wu["brier_score"]
    )
    assert (table.loc["MMLU", "chance"] == 0.25).all()
    tasks = datasets.load_schellaert2024().query("kind == 'two options'")
    tasks = tasks.assign(score=tasks["score"].where(tasks["metric"] == "accuracy", -tasks["score"]))
    same(table.loc["BIG-G, 16 tasks"], tasks, ["parameters", "task"], "accuracy", chance=0.5)
    sounds = datasets.load_ruan2024().query("task == 'ipa_transliterate'")
    same(table.loc["IPA transliteration"], sounds, ["training_flops", "family"], "exact_match", chance=0)


def same(found: pd.DataFrame, raw: pd.DataFrame, keys: list[str], harsh: str, chance: float) -> None:
    """Compare a part of the table with the scores that it is made from; both rise with size."""
    means = raw.groupby([*keys, "metric"])["score"].mean().unstack().dropna()
    (lenient,) = means.columns.drop(harsh)
    found = found.set_index(["size", "unit"])
    assert len(found) == len(means) and (found["chance"] == chance).all()
    np.testing.assert_allclose(found[["harsh", "lenient"]], means.loc[found.index, [harsh, lenient]])
    sizes = np.log(found.index.get_level_values("size"))
    assert all(np.corrcoef(sizes, found[name])[0, 1] > 0 for name in ("harsh", "lenient"))


def test_there_is_no_third_table():
    with pytest.raises(ValueError, match="name must be one of own, published; got 'others'"):
        datasets.load_two_metrics("others")
