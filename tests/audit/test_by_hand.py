"""Runs that are made by hand, where it is plain what the audit must say."""

import numpy as np
import pytest

from mirage import audit, logs

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
    assert ("51% of the answers of b are empty" in artefacts(large, small)["sums", "none"]) == said


@pytest.mark.parametrize(
    ("share", "items", "said"), [(0.1, 200, False), (0.11, 100, True), (0.2, 49, False), (0.2, 50, True)]
)
def test_answers_that_can_be_mended_are_told_from_ten_on_and_above_a_tenth(share, items, said):
    worst = run(np.arange(items) < 5, model="b", faults={"mended": share})
    (found,) = artefacts(worst, run(5, model="a", size=2e8, faults={"mended": 0.05})).values()
    assert ("of the answers of b are wrong only for" in found) == said
