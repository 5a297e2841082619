"""What is said of the sample logs, of families whose truth is known, and how often it is wrong."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from experiments import audit_rates
from mirage import audit, emergence, logs, outputs, toy
from mirage.audit import _cases, _verdicts
from mirage.audit._artefacts import artefact

ARTEFACT = "prompt or filter artefact"


@pytest.fixture(scope="module")
def cases(runs):
    """Return the artefacts of all sound logs, by folder, task and filter."""
    found = {}
    for name, each in runs.items():
        found |= {(name, case): case for case in _cases.cases(each)}
    everything = list(found.values())
    keys = {(name, case.runs[0].task, case.runs[0].filter): case for (name, _), case in found.items()}
    return {key: artefact(case, everything) for key, case in keys.items()}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("lm_eval/v0.4.13", "recall", "strict-match"), "with the filter flexible-extract"),
        (("lm_eval/v0.4.13", "rev5", "no-blank"), "with the filter as-is"),
        (("lm_eval/v0.4.13_blanks", "recall_blanks", "none"), "with the prompt of recall"),
        (("lighteval", "recall", "none"), "text after the right answer"),
    ],
)
def test_the_traps_are_called_artefacts(cases, key, said):
    assert said in cases[key]


def test_nothing_else_is_called_an_artefact(cases):
    found = {key[1:] for key, said in cases.items() if said}
    assert found == {
        ("recall", "strict-match"),
        ("rev5", "no-blank"),
        ("recall_blanks", "none"),
        ("recall", "none"),
    }
    assert not cases["inspect", "recall", "none"]  # as lighteval's, but for the stop sequence
    assert not cases["helm", "mirror:file=recall", "none"]  # HELM's exact match strips the blank itself


@pytest.fixture(scope="module")
def result(samples):
    """Return the audit of one folder."""
    found = logs.read([samples / "lm_eval" / "v0.4.13", samples / "inspect" / "choice"])
    return audit.audit(found, samples / "sizes.csv")


def test_verdicts_and_reasons_of_the_sample_family(result):
    said = {(case.runs[0].task, case.runs[0].filter): case for case in result.cases}
    assert said["sort4", "none"].verdict == "test too small"
    assert "3 of 7 sizes are surely above the floor" in said["sort4", "none"].because
    assert said["recall_choice", "none"].verdict == "too few sizes"
    assert "6 sizes; 1 more" in said["recall_choice", "none"].because
    assert said["recall", "flexible-extract"].losses_from == "likelihood in recall_ll"
    assert {case.verdict for case in result.cases} <= set(_verdicts.VERDICTS.values())
    assert all(case.because and case.overturn for case in result.cases)


def test_the_table_has_every_score_once(result):
    columns = "source harness family task filter shots metric model parameters parameters_from seed items"
    assert list(result.table) == f"{columns} score low high floor verdict".split()
    assert not result.table.duplicated(["source", "task", "filter", "shots", "metric", "model"]).any()
    generated = {"exact_match", "exact_match_stripped", "edit_distance"}
    others = {"accuracy", "brier_score", "log_score", "greedy_match", "nats_per_item", "bits_per_byte"}
    assert set(result.table["metric"]) == generated | others
    assert (result.table["low"] <= result.table["score"]).all()


def test_holm_is_over_all_that_is_searched_once_and_over_no_artefact(result):
    told = {(case.runs[0].task, case.runs[0].filter): case for case in result.cases}
    assert np.isnan(told["recall", "strict-match"].adjusted)
    same = told["recall", "flexible-extract"], told["recall_ll", "none"]  # two tasks, one loss
    assert same[0].adjusted == same[1].adjusted
    np.testing.assert_array_equal(*(case.gentle.scores for case in same))
    tested = [case for case in result.cases if np.isfinite(case.adjusted) and case is not same[1]]
    p = np.array([case.gentle.p_value for case in tested])
    order = np.argsort(p)
    by_hand = np.maximum.accumulate(np.minimum(p[order] * np.arange(p.size, 0, -1), 1))
    np.testing.assert_allclose(np.array([case.adjusted for case in tested])[order], by_hand)


def test_a_model_of_unknown_size_is_named_and_not_placed(samples):
    found = logs.read(samples / "lm_eval" / "v0.4.13_rolling")
    nameless = replace(
        found, runs=tuple(replace(run, parameters=None, model="gpt2-xl") for run in found.runs)
    )
    assert audit.audit(nameless).unread[-1].startswith("gpt2-xl: size unknown")


def test_a_size_of_a_model_that_is_not_there_is_told(samples):
    found = logs.read(samples / "lm_eval" / "v0.4.13_rolling")
    sizes = pd.DataFrame({"model": ["mirror-21k-s1", "other"], "parameters": [20712, 5]})
    assert audit.audit(found, sizes).unread == ("sizes: other is no model of the logs",)


def test_two_models_compared_by_hand(samples, runs):
    found = logs.read(samples / "lm_eval" / "v0.4.13")
    table = audit.compare(found, "mirror-6.9k-s1", "mirror-6.9k-s2").set_index(["task", "filter"])
    one, other = (
        next(run for run in runs["lm_eval/v0.4.13"] if (run.model, run.filter) == (name, "flexible-extract"))
        for name in ("mirror-6.9k-s1", "mirror-6.9k-s2")
    )
    np.testing.assert_array_equal(one.items, other.items)
    test = stats.ttest_rel(other.scores["own"].astype(float), one.scores["own"].astype(float))
    row = table.loc[("recall", "flexible-extract")]
    np.testing.assert_allclose(
        [row["p_value"], row["low"], row["high"]], [test.pvalue, *test.confidence_interval()]
    )
    zero = table.loc[("recall", "strict-match")]
    assert zero["difference"] == 0
    assert 0.02 < zero["high"] < 0.05  # no difference on 120 items does not mean none anywhere


def test_totals_are_not_compared_item_by_item(tmp_path):
    """Which items were right is not known, so that nothing cancels."""
    for model, share in (("a", 0.3), ("b", 0.4)):
        error = (share * (1 - share) / 99) ** 0.5
        log = {"results": {"task": {"acc": share, "acc_stderr": error}}, "config": {"model": model}}
        (tmp_path / f"{model}.json").write_text(json.dumps(log))
    found = logs.read(tmp_path)
    assert [run.scores["own"].sum() for run in found.runs] == [30, 40]
    assert audit.compare(found, "a", "b").empty


def test_errors_of_the_edit_distance_are_those_of_clusters(tmp_path):
    table = toy.sample_outputs(np.geomspace(1e8, 1e10, 8), 1e9, items=60, rng=0)
    table = table.drop(columns="log_probabilities").assign(cluster=table["item"] // 6)
    path = outputs.save_outputs(table, tmp_path / "clusters.parquet")
    (case,) = audit.audit(audit.read(path)).cases
    for run, error in zip(case.runs, case.gentle.standard_errors, strict=True):
        ones, groups = np.ones(60), {"groups": run.clusters}
        fit = sm.OLS(run.scores["edit_distance"], ones).fit(cov_type="cluster", cov_kwds=groups)
        assert error == pytest.approx(fit.bse[0])


def test_a_curve_never_mixes_two_scores(runs):
    """As where a harness compares a part of the answer, and the smallest model has nothing right."""
    one, *others = (run for run in runs["inspect"] if run.task == "recall")
    lacking = {name: values for name, values in one.scores.items() if name != "edit_distance"}
    (case,) = _cases.cases([replace(one, scores=lacking), *others])
    assert not any("edit_distance" in run.scores for run in case.runs)
    (judged,) = _verdicts.judged([case])
    assert judged.gentle is judged.answers.smoothness


# The rates of many families are measured by experiments/audit_rates.py; here a few of each must not go wrong.
@pytest.mark.parametrize(
    ("kind", "never"), [("jump by 10", "the metric"), ("power law", "not only the metric")]
)
def test_a_few_families_of_known_truth(kind, never):
    found = audit_rates.counted(kind, 8, families=4, seed=1).set_index("verdict")["count"]
    assert found.get(never, 0) <= 1


@pytest.mark.parametrize("kind", audit_rates.KINDS)
def test_with_eight_sizes_of_one_run_nothing_is_said_not_to_be_there(kind):
    """One unusual model looks like a step there, so a jump could not have been found."""
    found = set(audit_rates.counted(kind, 8, families=3, seed=2)["verdict"])
    assert not found & {"nothing sharp", "the metric"}


def toy_table(path, **families):
    """Write a table of twelve sizes of toy families, the losses of the smaller ones times a factor."""
    sizes, tables = np.geomspace(1e8, 1e11, 12), []
    for family, factor in families.items():
        for part, times in ((sizes[:5], factor), (sizes[5:], 1.0)):
            table = toy.sample_outputs(part, 3e8 * times**2, exponent=0.5, length=10, items=300)
            tables.append(table.assign(family=family))
    return outputs.save_outputs(pd.concat(tables), path)


def test_families_of_one_table_whose_models_share_names(tmp_path):
    """One jumps, the other does not: the score of the smooth one is at the floor, and its loss falls."""
    found = audit.audit(audit.read(toy_table(tmp_path / "toy.csv", smooth=1.0, jump=8.0)))
    said = {(case.labels["family"], case.labels["task"]): case.verdict for case in found.cases}
    for task in ("10 digits", "10 digits (likelihood)"):
        assert said["jump", task] == "not only the metric"
        assert said["smooth", task] in ("nothing sharp", "the metric")


@pytest.mark.parametrize(("by_item", "verdict"), [(True, "the metric"), (False, "nothing sharp")])
def test_progress_that_a_score_hides_is_the_metric(by_item, verdict):
    """Nothing right at the small sizes, where the loss falls by a power law: nothing but p^L is at work."""
    size = np.geomspace(1e8, 1e11, 12)
    nats = 40 * (size / 1e8) ** -0.5 * np.exp(np.random.default_rng(0).normal(0, 0.03, 12))
    right = np.round(400 * np.exp(-nats)).astype(int)
    assert (right[:3] == 0).all()
    known = {"losses": nats / 20, "loss_standard_errors": nats / 1000}
    if by_item:  # without it, what the metric makes of the loss is not known
        known["item_log_probabilities"] = np.repeat(-nats[:, None], 400, axis=1)
    curve = emergence.Curve.from_counts(size, right, [400] * 12, **known)
    (case,) = _verdicts.judged([_cases.Case((), curve, "likelihood")])
    assert case.verdict == verdict
    assert ("shows nothing up to" in case.because) == by_item
    assert "would be found in 8 of 10" in case.because


def test_seeds_of_one_name_are_linked_to_their_own_likelihoods(tmp_path):
    tables = [
        toy.sample_outputs(np.geomspace(1e8, 1e10, 3), 1e9 * (1 + seed), items=50, rng=0).assign(seed=seed)
        for seed in (0, 1)
    ]
    path = outputs.save_outputs(pd.concat(tables), tmp_path / "seeds.parquet")
    case = next(c for c in audit.audit(audit.read(path)).cases if c.runs[0].kind == "generation")
    bits = [np.mean([sum(row) for row in each["log_probabilities"]]) for each in tables]
    order = np.argsort(case.curve.parameters, kind="stable")
    assert case.curve.losses[order].reshape(3, 2)[:, 0].mean() == pytest.approx(-bits[0] / np.log(2) / 5)


def test_very_many_items_are_told_in_words(result):
    told = {(case.runs[0].task, case.runs[0].filter): case.because for case in result.cases}
    assert "more than a million items would show" in told["rev5", "as-is"]
