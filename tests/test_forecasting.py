"""Forecasts, against SciPy and statsmodels, simulated truths, and a leaderboard worked by a few lines."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from mirage import forecasting, scaling
from mirage.forecasting import recipes, spread

SIZES = np.geomspace(1e7, 1e11, 9)
CUT = 5e9


def family(middle=9.0, slope=1.0, items=1000, rng=None, scatter=0.0, task="a"):
    """One family that rises logistically in log10 of the size."""
    odds = slope * (np.log10(SIZES) - middle)
    rng = np.random.default_rng(0) if rng is None else rng
    share = 1 / (1 + np.exp(-odds - scatter * rng.normal(size=odds.size)))
    table = {"family": "f", "model": np.arange(SIZES.size), "parameters": SIZES, "task": task}
    return pd.DataFrame(table).assign(successes=rng.binomial(items, share), trials=items)


def many(tasks=20, **options):
    rng = np.random.default_rng(1)
    middles = rng.uniform(8, 10, tasks)
    return pd.concat(
        [family(one, rng=rng, task=f"t{number}", **options) for number, one in enumerate(middles)],
        ignore_index=True,
    )


@pytest.mark.parametrize(
    ("link", "theirs"),
    [("logistic", sm.families.links.Logit()), ("probit", sm.families.links.Probit())],
)
def test_without_chance_a_rise_is_the_glm_of_statsmodels(link, theirs):
    table = family(items=20_000)  # so many that the weak priors do not matter
    x = np.log10(table["parameters"].to_numpy())
    counts = np.column_stack([table["successes"], table["trials"] - table["successes"]])
    model = sm.GLM(counts, sm.add_constant(x), family=sm.families.Binomial(link=theirs)).fit()
    found = forecasting.rise(table.assign(chance=0.0), x, x, link)
    np.testing.assert_allclose(found, model.predict(sm.add_constant(x)), atol=2e-4)


def test_a_power_law_is_found_again():
    expected = np.exp(-((SIZES / 1e9) ** -0.3))
    table = {"successes": np.round(1e6 * expected), "trials": np.full(9, 1e6), "chance": np.zeros(9)}
    x = np.log(SIZES)
    np.testing.assert_allclose(forecasting.rise(table, x, x, "gompertz"), expected, atol=1e-3)


def test_with_chance_a_rise_ends_between_chance_and_one():
    table = {"successes": [25, 26, 40], "trials": [100] * 3, "chance": [0.25] * 3}
    found = forecasting.rise(table, [1, 2, 3], [-1e3, 1e3])
    np.testing.assert_allclose(found, [0.25, 1], atol=1e-6)


def test_the_probability_is_scipys_beta_binomial_with_a_uniform_part():
    models = {"successes": np.array([0, 3, 40]), "trials": np.array([10, 10, 50])}
    expected, precision = np.array([0.1, 0.5, 0.7]), np.array([[2.0, 30.0, 5.0], [9.0, 1.0, 400.0]])
    found = spread._log_probability(models, expected, precision)
    other = stats.betabinom(models["trials"], expected * precision, (1 - expected) * precision)
    np.testing.assert_allclose(found, other.logpmf(models["successes"]), rtol=1e-8)


def test_the_crps_is_that_of_all_pairs_of_draws():
    rng = np.random.default_rng(0)
    drawn, share = rng.random((spread._DRAWS, 3)), np.array([0.1, 0.5, 2.0])
    pairs = np.abs(drawn[:, None] - drawn).mean(axis=(0, 1))  # Gneiting and Raftery (2007), equation 21
    np.testing.assert_allclose(spread._crps(drawn, share), np.abs(drawn - share).mean(axis=0) - pairs / 2)


def test_a_log_score_is_that_of_a_few_lines():
    """A forecast of one task without backtests of its own: the spread is averaged over its flat prior."""
    table = family().iloc[[0, 2, 4, 8]]
    found = forecasting.forecasts(table.assign(parameters=[1, 1, 2, 3], compute=SIZES[:4]), 2.5)
    row = found.query("recipe == 'no change'").iloc[0]
    share = table["successes"].iloc[2] / 1000
    distance = np.log10(SIZES[3] / SIZES[2])
    assert row["expected"] == pytest.approx(share) and row["distance"] == pytest.approx(distance)
    sigma = np.geomspace(0.01, 4, 24) * (1 + distance)
    precision = 1 / (sigma**2 * share * (1 - share))
    each = stats.betabinom(1000, share * precision, (1 - share) * precision).pmf(row["successes"])
    assert row["log_score"] == pytest.approx(np.log(0.99 * each.mean() + 0.01 / 1001), rel=1e-6)


def test_the_right_recipe_wins_and_covers():
    """On logistic families with some scatter, 90% intervals of the logistic recipe hold 80% or more."""
    board = forecasting.leaderboard(many(scatter=0.1), CUT).set_index("recipe")
    assert board.index[0] == "logistic" and board.loc["logistic", "low"] > 0
    assert board.loc["logistic", "inside_90"] >= 0.8
    assert board.loc["logistic", "crps"] < board.loc["no change", "crps"]


def test_on_flat_families_no_change_is_best():
    board = forecasting.leaderboard(many(slope=0.0, scatter=0.1), CUT)
    assert board["recipe"].iloc[0] == "no change"


def test_the_leaderboard_recomputes_from_the_forecasts():
    made = pd.concat(
        [
            forecasting.forecasts(many(6), CUT).assign(data="x"),
            forecasting.forecasts(many(9), CUT).assign(data="y"),
        ]
    )
    board = forecasting.ranking(made).set_index("recipe")
    wide = made.pivot_table(index=["data", "task", "model"], columns="recipe", values="log_score")
    for name, gain in wide.sub(wide["no change"], axis=0).items():
        by_task = gain.groupby(["data", "task"]).mean()
        assert board.loc[name, "gain"] == pytest.approx(by_task.groupby("data").mean().mean())
        assert board.loc[name, "low"] <= board.loc[name, "gain"] <= board.loc[name, "high"]
    own = made.query("recipe == 'logistic'").groupby(["data", "task"])["inside_90"].mean()
    assert board.loc["logistic", "inside_90"] == pytest.approx(own.groupby("data").mean().mean())


def test_an_interval_over_tasks_is_that_of_normal_means():
    rng = np.random.default_rng(2)
    rows = pd.DataFrame({"task": np.arange(400).astype(str), "log_score": rng.normal(1, 1, 400)})
    rows = rows.assign(track="size", recipe="a", family="f", model="m", low=0.0, high=1.0, crps=0.1)
    rows = rows.assign(inside_50=True, inside_90=True, inside_95=True)
    made = pd.concat([rows, rows.assign(recipe="no change", log_score=0.0)])
    found = forecasting.ranking(made).set_index("recipe").loc["a"]
    half = 1.96 * rows["log_score"].std() / 20
    np.testing.assert_allclose([found["low"], found["high"]], found["gain"] + [-half, half], atol=0.02)


def test_size_recipes_see_no_scores_and_nobody_sees_the_counts():
    seen = {}
    for track in ("size", "scores"):

        @forecasting.register(f"spy {track}", track=track)
        def spy(small, large, track=track):
            seen[track] = set(large)
            return np.full(large["scale"].size, 0.5)

    try:
        table = many(2).assign(loss=2.0, ability_1=1.0)
        forecasting.forecasts(table, CUT, recipes=["spy size", "spy scores"])
    finally:
        forecasting.RECIPES.pop("spy size"), forecasting.RECIPES.pop("spy scores")
    assert not seen["size"] & {"loss", "ability_1", "successes", "share"}
    assert {"loss", "ability_1"} <= seen["scores"] and not seen["scores"] & {"successes", "share"}


def test_changing_what_the_large_models_scored_changes_no_forecast():
    table = many(3).assign(loss=lambda rows: 1e3 * rows["parameters"] ** -0.3)
    other = table.assign(successes=table["successes"].where(table["parameters"] < CUT, 0))
    columns = ["recipe", "task", "model", "expected", "low", "high"]
    first, second = (forecasting.forecasts(one, CUT)[columns] for one in (table, other))
    pd.testing.assert_frame_equal(first, second)


def test_a_loss_of_parameters_and_tokens_is_found_again():
    n, d = (each.ravel() for each in np.meshgrid(np.geomspace(1e8, 1e10, 5), [20, 40, 80, 160]))
    loss = 1.5 + 300 * n**-0.3 + 500 * (n * d) ** -0.3
    rng = np.random.default_rng(0)
    share = 1 / (1 + np.exp(2 * (loss - 2.5)))
    table = pd.DataFrame({"family": "f", "model": range(20), "parameters": n, "compute": 6 * n * n * d})
    table = table.assign(task="a", successes=rng.binomial(10**6, share), trials=10**6, loss=loss)
    found = forecasting.forecasts(table, 4e9, recipes=["loss first, by tokens"])
    found = found[found["recipe"] != "no change"]
    np.testing.assert_allclose(found["expected"], found["successes"] / found["trials"], atol=0.005)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"successes": 2000}, "successes must be at most trials"),
        ({"parameters": -1.0}, "parameters must be"),
        ({"chance": 1.5}, "chance must be"),
    ],
)
def test_impossible_tables_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        forecasting.forecasts(family().assign(**change), CUT)


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match="missing: trials"):
        forecasting.forecasts(family().drop(columns="trials"), CUT)
    with pytest.raises(ValueError, match="three small sizes"):
        forecasting.forecasts(family(), 1e20)
    with pytest.raises(ValueError, match="recipes must be one of"):
        forecasting.forecasts(family(), CUT, recipes=["oracle"])
    with pytest.raises(ValueError, match="along must be one of"):
        forecasting.forecasts(family(), CUT, along="tokens")
    with pytest.raises(ValueError, match="against must be one of"):
        forecasting.ranking(forecasting.forecasts(family(), CUT), "oracle")

    @forecasting.register("short")
    def short(small, large):
        return [0.5]

    try:
        with pytest.raises(ValueError, match="recipe 'short' must return"):
            forecasting.forecasts(family(), CUT, recipes=["short"])
    finally:
        forecasting.RECIPES.pop("short")


@pytest.mark.parametrize("link", ["gompertz", "logistic", "probit"])
def test_below_chance_a_rise_is_still_the_largest_posterior(link):
    """Counts around chance, where the likelihood is not concave, against a general optimizer."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        x, chance = np.sort(rng.normal(size=7)), np.full(7, 0.25)
        right = rng.binomial(400, chance + rng.uniform(-0.05, 0.2) * (x > 0.5))
        small = {"successes": right, "trials": np.full(7, 400), "chance": chance}
        curve = scaling.inverse_link

        def cost(line, x=x, right=right, curve=curve):
            share = 0.25 + 0.75 * curve(line[0] + line[1] * (x - x.mean()) / x.std(), link)
            logs = stats.binom.logpmf(right, 400, np.clip(share, 1e-12, 1 - 1e-12))
            return -logs.sum() + (0.01 * line[0] ** 2 + 0.04 * line[1] ** 2) / 2

        starts = [(level, slope) for level in (-3, -1, 1) for slope in (0, 2)]
        best = min((optimize.minimize(cost, start, tol=1e-9) for start in starts), key=lambda one: one.fun)
        other = 0.25 + 0.75 * curve(best.x[0] + best.x[1] * (x - x.mean()) / x.std(), link)
        found, other = (
            stats.binom.logpmf(right, 400, share).sum()
            for share in (forecasting.rise(small, x, x, link), other)
        )
        assert found == pytest.approx(other, abs=0.1)  # another optimum is 2 or more worse


def made(rows, **more):
    """Forecasts, of which only the log score matters, from rows of recipe, family, task, model, log score."""
    table = pd.DataFrame(rows, columns=["recipe", "family", "task", "model", "log_score"])
    table = table.assign(track="size", low=0.0, high=1.0, crps=0.1, **more)
    return table.assign(inside_50=True, inside_90=True, inside_95=True)


def test_a_small_leaderboard_by_hand():
    """Two curves: one of two models, and one of which the other recipe has only one."""
    models = [("f", "a", 1), ("f", "a", 2), ("g", "b", 1)]
    same = [("no change", *model, -4.0) for model in models]
    line = [("line", *model, score) for model, score in zip(models, (-2.5, -3.5, -4.5), strict=True)]
    more = [("line", "g", "b", 2, 9.0)]  # it counts for nothing: "no change" has none
    table = made(same + line + more)
    table["high"] = table["log_score"].abs() / 10
    table.loc[table["recipe"] == "line", "inside_90"] = [True, False, False, True]
    scores = table[table["recipe"] == "line"].assign(recipe="loss known", track="scores")
    board = forecasting.ranking(pd.concat([scores, table]), resamples=50)
    assert board[["track", "recipe"]].agg(": ".join, axis=1).tolist() == [
        "size: line",
        "size: no change",
        "scores: loss known",
    ]
    row = board.iloc[0]
    assert row["gain"] == pytest.approx(((1.5 + 0.5) / 2 - 0.5) / 2)  # over models, then over curves
    assert (row["better"], row["curves"], row["models"]) == (0.5, 2, 3)
    assert (row["inside_90"], row["inside_50"]) == (0.25, 1)
    assert row["width"] == pytest.approx(((0.25 + 0.35) / 2 + 0.45) / 2)
    assert (row["low"], row["high"]) == (-0.5, 1)  # draws with neither curve count for nothing
    columns = "track recipe gain low high better inside_50 inside_90 inside_95 width crps curves models"
    assert list(board) == columns.split() and board.index.tolist() == [0, 1, 2]
    one = forecasting.ranking(made(same[:1] + line[:1]), resamples=1).iloc[0]
    assert one["low"] == one["gain"] == one["high"] == 1.5


@pytest.mark.parametrize("varies", ["family", "task"])
def test_whole_families_and_whole_tasks_are_drawn_again(varies):
    """Where only one of them differs, the interval is that of the mean of so many; copies add nothing."""
    rng = np.random.default_rng(3)
    gains = rng.normal(0, 1, 60)
    other = {"family": "task", "task": "family"}[varies]
    grid = pd.MultiIndex.from_product([range(60), range(5)], names=[varies, other]).to_frame(index=False)
    grid = grid.astype(str).assign(log_score=np.repeat(gains, 5), model="m")
    columns = ["family", "task", "model", "log_score"]
    rows = [("a", *row) for row in grid[columns].itertuples(index=False)]
    rows += [("no change", *row[1:-1], 0.0) for row in rows]
    found = forecasting.ranking(made(rows)).set_index("recipe").loc["a"]
    half = 1.96 * gains.std(ddof=1) / 60**0.5
    np.testing.assert_allclose([found["low"], found["high"]], found["gain"] + [-half, half], atol=0.05)


def slow_mixture(small, large, growth=2.0):
    """Weights, and beta-binomials by weight, of "no change" for one large model: as the docstring says it.

    A row is a size; each small one from the third on is an origin, and all from there on are predicted.
    """
    sigmas = np.geomspace(0.01, 4, 24)

    def around(below, row):
        share = (below["successes"] / below["trials"]).iloc[-1]
        share = np.clip(share, 0.5 / (row.trials + 1), 1 - 0.5 / (row.trials + 1))
        distance = np.log10(row.parameters / below["parameters"].iloc[-1])
        precision = 1 / (sigmas**2 * (1 + distance) ** growth * share * (1 - share))
        return stats.betabinom(row.trials, share * precision, (1 - share) * precision)

    logs = np.zeros(24)
    for place in range(2, len(small)):
        row = next(small.iloc[[place]].itertuples())
        each = [around(small.iloc[:origin], row).logpmf(row.successes) for origin in range(2, place + 1)]
        logs += np.mean(each, axis=0)  # a model counts once
    return np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum(), around(small, large)


@pytest.mark.parametrize("growth", [0.0, 2.0])
def test_a_forecast_is_that_of_a_slow_version_from_its_docstring(growth):
    table = family(items=200, scatter=0.3).iloc[2:]
    large = next(table[table["parameters"] >= CUT].itertuples())
    weights, each = slow_mixture(table[table["parameters"] < CUT], large, growth)
    assert (weights > 0.02).sum() > 3
    found = [
        forecasting.forecasts(table, CUT, recipes=[], growth=growth, rng=rng).iloc[0] for rng in range(40)
    ]
    probability = 0.99 * weights @ each.pmf(large.successes) + 0.01 / 201
    assert found[0]["log_score"] == pytest.approx(np.log(probability), rel=1e-6)
    counts = np.arange(201)
    below = 0.99 * weights @ each.cdf(counts[:, None]).T + 0.01 * (counts + 1) / 201
    for name, level in (("low", 0.05), ("high", 0.95)):  # means of 40 times 500 draws
        ends = np.array([one[name] for one in found]) * 200
        least, most = np.interp(ends, counts, np.append(0, below[:-1])), np.interp(ends, counts, below)
        assert least.mean() < level + 0.005 and most.mean() > level - 0.005
    exact = ((below - (counts >= large.successes)) ** 2).sum() / 200  # Gneiting and Raftery, equation 20
    assert np.mean([one["crps"] for one in found]) == pytest.approx(exact, rel=0.05)


def test_a_recipe_is_tried_from_four_origins_that_leave_it_a_third_and_more():
    seen = []

    @forecasting.register("spy")
    def spy(small, large):
        assert small["scale"].max() < large["scale"].min()
        seen.append((small["scale"].size, large["scale"].size))
        return np.full(large["scale"].size, 0.5)

    try:
        sizes = np.geomspace(1e6, 1e12, 14)
        table = pd.DataFrame({"family": "f", "model": range(14), "parameters": sizes, "task": "a"})
        forecasting.forecasts(table.assign(successes=5, trials=10), sizes[12], recipes=["spy"])
    finally:
        forecasting.RECIPES.pop("spy")
    *origins, last = sorted(seen)
    assert last == (12, 2) and len(set(origins)) == 4
    assert all(below + above == 12 for below, above in origins)
    assert (origins[0][0], origins[-1][0]) == (4, 11)  # from a third to all but one
    assert 1 < np.diff([below for below, _ in origins]).min()


def test_no_change_of_a_family_without_small_models_is_the_mean_of_the_last_decade():
    small = {"scale": np.array([1.0, 9.9, 10, 30, 100, 100]), "share": np.array([0, 0.1, 0.2, 0.4, 0.6, 0.8])}
    small["family"] = np.array(["a", "a", "a", "b", "b", "b"])
    large = {"scale": np.full(3, 1e3), "family": np.array(["c", "a", "b"])}
    found = forecasting.RECIPES["no change"].predict(small, large)
    np.testing.assert_allclose(found, [(0.2 + 0.4 + 0.6 + 0.8) / 4, 0.2, 0.7])


@pytest.mark.parametrize("known", ["parameters", "tokens"])
def test_what_the_models_cannot_tell_of_a_loss_is_split_evenly_and_falls_as_usual(known):
    """Of equal tokens (or parameters) the exponent is open: that on the grid nearest to the usual one."""
    sizes = {"parameters": np.full(12, 1e8), "tokens": np.full(12, 2e9)}
    sizes[known] = sizes[known] * np.geomspace(1, 1e3, 12)
    ones = sizes[known] / sizes[known][0]
    loss = 2 + 3 * ones**-0.3
    small = {"parameters": sizes["parameters"], "loss": loss}
    small["compute"] = 6 * sizes["parameters"] * sizes["tokens"]
    large = {"parameters": np.array([1e10]), "compute": np.array([6 * 1e10 * 2e11])}  # a hundred times both
    found = recipes._surface(small, large)
    np.testing.assert_allclose(found, 1 + (3 + 1) * 100**-0.3, rtol=1e-3)


@pytest.mark.parametrize("right", [0, 20])
def test_a_share_at_the_end_of_an_interval_is_inside(right):
    sizes = np.geomspace(1e7, 1e11, 9)
    table = pd.DataFrame({"family": "f", "model": range(9), "parameters": sizes, "task": "a"})
    found = forecasting.forecasts(table.assign(successes=right, trials=20), CUT, recipes=[])
    assert found["low"].eq(right / 20).any() or found["high"].eq(right / 20).any()
    assert found[["inside_50", "inside_90", "inside_95"]].all(axis=None)


def test_sizes_may_be_counted_in_trillions():
    table = many(2).assign(compute=lambda rows: 120 * rows["parameters"] ** 2)
    other = table.assign(parameters=table["parameters"] / 1e12, compute=table["compute"] / 1e24)
    first, second = (forecasting.forecasts(*each) for each in ((table, CUT), (other, CUT / 1e12)))
    columns = ["recipe", "task", "expected", "distance", "log_score"]
    pd.testing.assert_frame_equal(first[columns], second[columns], rtol=1e-4)
