"""Is there a step between neighbouring sizes larger than a smooth trend and the scatter allow?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirage import _validate
from mirage._curve import Curve
from mirage.emergence import _smooth

__all__ = ["BreakTest", "break_test"]

_LEAST_SIZES = 6
_WIDEST = 4  # median gaps between sizes: the bound without `narrowest`
_LEAST_SCATTER = 0.002  # of the range of the scores: no model family lies closer to a formula
_FEW_SEEDS = 4
_NARROWEST = 0.01  # decades
_UNKNOWN = 1e6  # an error so many times the score is as good as none known
_PLAUSIBLE = 3.84  # of a likelihood ratio: curves that the data do not tell from the best
_NOT_RULED_OUT = 8  # the same, for the curves that make false steps likeliest
_AT_ONCE = 200  # drawn families: as many as the processor's cache holds
_FAR = 40  # of the scatter's variance: a curve so far away is not the nearest to a drawn family


@dataclass(frozen=True, eq=False)
class BreakTest:
    """What a family's scores say of a step between two neighbouring sizes.

    Attributes
    ----------
    parameters, scores, standard_errors : ndarray
        The inputs, one entry a run.
    narrowest : float
        The bound: curves whose 10-90 width is at least so many decades count as smooth.
    statistic : float
        Logarithm of the squares that the best smooth curve leaves, over those that it leaves with a step.
    p_value : float
        How often smooth families with this scatter have a statistic as large; NaN when it cannot tell.
    location : tuple of float
        The sizes on either side of the largest step.
    size : float
        The step: a factor where all scores are above 0, else a difference; NaN when it cannot tell.
    smooth : ndarray
        The best smooth curve, one entry a run; NaN when it cannot tell.
    scatter : float
        Estimated standard deviation of the sizes around the smooth curve: relative where `size` is a factor.
    verdicts : dict of int to float
        The p-values at bounds of `gaps` median gaps between sizes.
    reason : str
        Why the data cannot tell; empty when they can.
    """

    parameters: np.ndarray
    scores: np.ndarray
    standard_errors: np.ndarray
    narrowest: float
    statistic: float
    p_value: float
    location: tuple[float, float]
    size: float
    smooth: np.ndarray
    scatter: float
    verdicts: dict[int, float]
    reason: str = ""

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        low, high = self.location
        step = f"by a factor of {self.size:.3g}" if (self.scores > 0).all() else f"of {self.size:.3g}"
        bounds = ", ".join(f"{gaps}: {p:.3f}" for gaps, p in self.verdicts.items())
        return (
            f"the largest step, {step}, lies between {low:.3g} and {high:.3g} parameters; p = "
            f"{self.p_value:.3f} against curves at least {self.narrowest:.2f} decades wide "
            f"(by the gaps between sizes that they span, {bounds})"
        )


def break_test(
    curve: Curve,
    of: str | None = None,
    *,
    narrowest: float | None = None,
    gaps: Sequence[int] = (1, 2, 4),
    replicates: int = 1000,
    rng: int | np.random.Generator = 0,
) -> BreakTest:
    """Test for a step between neighbouring sizes that no smooth curve and no scatter explains.

    A curve that is steep enough is a step, so *smooth* needs a bound: a straight line in log N, a line that
    bends once, or a line with one rise (logistic, Gompertz or its mirror image) at least `narrowest` wide. On
    the logarithm of a loss these hold power laws, with or without an irreducible loss, flattening towards
    chance, or broken once. Scores above 0 are judged by their logarithms, others as they are.

    The scatter between sizes is estimated, and is never taken to be below 0.2 % of the range. The place of
    the step is unknown, so the p-value comes from a parametric bootstrap: families are drawn from the fitted
    smooth curves, and searched for a step in the same way. Where the data do not tell several kinds of curve
    apart, it is the largest of theirs, and of the narrowest curve of each kind that the data do not rule out:
    a family as steep as the bound allows shows false steps most easily. In the first or last gap a step is
    the same as a bend: it is found only if the family bends elsewhere as well, and may be a second bend.

    The scatter must be about the same at all sizes. An accuracy scatters little near its ends, and much
    between them: give −ln(accuracy), of the sizes where some answer is right.

    Parameters
    ----------
    curve : Curve
        One family.
    of : {"losses", "scores"}, optional
        What is searched for a step; the losses, if the curve has them, without it. Of counts, "scores" judges
        −ln of the share, at the sizes with right and wrong answers.
    narrowest : float, optional
        The bound in decades, from 0.01 to 100; four median gaps between sizes without it.
    gaps : sequence of int
        Bounds at which a verdict is given as well, from 1 to 100 median gaps between sizes.
    replicates : int
        Families drawn for the p-value, from 99 to 20,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    BreakTest
        With `reason` set, and NaN for p-value and size, where there are fewer than six sizes, or where the
        seeds of one size lie in two places and some size has fewer than four of them.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Davies (1987), *Biometrika* 74:33, on tests for a change at an unknown place. The smooth curves: Kaplan et
    al. (2020); Caballero et al. (2023). The bound is ours.

    Examples
    --------
    >>> sizes = np.logspace(8, 11, 8)
    >>> scatter = np.random.default_rng(0).normal(0, 0.03, 8)
    >>> smooth = (sizes / 1e8) ** -0.2 * np.exp(scatter)
    >>> bool(break_test(Curve.from_scores(sizes, smooth)).p_value > 0.05)
    True
    >>> jump = break_test(Curve.from_scores(sizes, smooth * np.where(sizes > 3e9, 0.25, 1)))
    >>> bool(jump.p_value < 0.05)
    True
    """
    runs = judged(curve, of or ("scores" if curve.losses is None else "losses"))
    narrowest = None if narrowest is None else _validate.number("narrowest", narrowest, _NARROWEST, 100)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 20_000))
    gaps = _validate.integers("gaps", _validate.vector("gaps", gaps, 1, 100)).tolist()
    rng = _validate.generator(rng)
    if not runs[0].size:
        return cannot_tell(*runs, np.nan, gaps, "no size has both right and wrong answers")
    x, z, variances, reason = _by_size(*runs)
    gap = max(float(np.median(np.diff(x))), _NARROWEST) if x.size > 1 else np.nan
    bound = narrowest or gap * _WIDEST
    if reason:
        return cannot_tell(*runs, bound, gaps, reason)
    widths = {bound, *(gap * number for number in gaps)}
    searched = {width: _search(x, z, variances, width, replicates, rng) for width in sorted(widths)}
    found = searched[bound]
    # A curve that is wide enough for one bound is so for all that are narrower.
    p_values = {
        width: max(other.p_value for wider, other in searched.items() if wider >= width) for width in searched
    }
    size, smooth = (_as_scores(values, runs[1]) for values in (np.array(found.height), found.smooth))
    return BreakTest(
        *(*runs, bound, found.statistic, p_values[bound]),
        location=tuple((10.0 ** x[found.gap : found.gap + 2]).tolist()),
        size=float(size),
        smooth=smooth[np.unique(runs[0], return_inverse=True)[1]],
        scatter=found.scatter,
        verdicts={number: p_values[gap * number] for number in gaps},
    )


def cannot_tell(parameters, scores, standard_errors, narrowest, gaps, reason) -> BreakTest:
    """Return a result that holds only the inputs, and why the data cannot tell."""
    nothing = {"statistic": np.nan, "p_value": np.nan, "location": (np.nan, np.nan), "size": np.nan}
    nothing |= {"smooth": np.full(parameters.size, np.nan), "scatter": np.nan}
    verdicts = dict.fromkeys(gaps, np.nan)
    inputs = parameters, scores, standard_errors, narrowest
    return BreakTest(*inputs, **nothing, verdicts=verdicts, reason=reason)


@dataclass(frozen=True)
class _Found:
    statistic: float
    p_value: float
    gap: int
    height: float
    smooth: np.ndarray
    scatter: float


def judged(curve: Curve, of: str) -> tuple[np.ndarray, ...]:
    """Return the sizes, the values that are searched for a step, and their standard errors."""
    size = curve.parameters
    if _validate.choice("of", of, ("losses", "scores")) == "losses":
        if curve.losses is None:
            raise ValueError("curve must have losses to be judged by them")
        errors = curve.loss_standard_errors
        return size, curve.losses, np.zeros_like(size) if errors is None else errors
    if curve.trials is None:
        errors = curve.standard_errors
        return size, curve.scores, np.zeros_like(size) if errors is None else errors
    # Without a right answer −ln(score) has no upper end, without a wrong answer no lower one.
    entry = np.unique(size, return_inverse=True)[1]
    right, items = (np.bincount(entry, counts)[entry] for counts in (curve.successes, curve.trials))
    use = (right > 0) & (right < items)
    right, items = curve.successes[use], curve.trials[use]
    share = (right + 0.5) / (items + 1)
    return size[use], -np.log(share), np.sqrt((1 - share) / (items * share))


def _by_size(size: np.ndarray, score: np.ndarray, error: np.ndarray) -> tuple:
    """Return log10 N, the mean score of each size and its known variance, and why the data cannot tell."""
    logarithmic = (score > 0).all()
    unit = score if logarithmic else _unit(score)
    z = np.log(score) if logarithmic else score / unit
    with np.errstate(over="ignore"):
        error = np.minimum(error / unit, _UNKNOWN)
    sizes, place, seeds = np.unique(size, return_inverse=True, return_counts=True)
    mean = np.bincount(place, z) / seeds
    of_items = np.bincount(place, error**2) / seeds**2
    within = np.bincount(place, (z - mean[place]) ** 2)
    reason = ""
    if sizes.size < _LEAST_SIZES:
        reason = f"the sizes are {sizes.size}, and {_LEAST_SIZES} are needed"
    elif seeds.min() < _FEW_SEEDS and _two_places(z, place, mean):
        reason = f"runs of one size lie in two places, so each size needs {_FEW_SEEDS} runs or more"
    pooled = within.sum() / max((seeds - 1).sum(), 1)
    own = within / np.maximum(seeds - 1, 1)
    enough = seeds.min() >= _FEW_SEEDS
    of_runs = np.where(seeds > 1, (own + pooled) / 2 if enough else pooled, 0) / seeds
    return np.log10(sizes), mean, np.maximum(of_items, of_runs), reason


def _as_scores(values: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Return values of the scale on which the test computes on that of the scores."""
    with np.errstate(over="ignore"):
        return np.exp(values) if (score > 0).all() else values * np.float64(_unit(score))


def _unit(score: np.ndarray) -> float:
    """Return the largest size of a score, so that squares stay within the floats."""
    return float(np.abs(score).max()) or 1.0


def _two_places(z: np.ndarray, place: np.ndarray, mean: np.ndarray) -> bool:
    """Say whether the runs of one size lie far apart, on the scale of the trend and of the other sizes."""
    ranges = np.array([np.ptp(z[place == i]) for i in range(mean.size)])
    return bool(ranges.max() > max(np.ptp(mean) / 2, 4 * np.median(ranges)))


def _search(
    x: np.ndarray,
    z: np.ndarray,
    variances: np.ndarray,
    narrowest: float,
    replicates: int,
    rng: np.random.Generator,
) -> _Found:
    """Find the largest step, and how often smooth curves at least this wide show one as large."""
    least = x.size * (_LEAST_SCATTER * np.ptp(z)) ** 2 + np.finfo(float).tiny
    grid, kinds, levels, widths = _weighted(x, z, variances, narrowest)
    some = grid.only((levels == 0) | (np.arange(levels.size) % 4 == 0))  # enough for families that are drawn
    left, taken = (squares[..., 0] for squares in grid.scan(z[:, None]))
    with_step = np.maximum(left - taken, 0)
    statistic = _statistic(left, with_step, least)
    drawn = [
        _null(grid.fit(z, i), some, (left[i] + least) / _free(x, kinds[i]), least, replicates, rng)
        for i in _plausible(left + least, kinds, widths, x.size)
    ]
    p_value = max((1 + (null >= statistic).sum()) / (1 + replicates) for null in drawn)
    best = left.argmin()
    scatter = np.sqrt((left[best] + least) / _free(x, kinds[best]))
    place = grid.step(z, with_step.argmin())
    return _Found(float(statistic), float(p_value), *place, grid.fit(z, best), float(scatter))


def _weighted(
    x: np.ndarray, z: np.ndarray, variances: np.ndarray, narrowest: float
) -> tuple[_smooth.Grid, np.ndarray, np.ndarray, np.ndarray]:
    """Return smooth curves, weighted where the sizes are not known equally well."""
    found = grid, kinds, *_ = _smooth.curves(x, z, np.ones_like(z), narrowest)
    if np.ptp(variances) == 0:
        return found
    left = grid.scan(z[:, None])[0][:, 0]
    between = max(left.min() / _free(x, kinds[left.argmin()]) - variances.mean(), 0)
    least = (_LEAST_SCATTER * np.ptp(z)) ** 2 + 1e-6 * variances.mean()
    total = variances + max(between, least)
    return _smooth.curves(x, z, total.mean() / total, narrowest)


def _free(x: np.ndarray, kind: int) -> int:
    """Return the degrees of freedom that a curve leaves: a line has two numbers, the others five."""
    return max(x.size - (2 if kind == 0 else 5), 1)


def _plausible(left: np.ndarray, kinds: np.ndarray, widths: np.ndarray, sizes: int) -> list[int]:
    """Return the best curve of each kind, and its best narrowest one, unless the data rule them out."""
    ratio = sizes * np.log(left / left.min())
    found = []
    for kind in np.unique(kinds):
        same = np.flatnonzero(kinds == kind)
        # A family as steep as the bound allows is the likeliest to show a step by chance.
        narrow = same[widths[same] == widths[same].min()]
        for group, least in ((same, _PLAUSIBLE), (narrow, _NOT_RULED_OUT)):
            best = group[ratio[group].argmin()]
            if ratio[best] < least and best not in found:
                found.append(best)
    return found


def _null(
    fit: np.ndarray,
    grid: _smooth.Grid,
    variance: float,
    least: float,
    replicates: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the statistics of families that lie on a smooth curve but for the scatter."""
    left, taken = (squares[..., 0] for squares in grid.scan(fit[:, None]))
    far = left - taken
    near = grid.only(far <= far.min() + _FAR * variance)
    noise = np.sqrt(variance) / grid.root[:, None] * rng.standard_normal((fit.size, replicates))
    parts = [near.scan_around(fit, noise[:, i : i + _AT_ONCE]) for i in range(0, replicates, _AT_ONCE)]
    statistics = [_statistic(left, np.maximum(left - taken, 0), least) for left, taken in parts]
    return np.concatenate(statistics)


def _statistic(left: np.ndarray, with_step: np.ndarray, least: float) -> np.ndarray:
    return np.log((left.min(axis=0) + least) / (with_step.min(axis=0) + least))
