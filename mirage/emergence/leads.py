"""Which of two scores of the same answers follows scale more closely, and what would noise alone give?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mirage import _validate, resolution, words

__all__ = ["LeadTest", "lead_test", "leads_by_noise", "leads_by_scatter", "leads_by_task"]

_LEAST_FAMILIES = 5  # with fewer there are too few ways to draw them
_LEAST_MODELS = 3
_ALL = 20  # families of which all exchanges are looked at; of more, a million


@dataclass(frozen=True, eq=False)
class LeadTest:
    """By how much one score follows scale more closely than another.

    Attributes
    ----------
    lead : float
        Rank correlation with scale of the second score, less that of the first; the mean over the tasks.
    interval : tuple of float
        Of the lead, by drawing whole families again. With few families it tends to be too narrow.
    p_value : float
        How often the lead is as large, either way, if families exchange their two scores.
    leads : dict of str to float
        The lead on each task.
    by_family : dict of str to float
        What each family adds to the lead; together they are the lead.
    models, families : int
        In the whole table; a model that stands under several tasks counts once for each.
    """

    lead: float
    interval: tuple[float, float]
    p_value: float
    leads: dict[str, float]
    by_family: dict[str, float]
    models: int
    families: int

    def answer(self) -> str:
        """Return one sentence."""
        ahead = sum(lead > 0 for lead in self.leads.values())
        said = f"{words.interval(self.interval)}; {words.p(self.p_value)}"
        return f"a lead of {self.lead:.2f} ({said}), ahead on {ahead} of {len(self.leads)}"


def lead_test(
    table: pd.DataFrame,
    first: str,
    second: str,
    *,
    scale: str = "training_flops",
    confidence: float = 0.95,
    replicates: int = 2000,
    rng: int | np.random.Generator = 0,
) -> LeadTest:
    """Compare how closely two scores of the same models follow scale, on one task or the mean of several.

    Models of one family resemble each other, and stand under several tasks. So whole families are drawn again
    for the interval, on all tasks at once. For the p-value the ranks of the two scores are exchanged in whole
    families: where neither score is the closer one, that changes nothing. Ranks ask for order alone; how
    steep or sudden a score is, they do not say.

    Parameters
    ----------
    table : DataFrame, one row per model and task
        With the columns `task`, `family`, and those that the next arguments name.
    first, second : str
        Columns with the scores. More must be better in both, so turn a loss over.
    scale : str
        Column with the scale.
    confidence : float
        Of the interval, strictly between 0 and 1.
    replicates : int
        How often families are drawn, from 99 to 100,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    LeadTest

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no finite numbers, there are fewer than five families, or a task has
        one scale or one score alone.

    References
    ----------
    Cameron, Gelbach and Miller (2008), *Review of Economics and Statistics* 90:414, on few clusters.

    Examples
    --------
    >>> x, names = np.tile([1e20, 1e21, 1e22, 1e23], 12), np.repeat(list("abcdefghijkl"), 4)
    >>> table = pd.DataFrame({"task": "sums", "family": names, "training_flops": x})
    >>> noise = np.random.default_rng(0).normal(size=(2, x.size))
    >>> noisy, smooth = np.log10(x) + [[3], [0.3]] * noise
    >>> found = lead_test(table.assign(noisy=noisy, smooth=smooth), "noisy", "smooth")
    >>> found.lead > 0.3, found.p_value < 0.05
    (True, True)
    """
    names = [scale, first, second]
    _validate.instance("table", table, pd.DataFrame)
    for name, value in {"scale": scale, "first": first, "second": second}.items():
        _validate.instance(name, value, str)
    _validate.columns("table", table, ["task", "family", *names])
    values = np.column_stack([_validate.vector(name, table[name]) for name in names])
    confidence = _validate.share("confidence", confidence)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 100_000))
    rng = _validate.generator(rng)
    task, tasks = pd.factorize(table["task"])
    family, families = pd.factorize(table["family"])
    if (task < 0).any() or (family < 0).any():
        raise ValueError("table must name the task and the family of each row; got missing names")
    if len(families) < _LEAST_FAMILIES:
        raise ValueError(f"families must be at least {_LEAST_FAMILIES}; got {len(families)}")
    split = [[values[(task == t) & (family == f)] for f in range(len(families))] for t in range(len(tasks))]
    leads = [_lead(np.concatenate(parts)) for parts in split]
    if np.isnan(leads).any():
        poor = tasks[np.isnan(leads)][0]
        raise ValueError(f"table must have several scales and several scores on each task; {poor} has not")
    drawn = [
        np.mean([_lead(np.concatenate([parts[number] for number in picked])) for parts in split])
        for picked in rng.integers(len(families), size=(replicates, len(families)))
    ]
    ends = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    share = np.zeros(len(values))  # of each model in the sum of the leads
    for number in range(len(tasks)):
        size, one, other = stats.zscore(stats.rankdata(values[task == number], axis=0)).T
        share[task == number] = size * (other - one) / size.size
    by_family = np.bincount(family, share)
    as_large = np.abs(_exchanged(by_family, rng)) >= abs(by_family.sum()) - 1e-9
    return LeadTest(
        float(np.mean(leads)),
        tuple(ends.tolist()),
        float(as_large.mean()),
        dict(zip(tasks, leads, strict=True)),
        dict(zip(families, (by_family / len(tasks)).tolist(), strict=True)),
        len(values),
        len(families),
    )


def leads_by_noise(
    table: pd.DataFrame,
    first: str,
    second: str,
    *,
    scale: str = "training_flops",
    up_to: str = "take_off",
    items: str = "items",
    replicates: int = 1000,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw leads of a world where the first score is a curve in the second, seen with the noise of its items.

    The curve is the best one that never falls, through all models of the task. In this world a test of very
    many items would leave the second score no lead, save where the curve is flat. The noise of two models
    counts as independent; models that answer the same items share some of it, so the leads are rather too
    large.

    Parameters
    ----------
    table : DataFrame, one row per model and task
        With the column `task`, and those that the next arguments name.
    first, second : str
        Columns with the scores. More must be better in both; the first is a share of items.
    scale : str
        Column with the scale.
    up_to : str
        Column with the largest scale of the models whose lead is asked. The curve is that of all.
    items : str
        Column with the number of items behind the first score.
    replicates : int
        How many leads to draw, from 99 to 100,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    DataFrame, one row per draw, one column per task
        Leads: rank correlations of the second score with scale, less those of the first. A score that is the
        same for all models has the rank correlation 0.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no finite numbers, the first score is no share, the items are no whole
        numbers, or fewer than three models are left.

    References
    ----------
    Barlow, Bartholomew, Bremner and Brunk (1972), *Statistical Inference under Order Restrictions*, on curves
    that never fall.

    Examples
    --------
    >>> second = np.linspace(0, 1, 12)
    >>> table = pd.DataFrame({"task": "sums", "training_flops": second + 1, "take_off": 2, "second": second})
    >>> few, many = (table.assign(first=second**2, items=items) for items in (10, 100_000))
    >>> leads = [leads_by_noise(each, "first", "second")["sums"] for each in (few, many)]
    >>> bool(leads[0].mean() > leads[1].mean() + 0.05)
    True
    """
    models = _models(table, first, second, scale, up_to)
    _validate.instance("items", items, str)
    _validate.columns("table", table, [items])
    models["items"] = _validate.integers(items, table[items], 1)
    _validate.vector(first, table[first], 0, 1)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 100_000))
    rng, leads = _validate.generator(rng), {}
    for task, one in models.groupby("task", sort=False):
        low, curve = _on_curve(one, "second", "first")
        seen = (
            rng.binomial(low["items"], np.clip(curve, 0, 1), (replicates, len(low))) / low["items"].to_numpy()
        )
        leads[task] = _links(low[["second"]].to_numpy().T, low) - _links(seen, low)
    return pd.DataFrame(leads)


def leads_by_scatter(
    table: pd.DataFrame,
    first: str,
    second: str,
    *,
    scale: str = "training_flops",
    up_to: str = "take_off",
    replicates: int = 1000,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw leads of a world where the second score tells nothing new: a curve in the first, plus scatter.

    The curve is the best one that never falls, through all models of the task. The scatter is what it leaves
    of the models asked about, which are given each other's at random.

    Parameters
    ----------
    table : DataFrame, one row per model and task
        With the column `task`, and those that the next arguments name.
    first, second : str
        Columns with the scores. More must be better in both.
    scale : str
        Column with the scale.
    up_to : str
        Column with the largest scale of the models whose lead is asked. The curve is that of all.
    replicates : int
        How many leads to draw, from 99 to 100,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    DataFrame, one row per draw, one column per task
        Leads, as those of `leads_by_noise`.

    Raises
    ------
    ValueError, TypeError
        If a column is missing or holds no finite numbers, or fewer than three models are left.

    Examples
    --------
    >>> first = np.linspace(0, 1, 12)
    >>> table = pd.DataFrame({"task": "sums", "training_flops": first + 1, "take_off": 2, "first": first})
    >>> noisy = table.assign(second=first + np.random.default_rng(0).normal(0, 1, 12))
    >>> bool(leads_by_scatter(noisy, "first", "second")["sums"].mean() < 0)
    True
    """
    models = _models(table, first, second, scale, up_to)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 100_000))
    rng, leads = _validate.generator(rng), {}
    for task, one in models.groupby("task", sort=False):
        low, curve = _on_curve(one, "first", "second")
        scatter = np.tile(low["second"] - curve, (replicates, 1))
        drawn = curve + rng.permuted(scatter, axis=1)
        leads[task] = _links(drawn, low) - _links(low[["first"]].to_numpy().T, low)
    return pd.DataFrame(leads)


def leads_by_task(
    table: pd.DataFrame,
    first: str,
    second: str,
    *,
    scale: str = "training_flops",
    replicates: int = 2000,
    rng: int = 0,
) -> pd.DataFrame:
    """Compare two scores on each task for itself, by `lead_test`, and correct for all tasks.

    Parameters
    ----------
    table : DataFrame, one row per model and task
        With the columns `task`, `family`, and those that the next arguments name.
    first, second : str
        Columns with the scores. More must be better in both.
    scale : str
        Column with the scale.
    replicates : int
        How often families are drawn for an interval, from 99 to 100,000.
    rng : int
        Seed, the same for each task.

    Returns
    -------
    DataFrame, one row per task, the largest lead first
        With the columns `lead`, `low` and `high`, the ends of its 95% interval, and `p_value`, after Holm's
        correction.

    Raises
    ------
    ValueError, TypeError
        As `lead_test` for one of the tasks.

    Examples
    --------
    >>> x, names = np.tile([1e20, 1e21, 1e22, 1e23], 12), np.repeat(list("abcdefghijkl"), 4)
    >>> table = pd.DataFrame({"task": "sums", "family": names, "training_flops": x})
    >>> noise = np.random.default_rng(0).normal(size=(2, x.size))
    >>> noisy, smooth = np.log10(x) + [[3], [0.3]] * noise
    >>> found = leads_by_task(table.assign(noisy=noisy, smooth=smooth), "noisy", "smooth")
    >>> bool(found.loc["sums", "low"] > 0), bool(found.loc["sums", "p_value"] < 0.05)
    (True, True)
    """
    _validate.instance("table", table, pd.DataFrame)
    _validate.columns("table", table, ["task"])
    options = {"scale": scale, "replicates": replicates, "rng": _validate.integer("rng", rng)}
    tests = {task: lead_test(one, first, second, **options) for task, one in table.groupby("task")}
    if not tests:
        raise ValueError("table must have a row with a task; got none")
    rows = {task: [test.lead, *test.interval, test.p_value] for task, test in tests.items()}
    found = pd.DataFrame(rows, ["lead", "low", "high", "p_value"]).T.sort_values("lead", ascending=False)
    return found.assign(p_value=resolution.holm(found["p_value"]))


def _models(table: pd.DataFrame, first: str, second: str, scale: str, up_to: str) -> pd.DataFrame:
    """Return the tasks, the two scores, the scales and their ends, under these names."""
    names = {"first": first, "second": second, "scale": scale, "up_to": up_to}
    _validate.instance("table", table, pd.DataFrame)
    for name, value in names.items():
        _validate.instance(name, value, str)
    _validate.columns("table", table, ["task", *names.values()])
    models = pd.DataFrame({name: _validate.vector(column, table[column]) for name, column in names.items()})
    code, tasks = pd.factorize(table["task"])
    if (code < 0).any():
        raise ValueError("table must name the task of each row; got missing names")
    fewest = (models["scale"] <= models["up_to"]).groupby(code).sum()
    if fewest.min() < _LEAST_MODELS:
        raise ValueError(
            f"models up to {up_to} must be at least {_LEAST_MODELS} on each task; "
            f"got {fewest.min()} on {tasks[fewest.argmin()]}"
        )
    return models.assign(task=tasks[code])


def _on_curve(one: pd.DataFrame, x: str, y: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the models up to a scale, and the best rising curve of y in x through all models."""
    one = one.sort_values(x)  # models of the same x share a place on the curve
    curve = optimize.isotonic_regression(one.groupby(x)[y].transform("mean")).x
    low = (one["scale"] <= one["up_to"]).to_numpy()
    return one[low], curve[low]


def _links(scores: np.ndarray, models: pd.DataFrame) -> np.ndarray:
    """Return the rank correlation with scale of each row of scores; 0 if it is constant."""
    ranks = stats.rankdata(np.vstack([models["scale"], scores]), axis=1)
    size, *rows = ranks - ranks.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(size)
    return np.divide(rows @ size, lengths, out=np.zeros(len(rows)), where=lengths > 0)


def _lead(values: np.ndarray) -> float:
    """Return the lead of the last column; NaN if a column is constant, as when few families are drawn."""
    if len(values) < 3 or (np.ptp(values, axis=0) == 0).any():
        return np.nan
    _, first, second = np.corrcoef(stats.rankdata(values, axis=0).T)[0]
    return float(second - first)


def _exchanged(parts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the sum of the parts, each with both signs: all such sums, or a million of them."""
    sums = np.zeros(1)
    for part in parts[:_ALL]:
        sums = np.concatenate([sums + part, sums - part])
    for part in parts[_ALL:]:
        sums += rng.choice([-part, part], sums.size)
    sums[0] = parts.sum()  # as it is: so the p-value is never 0
    return sums
