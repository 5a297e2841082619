"""How forecasts are made: regressions whose scatter is estimated, and what they predict for counts.

A method takes the smaller and the larger models and returns a `Predictive`, the distribution of the linear
predictor of each larger model. Everything is integrated on grids: no simulation, no seed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from mirage import scaling

__all__ = ["METHODS", "Models", "Predictive", "estimates"]

_GRID = np.sinh(np.linspace(-7, 7, 241))  # dense in the middle, 500 standard deviations to each side
_SCATTER = np.geomspace(1e-3, 1e3, 121)
_NEGLIGIBLE = 1e-6
_LEVELS = stats.norm.cdf(np.linspace(-6, 6, 401))  # quantiles that stand for a distribution, tails too
_SHARES = np.gradient(_LEVELS) / np.gradient(_LEVELS).sum()


class Models(NamedTuple):
    """Some models: ln of their sizes, right answers, items, and ln of their losses."""

    size: np.ndarray
    successes: np.ndarray
    trials: np.ndarray
    loss: np.ndarray

    def take(self, which: np.ndarray) -> "Models":
        """Return the models that `which` marks."""
        return Models(*(values[which] for values in self))

    @property
    def informative(self) -> np.ndarray:
        """Whether each accuracy is strictly between 0 and 1; outside, a link is infinite."""
        return (self.successes > 0) & (self.successes < self.trials)


class Normals(NamedTuple):
    """A mixture of normal distributions: weights (components,), the rest (components, models)."""

    weight: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def thinned(self, most: int = 30) -> "Normals":
        """Return about the same mixture with fewer components; neighbours are alike."""
        weight, mean, variance = (values[:: -(-self.weight.size // most)] for values in self)
        return Normals(weight / weight.sum(), mean, variance)


class Lines(NamedTuple):
    """Posterior of intercept and slope at each value on the grid of the scatter, and the value's weight."""

    weight: np.ndarray
    scatter: np.ndarray
    centre: float
    line: np.ndarray
    covariance: np.ndarray

    def predict(self, x: np.ndarray, variance: np.ndarray | float = 0.0) -> Normals:
        """Predict new models at x, itself known with a variance."""
        target = np.column_stack([np.ones(x.size), x - self.centre])
        from_line = np.einsum("hp,spq,hq->sh", target, self.covariance, target)
        from_x = (self.line[:, 1:] ** 2 + self.covariance[:, 1, 1:]) * variance
        return Normals(self.weight, self.line @ target.T, self.scatter[:, None] ** 2 + from_line + from_x)


@dataclass(frozen=True, eq=False)
class Predictive:
    """Density of the linear predictor of each model on a grid, both (models, points)."""

    link: str
    grid: np.ndarray
    density: np.ndarray

    def median(self) -> np.ndarray:
        """Return the median accuracy of each model."""
        return scaling.inverse_link(self._quantiles(np.array([0.5]))[:, 0], self.link)

    def interval(self, trials: np.ndarray, confidence: float) -> np.ndarray:
        """Return the central interval of the measured share of right answers, low and high, of each model."""
        accuracy = scaling.inverse_link(self._quantiles(_LEVELS), self.link)
        tails = (1 - confidence) / 2, (1 + confidence) / 2
        ends = [_count_quantile(tail, trials, accuracy) / trials for tail in tails]
        return np.column_stack(ends)

    def log_probability(self, successes: np.ndarray, trials: np.ndarray) -> np.ndarray:
        """Return the log of the predictive probability of each count."""
        rows = zip(self.grid, self.density, successes, trials, strict=True)
        return np.array([_log_probability(self.link, *row) for row in rows])

    def _quantiles(self, levels: np.ndarray) -> np.ndarray:
        mass = self.density * np.gradient(self.grid, axis=1)
        share = np.cumsum(mass, axis=1) - mass / 2  # half of a point's mass lies below it
        share /= mass.sum(axis=1, keepdims=True)
        return np.array([np.interp(levels, *row) for row in zip(share, self.grid, strict=True)])


def estimates(models: Models, link: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the link of each measured accuracy and the variance that its items give it."""
    share = (models.successes + 0.5) / (models.trials + 1)
    slope = 1 / (share * (-np.log(share) if link == "gompertz" else 1 - share))
    return scaling.link(share, link), slope**2 * share * (1 - share) / models.trials


def constant(small: Models, large: Models) -> Predictive:
    """The last level stays; the typical change between neighbouring sizes says how far it may drift."""
    size, entry = np.unique(small.size, return_inverse=True)
    successes, trials = (np.bincount(entry, values) for values in (small.successes, small.trials))
    level, item_variance = estimates(Models(size, successes, trials, size), "logistic")
    gap = np.diff(size)
    from_items = np.mean((item_variance[1:] + item_variance[:-1]) / gap)
    drift = max(np.mean(np.diff(level) ** 2 / gap), from_items)
    spread = np.sqrt(drift * (large.size - size[-1]))[:, None]
    grid = level[-1] + spread * _GRID
    return Predictive("logistic", grid, stats.t.pdf(_GRID, gap.size) / spread)


def power_law(small: Models, large: Models) -> Predictive:
    """−ln A is a power of N: the toy model."""
    return _on_grid(_lines(small, small.size, "gompertz").predict(large.size), "gompertz")


def logistic(small: Models, large: Models) -> Predictive:
    """The logit of the accuracy is linear in ln N."""
    return _on_grid(_lines(small, small.size, "logistic").predict(large.size), "logistic")


def loss_as_measured(small: Models, large: Models) -> Predictive:
    """−ln A is a power of the loss, and the losses of the larger models are known."""
    return _on_grid(_lines(small, small.loss, "gompertz").predict(large.loss), "gompertz")


def loss_from_size(small: Models, large: Models) -> Predictive:
    """−ln A is a power of the loss, and the loss one of N; the losses of the larger models are not read."""
    no_noise = np.full(small.loss.size, 1e-18)
    loss = regression(small.size, small.loss, no_noise).predict(large.size).thinned()
    lines = _lines(small, small.loss, "gompertz")
    through = [lines.predict(*moments).thinned() for moments in zip(loss.mean, loss.variance, strict=True)]
    weight = np.multiply.outer(loss.weight, through[0].weight).ravel()
    mean, variance = (
        np.concatenate([getattr(each, name) for each in through]) for name in Normals._fields[1:]
    )
    return _on_grid(Normals(weight, mean, variance), "gompertz")


METHODS = {
    "constant": constant,
    "power law": power_law,
    "logistic": logistic,
    "loss from size": loss_from_size,
    "loss as measured": loss_as_measured,
}


def regression(x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> Lines:
    """Fit a line to y with known variances and an unknown scatter between models.

    Bayesian random-effects meta-regression on a grid of the scatter, with Jeffreys' prior for it and a flat
    one for the line. Without item noise it predicts with Student's t, as least squares does. Röver (2020),
    *J. Statist. Softw.* 93(6), describes prior and grid.
    """
    design = np.column_stack([np.ones(x.size), x - x.mean()])
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    scatter = _SCATTER * np.sqrt(residual @ residual / (x.size - 2) + variance.mean())
    precision = 1 / (scatter[:, None] ** 2 + variance)
    weighted = precision[..., None] * design
    covariance = np.linalg.inv(design.T @ weighted)
    line = np.einsum("spq,snq,n->sp", covariance, weighted, y)
    misfit = (precision * (y - line @ design.T) ** 2).sum(axis=1)
    prior = np.log((precision**2).sum(axis=1)) / 2 + 2 * np.log(scatter)  # one of the two for the log grid
    fit = (np.log(precision).sum(axis=1) + np.linalg.slogdet(covariance)[1] - misfit) / 2
    weight = special.softmax(prior + fit)
    keep = weight > _NEGLIGIBLE
    return Lines(weight[keep] / weight[keep].sum(), scatter[keep], x.mean(), line[keep], covariance[keep])


def _lines(small: Models, x: np.ndarray, link: str) -> Lines:
    y, variance = estimates(small, link)
    use = small.informative
    return regression(x[use], y[use], variance[use])


def _on_grid(normals: Normals, link: str) -> Predictive:
    weight = normals.weight[:, None]
    centre = (weight * normals.mean).sum(axis=0)
    typical = np.exp((weight * np.log(normals.variance)).sum(axis=0))
    spread = np.sqrt(typical + (weight * (normals.mean - centre) ** 2).sum(axis=0))
    grid = centre[:, None] + spread[:, None] * _GRID
    distance = (grid - normals.mean[..., None]) ** 2 / normals.variance[..., None]
    density = np.exp(-distance / 2) / np.sqrt(2 * np.pi * normals.variance[..., None])
    return Predictive(link, grid, (weight[..., None] * density).sum(axis=0))


def _count_quantile(level: float, trials: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Return the smallest counts whose predictive distribution function reaches the level, by halving."""
    low, high = np.full(trials.size, -1), trials.copy()
    for _ in range(int(trials.max()).bit_length() + 1):
        middle = (low + high) // 2
        below = special.bdtr(np.maximum(middle, 0)[:, None], trials[:, None], accuracy)
        reached = (below @ _SHARES >= level) & (middle >= 0)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high


def _log_probability(link: str, grid: np.ndarray, density: np.ndarray, successes: int, trials: int) -> float:
    shape = successes + 0.5, trials - successes + 0.5
    ends = scaling.link(np.clip(special.betaincinv(*shape, [1e-12, 1 - 1e-12]), 1e-300, 1 - 1e-15), link)
    points = np.union1d(grid, np.linspace(*ends, 241))  # dense wherever one of the two factors is narrow
    with np.errstate(divide="ignore"):
        log_density = np.interp(points, grid, np.log(density), left=-np.inf, right=-np.inf)
    log_product = log_density + stats.binom.logpmf(successes, trials, scaling.inverse_link(points, link))
    highest = log_product.max()
    return highest + np.log(np.trapezoid(np.exp(log_product - highest), points))
