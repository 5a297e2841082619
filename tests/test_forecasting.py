"""Forecasts, against SciPy and statsmodels, simulated truths, and a leaderboard worked by a few lines."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from mirage import forecasting, scaling
from mirage.forecasting import spread

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


def test_a_last_digit_of_the_input_moves_no_forecast():
    """Where the small models leave a recipe open, it must not be rounding that decides."""
    table = many(6, items=200).assign(chance=0.25, compute=lambda rows: 120 * rows["parameters"] ** 2)
    table["loss"] = 2 + 1e3 * table["parameters"] ** -0.4
    moved = table.assign(loss=table["loss"] * (1 + 1e-12), compute=table["compute"] * (1 + 1e-12))
    first, second = (forecasting.forecasts(one, CUT) for one in (table, moved))
    np.testing.assert_allclose(first["expected"], second["expected"], atol=1e-6)
    np.testing.assert_allclose(first["log_score"], second["log_score"], atol=1e-4)
