"""Is there a step between neighbouring sizes larger than a smooth trend and the scatter allow?"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy import stats

from mirage import _validate, _words
from mirage._curve import Curve
from mirage.emergence import _smooth

__all__ = ["BreakTest", "break_test"]

LEVEL, LEVEL_LEFT_OUT = 0.05, 0.20
_LEAST_SIZES = 7
_LEAST_SCATTER = 0.002  # of the range of the scores: no model family lies closer to a formula
_FEW_SEEDS = 4
_UNKNOWN = 1e6  # an error so many times the score is as good as none known
_PLAUSIBLE = 3.84  # of a likelihood ratio: curves that the data do not tell from the best
_NOT_RULED_OUT = 8  # the same, for the curves that make false steps likeliest
_TWO_RISES = 10  # sizes from which a curve may rise twice
_AT_ONCE = 200  # drawn families: as many as the processor's cache holds
_FAR = 40  # of the scatter's variance: a curve so far away is not the nearest to a drawn family
_LEFT_OUT = 3  # of the models, the most influential, that are left out with a bootstrap
_CLEAR = 0.2  # a p-value above it needs no second null
_POWER, _DRAWS, _FEW = 0.8, 100, 199
_CAUTION = 0.25  # the scatter behind that power is an upper limit that is too low so often
_LARGEST = 4.0  # if a step by this factor would be missed, the test cannot tell
_TRIED = np.log([1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 6, 10, 20])  # steps of which the power is measured
_NARROWER = 2.0 ** -np.arange(0.5, 3.5, 0.5)  # bounds, times the one asked for
_SCALES = "log", "log-log", "linear"


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
        or upwards does not matter); infinite if none that was tried.
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
        bound = f"compared with smooth curves at least {decades} wide"
        if self.found:
            low, high = map(_words.number, self.location)
            return (
                f"a step {self._words(self.size)} between {low} and {high} ({_words.p(self.p_value)}; with "
                f"any one model left out, at most {self.p_left_out:.2g}; {bound})"
            )
        if self.p_value <= LEVEL:
            return (
                f"cannot tell: a step, or one unusual model ({_words.p(self.p_value)}, but "
                f"{self.p_left_out:.2g} with one model left out; {bound})"
            )
        step = f"a step {self._words(self.detectable)} in the middle"
        step = "no step that was tried" if np.isinf(self.detectable) else step
        would = f"{step} would be found in 8 of 10 such families"
        if self.verdict == "cannot tell":
            would = would.replace("a step", "only a step")
            more = "more sizes, or four runs a size, would help"
            return f"cannot tell ({_words.p(self.p_value)}; {would}; {more})"
        return f"no step beyond what trend and scatter explain ({_words.p(self.p_value)}; {bound}; {would})"

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return self.answer()
        low, high = map(_words.number, self.location)
        return (
            f"{self.answer()}; of the {self.of} on the scale {self.scale}; the largest step, "
            f"{self._words(self.size)}, lies between {low} and {high}"
        )

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
    ones that they do not rule out, and from ten sizes on the best curve with two rises. With four or more
    runs at every size, the scatter is drawn again from the runs of each size. A p-value above 0.2 is not
    made more exact.

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
    if not isinstance(curve, Curve):
        raise TypeError(f"curve must be a Curve (see Curve.from_table); got {_validate.shown(curve)}")
    narrowest = _validate.number("narrowest", narrowest, 0.01, 100)
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 99, 20_000))
    rng = _validate.generator(rng)
    asked = _asked(curve, of, scale, narrowest)
    if asked.reason:
        return asked
    family = _Family.of(asked)
    if reason := family.too_little():
        return replace(asked, reason=reason)
    search = _Search(family, narrowest)
    p_value = search.p_value(replicates, rng)
    gap, height = search.step
    found = replace(
        asked,
        statistic=search.statistic,
        p_value=p_value,
        location=tuple((10.0 ** family.x[gap : gap + 2]).tolist()),
        size=float(height if asked.scale == "linear" else np.exp(height)),
        smooth=_as_scores(search.smooth, asked)[family.entry],
        scatter=float(np.sqrt(search.variance)),
    )
    if p_value > LEVEL:
        return replace(found, detectable=_detectable(search, rng, asked))
    left_out = _p_left_out(family, narrowest, replicates, rng)
    found = replace(found, p_left_out=left_out, found=left_out <= LEVEL_LEFT_OUT)
    return replace(found, narrowest_rejected=_narrowest(family, narrowest, replicates, rng))


def _asked(curve: Curve, of: str | None, scale: str | None, narrowest: float) -> BreakTest:
    """Return a result that holds what is searched for a step."""
    of = _validate.choice("of", of or ("scores" if curve.losses is None else "losses"), ("losses", "scores"))
    counted = of == "scores" and curve.trials is not None
    scale = _validate.choice("scale", scale or _usual(of, counted), _SCALES)
    size, reason = curve.parameters, ""
    if of == "losses":
        if curve.losses is None:
            raise ValueError("curve must have losses to be judged by them")
        values, errors = curve.losses, curve.loss_standard_errors
    else:
        values, errors = curve.scores, curve.standard_errors
    errors = np.zeros_like(size) if errors is None else errors
    if scale == "log-log":
        if not counted:
            raise ValueError("scale must be log or linear for values that are no counts; got 'log-log'")
        size, values, errors = _between(curve)
        reason = "" if size.size else "no size has both right and wrong answers"
    elif scale == "log" and (values <= 0).any():
        raise ValueError(f"values must be above 0 on the scale log; got {values.min():g} (use linear)")
    return BreakTest(curve, of, scale, narrowest, size, values, errors, reason=reason)


def _usual(of: str, counted: bool) -> str:
    return "log" if of == "losses" else "log-log" if counted else "linear"


def _between(curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sizes with right and wrong answers: −ln(score) of their runs, and its standard errors."""
    entry = np.unique(curve.parameters, return_inverse=True)[1]
    right, items = (np.bincount(entry, counts)[entry] for counts in (curve.successes, curve.trials))
    use = (right > 0) & (right < items)
    right, items = curve.successes[use], curve.trials[use]
    share = (right + 0.5) / (items + 1)
    error = np.sqrt(curve.design_effect[use] * (1 - share) / (items * share))
    return curve.parameters[use], -np.log(share), error


def _as_scores(values: np.ndarray, asked: BreakTest) -> np.ndarray:
    """Return values of the scale on which the test computes on that of the scores."""
    with np.errstate(over="ignore"):
        return values if asked.scale == "linear" else np.exp(values)


class _Family(NamedTuple):
    """A family on the scale of the test: log10 of each size, its mean, and what is known of its noise.

    `known` is the variance of each mean that items or runs give; `runs` the values of the runs of each size.
    """

    x: np.ndarray
    z: np.ndarray
    known: np.ndarray
    runs: tuple[np.ndarray, ...]
    entry: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(cls, asked: BreakTest) -> "_Family":
        """Return the family of a curve."""
        logarithmic = asked.scale != "linear"
        unit = asked.scores if logarithmic else 1.0
        z = np.log(asked.scores) if logarithmic else asked.scores
        with np.errstate(over="ignore"):
            errors = np.minimum(asked.standard_errors / unit, _UNKNOWN)
        sizes, entry = np.unique(asked.parameters, return_inverse=True)
        return cls._made(np.log10(sizes), z, errors, entry)

    @classmethod
    def _made(cls, x: np.ndarray, z: np.ndarray, errors: np.ndarray, entry: np.ndarray) -> "_Family":
        seeds = np.bincount(entry)
        mean = np.bincount(entry, z) / seeds
        runs = tuple(z[entry == place] for place in range(x.size))
        of_items = np.bincount(entry, errors**2) / seeds**2
        within = np.bincount(entry, (z - mean[entry]) ** 2)
        pooled = within.sum() / max((seeds - 1).sum(), 1)
        own = within / np.maximum(seeds - 1, 1)
        enough = seeds.min() >= _FEW_SEEDS
        of_runs = np.where(seeds > 1, (own + pooled) / 2 if enough else pooled, 0) / seeds
        return cls(x, mean, np.maximum(of_items, of_runs), runs, entry, errors)

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
        if self.x.size < _LEAST_SIZES:
            return f"{self.x.size} sizes, at least {_LEAST_SIZES} are needed"
        ranges = np.array([np.ptp(run) for run in self.runs])
        apart = ranges.max() > max(np.ptp(self.z) / 2, 4 * np.median(ranges))
        if not self.replicated and apart:
            return f"runs of one size lie in two places, so each size needs {_FEW_SEEDS} runs or more"
        return ""

    def without(self, left_out: int) -> "_Family":
        """Return the family without one size, or, if it has runs enough, without one run."""
        z = np.concatenate(self.runs)
        entry = np.repeat(np.arange(self.x.size), [len(run) for run in self.runs])
        errors = np.empty_like(self.errors)
        errors[:] = np.concatenate([self.errors[self.entry == place] for place in range(self.x.size)])
        keep = np.arange(z.size) != left_out if self.replicated else entry != left_out
        sizes, entry = np.unique(entry[keep], return_inverse=True)
        return self._made(self.x[sizes], z[keep], errors[keep], entry)

    @property
    def pieces(self) -> int:
        """How many things can be left out."""
        return sum(map(len, self.runs)) if self.replicated else self.x.size


class _Search:
    """The largest step of a family, and how often smooth families show one as large."""

    def __init__(self, family: _Family, narrowest: float):
        self.family, self.least = family, family.least
        weighted = _weighted(family, narrowest)
        self.grid, self.kinds, levels, self.widths = weighted
        # Enough for families that are drawn.
        self.some = self.grid.only((levels == 0) | (np.arange(levels.size) % 4 == 0))
        left, taken = (squares[:, 0] for squares in self.grid.scan(family.z[:, None]))
        with_step = np.maximum(left - taken, 0)
        self.left = left
        self.statistic = float(_statistic(left, with_step, self.least))
        self.step = self.grid.step(family.z, with_step.argmin())
        best = left.argmin()
        self.smooth = self.grid.fit(family.z, best)
        self.variance = self._variance(left[best], self.kinds[best])
        # What a step leaves as well: the scatter of sizes, if a step is no part of it.
        self.beyond = with_step.min() / max(family.x.size - 7, 1)

    def p_value(self, replicates: int, rng: np.random.Generator) -> float:
        """Return the largest p-value over curves and kinds of scatter."""
        highest = 0.0
        for fit, variance in self._plausible():
            for noise in self._noises(fit, variance):
                drawn = self.drawn(fit, noise(replicates, rng), variance)
                highest = max(highest, float((1 + (drawn >= self.statistic).sum()) / (1 + replicates)))
                if highest > _CLEAR:
                    return highest
        return highest

    def critical(self, level: float, rng: np.random.Generator) -> float:
        """Return about the statistic that smooth families exceed with a probability.

        From independent scatter alone, at half the level: about as strict as the largest of all p-values.
        """
        drawn = self.drawn(
            self.smooth, self.independent(self.smooth, self.variance)(_FEW, rng), self.variance
        )
        return float(np.quantile(drawn, 1 - level / 2))

    def drawn(self, fit: np.ndarray, noise: tuple[np.ndarray, np.ndarray], variance: float) -> np.ndarray:
        """Return the statistics of families that lie on a smooth curve but for the noise."""
        left, taken = (squares[:, 0] for squares in self.some.scan(fit[:, None]))
        far = left - taken
        near = self.some.only(far <= far.min() + _FAR * variance)
        noise, least = noise
        statistics = []
        for first in range(0, noise.shape[1], _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            left, taken = near.scan_around(fit, noise[:, part])
            statistics.append(_statistic(left, np.maximum(left - taken, 0), least[part]))
        return np.concatenate(statistics)

    def independent(self, fit: np.ndarray, variance: float):
        """Return the first null."""
        return next(iter(self._noises(fit, variance)))

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

    def _noises(self, fit: np.ndarray, variance: float):
        """Yield functions that draw noise (sizes, families), and the squares that it has within sizes."""
        family, root = self.family, self.grid.root[:, None]
        if family.replicated:
            yield lambda number, rng: _from_runs(family, self.beyond, number, rng)
            return
        residual = (family.z - fit) * self.grid.root
        constant = lambda number: np.full(number, self.least)  # noqa: E731
        deviation = np.sqrt(variance)
        for kind in (_independent, _autocorrelated, _local):
            yield lambda number, rng, kind=kind: (
                deviation * kind(residual, number, rng) / root,
                constant(number),
            )


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
    left = grid.scan(z[:, None])[0][:, 0]
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
    searches = [_Search(family.without(piece), narrowest) for piece in range(family.pieces)]
    searches.sort(key=lambda search: search.statistic)
    highest = 0.0
    for search in searches[:_LEFT_OUT]:
        highest = max(highest, search.p_value(replicates, rng))
        if highest > LEVEL_LEFT_OUT:
            break
    return highest


def _narrowest(family: _Family, narrowest: float, replicates: int, rng: np.random.Generator) -> float:
    """Return the narrowest bound at which the family is still rejected."""
    rejected = narrowest
    for bound in narrowest * _NARROWER:
        if _Search(family, bound).p_value(min(replicates, 199), rng) > LEVEL:
            break
        rejected = bound
    return float(rejected)


def _detectable(search: _Search, rng: np.random.Generator, asked: BreakTest) -> float:
    """Return the smallest step in the middle gap that is found in 80% of families like this one."""
    family = search.family
    linear = asked.scale == "linear"
    heights = np.ptp(family.z) * _TRIED / np.log(_LARGEST) / 2 if linear else _TRIED
    after = np.arange(family.x.size) >= family.x.size // 2
    designs = [(search, np.ones(family.x.size, bool), search.critical(LEVEL, rng))]
    if not family.replicated:  # one model left out, of the two at the gap
        middle = family.x.size // 2
        for place in (middle - 1, middle):
            rest = _Search(family.without(place), asked.narrowest)
            critical = rest.critical(LEVEL_LEFT_OUT, rng)
            designs.append((rest, np.arange(family.x.size) != place, critical))
    # Few sizes leave few degrees of freedom, and the scatter may well be larger than it looks.
    free = _free(family.x, 1)
    larger = np.sqrt(free / stats.chi2.ppf(_CAUTION, free))
    noise, least = search.independent(search.smooth, search.variance)(_DRAWS, rng)
    noise = noise if family.replicated else larger * noise
    power = []
    for height in heights:
        found = np.ones(_DRAWS, bool)
        for part, kept, critical in designs:
            fit = (search.smooth + height * after)[kept]
            share = least * part.least / search.least
            found &= part.drawn(fit, (noise[kept], share), search.variance) >= critical
        power.append(found.mean())
        if power[-1] >= _POWER:
            break
    else:
        return np.inf
    below = heights[len(power) - 2] if len(power) > 1 else 0.0
    before = power[-2] if len(power) > 1 else 0.0
    height = np.interp(_POWER, [before, power[-1]], [below, heights[len(power) - 1]])
    return float(height if linear else np.exp(height))
