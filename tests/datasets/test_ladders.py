"""The six tables of counts, row by row against the tables that they are made from."""

import numpy as np
import pandas as pd
import pytest

from mirage import datasets, forecasting

KEYS = ["model", "task"]
MMLU = [f"mmlu_{part}_test" for part in ("stem", "humanities", "social_sciences", "other")]
OLMO = {  # Bhagia et al. (2024): ten benchmarks, on the test split where the authors have one
    "mmlu": MMLU,
    **{name: [f"{name}_test"] for name in ("arc_challenge", "arc_easy", "openbookqa")},
    **{name: [f"{name}_val"] for name in ("boolq", "csqa", "hellaswag", "piqa", "socialiqa", "winogrande")},
}


def ladder(name: str) -> pd.DataFrame:
    """Return a table by model and task; counts are possible, and both kinds of model are there."""
    table = datasets.load_ladder(name)
    assert not table.duplicated(KEYS).any() and (table["successes"] <= table["trials"]).all()
    assert table["chance"].between(0, 0.5).all()
    return table.set_index(KEYS).sort_index()


def same(found: pd.Series, other: pd.Series) -> None:
    """Compare by model and task; neither may have what the other lacks."""
    pd.testing.assert_series_equal(
        found.astype(float), other.astype(float).reindex(found.index), check_names=False
    )
    assert found.notna().all() and len(found) == len(other)


def counted(rows: pd.DataFrame) -> pd.Series:
    """Return the right answers, from rows of a metric that have items."""
    rows = rows.dropna(subset="items").set_index(KEYS)
    return (rows["score"] * rows["items"]).round()


@pytest.mark.usefixtures("published")
def test_olmos_are_the_last_checkpoints_on_ten_benchmarks():
    table, raw = ladder("OLMo"), datasets.load_olmo2024().query("format == 'cloze'")
    assert set(table.index.unique("task")) == set(OLMO)
    large = table[table["parameters"] >= table["cut"]].groupby("parameters").size()
    assert large.index.to_series().div(1e9).round().tolist() == [3, 7, 13]
    for run, rows in raw.groupby("run"):
        last = rows[rows["tokens"] == rows["tokens"].max()].set_index(["task", "metric"])
        score, items = last["score"], last["items"].groupby("task").first()
        for task, parts in OLMO.items():
            own = table.loc[run, task]
            metric = "accuracy" if task == "boolq" else "accuracy_norm"
            right = [round(score[part, metric] * items[part]) for part in parts]
            assert (own["successes"], own["trials"]) == (sum(right), items[parts].sum())
            for name, sign in (("bits_per_byte", 1), ("log_probability", -1)):
                assert own[name] == pytest.approx(sign * np.mean([score[part, name] for part in parts]))
            assert own["loss"] == own["bits_per_byte"]
            assert own["c4_loss"] == last["c4_loss"].iloc[0]
            assert own["chance"] == pytest.approx(last.loc[parts[0], "chance"].iloc[0])


@pytest.mark.usefixtures("published")
def test_gadres_are_all_tasks_that_were_counted_and_no_copies():
    table, raw = ladder("Gadre"), datasets.load_gadre2024()
    raw = raw[~raw["task"].str.endswith("_zeroshot")]
    same(table["successes"], counted(raw))
    same(table["trials"], raw.dropna(subset="items").set_index(KEYS)["items"])
    known = raw.dropna(subset="items").set_index(KEYS)
    same(table["loss"], known["c4_loss"])
    same(
        table["chance"], known["chance"].where(known.index.get_level_values("task") != "commonsense_qa", 0.2)
    )
    large = table[table["parameters"] >= table["cut"]]
    assert large["parameters"].div(1e9).round(1).unique().tolist() == [1.4, 6.9]


@pytest.mark.usefixtures("published")
def test_ruans_have_two_shots_and_abilities_from_the_benchmarks():
    table, raw = ladder("Ruan"), datasets.load_ruan2024().query("shots == 2")
    assert table.index.unique("task").size == 7
    raw = raw[raw["metric"].isin(["accuracy", "exact_match"])]
    right = counted(raw.dropna(subset=["parameters", "training_flops"]))
    same(table["successes"], right[right.index.isin(table.index)])
    options = table.index.get_level_values("task") == "parsinlu_qa"  # the only one of four options
    assert (table["chance"] == np.where(options, 0.25, 0)).all()
    assert (table["cut"] == 8.4e22).all()  # that of Llama 2 with 7 billion: 6 x 7e9 x 2e12
    assert table[["compute", "ability_1", "ability_2", "ability_3"]].notna().all(axis=None)
    assert (table.groupby("model")["ability_1"].nunique() == 1).all()  # none depends on the task
    marks = datasets.load_ruan2024().query("task == 'MMLU'").set_index("model")["score"]
    ability = table.groupby("model")["ability_1"].first()
    assert ability.corr(marks, method="spearman") > 0.9


@pytest.mark.usefixtures("published")
def test_wus_end_at_the_take_off_that_the_authors_chose():
    table, raw = ladder("Wu"), datasets.load_wu2025().query("group == 'all' and not left_out")
    raw = raw.dropna(subset=["parameters", "training_flops"])
    losses = raw[raw["metric"] == "brier_score"].set_index(KEYS)["score"]
    known = raw[raw["metric"] == "accuracy"].set_index(KEYS)
    same(table["loss"], losses)
    same(table["successes"], counted(known.reset_index()))
    same(table["chance"], known["chance"])
    small = known["training_flops"] < 1.0005 * known["take_off"]  # those at the take-off are small, too
    same(table["compute"] < table["cut"], small)
    assert (table["loss"] > 0).all()


@pytest.mark.usefixtures("published")
def test_big_gs_chance_is_a_half_where_there_are_two_options():
    table, raw = ladder("BIG-G"), datasets.load_schellaert2024().query("metric == 'accuracy'")
    same(table["successes"], counted(raw))
    same(table["chance"], raw.set_index(KEYS)["kind"].eq("two options") / 2)
    large = table.loc[table["parameters"] >= table["cut"], "parameters"].unique()
    assert sorted(large) == [8e9, 27e9, 128e9]


def test_own_are_the_trained_networks_one_row_a_seed():
    table = ladder("own").reset_index()
    assert set(table["task"].str.split().str[0]) == {"mixed", "padded"} and set(table["family"]) == {"own"}
    assert (table["chance"] == 0).all()
    for family, rows in table.groupby(table["task"].str.split().str[0]):
        sizes = np.unique(rows["parameters"])
        assert sizes.searchsorted(rows["cut"].unique()) == len(sizes) // 2, family
    answers = datasets.load_arithmetic("addition", "mixed").assign(
        right=lambda rows: rows["target"] == rows["prediction"],
        nats=lambda rows: [row.sum() for row in rows["log_probabilities"]],
        symbols=lambda rows: rows["target"].str.len(),
    )
    sums = answers.groupby(["parameters", "seed"])[["right", "nats", "symbols"]].sum()
    some = table[table["task"] == "mixed addition"]
    some = some.assign(seed=some["model"].str.split().str[1].astype(int))
    both = sums.join(some.set_index(["parameters", "seed"]), validate="one_to_one", how="outer")
    assert (both["right"] == both["successes"]).all()
    np.testing.assert_allclose(both["loss"], -both["nats"] / both["symbols"], atol=0.01)


@pytest.mark.usefixtures("published")
def test_a_last_digit_of_the_loss_moves_no_forecast():
    """Where OLMo's small models leave the law of the loss open, it must not be rounding that decides."""
    table = datasets.load_ladder("OLMo")
    last = 1 + 1e-12 * np.random.default_rng(0).normal(size=len(table))
    moved = table.assign(loss=table["loss"] * last)
    first, second = (
        forecasting.forecasts(each, each["cut"], recipes=["loss first, by tokens"]) for each in (table, moved)
    )
    np.testing.assert_allclose(first["log_score"], second["log_score"], atol=1e-4)
