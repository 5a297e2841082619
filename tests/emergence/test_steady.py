"""The count of high scores, against statsmodels' fit, draws of one's own, and made tasks that do jump."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from mirage import emergence, scaling
from mirage.emergence import steady_progress
from mirage.emergence.steady import _even_chances

SIZES = np.array([2e6, 16e6, 53e6, 125e6, 244e6, 422e6, 1e9, 2e9, 4e9, 8e9, 27e9, 128e9])
X = np.log10(SIZES)


def made(chances, items=200, tasks=50, seed=0):
    right = np.random.default_rng(seed).binomial(items, chances, (tasks, len(SIZES)))
    names, sizes = np.repeat(np.arange(tasks), len(SIZES)), np.tile(SIZES, tasks)
    scores = {"score": right.ravel() / items, "items": items}
    return pd.DataFrame({"task": names, "parameters": sizes, **scores})


@pytest.mark.parametrize("link", ["logistic", "gompertz", "probit"])
@pytest.mark.parametrize("seed", range(4))
def test_the_fit_is_that_of_statsmodels(link, seed):
    rng = np.random.default_rng(seed)
    items = rng.integers(5, 200, SIZES.size)
    right = rng.binomial(items, scaling.inverse_link(rng.normal(0, 0.5) + rng.normal(0, 0.3) * (X - 9), link))
    links = sm.families.links
    theirs = {"logistic": links.Logit(), "gompertz": links.LogLog(), "probit": links.Probit()}[link]
    model = sm.GLM(np.column_stack([right, items - right]), sm.add_constant(X), sm.families.Binomial(theirs))
    np.testing.assert_allclose(_even_chances(X, right, items, link), model.fit().fittedvalues, atol=2e-5)


def test_where_all_but_the_last_are_at_zero_the_line_is_a_cliff():
    right = np.array([0] * 11 + [27])
    chances = _even_chances(X, right, np.full(12, 204), "logistic")
    assert chances[:-1].max() < 1e-4 and chances[-1] == pytest.approx(27 / 204, abs=1e-3)
    for extreme in (0, 204):
        chances = _even_chances(X, np.full(12, extreme), np.full(12, 204), "logistic")
        assert np.abs(chances - extreme / 204).max() < 1e-3


def test_steady_tasks_score_as_their_draws_and_jumps_do_not():
    even = steady_progress(made(scaling.inverse_link(0.6 * (X - 9), "logistic")), draws=500)
    count, expected, (low, high) = even.counts()
    assert low <= count <= high and low < expected < high
    assert "as many as steady progress" in even.answer()
    assert np.mean(even.p_values <= 0.05) < 0.15
    jumps = steady_progress(made([0.25] * 11 + [0.7]), draws=500)
    assert jumps.counts()[0] > jumps.counts()[2][1]
    assert "more than steady progress" in jumps.answer()


def test_scores_and_draws_are_those_of_the_emergence_score():
    table = made(scaling.inverse_link(0.6 * (X - 9), "logistic"), tasks=3)
    found = steady_progress(table.sample(frac=1, random_state=0), draws=4000, rng=1)
    for place, (task, one) in enumerate(table.groupby("task")):
        assert found.tasks[place] == str(task) and found.line[place] == 11
        assert found.scores[place] == pytest.approx(emergence.emergence_score(one["score"]))
        right = (one["score"] * 200).round().to_numpy()
        chances = _even_chances(X, right, np.full(12, 200), "logistic")
        drawn = np.random.default_rng(9).binomial(200, chances, (4000, 12)) / 200
        share = np.mean(emergence.emergence_score(drawn) > 11)
        assert found.drawn_above[:, place].mean() == pytest.approx(share, abs=0.03)
    above = sum(emergence.emergence_score(one["score"]) > 11 for _, one in table.groupby("task"))
    assert found.counts()[0] == above


def test_a_straight_line_is_not_above_itself_and_one_score_counts_as_zero():
    line = pd.DataFrame({"task": "line", "parameters": SIZES, "score": np.arange(12) / 20, "items": 20})
    found = steady_progress(pd.concat([line, line.assign(task="none", score=0.0)]), draws=99)
    assert not found.above.any() and found.scores[1] == 0
    assert found.p_values[1] == 1


def test_infinite_scores_are_counted_apart():
    cliff = pd.DataFrame({"task": "cliff", "parameters": SIZES, "score": [0] * 11 + [0.25], "items": 40})
    found = steady_progress(cliff, draws=199)
    assert found.counts()[0] == 1 and found.counts(finite=True)[0] == 0
    assert "On 1 the score is infinite, and on 1 of these it is so in most draws" in found.answer()


def test_a_task_of_one_size_is_refused():
    table = made([0.5] * 12, tasks=1)
    with pytest.raises(ValueError, match="two sizes or more of each task; 0 has one"):
        steady_progress(table[:1])
