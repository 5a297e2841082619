"""The calibration: a thin slice of it, its truths by hand, its counts against SciPy and direct sums."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats
from statsmodels.stats.proportion import proportion_confint

from benchmarks import calibration, counts
from benchmarks.calibration import Cell
from mirage import resolution

BASE = Cell()
NEEDED = np.log10(np.log(10) / -np.log(0.9))  # 1.3395: the 10–90 % width of the toy model, times its exponent


def steps_found(cell, families):
    """Return how many families of a cell are said to have a step, at the 5 % level."""
    only_the_test = replace(cell, factor="plan")
    said = [calibration.judge(only_the_test, family)["p of loss, 4 gaps"] for family in range(families)]
    return int(np.sum(np.array(said) <= 0.05))


@pytest.mark.parametrize("cell", [BASE, Cell("truth", "irreducible", "irreducible")], ids=lambda c: c.truth)
def test_smooth_families_are_seldom_said_to_have_a_step(cell):
    found = steps_found(cell, 40)
    assert stats.binomtest(found, 40, 0.05, alternative="greater").pvalue > 1e-3


def test_a_jump_of_8_is_found_more_often_than_not():
    assert steps_found(Cell("truth", "jump, 8", "jump", 8.0), 20) > 10


def test_widths_of_the_base_cell_hold_the_true_one_as_often_as_they_say():
    held = 0
    for family in range(100):
        said = calibration._width(
            *calibration.draw(BASE, family)[["parameters", "successes", "trials"]].to_numpy().T
        )
        held += said["width, low"] <= BASE.width <= said["width, high"]
    assert stats.binomtest(held, 100, 0.95).pvalue > 1e-3


def test_the_true_width_is_that_of_the_toy_model():
    assert NEEDED == pytest.approx(1.3395, abs=1e-4)
    assert BASE.width == pytest.approx(NEEDED / 0.4)
    assert Cell(length=10, items=50, runs=8, scatter=0.5).width == pytest.approx(NEEDED / 0.4)


@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_the_true_width_of_unequal_items_is_that_of_the_gamma_mixture(spread):
    loss = [(share ** -(spread**2) - 1) / spread**2 for share in (0.1, 0.9)]  # solved for the loss
    assert Cell(item_spread=spread).width == pytest.approx(np.log10(loss[0] / loss[1]) / 0.4)


@pytest.mark.parametrize(
    "cell", [Cell(truth="flat"), Cell(two_states=True), Cell(truth="irreducible", length=50)]
)
def test_some_families_have_no_width(cell):
    assert np.isnan(cell.width)


@pytest.mark.parametrize("length", [5, 10])
def test_the_true_width_of_a_curve_that_bends_depends_on_the_length(length):
    cell = Cell(truth="broken", length=length)
    ends = [
        optimize.brentq(
            lambda decade, share=share: length * cell.losses([10**decade])[0] + np.log(share), 0, 20
        )
        for share in (0.1, 0.9)
    ]
    assert cell.width == pytest.approx(ends[1] - ends[0])


def test_the_jump_lies_in_the_middle_gap_where_it_shows_most():
    for cell in (Cell(truth="jump", step=2.0), Cell(truth="jump", step=8.0, sizes="GPT-3", length=10)):
        low, high = cell.between
        assert list(cell.grid).index(high) == list(cell.grid).index(low) + 1 == 4

        def rise(logarithm, low=low, high=high, cell=cell):
            loss = cell.length * (np.array([low, high]) / np.exp(logarithm)) ** -0.4 * [cell.step, 1]
            return -np.diff(np.exp(-loss))[0]

        best = optimize.minimize_scalar(rise, bounds=(np.log(1e4), np.log(1e13)), method="bounded")
        assert rise(np.log(cell.constant)) == pytest.approx(best.fun, abs=1e-6)


def test_what_the_metric_explains_is_the_rise_of_the_power_law():
    first, last = (np.exp(-5 * (size / 1e9) ** -0.4) for size in (1e8, 1e11))
    assert BASE.explained == pytest.approx(last - first)
    jump = Cell("truth", "jump, 4", "jump", 4.0)
    smooth = [np.exp(-5 * 4 * (size / jump.constant) ** -0.4) for size in (1e8, 1e11)]  # without the step
    assert jump.explained == pytest.approx(smooth[1] - smooth[0])
    assert np.isnan(Cell(truth="broken").explained) and np.isnan(Cell(two_states=True).explained)


def test_cells_differ_from_the_base_in_one_factor_and_have_a_name_each():
    found = calibration.cells() + calibration.plans()
    assert len(calibration.cells()) <= 60
    assert len({cell.name for cell in found}) == len(found)
    assert calibration.cells()[0] == BASE and [cell.factor for cell in found].count("base") == 1
    for cell in calibration.cells():
        assert (np.diff(cell.grid) > 0).all()
        assert (cell.losses(cell.grid) > 0).all()


def test_a_family_is_that_of_its_number_and_its_cell():
    one, again = (calibration.draw(BASE, 3) for _ in range(2))
    assert one.equals(again)
    assert not one.equals(calibration.draw(BASE, 4))
    other = Cell("runs", "4", runs=4)
    assert len(calibration.draw(other, 3)) == 32
    assert not np.isin(calibration.draw(other, 3)["loss"], one["loss"]).any()


def test_runs_in_two_states_have_one_of_two_losses():
    cell = Cell("two states", "8 runs", runs=8, two_states=True, scatter=0.0)
    drawn = pd.concat([calibration.draw(cell, family) for family in range(50)])
    below = (drawn["parameters"] / 1e9) ** -0.4 / drawn["loss"]
    assert (np.isclose(below, 1) | np.isclose(below, 4)).all()
    found = pd.Series(np.isclose(below, 4)).groupby(drawn["parameters"].to_numpy()).sum().to_numpy()
    assert found[0] < 40 and found[-1] > 360  # of 50 families with 8 runs of each size
    for small, large in zip(found[:4], found[:3:-1], strict=True):  # as far below the middle as above it
        assert stats.binomtest(int(small + large), 800, 0.5).pvalue > 1e-4


@pytest.fixture
def quick(monkeypatch):
    """Judge a family at once, and count how often."""
    judged = []

    def judge(cell, family):
        judged.append((cell, family))
        return {"family": family, "truth": cell.truth}

    monkeypatch.setattr(calibration, "judge", judge)
    return judged


def judged(folder, cell=BASE, families=3):
    (said,) = calibration.run([cell], families, folder, workers=1).values()
    return said["family"].tolist()


def test_a_finished_cell_is_not_computed_again(quick, monkeypatch, tmp_path):
    assert judged(tmp_path) == [0, 1, 2]
    assert quick == [(BASE, family) for family in range(3)]

    def refuse(cell, family):
        raise RuntimeError("computed again")

    monkeypatch.setattr(calibration, "judge", refuse)
    assert judged(tmp_path) == [0, 1, 2]
    for others in ((BASE, 4), (Cell(items=50), 3)):
        with pytest.raises(RuntimeError, match="computed again"):
            judged(tmp_path, *others)
    for name, other in (("REPLICATES", 99), ("SEED", 1), ("code", lambda: 0)):
        with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="computed again"):
            patch.setattr(calibration, name, other)
            judged(tmp_path)


def test_a_cell_that_was_stopped_leaves_no_finished_file(quick, monkeypatch, tmp_path):
    def stopped(table, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pd.DataFrame, "to_parquet", stopped)
        judged(tmp_path)
    assert not list(tmp_path.iterdir())
    assert judged(tmp_path) == [0, 1, 2]


def test_the_table_is_written_with_its_seed_and_versions(tmp_path):
    table = pd.DataFrame({"cell": ["a", "b"], "of": [30, np.nan]}, index=[7, 8])
    calibration.write(table, tmp_path / "table.parquet")
    found = pd.read_parquet(tmp_path / "table.parquet")
    pd.testing.assert_frame_equal(found, table.reset_index(drop=True), check_flags=False)
    assert found.attrs["numpy"] == np.__version__ and found.attrs["families"] == 30
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_every_statistic_says_something_of_a_family():
    said = calibration.judge(BASE, 0)
    assert all(isinstance(value, float) for value in said.values())
    expected = {f"p of loss, {gaps} gaps" for gaps in counts.GAPS}
    expected |= {
        "p of accuracy, 4 gaps",
        "p of −ln(accuracy), 4 gaps",
        "width",
        "metric, low",
        "departure, low",
    }
    expected |= {f"{method}, covered" for method in counts.METHODS}
    expected |= {f"{name} of {of}" for name in ("emergence score", "linearity") for of in counts.INPUTS}
    assert expected <= {name for name, value in said.items() if np.isfinite(value)}
    curve = calibration.draw(BASE, 0)
    accuracy = curve["successes"] / curve["trials"]
    assert said["largest step of accuracy"] == pytest.approx(accuracy.diff().abs().max())
    assert said["largest step of accuracy is the last"] == (accuracy.diff().abs().idxmax() == 7)


def area(jumps, smooth):
    return counts._area("", "", pd.Series(jumps), pd.Series(smooth))


def test_the_area_under_the_curve_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(0)
    for _ in range(20):
        jumps, smooth = (
            rng.integers(3, 9, 30).astype(float),
            rng.integers(0, 9, 50).astype(float),
        )  # with ties
        test = stats.mannwhitneyu(jumps, smooth)
        assert area(jumps, smooth)["value"] == pytest.approx(test.statistic / (30 * 50))
    assert area([1.0, 2.0], [0.0, 0.5, 0.7])["value"] == 1
    assert area([1.0, 1.0], [1.0, 1.0])["value"] == 0.5


def test_the_interval_of_the_area_is_that_of_delong_by_pairs():
    rng = np.random.default_rng(1)
    jumps, smooth = rng.integers(2, 12, 25).astype(float), rng.integers(0, 10, 40).astype(float)
    wins = np.array([[1.0 if x > y else 0.5 if x == y else 0.0 for y in smooth] for x in jumps])
    variance = np.var(wins.mean(axis=1), ddof=1) / 25 + np.var(wins.mean(axis=0), ddof=1) / 40
    found, mean = area(jumps, smooth), wins.mean()
    half = stats.norm.ppf(0.975) * np.sqrt(variance) / (mean * (1 - mean))  # the delta method
    ends = np.log([found["low"] / (1 - found["low"]), found["high"] / (1 - found["high"])])
    assert ends == pytest.approx(np.log(mean / (1 - mean)) + np.array([-half, half]))


def test_an_area_of_1_has_the_interval_of_as_many_right_answers_as_pairs():
    found = area(np.arange(100, 140), np.arange(30))
    assert (found["low"], found["high"]) == pytest.approx((0.025 ** (1 / 30), 1))
    found = area(np.arange(30), np.arange(100, 140))
    assert (found["low"], found["high"]) == pytest.approx((0, 1 - 0.025 ** (1 / 30)))


def test_the_interval_of_the_area_shrinks_as_one_over_the_root_of_n():
    rng = np.random.default_rng(2)
    jumps, smooth = rng.normal(1, 1, 400), rng.normal(0, 1, 400)
    once, often = area(jumps, smooth), area(np.tile(jumps, 16), np.tile(smooth, 16))
    assert often["value"] == pytest.approx(once["value"])
    widths = [np.diff(special.logit([each["low"], each["high"]]))[0] for each in (once, often)]
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.01)


def test_the_interval_of_the_area_holds_the_true_one_as_often_as_it_says():
    rng = np.random.default_rng(3)
    truth, held = stats.norm.cdf(1 / np.sqrt(2)), 0
    for _ in range(300):
        found = area(rng.normal(1, 1, 100), rng.normal(0, 1, 100))
        held += found["low"] <= truth <= found["high"]
    assert stats.binomtest(held, 300, 0.95).pvalue > 1e-3


@pytest.fixture(scope="module")
def exact():
    rows = list(counts.exact())
    return {(row["items"], row["question"], row["outcome"]): row["value"] for row in rows}


@pytest.mark.parametrize("items", [50, 200, 1000, 20_000])
def test_intervals_of_a_share_hold_it_as_often_as_they_say(exact, items):
    assert exact[items, "clopper-pearson", "least coverage"] >= 0.95
    assert exact[items, "wilson", "mean coverage"] >= 0.93
    assert exact[items, "wilson", "least coverage"] < exact[items, "clopper-pearson", "least coverage"]


@pytest.mark.parametrize("items", [50, 200])
@pytest.mark.parametrize(("method", "name"), [("wilson", "wilson"), ("clopper-pearson", "beta")])
def test_coverage_is_a_sum_over_all_counts(exact, items, method, name):
    right = np.arange(items + 1)
    low, high = proportion_confint(right, items, method=name)
    low[0], high[-1] = 0, 1

    def coverage(ability):
        return stats.binom.pmf(right[(low <= ability) & (ability <= high)], items, ability).sum()

    # It falls by jumps where an ability leaves an interval, so it is least beside one of their ends.
    beside = [end + side for end in (*low, *high) for side in (-1e-8, 1e-8) if 0 < end + side < 1]
    least = min(coverage(ability) for ability in beside)
    assert exact[items, method, "least coverage"] == pytest.approx(least, abs=1e-5)
    mean = np.mean([coverage(ability) for ability in np.linspace(0, 1, 2001)])
    assert exact[items, method, "mean coverage"] == pytest.approx(mean, abs=1e-4)
    assert least <= min(coverage(ability) for ability in np.linspace(0, 1, 2001)) + 1e-5


@pytest.mark.parametrize("items", [50, 200, 1000, 20_000])
def test_false_answers_of_visibility_are_those_of_its_test(exact, items):
    def told(right):  # one model at the level that Holm's correction asks of the surest of eight
        return resolution.visibility([right], [items], floor=0.25, confidence=1 - 0.05 / 8).visible[0]

    least = next(right for right in range(items // 4, items + 1) if told(right))
    alone = stats.binomtest(least, items, 0.25, alternative="greater").pvalue
    assert exact[items, "visibility", "any of 8 models"] == pytest.approx(1 - (1 - alone) ** 8)
    assert alone <= 0.05 / 8


def said(**columns):
    return pd.DataFrame(columns)


def counted(rows, **wanted):
    (row,) = [row for row in rows if wanted.items() <= row.items()]
    return row


def test_steps_are_counted_by_level_among_the_families_that_told():
    cell = Cell("truth", "jump, 4", "jump")
    columns = {
        "p of loss, 4 gaps": [0.01, 0.03, 0.2, np.nan, 0.05, 0.04],
        "place of loss": [cell.between[0], 1e8, cell.between[0], np.nan, cell.between[0], cell.between[0]],
        "step of loss": [0.2, 0.2, 0.2, np.nan, 0.3, 3.0],  # the last goes up
    }
    found = {row["outcome"]: (row["count"], row["of"]) for row in counts._breaks(cell, said(**columns))}
    assert found == {
        "told": (5, 6),
        "p ≤ 0.01": (1, 5),
        "p ≤ 0.05": (4, 5),
        "p ≤ 0.20": (5, 5),
        "found": (2, 5),
    }


def test_widths_are_counted_with_and_without_those_that_are_only_bounded():
    truth = NEEDED / 0.4
    low, high = [truth - 1, truth + 0.1, 0.0, np.nan], [truth + 1, truth + 1, np.inf, np.nan]
    families = said(**{"width": [truth, truth, np.nan, np.nan], "width, low": low, "width, high": high})
    rows = list(counts._widths(BASE, families))
    expected = {
        ("estimate", "told"): (2, 4),
        ("estimate", "covered"): (1, 2),
        ("estimate or bounds", "told"): (3, 4),
        ("estimate or bounds", "covered"): (2, 3),
    }
    for (kind, outcome), count in expected.items():
        row = counted(rows, input=kind, outcome=outcome)
        assert (row["count"], row["of"]) == count


def test_what_the_metric_explains_is_counted():
    truth = BASE.explained
    columns = {
        "metric, low": [truth - 0.1, truth + 0.1, np.nan],
        "metric, high": [truth + 0.1, truth + 0.2, np.nan],
        "departure, low": [0.1, -0.1, np.nan],
        "rise": [0.5, 0.5, 0.0],
    }
    found = {row["outcome"]: (row["count"], row["of"]) for row in counts._explained(BASE, said(**columns))}
    assert found == {"told": (2, 3), "covered": (1, 2), "surely above 0": (1, 2)}


def test_forecasts_are_counted_where_they_told():
    name = "power law"
    columns = {
        "told": [1.0, 1, 0],
        "covered": [1.0, 0, 0],
        "width": [0.1, 0.3, np.nan],
        "difference": [1.0, -1, np.nan],
    }
    families = said(**{f"{name}, {key}": values for key, values in columns.items()})
    rows = list(counts._forecasts(BASE, families))
    assert {row["input"] for row in rows} == {name}
    found = {row["outcome"]: row.get("value", (row.get("count"), row.get("of"))) for row in rows}
    assert (found["told"], found["covered"], found["better than no change"]) == ((2, 3), (1, 2), (1, 2))
    assert found["median width of the interval"] == pytest.approx(0.2)


def test_pairs_set_jumps_of_one_size_against_their_smooth_curves():
    # Every family of a cell has one score, so each area is a share of the smooth cells, counted by hand.
    marks = {cell: mark for mark, cell in enumerate(calibration.cells()) if cell.factor in ("base", "truth")}
    names = [f"{name} of {of}" for name in ("emergence score", "largest step") for of in counts.INPUTS]
    linear = [f"linearity of {of}" for of in counts.INPUTS]  # a jump makes it low
    p_values = [f"p of {of}, 4 gaps" for of in ("loss", "accuracy", "−ln(accuracy)")]  # and these
    families = {
        cell: said(
            **dict.fromkeys(names, [float(mark)] * 3), **dict.fromkeys(linear + p_values, [-mark / 100] * 3)
        )
        for cell, mark in marks.items()
    }
    levels = {cell.level: mark for cell, mark in marks.items()}
    smooth = [mark for level, mark in levels.items() if not level.startswith("jump")]
    rows = list(counts.of_pairs(families))
    for step in "248":
        jump = levels[f"jump, {step}"]
        against = {f"steep power law, {step}": float(jump > levels[f"steep power law, {step}"])}
        against["all smooth truths"] = np.mean([mark < jump for mark in smooth])
        for other, expected in against.items():
            found = [row["value"] for row in rows if row["cell"] == f"jump, {step} against {other}"]
            assert found == pytest.approx([expected] * 12)
