"""From fixed outputs to a score by scale."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mirage import _validate, metrics
from mirage._curve import Curve
from mirage.outputs import _table

__all__ = ["METRICS", "curve", "scores"]

METRICS = ("exact_match", "token_accuracy", "token_edit_distance")
_ORDER = ["task", "family", "parameters", "model", "seed", "step"]


def scores(table: pd.DataFrame, metric: str | Callable = "exact_match") -> pd.DataFrame:
    """Turn fixed outputs into a score by scale: one row a run, which is a model, a seed and a step of a task.

    Parameters
    ----------
    table : DataFrame
        Fixed outputs with `COLUMNS`, and `log_probabilities` where they are known.
    metric : str or callable
        One of `METRICS`, a function of `mirage.metrics`; or a function that takes targets and predictions
        and returns one score per item.

    Returns
    -------
    DataFrame, one row a run, ordered by task, family, parameters, model, seed and step
        `family, model, parameters, seed, step, task`; `score`, the mean over the items, its
        `standard_error`, and the number of items, `trials`; `successes` for exact match, and for a function
        whose scores are all 0 or 1. With
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
    table = _table.checked(table)
    scored = table[_table.RUN].assign(score=_scores(table, metric))
    runs = scored.groupby(_table.RUN, sort=False, dropna=False)["score"]
    result = runs.agg(score="mean", standard_error="sem", trials="size").reset_index()
    if metric == "exact_match" or (callable(metric) and scored["score"].isin([0, 1]).all()):
        result["successes"] = runs.sum().to_numpy().astype(np.int64)
    if "log_probabilities" in table:
        result = result.merge(_losses(table), on=_table.RUN)
    return result.sort_values(_ORDER, ignore_index=True)


def curve(
    table: pd.DataFrame,
    metric: str | Callable = "exact_match",
    *,
    floor: float | tuple[float, float] | None = None,
    ceiling: float | tuple[float, float] | None = None,
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

    Returns
    -------
    emergence.Curve
        With losses and log-probabilities of the items where the table has them.

    Raises
    ------
    ValueError, TypeError
        As `scores`; and if the table holds several curves.

    Examples
    --------
    >>> from mirage import toy
    >>> curve(toy.sample_outputs([1e8, 1e11], length=3, items=100)).trials
    array([100, 100])
    """
    return Curve.from_table(scores(table, metric), floor=floor, ceiling=ceiling)


def _scores(table: pd.DataFrame, metric: str | Callable) -> np.ndarray:
    if not callable(metric):
        metric = getattr(metrics, _validate.choice("metric", metric, METRICS))
    scores = np.asarray(metric(table["target"].tolist(), table["prediction"].tolist()))
    scores = scores.astype(float) if scores.dtype == bool else scores  # right or wrong
    scores = _validate.vector("metric(targets, predictions)", scores)
    if scores.size != len(table):
        raise ValueError(f"metric must return one score per item; got {scores.size} for {len(table)}")
    return scores


def _losses(table: pd.DataFrame) -> pd.DataFrame:
    rows = table["log_probabilities"].tolist()
    tokens = np.fromiter(map(len, rows), np.int64, len(rows))
    whole = np.add.reduceat(np.concatenate(rows), np.cumsum(tokens) - tokens)
    items = table[[*_table.RUN, "item"]].assign(tokens=tokens, whole=whole).sort_values("item")
    return items.groupby(_table.RUN, sort=False, dropna=False)[["tokens", "whole"]].apply(_loss).reset_index()


def _loss(items: pd.DataFrame) -> pd.Series:
    tokens, whole = items["tokens"].to_numpy(), items["whole"].to_numpy()
    loss, error = -whole.sum() / tokens.sum(), np.nan
    if whole.size > 1 and np.isfinite(loss):
        # A ratio of sums: what an item adds to the numerator beyond what its tokens would.
        rest = -whole - loss * tokens
        error = np.sqrt(rest @ rest / (rest.size - 1) / rest.size) / tokens.mean()
    return pd.Series({"loss": loss, "loss_standard_error": error, "item_log_probabilities": whole})
