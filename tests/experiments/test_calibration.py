"""The calibration: a thin slice of it, its truths by hand, its counts against SciPy and direct sums."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from experiments import calibration
from experiments import calibration_counts as counts
from experiments.calibration import Cell
from mirage import datasets, resolution

BASE = Cell()
NEEDED = np.log10(np.log(10) / -np.log(0.9))  # 1.3395: the 10–90% width of the toy model, times its exponent


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
    one, again, other = (calibration.draw(BASE, family) for family in (3, 3, 4))
    assert (one.successes == again.successes).all() and (one.losses == again.losses).all()
    assert not (one.losses == other.losses).any()
    assert len(calibration.draw(Cell("runs", "4", runs=4), 3)) == 32


@pytest.mark.parametrize(
    "cell", [Cell(grouped="passages", correlation=0.2), Cell(grouped="samples", correlation=1.0)]
)
def test_items_that_come_together_vary_by_their_design_effect(cell):
    ability = np.full(400, 0.3)
    right, items, effect = calibration._counted(cell, ability, np.random.default_rng(0))
    inflation = 1 + (calibration.OF_CLUSTER - 1) * cell.correlation
    assert np.var(right) == pytest.approx(items[0] * 0.3 * 0.7 * inflation, rel=0.3)
    assert np.median(effect) == pytest.approx(inflation, rel=0.1)


def test_shared_items_are_easy_or_hard_for_all_models():
    cell = Cell(grouped="shared", correlation=0.3, items=200)
    drawn = [calibration._counted(cell, np.full(2, 0.3), np.random.default_rng(i))[0] for i in range(400)]
    assert 0.05 < np.corrcoef(np.array(drawn).T)[0, 1] < 0.4


def test_runs_in_two_states_have_one_of_two_losses():
    cell = Cell("two states", "8 runs", runs=8, two_states=True, scatter=0.0)
    curve = calibration.draw(cell, 0)
    ratio = (curve.parameters / 1e9) ** -0.4 / curve.losses
    assert (np.isclose(ratio, 1) | np.isclose(ratio, 4)).all() and np.ptp(ratio) > 2


def test_the_table_is_that_of_the_present_code():
    table = datasets.load_calibration()
    first = table[table["question"] == "first family"]
    cells = {cell.name: cell for cell in (*calibration.cells(), *calibration.plans())}
    assert set(first["cell"]) == set(cells)
    for name in ("base, base, power law", "floor, 0.25 ± 0.02, power law", "noise, one bad, 12, power law"):
        again = calibration.judge(cells[name], 0)
        for _, row in first[first["cell"] == name].iterrows():
            assert again[row["input"]] == pytest.approx(row["value"], rel=1e-3, nan_ok=True), row["input"]


def test_a_finished_cell_is_not_judged_again(monkeypatch, tmp_path):
    monkeypatch.setattr(calibration, "judge", lambda cell, family: {"family": family})
    (said,) = calibration.run([BASE], 3, tmp_path, workers=1).values()
    assert said["family"].tolist() == [0, 1, 2]

    def refuse(cell, family):
        raise RuntimeError("judged again")

    monkeypatch.setattr(calibration, "judge", refuse)
    calibration.run([BASE], 3, tmp_path, workers=1)
    for others in (([BASE], 4), ([Cell(items=50)], 3)):
        with pytest.raises(RuntimeError, match="judged again"):
            calibration.run(*others, tmp_path, workers=1)
    monkeypatch.setattr(calibration, "code", lambda: 0)
    with pytest.raises(RuntimeError, match="judged again"):
        calibration.run([BASE], 3, tmp_path, workers=1)


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


def test_steps_are_counted_by_level_and_by_place():
    cell = Cell("truth", "jump, 4", "jump")
    columns = {
        "p of loss": [0.01, 0.03, 0.2, np.nan, 0.05, 0.04],
        "found of loss": [1.0, 1, 0, 0, 0, 1],
        "cannot tell of loss": [0.0, 0, 1, 1, 1, 0],
        "place of loss": [cell.between[0], 1e8, cell.between[0], np.nan, cell.between[0], cell.between[0]],
        "step of loss": [0.2, 0.2, 0.2, np.nan, 0.3, 3.0],  # the last goes up
    }
    found = {row["outcome"]: (row["count"], row["of"]) for row in counts._breaks(cell, said(**columns))}
    assert found == {
        "told": (5, 6),
        "p ≤ 0.01": (1, 5),
        "p ≤ 0.05": (4, 5),
        "p ≤ 0.20": (5, 5),
        "found": (3, 6),
        "cannot tell": (3, 6),
        "found in its place": (1, 6),
    }


def test_widths_are_counted_with_and_without_those_that_are_only_bounded():
    truth = NEEDED / 0.4
    low, high = [truth - 1, truth + 0.1, 0.0, np.nan], [truth + 1, truth + 1, np.inf, np.nan]
    families = said(**{"width": [truth, truth, np.nan, np.nan], "width, low": low, "width, high": high})
    families["lack of fit"] = [0.01, 0.5, np.nan, np.nan]
    rows = list(counts._widths(BASE, families))
    expected = {
        ("estimate", "told"): (2, 4),
        ("estimate", "covered"): (1, 2),
        ("estimate or bounds", "told"): (3, 4),
        ("estimate or bounds", "covered"): (2, 3),
        ("estimate", "lack of fit, p ≤ 0.05"): (1, 2),
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
