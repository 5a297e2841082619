"""The table of fixed outputs, one row per answer, and the curve of a score by scale that it becomes.

Columns: `family, model, parameters, seed, step, task, item, target, prediction` (strings), and, where the
model gives them, `log_probabilities`: one per token of the target, in nats.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mirage import _validate, metrics

__all__ = ["COLUMNS", "METRICS", "curve"]

COLUMNS = ("family", "model", "parameters", "seed", "step", "task", "item", "target", "prediction")
_ORDER = ["task", "family", "parameters", "model", "seed", "step"]
_RUN = ["family", "model", "parameters", "seed", "step", "task"]
METRICS = ("exact_match", "token_accuracy", "token_edit_distance")


def curve(table: pd.DataFrame, metric: str | Callable = "exact_match") -> pd.DataFrame:
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
    >>> scores = curve(outputs)
    >>> scores["trials"].tolist(), scores["loss"].round(2).tolist()
    ([100, 100], [2.51, 0.16])
    """
    table = _checked(table)
    scored = table[_RUN].assign(score=_scores(table, metric))
    runs = scored.groupby(_RUN, sort=False, dropna=False)["score"]
    result = runs.agg(score="mean", standard_error="sem", trials="size").reset_index()
    if metric == "exact_match" or (callable(metric) and scored["score"].isin([0, 1]).all()):
        result["successes"] = runs.sum().to_numpy().astype(np.int64)
    if "log_probabilities" in table:
        result = result.merge(_losses(table), on=_RUN)
    return result.sort_values(_ORDER, ignore_index=True)


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
    tokens = table["log_probabilities"].map(len).to_numpy()
    whole = np.fromiter((np.sum(row) for row in table["log_probabilities"]), float, len(table))
    items = table[[*_RUN, "item"]].assign(tokens=tokens, whole=whole).sort_values("item")
    return items.groupby(_RUN, sort=False, dropna=False)[["tokens", "whole"]].apply(_loss).reset_index()


def _loss(items: pd.DataFrame) -> pd.Series:
    tokens, whole = items["tokens"].to_numpy(), items["whole"].to_numpy()
    loss, error = -whole.sum() / tokens.sum(), np.nan
    if whole.size > 1 and np.isfinite(loss):
        # A ratio of sums: what an item adds to the numerator beyond what its tokens would.
        rest = -whole - loss * tokens
        error = np.sqrt(rest @ rest / (rest.size - 1) / rest.size) / tokens.mean()
    return pd.Series({"loss": loss, "loss_standard_error": error, "item_log_probabilities": whole})


def _checked(table: object) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame of outputs; got {_validate.shown(table)}")
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"table must have the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    if table.empty:
        raise ValueError("table must have at least one row; got none")
    _validate.vector("table['parameters']", table["parameters"], 0, open_low=True)
    if (twice := table.duplicated([*_RUN, "item"])).any():
        raise ValueError(
            f"table must hold each item of a run once; row {table.index[twice][0]} appears twice"
        )
    if "log_probabilities" in table:
        _check_log_probabilities(table)
    return table


def _check_log_probabilities(table: pd.DataFrame) -> None:
    for row, target, values in zip(table.index, table["target"], table["log_probabilities"], strict=True):
        given = _validate.vector(f"log_probabilities of row {row}", values, high=0, infinite=True)
        if given.size != len(target) or not given.size:
            raise ValueError(
                f"log_probabilities must be one per token of the target; row {row} has {given.size} "
                f"for {_validate.shown(target)}"
            )
