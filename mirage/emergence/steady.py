"""How many tasks have a high emergence score, and how many would if all progress were steady."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from mirage import _counts, _validate
from mirage.emergence.scores import emergence_score
from mirage.scaling import link as to_line
from mirage.scaling import share_of_way

__all__ = ["SteadyProgress", "steady_progress"]

_STEEPEST = 50.0  # change of the line from the middle size to an end
_LEAST = 1e-12  # chance of a right answer, or of a wrong one
_TIE = 1e-6  # by how much a score must be above that of a line: less is rounding


@dataclass(frozen=True, eq=False)
class SteadyProgress:
    """Emergence scores of some tasks, and those of answers drawn from chances that change evenly.

    Attributes
    ----------
    tasks : ndarray of str, shape (tasks,)
    line : ndarray, shape (tasks,)
        Emergence score of a straight line: the sizes of the task, less one.
    scores : ndarray, shape (tasks,)
        Emergence scores, which may be infinite; 0 where all sizes have one score.
    drawn : ndarray, shape (draws, tasks)
        Those of steady progress.
    """

    tasks: np.ndarray
    line: np.ndarray
    scores: np.ndarray
    drawn: np.ndarray

    @property
    def above(self) -> np.ndarray:
        """Return which tasks score above the line."""
        return self.scores > self.line + _TIE

    @property
    def drawn_above(self) -> np.ndarray:
        """Return the same of the draws, in their shape."""
        return self.drawn > self.line + _TIE

    @property
    def p_values(self) -> np.ndarray:
        """Return for each task how often steady progress scores as high."""
        return (1 + (self.drawn >= self.scores - _TIE).sum(axis=0)) / (1 + len(self.drawn))

    def counts(self, finite: bool = False) -> tuple[int, float, tuple[float, float]]:
        """Return how many tasks score above the line: found; expected, with 95% of draws.

        With `finite`, of the scores that are not infinite.
        """
        _validate.flag("finite", finite)
        real, drawn = self.above, self.drawn_above
        if finite:
            real, drawn = real & np.isfinite(self.scores), drawn & np.isfinite(self.drawn)
        of_draws = drawn.sum(axis=1)
        low, high = np.percentile(of_draws, [2.5, 97.5])
        return int(real.sum()), float(of_draws.mean()), (float(low), float(high))

    def answer(self) -> str:
        """Return what the counts say, in two or three sentences."""
        above, expected, (low, high) = self.counts()
        said = "more than" if above > high else "fewer than" if above < low else "as many as"
        said = (
            f"{above} of {self.tasks.size} tasks have an emergence score above that of a straight line, "
            f"{said} steady progress with the luck of the items gives: {expected:.1f} ({low:.0f} to "
            f"{high:.0f} in 95% of draws)"
        )
        endless = np.isposinf(self.scores)
        again = int((np.isposinf(self.drawn[:, endless]).mean(axis=0) > 0.5).sum())
        if not again:
            return said
        real, expected, (low, high) = self.counts(finite=True)
        return (
            f"{said}. On {endless.sum()} the score is infinite, and on {again} of these it is so in most "
            "draws of steady progress too, so these cannot tell. Finite scores above the line: "
            f"{real}, with {expected:.1f} expected ({low:.0f} to {high:.0f})"
        )


def steady_progress(
    table: pd.DataFrame,
    *,
    link: str = "logistic",
    draws: int = 2000,
    rng: int | np.random.Generator = 0,
) -> SteadyProgress:
    """Compare emergence scores with those that steady progress and the luck of the items would give.

    For each task the chance of a right answer is fitted as a line in the logarithm of the size, on the scale
    of a link; then answers of as many items are drawn from it, and scored. So what is compared is no single
    task but the count: if many tasks jump, more of them score above a straight line than of the draws.

    Steady on that scale is not gradual: where all but the last sizes are at 0, the best line is a cliff
    itself. There the score cannot tell one from the other.

    Parameters
    ----------
    table : DataFrame, one row per task and size
        `task`, `parameters` (above 0), `score` (share of right answers) and `items`, at least 1.
    link : {"logistic", "gompertz", "probit"}
        On whose scale the line is straight.
    draws : int
        How often answers are drawn, from 99 to 20,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    SteadyProgress

    Raises
    ------
    ValueError, TypeError
        If a column is missing or a value is outside its range, score times items is not whole, or a task has
        a size twice, or one size alone.

    References
    ----------
    The score is that of Srivastava et al. (2023) and Schaeffer, Miranda and Koyejo (2023), Sec. 4; the
    comparison is ours, a parametric bootstrap.

    Examples
    --------
    >>> sizes, chance = np.logspace(8, 11, 7), [0.2] * 6 + [0.9]
    >>> right = np.random.default_rng(0).binomial(100, chance)
    >>> sums = pd.DataFrame({"task": "sums", "parameters": sizes, "score": right / 100, "items": 100})
    >>> found = steady_progress(sums, draws=199)
    >>> bool(found.above[0]), float(found.line[0])
    (True, 6.0)
    """
    counts = _counts.of_tasks(table)
    link = _validate.choice("link", link, ("logistic", "gompertz", "probit"))
    draws = _validate.integer("draws", _validate.number("draws", draws, 99, 20_000))
    rng = _validate.generator(rng)
    by_task = list(counts.groupby("task"))
    if poor := [task for task, one in by_task if len(one) < 2]:
        raise ValueError(f"table must have two sizes or more of each task; {poor[0]} has one")
    scores = []
    for _, one in by_task:
        right, items = one["right"].to_numpy(), one["items"].to_numpy()
        chances = _even_chances(np.log10(one["parameters"].to_numpy()), right, items, link)
        drawn = rng.binomial(items, chances, (draws, items.size))
        scores.append(emergence_score(np.vstack([right, drawn]) / items))
    scores = np.nan_to_num(np.transpose(scores), nan=0.0, posinf=np.inf, neginf=-np.inf)
    names, sizes = zip(*((task, len(one)) for task, one in by_task), strict=True)
    return SteadyProgress(np.array(names), np.array(sizes) - 1.0, scores[0], scores[1:])


def _even_chances(x: np.ndarray, right: np.ndarray, items: np.ndarray, link: str) -> np.ndarray:
    """Return the likeliest chances that lie on a line in x, on the scale of a link."""
    x = 2 * (x - x.min()) / max(np.ptp(x), 1e-12) - 1
    wrong, all_items = items - right, items.sum()

    def misfit(line: np.ndarray) -> tuple[float, np.ndarray]:
        share, rest, slope = share_of_way(line[0] + line[1] * x, link)
        share, rest = np.maximum(share, _LEAST), np.maximum(rest, _LEAST)
        downhill = (wrong / rest - right / share) * slope
        likelihood = right @ np.log(share) + wrong @ np.log(rest)
        return -likelihood / all_items, np.array([downhill.sum(), downhill @ x]) / all_items

    start = to_line((right.sum() + 1) / (all_items + 2), link), 0.1
    bounds = [(-_STEEPEST, _STEEPEST)] * 2
    options = {"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-10}
    found = optimize.minimize(misfit, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    share, _, _ = share_of_way(found.x[0] + found.x[1] * x, link)
    return share
