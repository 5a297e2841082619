"""Fixed outputs become scores and a curve: plain loops, SciPy and statsmodels as oracles, each refusal."""

import itertools
import json
import operator
from math import comb, isnan

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mirage import datasets, outputs, resolution, toy

RUN = ["family", "model", "parameters", "seed", "step", "task"]
TARGETS = ["7", "42", "306", "58219", "90"]  # of different lengths
GUESSES = {
    ("a", 1e8, 0): ["7", "24", "316", "58", "91"],
    ("a", 1e8, 1): ["1", "42", "306", "58218", "9"],
    ("a", 1e9, 0): ["7", "42", "306", "58219", "90"],
    ("b", 1e8, 0): ["", "4", "603", "5821", "90"],
}


def hand_made():
    """Four runs of two families, with items out of order and log-probabilities of all tokens."""
    rng = np.random.default_rng(0)
    rows = []
    for (family, parameters, seed), predictions in GUESSES.items():
        run = {"family": family, "model": f"{family}-{parameters:.0e}", "parameters": parameters}
        run |= {"seed": seed, "step": 1000, "task": "digits"}
        for item, (target, prediction) in enumerate(zip(TARGETS, predictions, strict=True)):
            row = {"item": (3 * item) % 5, "target": target, "prediction": prediction}
            rows.append(run | row | {"log_probabilities": -rng.exponential(1.0, len(target))})
    return pd.DataFrame(rows)


TABLE = hand_made()
WITHOUT = TABLE.drop(columns="log_probabilities")


def by_run(table):
    """Return the rows of each run, as dictionaries."""
    runs = {}
    for row in table.to_dict("records"):
        runs.setdefault(tuple(row[name] for name in RUN), []).append(row)
    return runs


def check_rows(result, table):
    """Yield each row of the result with the rows of the table that it should come from."""
    runs = by_run(table)
    assert len(result) == len(runs)
    for row in result.to_dict("records"):
        yield row, runs[tuple(row[name] for name in RUN)]


def spoilt(row, values):
    """Return the table with other log-probabilities in a row, and labels that are no positions."""
    table = TABLE.set_axis([f"r{number}" for number in range(len(TABLE))])
    table["log_probabilities"] = [
        values if label == row else given for label, given in table["log_probabilities"].items()
    ]
    return table


def sampled(seed=0, items=60, epochs=4, size=1e9):
    """Return answers of two models to the same items, in passages of unequal length, several to an item."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(items), epochs)
    passage = np.sort(rng.integers(items // 4, size=items))[item]
    luck = rng.normal(0, 1, items)[passage] + rng.normal(0, 1, items)[item]
    runs = [("small", size, -0.5), ("large", 10 * size, 0.5)]
    tables = []
    for model, parameters, ability in runs:
        right = luck + ability + rng.logistic(0, 0.5, item.size) > 0
        run = {"family": "a", "model": model, "parameters": parameters, "seed": 0, "step": 0, "task": "t"}
        answers = {"item": item, "target": "1", "prediction": np.where(right, "1", "0")}
        told = {"epoch": np.tile(np.arange(epochs), items), "passage": [f"p{name}" for name in passage]}
        tables.append(pd.DataFrame(answers | told).assign(**run))
    return pd.concat(tables, ignore_index=True).sample(frac=1, random_state=seed)


SAMPLED = sampled()


def right(table):
    return (table["target"] == table["prediction"]).to_numpy(float)


def same_rows(one, other):
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), rtol=1e-12)


def test_exact_match_counts_the_answers_that_are_the_target():
    for row, items in check_rows(outputs.scores(TABLE), TABLE):
        right = [item["target"] == item["prediction"] for item in items]
        assert (row["successes"], row["trials"]) == (sum(right), len(items))
        assert row["score"] == pytest.approx(sum(right) / len(items))
        assert row["standard_error"] == pytest.approx(stats.sem(np.array(right, dtype=float)))


def test_token_accuracy_is_a_mean_over_items_and_no_count():
    result = outputs.scores(TABLE, "token_accuracy")
    assert "successes" not in result
    for row, items in check_rows(result, TABLE):
        shares = []
        for item in items:
            target, prediction = item["target"], item["prediction"]
            right = [
                place < len(prediction) and prediction[place] == token for place, token in enumerate(target)
            ]
            shares.append(sum(right) / len(target))
        assert row["score"] == pytest.approx(np.mean(shares))
        assert row["standard_error"] == pytest.approx(stats.sem(shares))


def test_edit_distance_is_that_of_the_textbook():
    def edits(target, prediction):
        if not target or not prediction:
            return len(target) + len(prediction)
        replaced = edits(target[1:], prediction[1:]) + (target[0] != prediction[0])
        return min(replaced, edits(target[1:], prediction) + 1, edits(target, prediction[1:]) + 1)

    for row, items in check_rows(outputs.scores(TABLE, "token_edit_distance"), TABLE):
        distances = [edits(item["target"], item["prediction"]) for item in items]
        assert row["score"] == pytest.approx(np.mean(distances))


def test_a_metric_may_be_a_function_of_targets_and_predictions():
    result = outputs.scores(WITHOUT, lambda targets, predictions: [len(p) for p in predictions])
    for row, items in check_rows(result, WITHOUT):
        assert row["score"] == pytest.approx(np.mean([len(item["prediction"]) for item in items]))
    marked = outputs.scores(TABLE, lambda targets, predictions: list(map(operator.eq, targets, predictions)))
    same_rows(marked, outputs.scores(TABLE))


def test_the_loss_is_a_mean_over_tokens_and_its_error_that_of_clustered_tokens():
    for row, items in check_rows(outputs.scores(TABLE), TABLE):
        tokens, cluster = [], []
        for number, item in enumerate(items):
            for value in item["log_probabilities"]:
                tokens.append(-value)
                cluster.append(number)
        fit = sm.OLS(tokens, np.ones(len(tokens))).fit(
            cov_type="cluster", cov_kwds={"groups": np.array(cluster)}
        )
        assert row["loss"] == pytest.approx(fit.params[0])
        assert row["loss_standard_error"] == pytest.approx(fit.bse[0])


def test_the_losses_of_fresh_items_scatter_by_the_standard_error():
    rng = np.random.default_rng(1)
    rows = []
    for seed in range(300):
        run = {"family": "a", "model": "a", "parameters": 1e9, "seed": seed, "step": 0, "task": "t"}
        for item in range(60):  # the tokens of one item are alike
            length, difficulty = rng.integers(1, 9), rng.gamma(2, 1)
            values = -difficulty * rng.gamma(2, 0.5, length)
            row = {"item": item, "target": "0" * length, "prediction": "0", "log_probabilities": values}
            rows.append(run | row)
    result = outputs.scores(pd.DataFrame(rows))
    ratio = result["loss"].var() / (result["loss_standard_error"] ** 2).mean()
    assert ratio == pytest.approx(1, abs=0.25)  # chi-squared of 299 degrees has a deviation of 8%


def test_log_probabilities_of_whole_targets_are_in_the_order_of_the_items():
    for row, items in check_rows(outputs.scores(TABLE), TABLE):
        whole = {item["item"]: sum(item["log_probabilities"]) for item in items}
        np.testing.assert_allclose(row["item_log_probabilities"], [whole[item] for item in sorted(whole)])


def test_log_probabilities_are_optional():
    result = outputs.scores(WITHOUT)
    assert not {"loss", "loss_standard_error", "item_log_probabilities"} & set(result)
    same_rows(result, outputs.scores(TABLE)[list(result)])


@settings(max_examples=20)
@given(st.permutations(range(len(TABLE))), st.sampled_from(outputs.METRICS))
def test_the_order_of_the_rows_does_not_matter(order, metric):
    same_rows(outputs.scores(TABLE.iloc[order], metric), outputs.scores(TABLE, metric))


def test_families_apart_have_the_same_rows_as_together():
    apart = [outputs.scores(family) for _, family in TABLE.groupby("family")]
    same_rows(pd.concat(apart), outputs.scores(TABLE))


def test_rows_are_ordered_by_task_family_size_seed_and_step():
    steps = [WITHOUT.assign(step=step, task=task) for step in (2, 1) for task in ("z", "y")]
    result = outputs.scores(pd.concat(steps, ignore_index=True))
    keys = list(
        zip(*(result[name] for name in ("task", "family", "parameters", "seed", "step")), strict=True)
    )
    assert len(keys) == 16 and keys == sorted(keys)


def test_the_table_is_left_as_it_was():
    before = TABLE.copy(deep=True)
    outputs.scores(TABLE)
    pd.testing.assert_frame_equal(TABLE, before)


def test_one_item_has_no_standard_error():
    (row,) = outputs.scores(TABLE.iloc[[3]]).to_dict("records")
    assert isnan(row["standard_error"]) and isnan(row["loss_standard_error"])
    assert row["loss"] == pytest.approx(-np.mean(TABLE["log_probabilities"][3]))


def test_the_toy_family_has_the_loss_that_it_was_drawn_with():
    sizes = [1e8, 1e9, 1e10]
    result = outputs.scores(toy.sample_outputs(sizes, length=4, items=50, exponent=0.3))
    np.testing.assert_allclose(result["loss"], [(size / 1e9) ** -0.3 for size in sizes])
    np.testing.assert_allclose(result["loss_standard_error"], 0, atol=1e-12)


@pytest.mark.parametrize("name", ["family", "model", "seed", "step", "task"])
def test_a_run_without_a_seed_or_a_step_is_not_lost(name):
    table = WITHOUT.query("family == 'b'").assign(**{name: None})
    assert outputs.scores(table)["trials"].tolist() == [5]


def test_models_of_one_size_are_in_the_same_order_whatever_that_of_the_rows():
    twins = pd.concat([WITHOUT, WITHOUT.assign(model="twin")], ignore_index=True)
    same_rows(outputs.scores(twins.iloc[::-1]), outputs.scores(twins))


def test_a_token_held_impossible_makes_the_loss_infinite():
    assert outputs.scores(spoilt("r4", [-1.0, -np.inf]))["loss"].max() == np.inf


@pytest.mark.parametrize("name", outputs.COLUMNS)
def test_a_missing_column_is_named(name):
    with pytest.raises(ValueError, match=f"table must have the columns family, .*; missing: {name}$"):
        outputs.scores(TABLE.drop(columns=name))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.iloc[:0], "table must have at least one row; got none"),
        (pd.concat([TABLE, TABLE.iloc[[7]]], ignore_index=True), "row 20 appears twice"),
        (TABLE.assign(parameters=0.0), "parameters must be finite and above 0; row 0 has 0.0"),
        (spoilt("r4", [-1.0, 0.5]), "log_probabilities of row r4 must be a number and at most 0; got 0.5"),
        (spoilt("r3", [-1.0] * 6), "one per token of the target; row r3 has 6 for '58219'"),
        (spoilt("r17", [-1.0]), "one per token of the target; row r17 has 1 for '306'"),
        (spoilt("r1", []), "log_probabilities of row r1 must not be empty"),
        (spoilt("r1", [-1.0, np.nan]), "log_probabilities of row r1 must be a number and at most 0; got nan"),
    ],
)
def test_a_bad_table_is_refused_and_the_row_named(table, message):
    with pytest.raises(ValueError, match=message):
        outputs.scores(table)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"metric must be one of exact_match, .*; got 'rouge'"):
        outputs.scores(TABLE, "rouge")
    with pytest.raises(TypeError, match=r"metric must be one of exact_match, .*; got 3"):
        outputs.scores(TABLE, 3)
    with pytest.raises(TypeError, match=r"table must be a DataFrame of outputs; got \{\}"):
        outputs.scores({})
    with pytest.raises(TypeError, match=r"log_probabilities of row r2 must be .*; got None"):
        outputs.scores(spoilt("r2", None))


@pytest.mark.parametrize(
    ("cluster", "sample", "unit"),
    [("passage", "epoch", "passage"), (None, "epoch", "item"), ("passage", "item", "passage")],
)
def test_standard_errors_of_clusters_and_samples_are_those_of_statsmodels(cluster, sample, unit):
    table = SAMPLED if sample == "epoch" else SAMPLED.query("epoch == 0")
    for row, items in check_rows(outputs.scores(table, cluster=cluster, sample=sample), table):
        run = pd.DataFrame(items)
        fit = sm.OLS(right(run), np.ones(len(run))).fit(
            cov_type="cluster", cov_kwds={"groups": pd.factorize(run[unit])[0]}
        )
        assert (row["score"], row["standard_error"]) == pytest.approx((fit.params[0], fit.bse[0]))
        assert row["design_effect"] == pytest.approx(resolution.design_effect(right(run), run[unit]))
        assert (row["successes"], row["trials"]) == (right(run).sum(), len(run))


def test_answers_repeated_are_no_further_items():
    once = SAMPLED.query("epoch == 0")
    repeated = pd.concat([once.assign(epoch=epoch) for epoch in range(5)], ignore_index=True)
    found, single = outputs.scores(repeated, sample="epoch"), outputs.scores(once)
    np.testing.assert_allclose(found["standard_error"], single["standard_error"])
    np.testing.assert_allclose(found["design_effect"], 5, rtol=0.1)
    with pytest.raises(ValueError, match="must hold each item of a run once; row 120 appears twice"):
        outputs.scores(repeated)


def test_where_no_effect_can_be_estimated_it_is_that_of_the_others_or_the_largest():
    perfect = SAMPLED.assign(
        prediction=lambda table: table["prediction"].mask(table["model"] == "large", "1")
    )
    found = outputs.scores(perfect, sample="epoch").set_index("model")["design_effect"]
    assert (
        found["large"]
        == found["small"]
        == pytest.approx(outputs.scores(SAMPLED, sample="epoch").set_index("model")["design_effect"]["small"])
    )
    none = outputs.scores(SAMPLED.assign(prediction="0"), sample="epoch")["design_effect"]
    assert none.tolist() == [4, 4]


def test_a_curve_is_made_of_the_scores():
    curve = outputs.curve(SAMPLED, floor=(0.1, 0.02), cluster="passage", sample="epoch")
    scores = outputs.scores(SAMPLED, cluster="passage", sample="epoch")
    assert (curve.floor, curve.floor_error, curve.ceiling) == (0.1, 0.02, 1)
    for name in ("parameters", "successes", "trials", "design_effect"):
        np.testing.assert_array_equal(getattr(curve, name), scores[name])
    distance = outputs.curve(TABLE.query("family == 'a'"), "token_edit_distance", floor=3, ceiling=0)
    scores = outputs.scores(TABLE.query("family == 'a'"), "token_edit_distance")
    assert distance.trials is None and (distance.floor, distance.ceiling) == (3, 0)
    np.testing.assert_array_equal(distance.standard_errors, scores["standard_error"])
    np.testing.assert_array_equal(distance.losses, scores["loss"])
    with pytest.raises(ValueError, match=r"table must hold one family; got \['a', 'b'\]"):
        outputs.curve(TABLE)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_pass_at_k_is_the_share_of_draws_with_a_right_sample(k):
    curve = outputs.curve(SAMPLED, sample="epoch", k=k)
    clustered = outputs.curve(SAMPLED, sample="epoch", cluster="passage", k=k)
    for place, model in enumerate(["small", "large"]):
        run = SAMPLED[SAMPLED["model"] == model]
        items = run.assign(right=right(run)).groupby("item")
        counts = items["right"].sum()
        passed = [1 - comb(4 - int(count), k) / comb(4, k) for count in counts]
        assert curve.scores[place] == clustered.scores[place] == pytest.approx(np.mean(passed))
        assert curve.standard_errors[place] == pytest.approx(stats.sem(passed))
        error, _ = resolution.cluster_standard_error(passed, items["passage"].first())
        assert clustered.standard_errors[place] == pytest.approx(error)
    if k == 1:
        np.testing.assert_allclose(curve.scores, outputs.scores(SAMPLED, sample="epoch")["score"])


def test_pass_at_k_needs_samples():
    with pytest.raises(ValueError, match="sample must name the column"):
        outputs.curve(SAMPLED.query("epoch == 0"), k=1)
    with pytest.raises(ValueError, match="k must be at most the smallest number of samples, 4; got 5"):
        outputs.curve(SAMPLED, sample="epoch", k=5)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_a_paired_difference_is_students_on_the_differences_of_the_items(confidence):
    found = outputs.paired_difference(SAMPLED, "small", "large", sample="epoch", confidence=confidence)
    scores = SAMPLED.assign(right=right(SAMPLED)).pivot_table(index="item", columns="model", values="right")
    test = stats.ttest_1samp(scores["large"] - scores["small"], 0)
    assert found.difference == pytest.approx((scores["large"] - scores["small"]).mean())
    assert found.difference / found.standard_error == pytest.approx(test.statistic)
    assert found.interval == pytest.approx(tuple(test.confidence_interval(confidence)))
    assert (found.items, found.clusters) == (60, 60)
    back = outputs.paired_difference(SAMPLED, "large", "small", sample="epoch", confidence=confidence)
    assert back.interval == pytest.approx((-found.interval[1], -found.interval[0]))


def test_a_paired_difference_by_clusters_is_of_the_items_that_both_answered():
    table = SAMPLED[(SAMPLED["model"] == "small") | (SAMPLED["item"] < 50)].query("epoch == 0")
    found = outputs.paired_difference(table, "small", "large", cluster="passage")
    both = table.assign(right=right(table)).pivot(index="item", columns="model", values="right").dropna()
    passages = table.groupby("item")["passage"].first().loc[both.index]
    change = both["large"] - both["small"]
    error, clusters = resolution.cluster_standard_error(change, passages)
    assert (found.items, found.clusters) == (50, passages.nunique()) == (50, clusters)
    reach = stats.t.ppf(0.975, clusters - 1) * error
    assert found.interval == pytest.approx((change.mean() - reach, change.mean() + reach))


@pytest.mark.parametrize(
    ("table", "second", "message"),
    [
        (SAMPLED, "huge", "second must be one of .*large.*; got 'huge'"),
        (pd.concat([SAMPLED, SAMPLED.assign(seed=1)], ignore_index=True), "large", "'small' has not"),
        (SAMPLED.query("passage == 'p3'"), "large", "items of at least two clusters in common"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(table, second, message):
    with pytest.raises(ValueError, match=message):
        outputs.paired_difference(table, "small", second, cluster="passage", sample="epoch")


# Real outputs: what the standard error of one half of the items says of the other half.


@pytest.fixture(scope="module", params=["addition", "multiplication"])
def arithmetic(request):
    table = datasets.load_arithmetic(request.param, "mixed").drop(columns="log_probabilities")
    return table.assign(leading=table["item"].str[:2])  # sums of 19xx and of 90xx differ, and so do products


def halves(table, unit, at_least):
    """Return scores of both halves of the items, divided at random for each run, until they are enough."""
    rng, told, found = np.random.default_rng(0), [], 0
    names, code = np.unique(table[unit], return_inverse=True)
    run = table.groupby(["parameters", "seed"]).ngroup().to_numpy()
    while found < at_least:
        half = rng.permuted(np.tile(np.arange(names.size) % 2, (run.max() + 1, 1)), axis=1)[run, code]
        cluster = None if unit == "item" else unit
        one, other = (outputs.scores(table[half == which], cluster=cluster) for which in (0, 1))
        both = one.join(other.add_suffix("_other")).query("0 < score < 1 and 0 < score_other < 1")
        told, found = [*told, both], found + len(both)
    both = pd.concat(told)
    return both["score"] - both["score_other"], both


def root_mean_square(values):
    return np.sqrt(np.mean(np.square(values)))


def test_halves_of_real_items_differ_as_the_standard_error_of_one_says(arithmetic):
    difference, both = halves(arithmetic, "item", 300)
    assert root_mean_square(difference / (2**0.5 * both["standard_error"])) == pytest.approx(1, abs=0.1)


def test_halves_of_real_clusters_differ_as_the_clustered_errors_say_and_more_than_items_would(arithmetic):
    difference, both = halves(arithmetic, "leading", 200)
    error = np.hypot(both["standard_error"], both["standard_error_other"])
    assert root_mean_square(difference / error) == pytest.approx(1, abs=0.1)
    naive = np.sqrt(2 * both["score"] * (1 - both["score"]) / both["trials"])
    assert root_mean_square(difference / naive) > 1.4


def test_paired_differences_of_real_models_differ_between_halves_as_their_error_says(arithmetic):
    rng, paired, unpaired = np.random.default_rng(0), [], []
    matrix = arithmetic.assign(right=right(arithmetic)).pivot(
        index="item", columns=["parameters", "seed"], values="right"
    )
    matrix = matrix.loc[:, matrix.mean().between(0.02, 0.98)].to_numpy()
    pairs = list(itertools.combinations(range(matrix.shape[1]), 2))
    for place in rng.permutation(len(pairs))[:400]:
        one, other = np.array_split(matrix[:, pairs[place]][rng.permutation(len(matrix))], 2)
        change = one[:, 1] - one[:, 0]
        difference = change.mean() - (other[:, 1] - other[:, 0]).mean()
        error, _ = resolution.cluster_standard_error(change, np.arange(change.size))
        paired.append(difference / (2**0.5 * error))
        unpaired.append(difference / (2**0.5 * np.hypot(*stats.sem(one))))
    assert root_mean_square(paired) == pytest.approx(1, abs=0.1)
    assert root_mean_square(unpaired) < 0.92 * root_mean_square(
        paired
    )  # it forgets that the items are the same


FORMATS = ["parquet", "jsonl", "csv"]
WRITTEN = TABLE.assign(item=[f"item {item}" for item in TABLE["item"]])  # text, as in a log of one's own
WRITTEN.loc[1, "prediction"] = "007"  # zeros, an empty answer, NA, commas and quotes are answers like others
WRITTEN.loc[2, "prediction"] = 'NA, "null"'
WRITTEN.loc[3, "prediction"] = ""
WRITTEN.loc[4, "prediction"] = "a\rb\nc\u2028d\x85e"  # what some programs take for the end of a line


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    "table", [WRITTEN, WRITTEN.drop(columns="log_probabilities")], ids=["with", "without"]
)
def test_what_is_saved_is_read_again(tmp_path, table, ending):
    path = outputs.save_outputs(table, tmp_path / f"mine.{ending}")
    read = outputs.load_outputs(path)
    pd.testing.assert_frame_equal(
        read.drop(columns="log_probabilities", errors="ignore"),
        table.drop(columns="log_probabilities", errors="ignore"),
        check_dtype=False,
    )
    for one, other in zip(read.get("log_probabilities", []), table.get("log_probabilities", []), strict=True):
        np.testing.assert_array_equal(one, other)
    same_rows(outputs.scores(read), outputs.scores(table))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_an_impossible_token_is_kept_in_a_parquet_file(tmp_path):
    table = spoilt("r4", np.array([-1.0, -np.inf])).reset_index(drop=True)
    read = outputs.load_outputs(outputs.save_outputs(table, tmp_path / "mine.parquet"))
    assert read["log_probabilities"][4].tolist() == [-1.0, -np.inf]


BAD = [
    ({"prediction": None}, "prediction must be text or a list of tokens; row 4 has"),
    ({"parameters": "large"}, "parameters must be finite and above 0; row 4 has 'large'"),
    ({"parameters": -1.0}, "parameters must be finite and above 0; row 4 has -1"),
    ({"item": "item 0"}, "table must hold each item of a run once; row 4 appears twice"),
    ({"log_probabilities": [-1.0, 0.25]}, "log_probabilities of row 4 must be .* at most 0; got 0.25"),
    ({"log_probabilities": [-1.0]}, "one per token of the target; row 4 has 1 for '90'"),
]


def as_it_is(table, path):
    """Write a table without a check, as another program would."""
    lists = [np.asarray(row).tolist() for row in table["log_probabilities"]]
    if path.suffix == ".jsonl":
        records = table.assign(log_probabilities=lists).to_dict("records")
        path.write_text("\n".join(json.dumps(row) for row in records))
    elif path.suffix == ".csv":
        table.assign(log_probabilities=[json.dumps(row) for row in lists]).to_csv(path)
    else:
        table.assign(log_probabilities=lists).to_parquet(path)


# In a CSV file an empty field is an empty answer, and a column of a Parquet file has one type.
CANNOT_BE = [("csv", {"prediction": None}), ("parquet", {"parameters": "large"})]


@pytest.mark.parametrize(
    ("ending", "change", "message"),
    [(ending, *bad) for ending in FORMATS for bad in BAD if (ending, bad[0]) not in CANNOT_BE],
)
def test_a_bad_row_of_a_file_is_named(tmp_path, ending, change, message):
    table = WRITTEN.astype({"parameters": object})
    for name, value in change.items():
        table.at[4, name] = value
    if ending == "parquet":
        table["parameters"] = table["parameters"].astype(float)
    path = tmp_path / f"bad.{ending}"
    as_it_is(table, path)
    with pytest.raises((ValueError, TypeError), match=message):
        outputs.load_outputs(path)
    with pytest.raises((ValueError, TypeError), match=message):
        outputs.save_outputs(table, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("ending", FORMATS)
def test_a_missing_column_of_a_file_is_named(tmp_path, ending):
    as_it_is(WRITTEN.drop(columns="target"), tmp_path / f"bad.{ending}")
    with pytest.raises(ValueError, match=r"missing: target$"):
        outputs.load_outputs(tmp_path / f"bad.{ending}")


def test_text_that_is_no_table_is_refused_by_row(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({"a": 1}) + "\nhello\n")
    with pytest.raises(ValueError, match="row 1 must be an object of JSON"):
        outputs.load_outputs(path)
    path.write_text(json.dumps({"a": 1}) + "\n[1]\n")
    with pytest.raises(ValueError, match=r"row 1 must be an object of JSON; got '\[1\]'"):
        outputs.load_outputs(path)
    path = tmp_path / "bad.csv"
    outputs.save_outputs(WRITTEN, path)
    path.write_text(path.read_text().replace('"[', '"(', 1))
    with pytest.raises(ValueError, match=r"log_probabilities of row [01] must be a list in brackets"):
        outputs.load_outputs(path)
    with pytest.raises(FileNotFoundError):
        outputs.load_outputs(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"path must end in .parquet, .jsonl or .csv; got 'mine.txt'"):
        outputs.load_outputs("mine.txt")


def test_tokens_may_be_words(tmp_path):
    table = TABLE.iloc[:2].assign(target=[["forty", "two"], ["six"]], prediction=[["forty", "two"], ["nine"]])
    table["log_probabilities"] = [np.array([-0.1, -0.2]), np.array([-3.0])]
    for ending in ("parquet", "jsonl"):
        read = outputs.load_outputs(outputs.save_outputs(table, tmp_path / f"words.{ending}"))
        assert outputs.scores(read)["successes"].tolist() == [1]
        outputs.save_outputs(read, tmp_path / f"again.{ending}")
    outputs.save_outputs(outputs.load_outputs(tmp_path / "words.parquet"), tmp_path / "words.jsonl")
    with pytest.raises(ValueError, match=r"target must be text in CSV .*; row 0 is a list"):
        outputs.save_outputs(table, tmp_path / "words.csv")
    assert not (tmp_path / "words.csv").exists()


def test_a_list_in_a_list_is_refused_by_its_row(tmp_path):
    rows = WRITTEN.iloc[:2].assign(log_probabilities=[[-1.0], [[-1.0], [-2.0, -3.0]]]).to_dict("records")
    (tmp_path / "bad.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises((TypeError, ValueError), match="log_probabilities of row 1 must"):
        outputs.load_outputs(tmp_path / "bad.jsonl")


def test_places_are_compared_one_by_one():
    right, known = outputs.places(TABLE)
    assert right.shape == known.shape == (len(TABLE), 5)
    for row, (found, likely) in zip(TABLE.to_dict("records"), zip(right, known, strict=True), strict=True):
        for place in range(5):
            inside = place < len(row["target"])
            same = row["prediction"][place : place + 1] == row["target"][place : place + 1]
            assert (found[place] == same) if inside else isnan(found[place])
            assert (likely[place] == row["log_probabilities"][place]) if inside else isnan(likely[place])
    assert outputs.places(WITHOUT)[1] is None


def test_places_and_scores_agree():
    right, _ = outputs.places(TABLE)
    scores = outputs.scores(TABLE)
    whole = TABLE[RUN].assign(right=np.nanmin(right, axis=1), extra=TABLE["prediction"].str.len())
    whole["right"] *= whole["extra"] <= TABLE["target"].str.len()
    assert (whole.groupby(RUN)["right"].sum().to_numpy() == scores.sort_values(RUN)["successes"]).all()
