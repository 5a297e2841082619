"""Forecasts of counts: where a recipe expects the large models, and how far to trust it."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy import special

from mirage import _validate
from mirage.forecasting.recipes import NO_CHANGE, RECIPES, TRACKS, Models, Recipe

__all__ = ["COVERAGES", "forecasts"]

COVERAGES = 50, 90, 95
_KEPT = ["family", "model", "parameters", "task", "successes", "trials", "compute"]
_SCATTER = np.geomspace(0.01, 4, 24)[:, None]  # standard deviation of the log odds, at distance 0
_UNIFORM = 0.01  # weight of "any count is as likely", so that one miss does not outweigh all other models
_ORIGINS, _DRAWS = 4, 500


def forecasts(
    table: pd.DataFrame,
    cut: float | pd.Series,
    *,
    along: str = "parameters",
    by: tuple[str, ...] = ("family", "task"),
    recipes: Iterable[str] | None = None,
    growth: float = 2.0,
    rng: int = 0,
) -> pd.DataFrame:
    """Forecast each large model by each recipe, and score the forecast on its count.

    The forecast is a beta-binomial distribution around what the recipe expects. Its precision is
    1/(σ²·(1 + d)^growth·p(1 − p)), with p what is expected and d the distance in decades from the largest
    model that was fitted. So σ is about the standard deviation of the log odds at distance 0, and with growth
    2 it grows in proportion to 1 + d. It comes from the small models: the recipe is fitted to the smallest of
    them and predicts the other small ones, from up to four origins. Its prior is flat in its logarithm, from
    0.01 to 4; it is averaged over, so few small models give wide forecasts. Each small model counts once,
    however often it was predicted. One part in a hundred is uniform over all counts.

    Parameters
    ----------
    table : DataFrame
        As `mirage.forecasting` says; `model` differs between runs.
    cut : float or Series
        Models below it are small; one for all, or one a row of the table.
    along : {"parameters", "compute"}
        What the cut is in. Models without it are left out.
    by : tuple of str
        What makes a curve: ("family", "task"), or ("task",) to fit all families together.
    recipes : iterable of str, optional
        Which; all that are registered if none is given. "no change" is always among them.
    growth : float
        At least 0: how the spread grows with the distance.
    rng : int
        Seed of the draws that give intervals and CRPS.

    Returns
    -------
    DataFrame, one row per recipe and large model
        `recipe, track`, `family, task, model, parameters, compute, successes, trials, distance`; `expected`
        (share); `low, high` (of the 90% interval for the measured share); `inside_50, inside_90, inside_95`;
        `log_score` (nats; larger is better) and `crps` (in shares; smaller is better). Curves with fewer than
        three small sizes, or no large one, are left out; so is a recipe that lacks a column.

    Raises
    ------
    ValueError, TypeError
        If columns are missing, counts or sizes are not possible, an argument is not allowed, no curve is
        left, or a recipe returns other than one finite number per large model.

    References
    ----------
    Gneiting and Raftery (2007), *J. Am. Statist. Assoc.* 102:359 (log score and CRPS).

    Examples
    --------
    >>> sizes = 10.0 ** np.arange(6, 12)
    >>> table = pd.DataFrame({"family": "a", "model": range(6), "parameters": sizes, "task": "sums"})
    >>> table = table.assign(successes=[1, 4, 12, 30, 58, 80], trials=100)
    >>> found = forecasts(table, 1e10, recipes=["logistic"])
    >>> found[["recipe", "successes", "expected"]].round(2).to_numpy().tolist()[-1]
    ['logistic', 80, 0.82]
    """
    column = _validate.choice("along", along, ("parameters", "compute"))
    growth, rng = _validate.number("growth", growth, 0), _validate.integer("rng", rng)
    names, found = dict.fromkeys([NO_CHANGE, *(RECIPES if recipes is None else recipes)]), []
    chosen = [RECIPES[_validate.choice("recipes", name, tuple(RECIPES))] for name in names]
    rows = _checked(table, [column, *by], cut)
    models = {name: rows[name].to_numpy() for name in rows}
    for places in rows.groupby(list(by), sort=False).indices.values():
        below = models[column][places] < models["cut"][places]
        small, large = _taken(models, places[below]), _taken(models, places[~below])
        if below.all() or np.unique(small["scale"]).size < 3 or np.unique(small[column]).size < 2:
            continue
        for recipe in chosen:
            if all(name in models and not np.isnan(models[name][places]).any() for name in recipe.needs):
                weight = _weights(recipe, small, column, growth)
                known = {name: large[name] for name in _KEPT} | {"recipe": recipe.name, "track": recipe.track}
                found.append(known | _scored(recipe, small, large, weight, growth, rng))
    if not found:
        raise ValueError(
            f"table must have three small sizes and a large one on a curve; cut was {_validate.shown(cut)}"
        )
    return pd.concat(map(pd.DataFrame, found), ignore_index=True)


def _checked(table: pd.DataFrame, columns: list[str], cut: object) -> pd.DataFrame:
    """Return the models that can be placed, with shares, chance and the scale; refuse what cannot be."""
    _validate.instance("table", table, pd.DataFrame)
    _validate.columns("table", table, dict.fromkeys([*_KEPT[:-1], *columns]))
    table = table.assign(cut=cut).dropna(subset=columns)
    right, items = _validate.counts(*(table[name].to_numpy() for name in ("successes", "trials")))
    found = {"compute": np.nan, "chance": 0.0} | dict(table.assign(successes=right, trials=items))
    found = pd.DataFrame(found, table.index).assign(share=right / items)
    for name, *ends in (("parameters", 0), ("compute", 0), ("cut", 0), ("chance", -1e-9, 1)):
        values = found[name].to_numpy(float)
        found[name] = _validate.array(name, values, *ends, open_low=True, missing=name == "compute")
    known = found["compute"].notna().groupby(found["task"]).transform("all")
    return found.assign(scale=found["compute"].where(known, found["parameters"]))


def _taken(models: Models, which: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[which] for name, values in models.items()}


def _scored(recipe: Recipe, small: Models, large: Models, weight: np.ndarray, growth: float, rng: int):
    """Return what is expected of the large models, intervals, and the scores of the forecast."""
    expected, distance, precision = _forecast(recipe, small, large, growth)
    probability = (1 - _UNIFORM) * weight @ np.exp(_log_probability(large, expected, precision))
    drawn = _drawn(large["trials"], expected, precision, weight, np.random.default_rng(rng))
    levels = [0.5 + sign * cover / 200 for sign in (-1, 1) for cover in COVERAGES]
    ends, share = np.quantile(drawn, levels, axis=0), large["successes"] / large["trials"]
    inside = (ends[:3] <= share + 1e-12) & (share - 1e-12 <= ends[3:])
    found = {"distance": distance, "expected": expected, "low": ends[1], "high": ends[4]}
    found |= {f"inside_{cover}": one for cover, one in zip(COVERAGES, inside, strict=True)}
    return found | {
        "log_score": np.log(probability + _UNIFORM / (large["trials"] + 1)),
        "crps": _crps(drawn, share),
    }


def _forecast(recipe: Recipe, small: Models, large: Models, growth: float) -> tuple[np.ndarray, ...]:
    """Return the expected shares, never quite 0 or 1, the distances, and the precision by the scatter."""
    hidden = ("successes", "share") + (("loss", "ability_") if recipe.track == TRACKS[0] else ())
    seen = {name: values for name, values in large.items() if not name.startswith(hidden)}
    found = np.asarray(recipe.predict(small, seen), dtype=float)
    if found.shape != large["scale"].shape or not np.isfinite(found).all():
        what = f"recipe {recipe.name!r} must return a finite number for each of {large['scale'].size} models"
        raise ValueError(f"{what}; got {_validate.shown(found)}")
    least = 0.5 / (large["trials"] + 1)
    expected = np.clip(found, least, 1 - least)
    distance = np.maximum(np.log10(large["scale"] / small["scale"].max()), 0)
    return expected, distance, 1 / (_SCATTER**2 * (1 + distance) ** growth * expected * (1 - expected))


def _weights(recipe: Recipe, small: Models, column: str, growth: float) -> np.ndarray:
    """Return the posterior of the scatter, from small models that still smaller ones predicted."""
    logs, times = np.zeros((_SCATTER.size, small["scale"].size)), np.zeros(small["scale"].size)
    for below in _origins(small, column):
        above = _taken(small, ~below)
        expected, _, precision = _forecast(recipe, _taken(small, below), above, growth)
        logs[:, ~below] += _log_probability(above, expected, precision)
        times[~below] += 1
    return special.softmax((logs / np.maximum(times, 1)).sum(axis=1))


def _origins(small: Models, column: str) -> Iterator[np.ndarray]:
    """Yield which small models are still smaller, for up to four cuts that leave a third or more."""
    sizes = np.unique(small[column])
    possible = sizes[max(2, sizes.size // 3) :]
    places = np.linspace(0, len(possible) - 1, min(_ORIGINS, len(possible))).round().astype(int)
    for end in possible[places]:
        yield small[column] < end


def _log_probability(models: Models, expected: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """Return the log probability of counts, shape (scatters, models), in the beta-binomial distribution."""
    right, wrong = models["successes"], models["trials"] - models["successes"]
    a, b = expected * precision, (1 - expected) * precision
    ways = -np.log1p(right + wrong) - special.betaln(wrong + 1, right + 1)
    return ways + special.betaln(right + a, wrong + b) - special.betaln(a, b)


def _drawn(items: np.ndarray, expected: np.ndarray, precision: np.ndarray, weight: np.ndarray, rng):
    """Return draws of the measured share, shape (draws, models)."""
    precision = precision[rng.choice(weight.size, _DRAWS, p=weight)]
    share = rng.beta(expected * precision, (1 - expected) * precision)
    share = np.where(rng.random(share.shape) < _UNIFORM, rng.random(share.shape), share)
    return rng.binomial(items, share) / items


def _crps(drawn: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the continuous ranked probability score of each column of draws."""
    order = 2 * np.arange(1, _DRAWS + 1) - _DRAWS - 1
    between = order @ np.sort(drawn, axis=0) / _DRAWS**2  # half the mean distance of two draws
    return np.abs(drawn - share).mean(axis=0) - between
