"""Runs that are made by hand, where it is plain what the audit must say."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from mirage import audit, emergence, logs, outputs, toy
from mirage.logs import _sizes

ITEMS = np.arange(100)


def run(right, *, items=None, kind="generation", task="sums", filter="none", model="m", size=1e8, **more):
    """Return a run: a number of right answers, the first of 100, or an array."""
    own = np.arange(100) < right if isinstance(right, int) else np.asarray(right)
    items = np.arange(own.size) if items is None else items
    labels = {"path": "x", "source": "here", "harness": "none", "model": model, "task": task}
    scores = more.pop("scores", {}) | {"own": own}
    known = {"kind": kind, "items": items, "scores": scores, "filter": filter, "parameters": float(size)}
    return logs.Run(**labels, **known, family="f", **more)


def artefacts(*runs):
    """Return what is said to be an artefact, by task and filter."""
    found = audit.audit(audit.Logs(runs, ()))
    told = {(case.labels["task"], case.labels["filter"]): case for case in found.cases}
    assert all(bool(case.artefact) == (case.verdict == "prompt or filter artefact") for case in told.values())
    return {key: case.artefact for key, case in told.items()}


@pytest.mark.parametrize(("right", "said"), [(10, False), (11, True)])
def test_right_answers_elsewhere_are_told_if_a_sign_test_is_below_one_in_a_thousand(right, said):
    """2 / 2^10 is 0.002, and 2 / 2^11 below 0.001."""
    found = artefacts(run(0), run(right, filter="loose"))
    assert ("11 answers to the same items are, with the filter loose" in found["sums", "none"]) == said
    assert not found["sums", "loose"]
    scores = {"bits_per_byte": np.ones(100), "nats_per_item": np.ones(100)}
    asked = artefacts(
        run(0), run(right, task="likely", kind="likelihood", scores=scores, weights=np.ones(100))
    )
    assert ("with the prompt of likely" in asked["sums", "none"]) == said


def test_only_the_same_items_and_the_same_model_count_elsewhere():
    assert not any(artefacts(run(0), run(50, filter="loose", items=ITEMS + 1000)).values())
    assert not any(artefacts(run(0), run(50, filter="loose", model="other", size=2e8)).values())
    assert not any(artefacts(run(0), run(50, task="options", kind="choice")).values())
    assert not any(artefacts(run(1), run(50, filter="loose")).values())  # one is right here, too
    found = artefacts(run(0), run(20, filter="loose"), run(30, filter="looser"))
    assert "30 answers" in found["sums", "none"] and "filter looser" in found["sums", "none"]


def test_right_answers_of_all_sizes_are_added():
    """Six and five: neither would do alone."""
    small, large = ({"model": name, "size": size} for name, size in (("a", 1e8), ("b", 1e9)))
    both = artefacts(
        run(0, **small), run(0, **large), *(run(6 - k, filter="l", **m) for k, m in enumerate((small, large)))
    )
    assert "11 answers" in both["sums", "none"]


@pytest.mark.parametrize(("share", "said"), [(0.5, False), (0.51, True)])
def test_empty_answers_are_told_if_they_are_most_of_the_largest_model(share, said):
    small, large = (
        run(5, model="a", faults={"empty": 0.9}),
        run(5, model="b", size=2e8, faults={"empty": share}),
    )
    told = "51% of the answers of b are empty or “[invalid]”" if said else ""
    assert artefacts(large, small)["sums", "none"] == told


@pytest.mark.parametrize(
    ("share", "items", "said"), [(0.1, 200, False), (0.11, 100, True), (0.2, 49, False), (0.2, 50, True)]
)
def test_answers_that_can_be_mended_are_told_from_ten_on_and_above_a_tenth(share, items, said):
    worst = run(np.arange(items) < 5, model="b", faults={"mended": share})
    (found,) = artefacts(worst, run(5, model="a", size=2e8, faults={"mended": 0.05})).values()
    assert ("of the answers of b are wrong only for" in found) == said


def compared(*runs):
    """Return what is found of the second model against the first, in a table of one row."""
    (row,) = audit.compare(audit.Logs(runs, ()), "one", "two").to_dict("records")
    return row


def test_models_are_compared_by_the_means_of_items_and_of_clusters():
    """Clusters of three items each, twice asked: Student's test of the means of the clusters."""
    rng = np.random.default_rng(0)
    items, ease = np.repeat(np.arange(60), 2), np.repeat(rng.random(20), 6)
    own = [rng.random(120) < ease * strength for strength in (0.6, 0.9)]
    both = [
        run(right, items=items, clusters=items // 3, model=name)
        for right, name in zip(own, ("one", "two"), strict=True)
    ]
    row = compared(*both)
    means = (own[1].astype(float) - own[0]).reshape(20, 6).mean(axis=1)
    test = stats.ttest_1samp(means, 0)
    assert (row["items"], row["clusters"], row["difference"]) == (60, 20, pytest.approx(means.mean()))
    np.testing.assert_allclose([row["low"], row["high"]], test.confidence_interval())
    np.testing.assert_allclose([row["p_value"], row["adjusted"]], test.pvalue)
    assert (row["first"], row["second"]) == (own[0].mean(), own[1].mean())


def test_only_items_that_both_answered_are_compared():
    row = compared(run(60, model="one"), run(np.ones(50, bool), items=ITEMS[30:80], model="two"))
    assert (row["items"], row["first"], row["second"]) == (50, 0.6, 1)
    none = audit.Logs((run(60, model="one"), run(60, items=ITEMS + 99, model="two")), ())  # one item
    assert audit.compare(none, "one", "two").empty


def test_a_difference_that_is_the_same_on_all_items_is_sure_and_stays_below_one():
    row = compared(run(0, model="one"), run(100, model="two"))
    assert (row["difference"], row["high"], row["p_value"]) == (1, 1, 0) and 0.9 < row["low"] < 1
    row = compared(run(100, model="one"), run(0, model="two"))
    assert (row["difference"], row["low"], row["p_value"]) == (-1, -1, 0) and -1 < row["high"] < -0.9
    row = compared(run(40, model="one"), run(40, model="two"))
    assert (row["difference"], row["p_value"]) == (0, 1) and row["low"] == -row["high"]


def test_several_tasks_are_compared_each_and_corrected_by_holm():
    rights = {"a": (40, 60), "b": (50, 52), "c": (50, 58)}
    runs = [
        run(right, model=name, task=task)
        for task, each in rights.items()
        for name, right in zip(("one", "two"), each, strict=True)
    ]
    table = audit.compare(audit.Logs(tuple(runs), ()), "one", "two").set_index("task")
    for task, (first, second) in rights.items():
        test = stats.ttest_rel(ITEMS < second, (ITEMS < first).astype(float))
        assert table.loc[task, "p_value"] == pytest.approx(test.pvalue)
    order = table["p_value"].sort_values()
    by_hand = np.minimum(np.maximum.accumulate(order * [3, 2, 1]), 1)
    np.testing.assert_allclose(table["adjusted"].loc[order.index], by_hand)


def test_the_table_gives_each_score_the_interval_of_its_kind():
    """Wilson's for answers that are right or wrong; for others the mean and its standard error."""
    edits = np.arange(100) % 7
    scores = {"exact_match": np.arange(100) < 30, "edit_distance": edits}
    found = audit.audit(audit.Logs((run(30, scores=scores, floors={"exact_match": 0.1}),), ()))
    rows = found.table.set_index("metric")
    wilson = proportion_confint(30, 100, method="wilson")
    np.testing.assert_allclose(
        rows.loc["exact_match", ["score", "low", "high"]].astype(float), [0.3, *wilson]
    )
    ends = edits.mean() + np.array([0, -1.96, 1.96]) * edits.std(ddof=1) / 10
    np.testing.assert_allclose(
        rows.loc["edit_distance", ["score", "low", "high"]].astype(float), ends, rtol=1e-4
    )
    assert (
        rows["floor"].tolist()[::-1] == [0.1, pytest.approx(np.nan, nan_ok=True)]
        and (rows["items"] == 100).all()
    )


def family(rights, sizes=None, items=100, **more):
    """Return runs of models that double in size, with so many right answers each."""
    sizes = 1e8 * 2.0 ** np.arange(len(rights)) if sizes is None else sizes
    return [
        run(np.arange(items) < right, model=f"m{k}", size=size, **more)
        for k, (right, size) in enumerate(zip(rights, sizes, strict=True))
    ]


def judged(runs):
    """Return the case that is judged first."""
    return audit.audit(audit.Logs(tuple(runs), ())).cases[0]


def test_too_few_sizes_are_counted():
    assert judged(family([0])).because == "1 size; 6 more would be needed"
    two = judged(family([10, 60]))
    assert two.because == "2 sizes; 5 more would be needed"
    assert two.answers.predictability.held_out.tolist() == [False, True]
    six = judged(family([0, 0, 10, 20, 50, 80]))
    assert (six.verdict, six.because) == ("too few sizes", "6 sizes; 1 more would be needed")
    assert judged(family([0, 0, 0, 10, 20, 50, 80])).verdict != "too few sizes"


def test_four_sizes_above_the_floor_are_needed_where_there_is_no_loss():
    three, four = judged(family([0, 0, 0, 0, 20, 50, 80])), judged(family([0, 0, 0, 10, 20, 50, 80]))
    assert three.verdict == "test too small" and "3 of 7 sizes are surely above the floor" in three.because
    assert four.verdict != "test too small"
    assert four.answers.predictability.held_out.tolist() == [False] * 5 + [True] * 2  # the two largest


def test_items_that_would_show_more_are_told_only_where_a_fitted_curve_gives_a_number():
    jump, rise = judged(family([0] * 5 + [100] * 3)), judged(family([0] * 6 + [50]))
    assert jump.verdict == rise.verdict == "test too small"
    assert jump.because.endswith("does not show on 100 items")
    assert "items would show one size more" in rise.because


def test_a_rise_is_sure_if_intervals_for_all_sizes_at_once_lie_apart():
    """Eight sizes, and Wilson's intervals of 1 - 0.05/8 each."""
    ends = {right: proportion_confint(right, 100, alpha=0.05 / 8, method="wilson") for right in range(101)}
    least = next(right for right in ends if ends[right][0] > ends[30][1])
    flat, rising = (judged(family([40, *[30] * 6, last])) for last in (least - 1, least))
    assert flat.verdict == "does not rise with size" and "no size is surely above" in flat.because
    assert rising.verdict != "does not rise with size"


@pytest.mark.parametrize(("apart", "verdict"), [(5.4, "does not rise with size"), (5.6, "test too small")])
def test_a_loss_falls_surely_if_intervals_for_all_sizes_at_once_lie_apart(apart, verdict):
    """Eight sizes: two ends at 2.73 standard errors, the point of the normal distribution for 0.05/8."""
    assert 2 * stats.norm.isf(0.05 / 16) == pytest.approx(5.47, abs=0.01)
    around = np.resize([1.0, -1.0], 100) + np.arange(100) / 1e6  # no two items equal
    error = around.std(ddof=1) / 10
    runs = []
    for one in family([0] * 8, kind="likelihood", weights=np.ones(100)):
        nats = 20 + around - around.mean() - apart * error * (one.model == "m7")
        one.scores.update(nats_per_item=nats, bits_per_byte=nats / np.log(2), greedy_match=one.scores["own"])
        runs.append(one)
    found = judged(runs)
    assert found.verdict == verdict
    assert ("the loss falls with size, but no score shows it" in found.because) == (apart > 5.5)


def test_what_looks_sudden_is_half_of_the_rise_between_neighbours_less_than_tenfold_apart():
    doubling = 1e8 * 2.0 ** np.arange(8)
    for rights, sizes, said in (
        (
            [0, 0, 4, 10, 60, 80, 90, 100],
            doubling,
            "50% of the rise lies between 800 million and 1.6 billion",
        ),
        ([0, 0, 4, 10, 59, 80, 90, 100], doubling, "49% of the rise at most lies between neighbouring sizes"),
        ([8, 2, 4, 10, 70, 85, 92, 98], doubling, f"{60 / 96:.0%} of the rise lies between"),  # of the lowest
        (
            [0, 4, 8, 10, 70, 85, 92, 98],
            [*doubling[:4], *9 * doubling[4:] / 2],
            "61% of the rise lies between",
        ),
        ([0, 4, 8, 10, 70, 85, 92, 98], [*doubling[:4], *5 * doubling[4:]], "15% of the rise at most"),
    ):
        assert said in judged(family(rights, sizes)).because


def test_without_a_loss_the_step_is_searched_in_the_edit_distance():
    rng = np.random.default_rng(0)
    runs = family([0, 1, 4, 10, 20, 40, 60, 80, 90])
    edits = [rng.poisson(mean, 100) for mean in np.linspace(6, 1, 9)]
    for one, each in zip(runs, edits, strict=True):
        one.scores["edit_distance"] = each
    errors = [stats.sem(each) for each in edits]
    curve = emergence.Curve.from_scores(
        [one.parameters for one in runs], [each.mean() for each in edits], errors
    )
    found = judged(runs)
    assert found.adjusted == emergence.break_test(curve, rng=0).p_value
    assert "step in the edit distance: p = " in found.because


def test_options_have_the_floor_of_guessing_and_repeated_items_their_design_effect():
    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(50), 2)
    runs = [
        run(np.repeat(rng.random(50) < share, 2), items=items, kind="choice", size=size, model=str(size))
        for share, size in ((0.3, 1e8), (0.5, 2e8), (0.9, 4e8))
    ]
    for one, chance in zip(runs, (0.2, 0.3, 0.4), strict=True):
        one.scores["accuracy"] = one.scores["own"]
        one.floors["accuracy"] = chance
    curve = judged(runs).curve
    assert curve.floor == pytest.approx(0.3)
    np.testing.assert_allclose(
        curve.design_effect, 2, rtol=0.05
    )  # two answers that are always alike count as one


def told(one, sizes=None):
    """Return size, where it is from, family and seed of a run that is placed."""
    (found,) = logs.placed([one], sizes)
    return found.parameters, found.parameters_from, found.family, found.seed


def test_a_size_is_that_of_the_file_or_else_of_the_log_or_else_in_the_name():
    one = replace(run(1, model="lab/tiny-1.4b-seed3", size=5e8), family="")
    sizes = pd.DataFrame({"model": ["tiny-1.4b-seed3", "empty-2b"], "parameters": ["7e8", " "]})
    assert told(one, sizes) == (7e8, "sizes.csv", "tiny", "3")
    assert told(one, sizes.assign(family=["small", ""], seed=["9", ""])) == (7e8, "sizes.csv", "small", "9")
    assert told(one, sizes.assign(model=["lab/tiny-1.4b-seed3", "b"])) == (7e8, "sizes.csv", "tiny", "3")
    assert told(one) == (5e8, "the log", "tiny", "3")
    assert told(replace(one, parameters=None)) == (1.4e9, "the name", "tiny", "3")
    assert told(replace(one, parameters=None, model="empty-2b"), sizes) == (2e9, "the name", "empty", "")
    assert told(replace(one, parameters=None, model="lab/gpt", family="log's", seed="4")) == (
        None,
        "",
        "log's",
        "4",
    )
    assert told(replace(one, parameters=None, model="70b"))[2] == "70b"  # nothing but a size
    task = replace(one, harness="bigbench", model="BIG-G 2/3 16m", parameters=None)
    assert told(task)[:3] == (1.6e7, "the name", "BIG-G 2/3")  # no folder before a slash


@pytest.mark.parametrize("size", ["0", "-1", "inf", "nan", "many"])
def test_a_size_that_is_no_number_above_0_is_refused(size):
    with pytest.raises(ValueError, match=f"numbers above 0; a has {size}"):
        logs.placed([], pd.DataFrame({"model": ["a"], "parameters": [size]}))


@pytest.mark.parametrize("kind", ["likelihood", "text"])
def test_losses_are_bits_per_byte_with_those_of_each_item_if_all_have_the_same(kind):
    rng = np.random.default_rng(0)
    nats, size = rng.gamma(2, 5, (3, 100)), rng.integers(1, 9, 100)

    def curve(*items):
        runs = []
        for one, each, n in zip(family([0, 1, 2]), nats, items, strict=True):
            values = {"nats_per_item": each[:n], "bits_per_byte": each[:n] / np.log(2) / size[:n]}
            own = one.scores["own"][:n]
            runs.append(
                replace(one, kind=kind, items=ITEMS[:n], weights=size[:n], scores=values | {"own": own})
            )
        return judged(runs).curve

    found = curve(100, 100, 100)
    np.testing.assert_allclose(found.losses, nats.sum(axis=1) / np.log(2) / size.sum())
    # The error of a ratio of sums, by the delta method.
    missed = (nats / np.log(2) - found.losses[:, None] * size) / size.mean()
    np.testing.assert_allclose(found.loss_standard_errors, missed.std(axis=1, ddof=1) / 10)
    if kind == "text":
        assert found.item_log_probabilities is None and found.trials is None
    else:
        np.testing.assert_array_equal(found.item_log_probabilities, -nats)
        assert curve(100, 99, 100).item_log_probabilities is None


def test_the_loss_of_a_single_item_has_no_error():
    runs = family([0, 0, 1], items=1, kind="likelihood", weights=np.full(1, 4))
    for one, nats in zip(runs, (9.0, 4.0, 1.0), strict=True):
        one.scores.update(nats_per_item=np.array([nats]), bits_per_byte=np.array([nats]) / np.log(2) / 4)
    curve = judged(runs).curve
    np.testing.assert_allclose(curve.losses, np.array([9.0, 4.0, 1.0]) / np.log(2) / 4)
    assert curve.loss_standard_errors is None


@pytest.mark.parametrize(
    "name", ["Phi-3-mini-4k-instruct", "Phi-3-small-8k-instruct", "gpt-3.5-turbo-16k", "gpt-4-32k"]
)
def test_the_length_of_a_context_in_a_published_name_is_no_size(name):
    assert logs.size_in_name(name) is None


def test_helms_list_comes_after_the_log_and_before_the_name(tmp_path, monkeypatch):
    (tmp_path / "config").mkdir()
    entries = "models:\n  - name: lab/one-2b\n    num_parameters: 6500000000\n"
    entries += "  - name: lab/two-3b\n    access: open\n"
    (tmp_path / "config" / "model_metadata.yaml").write_text(entries)
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(_sizes, "find_spec", {"helm": spec}.get)
    _sizes._helm_sizes.cache_clear()
    try:
        one, two = (replace(run(1, model=f"lab/{name}"), parameters=None) for name in ("one-2b", "two-3b"))
        assert told(one)[:2] == (6.5e9, "HELM's list")
        assert told(replace(one, parameters=7.0))[:2] == (7, "the log")
        assert told(two)[:2] == (3e9, "the name")
    finally:
        _sizes._helm_sizes.cache_clear()


@pytest.mark.parametrize(
    ("prediction", "mended"),
    [("ab cd", 1), ("AB.", 1), (" ab", 1), ("abc", 0), ("cd ab", 0), ("a", 0), ("", 0)],
)
def test_an_answer_can_be_mended_if_it_begins_with_the_right_one(tmp_path, prediction, mended):
    table = toy.sample_outputs([1e8], length=2, items=5).assign(target="ab", prediction=prediction)
    path = outputs.save_outputs(table.drop(columns="log_probabilities"), tmp_path / "mine.csv")
    (one,) = logs.read(path).runs
    assert one.faults["mended"] == mended and one.faults["empty"] == (not prediction)
