"""From the tables of scores to those that `mirage.forecasting` takes: counts, and what other scores say."""

from __future__ import annotations

import numpy as np

from mirage import _validate
from mirage._later import pd, special

__all__ = ["to_counts", "with_abilities"]

_KEYS = ["family", "model", "parameters", "training_flops", "task"]


def to_counts(table: pd.DataFrame, metric: str, loss: str | None = None) -> pd.DataFrame:
    """Turn a table of scores into counts, one row per model and task, as `mirage.forecasting` takes them.

    Parameters
    ----------
    table : DataFrame
        `family, model, parameters, training_flops, task, metric, score, items`, and `chance` if it is known;
        a model has one score of a metric on a task.
    metric : str
        A share of items, such as "accuracy". Rows without `items` or `parameters` are left out.
    loss : str, optional
        A metric where less is better, or "log_probability", which is turned over. Where a task lacks it, or
        it is not above 0, it is NaN.

    Returns
    -------
    DataFrame
        `family, model, parameters, compute, task, successes, trials`, `chance` and `loss` if they are known.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, the table has no such metric, or a model has several scores on a task.

    Examples
    --------
    >>> table = pd.DataFrame({"family": "a", "model": ["x", "y"], "parameters": [1e8, 1e9], "task": "b"})
    >>> table = table.assign(training_flops=1e20, metric="accuracy", score=[0.1, 0.4], items=10)
    >>> to_counts(table, "accuracy")["successes"].tolist()
    [1, 4]
    """
    _validate.instance("table", table, pd.DataFrame)
    _validate.columns("table", table, [*_KEYS, "metric", "score", "items"])
    metrics = tuple(table["metric"].unique())
    for name, value in (("metric", metric), ("loss", loss)):
        if value is not None or name == "metric":
            _validate.choice(name, value, metrics)
    rows = table[table["metric"] == metric].dropna(subset=["items", "parameters"])
    if (several := rows.duplicated(["model", "task"])).any():
        first = rows.loc[several, ["model", "task"]].iloc[0].tolist()
        raise ValueError(f"table must have one score per model and task; got several for {first}")
    found = rows[[*_KEYS, *rows.columns.intersection(["chance"])]].rename(
        columns={"training_flops": "compute"}
    )
    found = found.assign(
        successes=(rows["score"] * rows["items"]).round().astype(int), trials=rows["items"].astype(int)
    )
    if loss is not None:
        values = table[table["metric"] == loss].set_index(["model", "task"])["score"]
        values = (-values if loss == "log_probability" else values).rename("loss")
        found = found.join(values.where(values > 0), on=["model", "task"])
    return found.reset_index(drop=True)


def with_abilities(table: pd.DataFrame, number: int = 3, of: pd.DataFrame | None = None) -> pd.DataFrame:
    """Add the principal components of the models' other scores, as `ability_1, ability_2, …`.

    Parameters
    ----------
    table : DataFrame
        As the module says.
    number : int
        How many components.
    of : DataFrame, optional
        Scores between 0 and 1, a row per model and a column per benchmark. Without it the components of a
        task are those of all other tasks in the table. Missing scores are set to the mean of the column.

    Returns
    -------
    DataFrame
        The table with the columns added; NaN for models that `of` lacks.

    Raises
    ------
    ValueError, TypeError
        If columns are missing, or there are fewer benchmarks than components.

    References
    ----------
    Ruan, Maddison and Hashimoto (2024), arXiv:2405.10938.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.1, 0.5, 0.9], "b": [0.2, 0.5, 0.8]}, index=["x", "y", "z"])
    >>> table = pd.DataFrame({"model": ["x", "y", "z"], "task": "c", "successes": 1, "trials": 2})
    >>> (with_abilities(table, 1, scores)["ability_1"].round(1) + 0).tolist()
    [-1.4, 0.0, 1.4]
    """
    _validate.columns("table", table, ("model", "task", "successes", "trials"))
    number = _validate.integer("number", number, 1)
    if of is None:
        share = (table["successes"] + 0.5) / (table["trials"] + 1)
        of = share.groupby([table["model"], table["task"]]).mean().unstack()
    _validate.instance("of", of, pd.DataFrame)
    if number > (fewest := of.shape[1] - of.columns.isin(table["task"]).any()):
        raise ValueError(f"number must be at most the other benchmarks, {fewest}; got {number}")
    logits = special.logit(of.clip(0.001, 0.999))
    standard = ((logits - logits.mean()) / logits.std().replace(0, 1)).fillna(0)
    parts = []
    for task, rows in table.groupby("task", sort=False):
        found = _components(standard.loc[:, standard.columns != task], number)
        parts.append(rows.join(found, on="model"))
    return pd.concat(parts).sort_index()


def _components(standard: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the first principal components of standardised scores, turned so that more is better."""
    left, size, right = np.linalg.svd(standard.to_numpy(), full_matrices=False)
    up = np.where(right[:number].sum(axis=1) < 0, -1, 1)
    names = [f"ability_{place + 1}" for place in range(number)]
    return pd.DataFrame(left[:, :number] * size[:number] * up, standard.index, names)
