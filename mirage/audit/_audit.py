"""The audit of logs: one case a task and family, with a table of all scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mirage import _validate, resolution, words
from mirage.audit._cases import LABELS, Case, cases, summary
from mirage.audit._verdicts import judged
from mirage.logs import Logs, Run
from mirage.logs._sizes import listed, with_size

__all__ = ["Audit", "audit", "compare"]

_COLUMNS = [*LABELS, "metric", "model", "parameters", "parameters_from", "seed", "items"]
_COLUMNS += ["score", "low", "high", "floor", "verdict"]
_ORDER = [*LABELS, "metric", "parameters", "model"]
_PAIRED = ["source", "harness", "task", "filter", "shots", "items", "clusters", "first", "second"]
_PAIRED += ["difference", "low", "high", "p_value"]


@dataclass(frozen=True, eq=False)
class Audit:
    """What an audit found.

    Attributes
    ----------
    table : DataFrame, one row a case, metric and model
        `source, harness, family, task, filter, shots, metric, model, parameters, parameters_from, seed,
        items, score, low, high, floor, verdict`: the mean score, the ends of its 95% interval, and the score
        of a model that knows nothing.
    cases : tuple of Case
        With curve, answers, verdict and reasons.
    unread : tuple of str
        One line for what was not read, or has no size, with the reason.
    rng : int
        Seed of all that is drawn at random.
    """

    table: pd.DataFrame
    cases: tuple[Case, ...]
    unread: tuple[str, ...]
    rng: int


def audit(logs: Logs, sizes: str | Path | pd.DataFrame | None = None, *, rng: int = 0) -> Audit:
    """Ask the four questions of every task and family in some logs, and say what their curves show.

    Parameters
    ----------
    logs : Logs
        As `read` returns them.
    sizes : path or DataFrame, optional
        Sizes of the models, as `logs.placed` takes them.
    rng : int
        Seed.

    Returns
    -------
    Audit
        Models of unknown size are listed in `unread`.

    Raises
    ------
    ValueError, TypeError
        If the table of sizes is not as it should be, or an argument is of another kind.

    Examples
    --------
    >>> audit(Logs((), ("x: no log",))).unread
    ('x: no log',)
    """
    _validate.instance("logs", logs, Logs)
    rng = _validate.integer("rng", rng)
    rows = listed(sizes)
    runs = [with_size(run, rows) for run in logs.runs]
    unknown = dict.fromkeys(words.visible(run.model) for run in runs if run.parameters is None)
    unread = [f"{model}: size unknown, not placed; name it in a file of sizes" for model in unknown]
    known = {name for run in runs for name in (run.model, run.model.rpartition("/")[2])}
    unread += [f"sizes: {words.visible(name)} is no model of the logs" for name in rows if name not in known]
    found = judged(cases(run for run in runs if run.parameters), rng)
    scores = [row for case in found for run in case.runs for row in _rows(run, case)]
    table = pd.DataFrame(scores, columns=_COLUMNS).sort_values(_ORDER, ignore_index=True)
    return Audit(table, tuple(found), (*logs.unread, *unread), rng)


def _rows(run: Run, case: Case) -> Iterator[dict]:
    about = {name: getattr(run, name) for name in ("model", "parameters", "parameters_from", "seed")}
    about |= case.labels | {"verdict": case.verdict, "items": np.unique(run.items).size}
    for name in run.scores:
        if name != "own":
            score, low, high = summary(run, name)
            more = {"score": score, "low": low, "high": high, "floor": run.floors.get(name, np.nan)}
            yield about | {"metric": name} | more


def compare(logs: Logs, first: str, second: str) -> pd.DataFrame:
    """Compare two models on the same items of every task: the luck of the items cancels.

    Parameters
    ----------
    logs : Logs
        As `read` returns them.
    first, second : str
        Names of two models, as the logs have them.

    Returns
    -------
    DataFrame, one row a task, filter and number of shots that both answered
        `source, harness, task, filter, shots, items, clusters, first, second, difference, low, high,
        p_value, adjusted`: shares that the harness counts as right; second minus first, its 95% interval
        (Student's, by clusters of items if they are known), and its p-value before and after Holm's
        correction.

    Raises
    ------
    ValueError, TypeError
        If a model is not in the logs, or an argument is of another kind.

    References
    ----------
    Miller (2024), *Adding error bars to evals*, arXiv:2411.00640.

    Examples
    --------
    >>> compare(Logs((), ()), "small", "large")
    Traceback (most recent call last):
    ...
    ValueError: first must be a model of the logs; got 'small' (there are: none)
    """
    _validate.instance("logs", logs, Logs)
    there = sorted({run.model for run in logs.runs})
    known = words.visible(", ".join(there) or "none")
    for name, model in (("first", first), ("second", second)):
        if model not in there:
            got = _validate.shown(model)
            raise ValueError(f"{name} must be a model of the logs; got {got} (there are: {known})")
    ones, others = ([run for run in logs.runs if run.model == model] for model in (first, second))
    pairs = [(one, other) for one in ones for other in others if _task(one) == _task(other)]
    table = pd.DataFrame([row for pair in pairs if (row := _paired(*pair))], columns=_PAIRED)
    return table.assign(adjusted=resolution.holm(table["p_value"]) if len(table) else [])


def _task(run: Run) -> dict[str, object]:
    return {name: getattr(run, name) for name in LABELS if name != "family"}


def _paired(run: Run, other: Run) -> dict | None:
    """Return how much more the second model gets right on the items that both answered."""
    if any("own" not in each.scores or each.kind == "total" for each in (run, other)):
        return None
    means = [pd.Series(each.scores["own"].astype(float)).groupby(each.items).mean() for each in (run, other)]
    both = pd.concat(means, axis=1, join="inner", keys=["first", "second"])
    clusters = run.items if run.clusters is None else run.clusters
    unit = pd.Series(clusters).groupby(run.items).first()[both.index]
    if (count := unit.nunique()) < 2:
        return None
    difference = both["second"] - both["first"]
    error, mean = resolution.cluster_standard_error(difference, unit)[0], difference.mean()
    reach = stats.t.ppf(0.975, count - 1) * error or resolution.zero_success_bound(count, 0.975)
    p_value = 2 * stats.t.sf(abs(mean) / error, count - 1) if error else float(mean == 0)
    ends = {"low": max(mean - reach, -1.0), "high": min(mean + reach, 1.0), "p_value": p_value}
    return _task(run) | {"items": len(both), "clusters": count, **both.mean(), "difference": mean, **ends}
