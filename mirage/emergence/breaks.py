"""Is there a step between neighbouring sizes larger than a smooth trend and the scatter allow?"""

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from mirage import _validate, words
from mirage._curve import Curve
from mirage._later import stats
from mirage.emergence import _smooth

__all__ = ["BreakTest", "break_test"]

LEVEL, LEVEL_LEFT_OUT = 0.05, 0.20
LEAST_SIZES = 7
_LEAST_SCATTER = 0.002  # of the range of the scores: no model family lies closer to a formula
_FEW_SEEDS = 4
_UNKNOWN = 1e6  # an error so many times the score is as good as none known
_PLAUSIBLE = 3.84  # of a likelihood ratio: curves that the data do not tell from the best
_NOT_RULED_OUT = 8  # the same, for the curves that make false steps likeliest
_TWO_RISES = 13  # sizes from which a curve may rise twice: with fewer it takes every step for its own
TELLING = 9  # sizes; with fewer, one run each, one unusual model looks like a step
_AT_ONCE = 200  # drawn families: as many as the processor's cache holds
_FAR = 40  # of the scatter's variance: a curve so far away is not the nearest to a drawn family
_LEFT_OUT = 3  # of the models, the most influential, that are left out with a bootstrap
_CLEAR = 0.2  # a p-value above it needs no second null
_POWER, _DRAWS, _FEW = 0.8, 100, 199
_CAUTION = 0.25  # the scatter behind that power is an upper limit that is too low so often
_LARGEST = 4.0  # if a step by this factor would be missed, the test cannot tell
_TRIED = np.log([1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 6, 10, 20])  # steps of which the power is measured
_NARROWER = 2.0 ** -np.arange(0.5, 3.5, 0.5)  # bounds, times the one asked for


@dataclass(frozen=True, eq=False)
class BreakTest:
    """What a family says of a step between two neighbouring sizes.

    Attributes
    ----------
    curve, of, scale, narrowest : Curve, str, str, float
        The inputs: what was searched for a step, on which scale; and the bound: curves whose 10–90% width is
        at least so many decades count as smooth.
    parameters, scores, standard_errors : ndarray
        The runs that were searched, and their values (before the scale).
    statistic : float
        Logarithm of the squares that the best smooth curve leaves, over those that it leaves with a step.
    p_value : float
        How often smooth families with this scatter have a statistic as large: the largest of several nulls.
    p_left_out : float
        The largest p-value with one model (with four or more a size, one run) left out; NaN if p > 0.05.
    found : bool
        p ≤ 0.05, and ≤ 0.20 with any one model left out.
    location : tuple of float
        The sizes on either side of the largest step.
    size : float
        The step: a factor (on the scale "log-log", of −ln(score)), on the scale "linear" a difference.
    detectable : float
        The smallest step, as `size`, that this design finds in 80% of cases (by its logarithm, if downwards
        or upwards does not matter); infinite if none that was tried, or with fewer than nine
        sizes of one run.
    narrowest_rejected : float
        Where a step is found: the narrowest bound in decades at which p is still at most 0.05.
    smooth : ndarray
        The best smooth curve at `parameters`, in units of the scores.
    scatter : float
        Estimated standard deviation of the sizes around the smooth curve, on the scale.
    reason : str
        Why the test was not made (estimates are NaN then); empty when it was.
    """

    curve: Curve
    of: str
    scale: str
    narrowest: float
    parameters: np.ndarray
    scores: np.ndarray
    standard_errors: np.ndarray
    statistic: float = np.nan
    p_value: float = np.nan
    p_left_out: float = np.nan
    found: bool = False
    location: tuple[float, float] = (np.nan, np.nan)
    size: float = np.nan
    detectable: float = np.inf
    narrowest_rejected: float = np.nan
    smooth: np.ndarray | None = None
    scatter: float = np.nan
    reason: str = ""

    @property
    def verdict(self) -> str:
        """Return "step", "no step" or "cannot tell"."""
        if self.found:
            return "step"
        if self.reason or self.p_value <= LEVEL or self.detectable > self._largest():
            return "cannot tell"
        return "no step"

    def answer(self) -> str:
        """Return the verdict in a few words, with what it rests on."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        decades = f"{self.narrowest:g} decade{'s' * (self.narrowest != 1)}"
        bound = f"{self.of} on a {self.scale} scale, compared with smooth curves at least {decades} wide"
        if self.found:
            said = "a step {} between {} and {}".format(
                self._words(self.size), *map(words.number, self.location)
            )
            why = f"with any one model left out p is at most {self.p_left_out:.2g}"
        elif self.p_value <= LEVEL:
            said, why = "cannot tell: a step, or one unusual model", f"without one, p = {self.p_left_out:.2g}"
        elif self.verdict == "cannot tell":
            said, why = "cannot tell", f"{self.power()}; more sizes, or four runs per size, would help"
        else:
            said, why = "no step beyond what trend and scatter explain", self.power()
        return f"{said} ({words.p(self.p_value)}; {bound}; {why})"

    def power(self) -> str:
        """Return in words which step would have been found, where none is."""
        if np.isinf(self.detectable):
            return "no step could be told from one unusual model"
        return f"a step {self._words(self.detectable)} in the middle would be found in 8 of 10 such families"

    def _words(self, size: float) -> str:
        if self.scale == "linear":
            return f"of {size:.2g}".replace("-", "−")
        return f"by a factor of {max(size, 1 / size):.3g}"

    def _largest(self) -> float:
        return np.ptp(self.scores) / 2 if self.scale == "linear" else _LARGEST


def break_test(
    curve: Curve,
    of: str | None = None,
    *,
    scale: str | None = None,
    narrowest: float = 1.0,
    replicates: int = 999,
    rng: int | np.random.Generator = 0,
) -> BreakTest:
    """Test for a step between neighbouring sizes that no smooth curve and no scatter explains.

    A curve that is steep enough is a step, so *smooth* needs a bound: a straight line in log N, a line that
    bends once, or a line with one rise (logistic, Gompertz or its mirror image) at least `narrowest` wide.
    On the logarithm of a loss these hold power laws, with or without an irreducible loss, flattening towards
    chance, or broken once.

    The place of the step is unknown, so the p-value comes from a parametric bootstrap: families are drawn
    from the fitted smooth curves, and searched for a step in the same way. Three kinds of scatter are drawn:
    independent, autocorrelated, and of another size in different places, each as the residuals suggest; the
    largest p-value counts. So it does over the kinds of curve that the data do not tell apart, the narrowest
    ones that they do not rule out, and from thirteen sizes on the best curve with two rises. With four or
    more runs at every size, the scatter is drawn again from the runs of each size. A p-value above 0.2 is
    not made more exact.

    One bad model is no step of the family. So a step is *found* only if p ≤ 0.05, and p ≤ 0.20 whichever
    model (with four or more a size, whichever run) is left out. Where p > 0.05, the test measures which step
    it would have found; if that is more than a factor of 4 (on a linear scale: half of the range), its
    verdict is "cannot tell". In the first or last gap a step is the same as a bend.

    Parameters
    ----------
    curve : Curve
        One family.
    of : {"losses", "scores"}, optional
        What is searched; the losses, if the curve has them, without it.
    scale : {"log", "log-log", "linear"}, optional
        "log" judges the logarithm (of values above 0), "log-log" ln(−ln(share)) of counts, at the sizes with
        right and wrong answers: in the toy model that is the log of the loss. Without it: "log" for losses,
        "log-log" for counts, "linear" for other scores.
    narrowest : float
        The bound in decades, from 0.01 to 100.
    replicates : int
        Families drawn for each p-value, from 99 to 20,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    BreakTest
        With `reason` set where there are fewer than seven sizes, or where the runs of one size lie in two
        places and some size has fewer than four of them.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range, the curve has no losses, or a value is not above 0 on the scale
        "log".

    References
    ----------
    Davies (1987), *Biometrika* 74:33, on tests for a change at an unknown place. The smooth curves: Kaplan et
    al. (2020); Caballero et al. (2023). The bound, and the rule of the model left out, are ours.

    Examples
    --------
    >>> sizes = np.logspace(8, 11, 12)
    >>> scatter = np.random.default_rng(0).normal(0, 0.03, 12)
    >>> smooth = (sizes / 1e8) ** -0.2 * np.exp(scatter)
    >>> break_test(Curve.from_scores(sizes, smooth), scale="log").found
    False
    >>> jump = Curve.from_scores(sizes, smooth * np.where(sizes > 3e9, 0.25, 1))
    >>> break_test(jump, scale="log").found
    True
    """
    _validate.instance("curve", curve, Curve)
    narrowest = _validate.number("narrowest", narrowest, 0.01, 100)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 20_000))
    rng = _validate.generator(rng)
    asked = _asked(curve, of, scale, narrowest)
    if asked.reason:
        return asked
    family = _Family.asked(asked)
    if reason := family.too_little():
        return replace(asked, reason=reason)
    search = _Search(family, narrowest)
    p_value = search.p_value(replicates, rng)
    gap, height = search.step
    smooth = search.smooth[np.unique(asked.parameters, return_inverse=True)[1]]
    with np.errstate(over="ignore"):
        found = replace(
            asked,
            statistic=search.statistic,
            p_value=p_value,
            location=tuple((10.0 ** family.x[gap : gap + 2]).tolist()),
            size=float(height if asked.scale == "linear" else np.exp(height)),
            smooth=smooth if asked.scale == "linear" else np.exp(smooth),
            scatter=float(np.sqrt(search.variance)),
        )
    if p_value > LEVEL:
        return replace(found, detectable=_detectable(search, narrowest, asked.scale == "linear", rng))
    left_out = _p_left_out(family, narrowest, replicates, rng)
    found = replace(found, p_left_out=left_out, found=left_out <= LEVEL_LEFT_OUT)
    return replace(found, narrowest_rejected=_narrowest(family, narrowest, replicates, rng))


def _asked(curve: Curve, of: str | None, scale: str | None, narrowest: float) -> BreakTest:
    """Return a result that holds what is searched for a step."""
    asked = curve
    of = _validate.choice("of", of or ("scores" if curve.losses is None else "losses"), ("losses", "scores"))
    counted = of == "scores" and curve.trials is not None
    usual = "log" if of == "losses" else "log-log" if counted else "linear"
    scale = _validate.choice("scale", scale or usual, ("log", "log-log", "linear"))
    if of == "losses" and curve.losses is None:
        raise ValueError("curve must have losses to be judged by them")
    if scale == "log-log" and not counted:
        raise ValueError("scale must be log or linear for values that are no counts; got 'log-log'")
    reason = ""
    if scale == "log-log":  # of the sizes with right and wrong answers
        pooled = curve.by_size()
        mixed = pooled.parameters[(pooled.successes > 0) & (pooled.successes < pooled.trials)]
        reason = "" if mixed.size else "no size has both right and wrong answers"
        curve = curve.take(np.isin(curve.parameters, mixed))
        share = (curve.successes + 0.5) / (curve.trials + 1)
        values, errors = -np.log(share), np.sqrt(curve.design_effect * (1 - share) / (curve.trials * share))
    elif of == "losses":
        values, errors = curve.losses, curve.loss_standard_errors
    else:
        values, errors = curve.scores, curve.standard_errors
    if scale == "log" and (values <= 0).any():
        raise ValueError(f"values must be above 0 on the scale log; got {values.min():g} (use linear)")
    errors = np.zeros_like(values) if errors is None else errors
    return BreakTest(asked, of, scale, narrowest, curve.parameters, values, errors, reason=reason)


class _Family(NamedTuple):
    """A family on the scale of the test: log10 of each size, its mean, and what is known of its noise.

    `known` is the variance of each mean that items or runs give; `runs` the values of the runs of each size,
    `errors` their standard errors.
    """

    x: np.ndarray
    z: np.ndarray
    known: np.ndarray
    runs: tuple[np.ndarray, ...]
    errors: np.ndarray

    @classmethod
    def asked(cls, asked: BreakTest) -> "_Family":
        """Return the family of a test."""
        order = np.argsort(asked.parameters, kind="stable")
        values, errors = asked.scores[order], asked.standard_errors[order]
        if asked.scale != "linear":
            with np.errstate(over="ignore"):
                values, errors = np.log(values), np.minimum(errors / values, _UNKNOWN)
        return cls.of(np.log10(asked.parameters[order]), values, errors)

    @classmethod
    def of(cls, x: np.ndarray, values: np.ndarray, errors: np.ndarray) -> "_Family":
        """Return the family of some runs, which are in the order of x."""
        sizes, entry, seeds = np.unique(x, return_inverse=True, return_counts=True)
        mean = np.bincount(entry, values) / seeds
        within = np.bincount(entry, (values - mean[entry]) ** 2)
        pooled = within.sum() / max((seeds - 1).sum(), 1)
        own = within / np.maximum(seeds - 1, 1) if seeds.min() >= _FEW_SEEDS else pooled
        of_runs = np.where(seeds > 1, (own + pooled) / 2, 0) / seeds
        known = np.maximum(np.bincount(entry, errors**2) / seeds**2, of_runs)
        return cls(sizes, mean, known, tuple(np.split(values, np.cumsum(seeds)[:-1])), errors)

    @property
    def replicated(self) -> bool:
        """Whether every size has enough runs to draw their scatter from them."""
        return min(map(len, self.runs)) >= _FEW_SEEDS

    @property
    def least(self) -> float:
        """Squares added to what every curve leaves: those within sizes, and the least of any family."""
        least = self.x.size * (_LEAST_SCATTER * np.ptp(self.z)) ** 2 + np.finfo(float).tiny
        if self.replicated:
            least += sum(((run - run.mean()) ** 2).sum() / len(run) for run in self.runs)
        return least

    def too_little(self) -> str:
        """Say why the family cannot be tested; nothing if it can."""
        if self.x.size < LEAST_SIZES:
            return f"{self.x.size} size{'s' * (self.x.size != 1)}, at least {LEAST_SIZES} are needed"
        ranges = np.array([np.ptp(run) for run in self.runs])
        apart = ranges.max() > max(np.ptp(self.z) / 2, 4 * np.median(ranges))
        if not self.replicated and apart:
            return f"runs of one size lie in two places, so each size needs {_FEW_SEEDS} runs or more"
        return ""

    @property
    def pieces(self) -> np.ndarray:
        """The piece of each run, which is left out as one: its size, or the run where a size has enough."""
        seeds = list(map(len, self.runs))
        return np.arange(sum(seeds)) if self.replicated else np.repeat(np.arange(self.x.size), seeds)

    def without(self, piece: int) -> "_Family":
        """Return the family without one size, or, if it has runs enough, without one run."""
        keep, x = self.pieces != piece, np.repeat(self.x, list(map(len, self.runs)))
        return self.of(x[keep], np.concatenate(self.runs)[keep], self.errors[keep])


class _Search:
    """The largest step of a family, and how often smooth families show one as large."""

    def __init__(self, family: _Family, narrowest: float):
        self.family, self.least = family, family.least
        self.grid, self.kinds, levels, self.widths = _weighted(family, narrowest)
        # Enough for families that are drawn.
        self.some = np.flatnonzero((levels == 0) | (np.arange(levels.size) % 4 == 0))
        self.left, taken = self.grid.scan(family.z)
        with_step, best = np.maximum(self.left - taken, 0), self.left.argmin()
        self.statistic = float(_statistic(self.left, with_step, self.least))
        self.step = self.grid.step(family.z, with_step.argmin())
        self.smooth = self.grid.fit(family.z, best)
        self.variance = self._variance(self.left[best], self.kinds[best])
        # What a step leaves as well: the scatter of sizes, if a step is no part of it.
        self.beyond = with_step.min() / max(family.x.size - 7, 1)

    def p_value(self, replicates: int, rng: np.random.Generator) -> float:
        """Return the largest p-value over curves and kinds of scatter."""
        highest = 0.0
        for fit, variance in self._plausible():
            for noise in self.noises(fit, variance, replicates, rng):
                above = (self.drawn(fit, variance, *noise) >= self.statistic).sum()
                highest = max(highest, float((1 + above) / (1 + replicates)))
                if highest > _CLEAR:
                    return highest
        return highest

    def critical(self, level: float, rng: np.random.Generator) -> float:
        """Return about the statistic that smooth families exceed with a probability.

        From independent scatter alone, at half the level: about as strict as the largest of all p-values.
        """
        noise = next(self.noises(self.smooth, self.variance, _FEW, rng))
        return float(np.quantile(self.drawn(self.smooth, self.variance, *noise), 1 - level / 2))

    def drawn(self, fit: np.ndarray, variance: float, noise: np.ndarray, least: np.ndarray) -> np.ndarray:
        """Return the statistics of families that lie on a smooth curve but for the noise."""
        far = np.subtract(*self.grid.scan(fit))[self.some]
        near = self.some[far <= far.min() + _FAR * variance]
        statistics = []
        for first in range(0, noise.shape[1], _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            left, taken = self.grid.scan_around(fit, noise[:, part], near)
            statistics.append(_statistic(left, np.maximum(left - taken, 0), least[part]))
        return np.concatenate(statistics)

    def _variance(self, left: float, kind: int) -> float:
        """Return the variance of a size around a curve, at weight 1."""
        return (left + _LEAST_SCATTER**2 * np.ptp(self.family.z) ** 2) / _free(self.family.x, kind)

    def _plausible(self):
        """Yield the best curve of each kind, its best narrowest one, one with two rises; with variances."""
        left, kinds = self.left + self.least, self.kinds
        ratio = self.family.x.size * np.log(left / left.min())
        found = []
        for kind in np.unique(kinds):
            same = np.flatnonzero(kinds == kind)
            # A family as steep as the bound allows is the likeliest to show a step by chance.
            narrow = same[self.widths[same] == self.widths[same].min()]
            for group, least in ((same, _PLAUSIBLE), (narrow, _NOT_RULED_OUT)):
                best = group[ratio[group].argmin()]
                if ratio[best] < least and best not in found:
                    found.append(best)
        for index in found:
            yield self.grid.fit(self.family.z, index), self._variance(self.left[index], kinds[index])
        if self.family.x.size >= _TWO_RISES:
            fit, left = self.grid.fit_of_two(self.family.z, found)
            yield fit, self._variance(left, 2)

    def noises(self, fit: np.ndarray, variance: float, number: int, rng: np.random.Generator):
        """Yield drawn noise (sizes, families), and the squares that it has within sizes (families,)."""
        if self.family.replicated:
            yield _from_runs(self.family, self.beyond, number, rng)
            return
        root = self.grid.root[:, None]
        residual = (self.family.z - fit) * self.grid.root
        for kind in (_independent, _autocorrelated, _local):
            noise = np.sqrt(variance) * kind(residual, number, rng) / root
            yield noise, np.full(number, self.least)


def _independent(residual: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal((residual.size, number))


def _autocorrelated(residual: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    # A fitted curve takes part of the correlation of neighbours away: about the number of its parameters.
    found = residual[1:] @ residual[:-1] / max(residual @ residual, 1e-300)
    correlation = np.clip(found + 5 / residual.size, 0, 0.9)
    noise = rng.standard_normal((residual.size, number))
    for place in range(1, residual.size):
        noise[place] = correlation * noise[place - 1] + np.sqrt(1 - correlation**2) * noise[place]
    return noise


def _local(residual: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    reach = max(residual.size // 6, 1)
    squares = np.pad(residual**2, reach, mode="reflect")
    window = np.ones(2 * reach + 1) / (2 * reach + 1)
    deviation = np.sqrt(np.convolve(squares, window, "valid") + 0.1 * np.mean(residual**2) + 1e-300)
    deviation /= np.sqrt(np.mean(deviation**2))
    return deviation[:, None] * rng.standard_normal((residual.size, number))


def _from_runs(family: _Family, of_sizes: float, number: int, rng: np.random.Generator):
    """Draw the runs of each size again; what the sizes scatter beyond that is normal."""
    means, squares, expected = [], np.zeros(number), []
    for run in family.runs:
        # Around a mean of few runs there is less scatter than around the truth.
        errors = (run - run.mean()) * np.sqrt(run.size / (run.size - 1))
        drawn = rng.choice(errors, (number, run.size))
        means.append(drawn.mean(1))
        squares += ((drawn - drawn.mean(1, keepdims=True)) ** 2).sum(1) / run.size
        expected.append(np.mean(errors**2) / run.size)
    beyond = np.sqrt(max(of_sizes - np.mean(expected), 0))
    noise = np.array(means) + beyond * rng.standard_normal((family.x.size, number))
    return noise, squares + family.x.size * (_LEAST_SCATTER * np.ptp(family.z)) ** 2


def _weighted(family: _Family, narrowest: float):
    """Return smooth curves, weighted where the sizes are not known equally well."""
    x, z, known = family.x, family.z, family.known
    found = grid, kinds, *_ = _smooth.curves(x, z, np.ones_like(z), narrowest)
    if np.ptp(known) == 0 or family.replicated:
        return found
    left, _ = grid.scan(z)
    between = max(left.min() / _free(x, kinds[left.argmin()]) - known.mean(), 0)
    least = (_LEAST_SCATTER * np.ptp(z)) ** 2 + 1e-6 * known.mean()
    total = known + max(between, least)
    return _smooth.curves(x, z, total.mean() / total, narrowest)


def _free(x: np.ndarray, kind: int) -> int:
    """Return the degrees of freedom that a curve leaves: a line has two numbers, the others five."""
    return max(x.size - (2 if kind == 0 else 5), 1)


def _statistic(left: np.ndarray, with_step: np.ndarray, least: np.ndarray) -> np.ndarray:
    squares = (np.maximum(each.min(axis=0) + least, np.finfo(float).tiny) for each in (left, with_step))
    return np.subtract(*map(np.log, squares))


def _p_left_out(family: _Family, narrowest: float, replicates: int, rng: np.random.Generator) -> float:
    """Return the largest p-value without one of the models that matter most."""
    searches = [_Search(family.without(piece), narrowest) for piece in np.unique(family.pieces)]
    searches.sort(key=lambda search: search.statistic)
    highest = 0.0
    for search in searches[:_LEFT_OUT]:
        highest = max(highest, search.p_value(replicates, rng))
        if highest > LEVEL_LEFT_OUT:
            break
    return highest


def _narrowest(family: _Family, narrowest: float, replicates: int, rng: np.random.Generator) -> float:
    """Return the narrowest bound at which the family is still rejected."""
    bounds = narrowest * _NARROWER
    p_values = (_Search(family, bound).p_value(min(replicates, 199), rng) for bound in bounds)
    rejected = sum(1 for _ in takewhile(lambda p_value: p_value <= LEVEL, p_values))
    return float(np.append(narrowest, bounds)[rejected])


def _detectable(search: _Search, narrowest: float, linear: bool, rng: np.random.Generator) -> float:
    """Return the smallest step in the middle gap that is found in 80% of families like this one."""
    family, middle = search.family, search.family.x.size // 2
    if family.x.size < TELLING and not family.replicated:
        return np.inf
    heights = np.ptp(family.z) * _TRIED / np.log(_LARGEST) / 2 if linear else _TRIED
    place = np.arange(family.x.size)
    designs = [(search, place >= 0, search.critical(LEVEL, rng))]
    if not family.replicated:  # one model left out, of the two at the gap
        for left_out in (middle - 1, middle):
            rest = _Search(family.without(left_out), narrowest)
            designs.append((rest, place != left_out, rest.critical(LEVEL_LEFT_OUT, rng)))
    noise, least = next(search.noises(search.smooth, search.variance, _DRAWS, rng))
    if not family.replicated:  # few degrees of freedom: the scatter may well be larger than it looks
        free = _free(family.x, 1)
        noise = np.sqrt(free / stats.chi2.ppf(_CAUTION, free)) * noise
    below, before = 0.0, 0.0
    for height in heights:
        found = np.ones(_DRAWS, bool)
        for part, kept, critical in designs:
            fit = (search.smooth + height * (place >= middle))[kept]
            share = least * part.least / search.least
            found &= part.drawn(fit, search.variance, noise[kept], share) >= critical
        if found.mean() >= _POWER:
            height = np.interp(_POWER, [before, found.mean()], [below, height])
            return float(height if linear else np.exp(height))
        below, before = height, found.mean()
    return np.inf
