"""The smooth trend of a loss, a line that may hold one step, and the link from the loss to exact match."""

from typing import NamedTuple

import numpy as np
from scipy import special

__all__ = ["Link", "draw_trend"]

_EXACT = 1e-20  # a misfit below this share of the total is rounding
_SHRINKAGE = np.geomspace(1e-6, 1e12, 721)
_MOST_AT_ONCE = 10**6  # numbers in one block of draws by items


class Link(NamedTuple):
    """M(l) of each model: the weighted mean over kinds of items of exp(slope l), slopes (models, kinds)."""

    slopes: np.ndarray
    weights: np.ndarray
    items: np.ndarray

    def change(self, pair: list[np.ndarray], losses: list[np.ndarray]) -> np.ndarray:
        """Return how M changes between two groups of models, for losses of shape (draws, models or 1)."""
        before, after = (self._match(*end) for end in zip(pair, losses, strict=True))
        return after - before

    def _match(self, models: np.ndarray, losses: np.ndarray) -> np.ndarray:
        columns = np.broadcast_to(losses, (losses.shape[0], models.size)).T
        match = [self._of_one(*model) for model in zip(models, columns, strict=True)]
        return np.average(match, axis=0, weights=self.items[models])

    def _of_one(self, model: int, losses: np.ndarray) -> np.ndarray:
        blocks = np.array_split(losses, -(-losses.size * self.weights.size // _MOST_AT_ONCE))
        slope, weight = self.slopes[model], self.weights
        with np.errstate(over="ignore"):  # a huge loss gives no match
            return np.concatenate([np.exp(np.outer(block, slope)) @ weight for block in blocks])


def draw_trend(
    x: np.ndarray, y: np.ndarray, new: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the trend at two new places, shape (draws, 2), on the side of the step where the first place lies.

    Each draw takes a place for the step (or none) by its posterior weight, then scatter and line from their
    posterior under the reference prior, so that one place alone would give Student's intervals.
    """
    x, new = ((values - x.mean()) / np.ptp(x) for values in (x, new))
    places = _places(x)
    designs = [_design(x, place) for place in places]
    chosen = rng.choice(len(places), draws, p=_weights(designs, y))
    scatter, noise = rng.chisquare, rng.standard_normal
    trend = np.empty((draws, new.size))
    for index, (place, design) in enumerate(zip(places, designs, strict=True)):
        which = np.nonzero(chosen == index)[0]
        line, misfit = _least_squares(design, y)
        spread = np.sqrt(misfit / scatter(y.size - line.size, which.size))
        root = np.linalg.inv(np.linalg.cholesky(design.T @ design))
        lines = line + spread[:, None] * (noise((which.size, line.size)) @ root)
        target = _design(new, place)
        target[:, 2:] = target[0, 2:]
        trend[which] = lines @ target.T
    return trend


def _places(x: np.ndarray) -> list[float | None]:
    sizes = np.unique(x)
    return [None, *(sizes[1:] + sizes[:-1]) / 2]


def _design(x: np.ndarray, place: float | None) -> np.ndarray:
    step = [] if place is None else [x > place]
    return np.column_stack([np.ones(x.size), x, *step]).astype(float)


def _least_squares(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    line = np.linalg.lstsq(design, y, rcond=None)[0]
    return line, max(np.sum((y - design @ line) ** 2), _EXACT * np.sum((y - y.mean()) ** 2), 1e-300)


def _weights(designs: list[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Posterior weight of no step and of a step at each place, all equal before the data.

    Bayes factors under the prior of Zellner and Siow (1980): a g-prior whose g is inverse gamma(1/2, n/2).
    """
    misfits = np.array([_least_squares(design, y)[1] for design in designs])
    n, g = y.size, _SHRINKAGE
    prior = special.log_softmax(-n / (2 * g) - np.log(g) / 2)  # g^(-3/2) exp(-n/2g), and g for the log grid
    ratio = (misfits[1:] / misfits[0])[:, None]
    evidence = (n - 3) / 2 * np.log1p(g) - (n - 2) / 2 * np.log1p(g * ratio)
    step = special.logsumexp(evidence + prior, axis=1)
    return special.softmax(np.concatenate([[0.0], step]))
