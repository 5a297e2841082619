"""Do the runs of one recipe fall into two states, or do they vary around one?"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from scipy import special, stats

from mirage import _validate, words

__all__ = ["TwoStates", "two_states"]

NULLS = tuple(f"{shape}, {which}" for shape in ("beta", "logistic-normal") for which in ("best", "widest"))
LEVEL = 0.05
_LEAST_RUNS = 6
_VALLEY = 0.5  # two states have at most so much between them, as a share of the lower peak
_BINS = 100
_LEAST_PEAK = 1e-3  # of the mass in a bin, a tenth of an even spread; rounding errors make smaller ones
_AT_ONCE = 500  # counts, so that the tables fit into memory
_PLAUSIBLE = 1.92  # of a log-likelihood: single states that the data do not tell from the best
_TINY = np.finfo(float).tiny
_WEIGHTS = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
_REACH = 12.0  # of the logarithm of the odds
# Mean and concentration (a + b) of beta distributions. From 2 on they have one peak, at an end or inside.
_COARSE = special.expit(np.linspace(-5, 5, 11)), np.array([2.0, 10, 50, 250])
_FINE = special.expit(np.linspace(-7.5, 7.5, 41)), np.geomspace(4096, 2, 16)
_NORMAL = np.linspace(-7.5, 7.5, 31), np.geomspace(0.03, 4, 18)  # mean and deviation of log-odds


@dataclass(frozen=True, eq=False)
class TwoStates:
    """What the runs of one recipe say of two states.

    Attributes
    ----------
    successes : ndarray of int
        Right answers of each run.
    trials : int
        Items of each run.
    statistic : float
        Logarithm of the likelihood of the best two states over that of the best single one; 0 if it is less.
    p_values : dict of str to float
        How often runs of a single state have a statistic as large: "beta, best", "beta, widest",
        "logistic-normal, best", "logistic-normal, widest".
    low, high : float
        Mean share of the lower and of the higher of the best two states.
    reason : str
        Why the test was not made (estimates are NaN then); empty when it was.
    """

    successes: np.ndarray
    trials: int
    statistic: float = np.nan
    p_values: dict[str, float] = field(default_factory=dict)
    low: float = np.nan
    high: float = np.nan
    reason: str = ""

    @property
    def p_value(self) -> float:
        """Return the largest p-value; NaN if there is none."""
        return max(self.p_values.values(), default=np.nan)

    @property
    def found(self) -> bool:
        """Return whether there are two states."""
        return self.p_value <= LEVEL

    def answer(self) -> str:
        """Return the verdict in a few words, with what it rests on."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        said = "two states" if self.found else "one state explains the runs as well as two"
        why = f"{words.p(self.p_value)}, {len(self.successes)} runs"
        return f"{said}, near {self.low:.2f} and {self.high:.2f} ({why})"


def two_states(
    successes: object, trials: int, *, replicates: int = 199, rng: int | np.random.Generator = 0
) -> TwoStates:
    """Test whether runs of one recipe fall into two states, against one state with any spread.

    In one state the true shares of the runs have a distribution with one peak: narrow, wide, or highest at 0
    or 1 and falling from there. Two shapes are tried, beta and logistic-normal, as the verdict can depend on
    it. Two states are a mixture of two beta distributions, with a valley between the peaks that is at most
    half as high as the lower peak. Either way the items add binomial noise, so few items blur two states into
    one. The best of each kind are compared; the p-value comes from runs that are drawn from a single state,
    and judged in the same way (parametric bootstrap). Of each shape the best single state and the widest one
    that the data do not rule out are drawn, and the largest p-value counts: a few runs look narrower than
    they are. Many runs at exactly 0 or 1 beside a wide heap fit neither shape, and can be called two states
    without a valley to be seen: ask again without them.

    Parameters
    ----------
    successes : array-like of int, shape (runs,)
        Right answers of each run.
    trials : int
        Items, the same number for each run.
    replicates : int
        Sets of runs drawn for each p-value, from 39 to 20,000.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    TwoStates
        With `reason` set where there are fewer than six runs.

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range.

    References
    ----------
    Test of one component against two by parametric bootstrap: McLachlan (1987), *Applied Statistics* 36:318.
    One peak of the logistic-normal distribution: Johnson (1949), *Biometrika* 36:149. The rules of the valley
    and of the widest state are ours; `datasets.load_two_states` has what they are worth.

    Examples
    --------
    >>> print(two_states([0, 1, 2, 97, 98, 96, 99, 0], 100).answer())
    two states, near 0.01 and 0.98 (p = 0.005, 8 runs)
    >>> two_states([20, 31, 40, 52, 48, 60, 35, 44], 100).found
    False
    """
    trials = _validate.integer("trials", _validate.number("trials", trials, 1, 1e6))
    right = _validate.integers("successes", _validate.vector("successes", successes))
    _validate.at_most(right, np.full_like(right, trials))
    replicates = _validate.integer("replicates", _validate.number("replicates", replicates, 39, 20_000))
    rng = _validate.generator(rng)
    if right.size < _LEAST_RUNS:
        return TwoStates(right, trials, reason=f"fewer than {_LEAST_RUNS} runs")
    single, double = _likelihoods(right[None], trials)
    statistic = _statistic(single, double)[0]
    components = _beta(*_COARSE)
    low, high, _ = (each[double.argmax()] for each in _pairs())
    means = [float(components[i, 0] / components[i].sum()) for i in (low, high)]
    shapes = {"beta": (_beta(*_FINE), rng.beta), "logistic-normal": (_normal(), _logistic_normal(rng))}
    p_values = dict.fromkeys(NULLS, 1.0)
    for shape, (states, draw) in shapes.items():
        for which, state in zip(("best", "widest"), _nulls(states, single[shape][:, 0]), strict=True):
            if statistic > 0:
                drawn = rng.binomial(trials, draw(*state, (replicates, right.size)))
                larger = np.sum(_statistic(*_likelihoods(drawn, trials)) >= statistic)
                p_values[f"{shape}, {which}"] = float((1 + larger) / (replicates + 1))
    return TwoStates(right, trials, float(statistic), p_values, *means)


def _beta(means: np.ndarray, concentrations: np.ndarray) -> np.ndarray:
    """Return the two parameters of each beta distribution of a grid, the widest last."""
    concentration, mean = (each.ravel() for each in np.meshgrid(concentrations, means, indexing="ij"))
    return np.stack([mean * concentration, (1 - mean) * concentration], axis=1)


@functools.cache
def _normal() -> np.ndarray:
    """Return mean and deviation of the log-odds where their shares have one peak, the widest last."""
    deviation, mean = (each.ravel() for each in np.meshgrid(_NORMAL[1], _NORMAL[0], indexing="ij"))
    root = np.sqrt(np.maximum(1 - 2 / deviation**2, 0))
    one_peak = np.abs(mean) >= deviation**2 * root - 2 * np.arctanh(root)
    return np.stack([mean, deviation], axis=1)[one_peak]


def _logistic_normal(rng: np.random.Generator) -> Callable[..., np.ndarray]:
    return lambda mean, deviation, shape: special.expit(rng.normal(mean, deviation, shape))


def _nulls(states: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return the best single state of a shape, and the widest that the data do not rule out."""
    plausible = np.flatnonzero(likelihood >= likelihood.max() - _PLAUSIBLE)
    return states[[likelihood.argmax(), plausible[-1]]]


@functools.cache
def _pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all mixtures of two components that have a valley: the lower, the higher, and its weight."""
    components = _beta(*_COARSE)
    edges = np.linspace(0, 1, _BINS + 1)
    mass = np.diff(stats.beta.cdf(edges, *components.T[:, :, None]), axis=1)
    pairs = np.array(list(permutations(range(len(components)), 2)))
    mean = components[:, 0] / components.sum(axis=1)
    low, high = pairs[mean[pairs[:, 0]] < mean[pairs[:, 1]]].T
    kept = [_has_valley((1 - w) * mass[low] + w * mass[high]) for w in _WEIGHTS]
    number, pair = np.nonzero(kept)
    return low[pair], high[pair], _WEIGHTS[number]


def _has_valley(mass: np.ndarray) -> np.ndarray:
    """Return whether each density, in bins, falls to half of the lower of two peaks on either side."""
    left = np.maximum.accumulate(mass, axis=1)
    right = np.maximum.accumulate(mass[:, ::-1], axis=1)[:, ::-1]
    lower = np.minimum(left, right)
    return ((lower > _LEAST_PEAK) & (mass <= _VALLEY * lower)).any(axis=1)


@functools.cache
def _places(trials: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return log-odds, closer than the items can tell, and how much of each single state lies there."""
    places = np.linspace(-_REACH, _REACH, max(200, int(_REACH * np.sqrt(trials))))
    between = (places[1:] + places[:-1]) / 2
    share, beta = special.expit(between), stats.beta
    coarse, fine = (_beta(*grid).T[:, :, None] for grid in (_COARSE, _FINE))
    mean, deviation = _normal().T[:, :, None]
    z = (between - mean) / deviation
    return places, {
        "coarse": _masses(beta.cdf(share, *coarse), beta.sf(share, *coarse)),
        "beta": _masses(beta.cdf(share, *fine), beta.sf(share, *fine)),
        "logistic-normal": _masses(special.ndtr(z), special.ndtr(-z)),
    }


def _masses(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Return the masses between limits; in the upper half from what is above, which is exact there."""
    lower = np.diff(below, axis=1, prepend=0, append=1)
    upper = -np.diff(above, axis=1, prepend=1, append=0)
    return np.where(np.append(below, np.ones((len(below), 1)), axis=1) < 0.5, lower, upper)


def _likelihoods(sets: np.ndarray, trials: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the log-likelihood of each set of runs (columns) in each single state, and in each pair."""
    places, masses = _places(trials)
    single, double = {"beta": 0.0, "logistic-normal": 0.0}, 0.0
    low, high, weight = _pairs()
    seen = np.unique(sets)
    for counts in np.array_split(seen, -(-seen.size // _AT_ONCE)):  # some of the counts that occur at a time
        times = np.stack([(sets == count).sum(axis=1) for count in counts])
        ways = -np.log(trials + 1) - special.betaln(counts + 1, trials - counts + 1)
        right, wrong = special.log_expit(places)[:, None], special.log_expit(-places)[:, None]
        items = np.exp(ways + counts * right + (trials - counts) * wrong)
        for shape in single:
            single[shape] = single[shape] + np.log(np.maximum(masses[shape] @ items, _TINY)) @ times
        share = masses["coarse"] @ items
        mixed = (1 - weight)[:, None] * share[low] + weight[:, None] * share[high]
        double = double + np.log(np.maximum(mixed, _TINY)) @ times
    return single, double


def _statistic(single: dict[str, np.ndarray], double: np.ndarray) -> np.ndarray:
    one = np.maximum(*(each.max(axis=0) for each in single.values()))
    return np.maximum(double.max(axis=0) - one, 0)
