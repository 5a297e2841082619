"""The leaderboard: recipes compared on the same large models, with intervals over tasks and families."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mirage import _validate
from mirage.forecasting.recipes import NO_CHANGE
from mirage.forecasting.spread import COVERAGES, forecasts

__all__ = ["leaderboard", "ranking"]

_MODEL = ["family", "task", "model"]


def leaderboard(table: pd.DataFrame, cut: float | pd.Series, **options: object) -> pd.DataFrame:
    """Rank recipes by how well they forecast the large models of a table: `forecasts`, then `ranking`.

    Parameters
    ----------
    table : DataFrame
        `family, model, parameters, task, successes, trials`; and `compute, loss, chance, ability_1 …` if
        known.
    cut : float or Series
        Models below it are small; one for all, or one a row of the table.
    **options : object
        Of `forecasts`: `along`, `by`, `recipes`, `growth`, `rng`.

    Returns
    -------
    DataFrame, one row per recipe
        As `ranking` returns it.

    Raises
    ------
    ValueError, TypeError
        As `forecasts` does.

    Examples
    --------
    >>> sizes = 10.0 ** np.arange(6, 12)
    >>> table = pd.DataFrame({"family": "a", "model": range(6), "parameters": sizes, "task": "sums"})
    >>> table = table.assign(successes=[1, 4, 12, 30, 58, 80], trials=100)
    >>> leaderboard(table, 1e10, recipes=["logistic"])["recipe"].tolist()
    ['logistic', 'no change']
    """
    return ranking(forecasts(table, cut, **options))


def ranking(
    forecasts: pd.DataFrame, against: str = NO_CHANGE, *, resamples: int = 2000, rng: int = 0
) -> pd.DataFrame:
    """Average the scores of forecasts: over the large models of a family on a task, then over those.

    The 95% intervals come from resampling whole tasks and, independently, whole families, as both differ
    (Owen, 2007); where there is one family, only tasks. Several data sets, told apart by a column `data`,
    have equal weight, and each is resampled.

    Parameters
    ----------
    forecasts : DataFrame
        What `forecasts` returned; several of them may be joined, with a column `data`.
    against : str
        The recipe that log scores are compared with. Only models count that both forecast.
    resamples, rng : int
        Of the bootstrap, and its seed.

    Returns
    -------
    DataFrame, one row per recipe, best first within a track
        `track, recipe`; `gain, low, high`: mean log score minus that of `against`, in nats per model, with
        its interval; `better`: the share of curves where that is above 0; `inside_50, inside_90, inside_95`;
        `width` of the 90% interval; `crps`; `curves` and `models`, how many.

    Raises
    ------
    ValueError, TypeError
        If columns are missing, or `against` is not among the recipes.

    References
    ----------
    Owen (2007), *Ann. Appl. Statist.* 1:386 (resampling rows and columns).

    Examples
    --------
    >>> found = pd.DataFrame({"track": "size", "recipe": ["no change", "line"], "family": "a", "task": "b"})
    >>> found = found.assign(model="c", log_score=[-4.0, -3.0], low=0.1, high=0.3, crps=0.1)
    >>> ranking(found.assign(inside_50=True, inside_90=True, inside_95=True))["gain"].tolist()
    [1.0, 0.0]
    """
    inside = [f"inside_{cover}" for cover in COVERAGES]
    _validate.columns(
        "forecasts", forecasts, ("track", "recipe", *_MODEL, "log_score", "low", "high", *inside)
    )
    _validate.choice("against", against, tuple(forecasts["recipe"].unique()))
    resamples, rng = _validate.integer("resamples", resamples, 1), _validate.generator(rng)
    rows = forecasts if "data" in forecasts else forecasts.assign(data="")
    other = rows[rows["recipe"] == against].set_index(["data", *_MODEL])["log_score"].rename("other")
    rows = rows.join(other, on=["data", *_MODEL]).dropna(subset="other")
    rows = rows.assign(gain=rows["log_score"] - rows["other"], width=rows["high"] - rows["low"])
    found = []
    for (track, recipe), own in rows.groupby(["track", "recipe"]):
        cells = own.groupby(["data", "task", "family"])[["gain", *inside, "width", "crps"]].mean()
        low, high = np.nanquantile(
            np.mean([*_resampled(cells["gain"], resamples, rng)], axis=0), [0.025, 0.975]
        )
        cells.insert(1, "better", cells["gain"] > 0)
        average = cells.groupby("data").mean().mean()
        known = {"track": track, "recipe": recipe, "gain": average.pop("gain"), "low": low, "high": high}
        found.append(known | {**average, "curves": len(cells), "models": len(own)})
    return pd.DataFrame(found).sort_values(["track", "gain"], ascending=[False, False], ignore_index=True)


def _resampled(gain: pd.Series, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield, for each data set, means over tasks and families that were drawn again."""
    for _, own in gain.groupby("data"):
        grid = own.droplevel("data").unstack().to_numpy()
        known = ~np.isnan(grid)
        tasks, families = (rng.multinomial(n, np.full(n, 1 / n), resamples).astype(float) for n in grid.shape)
        total = ((tasks @ np.where(known, grid, 0)) * families).sum(axis=1)
        drawn = ((tasks @ known) * families).sum(axis=1)
        yield np.divide(total, drawn, out=np.full(resamples, np.nan), where=drawn > 0)
