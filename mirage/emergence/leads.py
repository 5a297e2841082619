"""Which of two scores of the same answers follows scale more closely?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mirage import _validate, words

__all__ = ["LeadTest", "lead_test"]

_LEAST_FAMILIES = 5  # with fewer there are too few ways to draw them
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
    models, families : int
        In the whole table; a model that stands under several tasks counts once for each.
    """

    lead: float
    interval: tuple[float, float]
    p_value: float
    leads: dict[str, float]
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
        len(values),
        len(families),
    )


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
