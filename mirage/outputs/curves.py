"""From fixed outputs to a score by scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mirage import _validate, metrics, resolution
from mirage._curve import Curve
from mirage._later import pd, stats
from mirage.outputs import _table

__all__ = ["METRICS", "PairedDifference", "curve", "paired_difference", "scores"]

METRICS = ("exact_match", "token_accuracy", "token_edit_distance")
_ORDER = ["task", "family", "parameters", "model", "seed", "step"]


def scores(
    table: pd.DataFrame,
    metric: str | Callable = "exact_match",
    *,
    cluster: str | None = None,
    sample: str | None = None,
) -> pd.DataFrame:
    """Turn fixed outputs into a score by scale: one row a run, which is a model, a seed and a step of a task.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs with `COLUMNS`, and `log_probabilities` where they are known.
    metric : str or callable
        One of `METRICS`, a function of `mirage.metrics`; or a function that takes targets and predictions
        and returns one score per item.
    cluster : str, optional
        Name of a column: items of one cluster (a passage, a template) may resemble each other.
    sample : str, optional
        Name of a column that tells apart several answers to one item (epochs). The item, or its cluster, is
        then the independent unit.

    Returns
    -------
    DataFrame, one row a run, ordered by task, family, parameters, model, seed and step
        `family, model, parameters, seed, step, task`; `score`, the mean over the items, its
        `standard_error`, and the number of items, `trials`; `successes` for exact match, and for a function
        whose scores are all 0 or 1; with clusters or samples their `design_effect`. With
        log-probabilities also `loss`, their negative mean over all tokens of the targets, its
        `loss_standard_error` from the items, and `item_log_probabilities`, the array of the log-probabilities
        of the whole targets, ordered by item. Standard errors are NaN where a run has one item, or an
        infinite loss.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a row appears twice, a log-probability is above 0 or there is not one for
        each token of its target (the message names the row); or the metric does not return one number per
        item.

    Examples
    --------
    >>> from mirage import toy
    >>> outputs = toy.sample_outputs([1e8, 1e11], length=3, items=100)
    >>> table = scores(outputs)
    >>> table["trials"].tolist(), table["loss"].round(2).tolist()
    ([100, 100], [2.51, 0.16])
    """
    table = _table.checked(table, cluster, sample)
    unit = table[cluster or "item"]
    scored = table[_table.RUN].assign(score=_scores(table, metric), unit=unit)
    runs = _table.by_run(scored)
    result = runs["score"].agg(score="mean", standard_error="sem", trials="size").reset_index()
    counted = metric == "exact_match" or (callable(metric) and scored["score"].isin([0, 1]).all())
    if counted:
        result["successes"] = runs["score"].sum().to_numpy().astype(np.int64)
    if cluster or sample:
        errors = (resolution.cluster_standard_error(run["score"], run["unit"])[0] for _, run in runs)
        result["standard_error"] = list(errors)
        if counted:
            result["design_effect"] = _effects([run for _, run in runs])
    if "log_probabilities" in table:
        result = result.merge(_losses(table, unit), on=_table.RUN)
    return result.sort_values(_ORDER, ignore_index=True)


def _effects(runs: list[pd.DataFrame]) -> np.ndarray:
    """Return the design effect of each run; where none can be estimated, the others' or the largest."""
    effects = np.array([resolution.design_effect(run["score"], run["unit"]) for run in runs])
    sizes = [run["unit"].value_counts().mean() for run in runs]
    known = effects[np.isfinite(effects)]
    return np.where(np.isfinite(effects), effects, np.median(known) if known.size else max(sizes))


def curve(
    table: pd.DataFrame,
    metric: str | Callable = "exact_match",
    *,
    floor: float | tuple[float, float] | None = None,
    ceiling: float | tuple[float, float] | None = None,
    cluster: str | None = None,
    sample: str | None = None,
    k: int | None = None,
) -> Curve:
    """Turn the fixed outputs of one family on one task into one curve.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs of one family, one task and one step a model.
    metric : str or callable
        As in `scores`.
    floor, ceiling : float, or pair of float, optional
        As in `emergence.Curve.from_table`.
    cluster, sample : str, optional
        As in `scores`.
    k : int, optional
        Score each item by pass@k: the probability that at least one of k of its samples is right, by
        `metrics.pass_at_k`. Needs `sample`; from 1 to the number of samples of each item.

    Returns
    -------
    emergence.Curve
        With losses and log-probabilities of the items where the table has them (not of pass@k).

    Raises
    ------
    ValueError, TypeError
        As `scores`; and if the table holds several curves, or k is outside its range.

    Examples
    --------
    >>> from mirage import toy
    >>> curve(toy.sample_outputs([1e8, 1e11], length=3, items=100)).trials
    array([100, 100])
    """
    if k is None:
        found = scores(table, metric, cluster=cluster, sample=sample)
        return Curve.from_table(found, floor=floor, ceiling=ceiling)
    found = _passes(table, metric, cluster, sample, k)
    return Curve.from_table(
        found, floor=0.0 if floor is None else floor, ceiling=1.0 if ceiling is None else ceiling
    )


def _passes(table, metric, cluster, sample, k) -> pd.DataFrame:
    """Return pass@k of each run, and its standard error."""
    if sample is None:
        raise ValueError("sample must name the column that tells the samples of an item apart, for pass@k")
    table = _table.checked(table, cluster, sample)
    keys = [*_table.RUN, "item", *([cluster] if cluster else [])]
    scored = table[keys].assign(score=_scores(table, metric))
    right = scored.groupby(keys, sort=False, dropna=False, observed=True)["score"]
    items = right.agg(samples="size", right="sum").reset_index()
    items["score"] = metrics.pass_at_k(items["samples"], items["right"], k)
    rows = []
    for key, run in _table.by_run(items):
        error, _ = resolution.cluster_standard_error(run["score"], run[cluster or "item"])
        rows.append((*key, run["score"].mean(), error))
    return pd.DataFrame(rows, columns=[*_table.RUN, "score", "standard_error"]).sort_values(_ORDER)


@dataclass(frozen=True)
class PairedDifference:
    """How much higher one model scores than another on the same items.

    Attributes
    ----------
    difference : float
        Mean over the items of the second model's score minus the first's.
    standard_error : float
        Of it: paired, and by clusters.
    interval : tuple of float
        Student's interval.
    items, clusters : int
        That both models answered.
    """

    difference: float
    standard_error: float
    interval: tuple[float, float]
    items: int
    clusters: int


def paired_difference(
    table: pd.DataFrame,
    first: str,
    second: str,
    metric: str | Callable = "exact_match",
    *,
    cluster: str | None = None,
    sample: str | None = None,
    confidence: float = 0.95,
) -> PairedDifference:
    """Compare two models on the same items: the luck of the items is common to both, and cancels.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs of one task; of each model one seed and one step.
    first, second : str
        Names in the column `model`.
    metric : str or callable
        As in `scores`.
    cluster, sample : str, optional
        As in `scores`. Samples of an item are averaged.
    confidence : float
        Of the interval, strictly between 0 and 1.

    Returns
    -------
    PairedDifference

    Raises
    ------
    ValueError, TypeError
        As `scores`; if a model is missing or has several runs, or the two have no two clusters in common.

    References
    ----------
    Miller (2024), *Adding error bars to evals*, arXiv:2411.00640.

    Examples
    --------
    >>> from mirage import toy
    >>> outputs = toy.sample_outputs([1e9, 1e10], length=3, items=400)
    >>> small, large = outputs["model"].unique()
    >>> found = paired_difference(outputs, small, large)
    >>> found.items, found.interval[0] > 0
    (400, True)
    """
    confidence = _validate.share("confidence", confidence)
    table = _table.checked(table, cluster, sample)
    table = table.assign(score=_scores(table, metric), unit=table[cluster or "item"])
    for name, value in (("first", first), ("second", second)):
        _validate.choice(name, value, tuple(map(str, table["model"].unique())))
    pair = []
    for name in (first, second):
        run = table[table["model"] == name]
        if len(run[_table.RUN].drop_duplicates()) != 1:
            models = _validate.shown(sorted(set(table["model"])))
            raise ValueError(f"table must hold one run of each model; {name!r} has not (models: {models})")
        pair.append(run.groupby("item").agg(score=("score", "mean"), unit=("unit", "first")))
    both = pair[0].join(pair[1].add_suffix("_second"), how="inner")
    change = both["score_second"] - both["score"]
    if both["unit"].nunique() < 2:
        raise ValueError("the models must have answered items of at least two clusters in common")
    error, clusters = resolution.cluster_standard_error(change, both["unit"])
    difference, reach = float(change.mean()), stats.t.ppf((1 + confidence) / 2, clusters - 1) * error
    return PairedDifference(
        difference, error, (float(difference - reach), float(difference + reach)), len(both), clusters
    )


def _scores(table: pd.DataFrame, metric: str | Callable) -> np.ndarray:
    if not callable(metric):
        metric = getattr(metrics, _validate.choice("metric", metric, METRICS))
    scores = np.asarray(metric(table["target"].tolist(), table["prediction"].tolist()))
    scores = scores.astype(float) if scores.dtype == bool else scores  # right or wrong
    scores = _validate.vector("metric(targets, predictions)", scores)
    if scores.size != len(table):
        raise ValueError(f"metric must return one score per item; got {scores.size} for {len(table)}")
    return scores


def _losses(table: pd.DataFrame, unit: pd.Series) -> pd.DataFrame:
    rows = table["log_probabilities"].tolist()
    tokens = np.fromiter(map(len, rows), np.int64, len(rows))
    whole = np.add.reduceat(np.concatenate(rows), np.cumsum(tokens) - tokens)
    items = table[[*_table.RUN, "item"]].assign(tokens=tokens, whole=whole, unit=unit).sort_values("item")
    return _table.by_run(items)[["tokens", "whole", "unit"]].apply(_loss).reset_index()


def _loss(items: pd.DataFrame) -> pd.Series:
    tokens, whole = items["tokens"].to_numpy(), items["whole"].to_numpy()
    loss, error = -whole.sum() / tokens.sum(), np.nan
    if whole.size > 1 and np.isfinite(loss):
        # A ratio of sums: what an item adds to the numerator beyond what its tokens would.
        rest = -whole - loss * tokens
        error = resolution.cluster_standard_error(rest, items["unit"])[0] / tokens.mean()
    return pd.Series({"loss": loss, "loss_standard_error": error, "item_log_probabilities": whole})
