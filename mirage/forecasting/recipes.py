"""Published recipes in their simplest form, each a function from small models to expected shares of large."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mirage import _validate, scaling
from mirage._later import optimize, special

__all__ = ["NO_CHANGE", "RECIPES", "TRACKS", "Recipe", "register", "rise"]

TRACKS = "size", "scores"
NO_CHANGE = "no change"
_STARTS = np.meshgrid(np.arange(-8, 4), [-6, -3, -1, 0, 1, 3, 6])  # levels, and slopes
_EXPONENTS = np.arange(0.1, 1.01, 0.1)
_USUAL = 0.34, 0.28  # Hoffmann et al. (2022)
_WEAK = 1e-3  # an error of the loss of about 1%, exponents about 0.3 from the usual

Models = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """A recipe, and what it may see.

    Attributes
    ----------
    name : str
        As the leaderboard shows it.
    predict : callable
        From the small and the large models' rows to the expected shares of the large.
    track : {"size", "scores"}
        Whether it sees losses and abilities of the large models.
    needs : tuple of str
        Columns without which it is left out, beyond those that every table has.
    """

    name: str
    predict: Callable[[Models, Models], ArrayLike]
    track: str = "size"
    needs: tuple[str, ...] = ()


RECIPES: dict[str, Recipe] = {}


def register(name: str, *, track: str = "size", needs: tuple[str, ...] = ()) -> Callable:
    """Put the function below on the leaderboard; a recipe of the same name is replaced.

    Parameters
    ----------
    name : str
        As the leaderboard shows it.
    track : {"size", "scores"}
        Whether the recipe sees losses and abilities of the large models.
    needs : tuple of str
        Columns without which it is left out, such as "loss".

    Returns
    -------
    callable
        A decorator. The function takes two mappings of columns to arrays, of the small and of the large
        models of a curve. Both have `scale` (their compute, or their parameters where that is unknown), the
        small also `share`. It returns as many shares as there are large models.

    Raises
    ------
    ValueError, TypeError
        If the name is no text, or there is no such track.

    Examples
    --------
    >>> @register("straight line")
    ... def line(small, large):
    ...     slope, start = np.polyfit(np.log(small["scale"]), small["share"], 1)
    ...     return start + slope * np.log(large["scale"])
    >>> RECIPES.pop("straight line").track
    'size'
    """
    name, track = _validate.choice("name", name, (name,)), _validate.choice("track", track, TRACKS)
    if isinstance(needs, str) or not all(isinstance(one, str) for one in needs):
        raise TypeError(f"needs must be a tuple of names of columns; got {_validate.shown(needs)}")

    def put(predict: Callable) -> Callable:
        RECIPES[name] = Recipe(name, predict, track, tuple(needs))
        return predict

    return put


def rise(small: Models, along: ArrayLike, at: ArrayLike, link: str = "logistic") -> np.ndarray:
    """Fit a rise from chance to 1 to the counts of the small models, and read it off elsewhere.

    The expected share is chance + (1 − chance)·g(line), with g the inverse link and the line along one column
    or several. The likelihood is binomial; weak normal priors keep the line finite.

    Parameters
    ----------
    small : mapping of str to array_like
        With `successes`, `trials` and `chance`, one row per model.
    along : array_like, shape (models,) or (models, columns)
        Where the small models are.
    at : array_like, shape (others,) or (others, columns)
        Where to read the curve.
    link : {"gompertz", "logistic", "probit"}
        As in `scaling.link`. With "gompertz" along the logarithm of the size, −ln(share) is a power law.

    Returns
    -------
    ndarray, shape (others,)
        Expected shares.

    Raises
    ------
    ValueError, TypeError
        If a column is missing, a number is not finite, or there is no such link.

    Examples
    --------
    >>> small = {"successes": [10, 20, 40], "trials": [100] * 3, "chance": [0.0] * 3}
    >>> rise(small, [1, 2, 3], [4]).round(1)
    array([0.6])
    """
    _validate.columns("small", small, ("successes", "trials", "chance"))
    link = _validate.choice("link", link, ("gompertz", "logistic", "probit"))
    right, items, floor = (np.asarray(small[name], dtype=float) for name in ("successes", "trials", "chance"))
    checked = (_validate.array(name, values) for name, values in (("along", along), ("at", at)))
    along, at = (values.reshape(len(values), -1) for values in checked)
    centre, unit = along.mean(axis=0), np.where(np.ptp(along, axis=0) > 0, along.std(axis=0), 1)
    design = np.column_stack([np.ones(len(along)), (along - centre) / unit])
    prior = np.append(0.01, np.full(along.shape[1], 0.04))  # sd 10 of the level, 5 for each sd of `along`
    starts = np.zeros((_STARTS[0].size, prior.size))
    starts[:, 0], starts[:, 1] = (each.ravel() for each in _STARTS)

    def surprise(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return minus the log posterior of lines, shape (..., columns), and its gradient."""
        share, rest, slope = scaling.share_of_way(line @ design.T, link)
        share, rest = floor + (1 - floor) * share, np.maximum((1 - floor) * rest, 1e-300)
        value = special.xlogy(right, share) + special.xlogy(items - right, rest)
        pull = (right / share - (items - right) / rest) * (1 - floor) * slope
        return line**2 @ prior / 2 - value.sum(axis=-1), prior * line - pull @ design

    start = starts[surprise(starts)[0].argmin()]
    line = optimize.minimize(
        surprise, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-6}
    ).x
    there = np.column_stack([np.ones(len(at)), (at - centre) / unit]) @ line
    return floor[-1] + (1 - floor[-1]) * scaling.share_of_way(there, link)[0]


@register(NO_CHANGE)
def _no_change(small: Models, large: Models) -> list[float]:
    """A large model scores as the largest small one of its family, or else as those of the last decade."""
    scale, share, family = small["scale"], small["share"], small["family"]
    near = share[scale >= scale.max() / 10].mean()
    last = {one: share[(family == one) & (scale == scale[family == one].max())].mean() for one in set(family)}
    return [last.get(one, near) for one in large["family"]]


@register("power law")
def _power_law(small: Models, large: Models) -> np.ndarray:
    """−ln(accuracy) is a power law of the scale (Krajewski et al., 2025; the toy model)."""
    return rise(small, np.log(small["scale"]), np.log(large["scale"]), "gompertz")


@register("logistic")
def _logistic(small: Models, large: Models) -> np.ndarray:
    """Accuracy rises from chance to 1 as a sigmoid of the log scale."""
    return rise(small, np.log(small["scale"]), np.log(large["scale"]))


@register("loss first", needs=("loss",))
def _loss_first(small: Models, large: Models) -> np.ndarray:
    """The loss is a power law of the scale, accuracy a sigmoid of the loss (Llama Team, 2024)."""
    line = np.polyfit(np.log(small["scale"]), np.log(small["loss"]), 1)
    return rise(small, small["loss"], np.exp(np.polyval(line, np.log(large["scale"]))))


@register("loss first, by tokens", needs=("loss", "compute"))
def _loss_by_tokens(small: Models, large: Models) -> np.ndarray:
    """The loss is E + A/N^a + B/D^b in parameters N and tokens D, accuracy a sigmoid of it (Bhagia, 2024)."""
    return rise(small, small["loss"], _surface(small, large))


@register("loss known", track="scores", needs=("loss",))
def _loss_known(small: Models, large: Models) -> np.ndarray:
    """Accuracy is a sigmoid of the loss as measured (Du et al., 2024; Gadre et al., 2024)."""
    return rise(small, small["loss"], large["loss"])


@register("other abilities", track="scores", needs=("ability_1",))
def _other_abilities(small: Models, large: Models) -> np.ndarray:
    """Accuracy is a sigmoid of principal components of the other scores (Ruan et al., 2024)."""
    names = [name for name in small if name.startswith("ability_")]
    return rise(small, *(np.column_stack([models[name] for name in names]) for models in (small, large)))


def _surface(small: Models, large: Models) -> np.ndarray:
    """Fit E + A/N^a + B/D^b by relative least squares, a and b on a grid, no part negative; read it off.

    Where the models cannot tell, a and b are near those of Hoffmann et al. (2022), and the parts small.
    """
    a, b = (each.ravel()[:, None] for each in np.meshgrid(_EXPONENTS, _EXPONENTS))

    def design(models: Models) -> np.ndarray:
        n = np.log(models["parameters"] / small["parameters"].min())
        d = np.log(models["compute"] / models["parameters"] / (small["compute"] / small["parameters"]).min())
        return np.stack([np.ones((a.size, n.size)), np.exp(-a * n), np.exp(-b * d)], axis=-1)

    scaled = design(small) / small["loss"][:, None]
    ridge = np.broadcast_to(1e-4 * np.eye(3), (a.size, 3, 3))
    asked = np.append(np.ones(small["loss"].size), np.zeros(3))
    fits = [optimize.nnls(each, asked) for each in np.concatenate([scaled, ridge], axis=1)]
    prior = _WEAK * ((a - _USUAL[0]) ** 2 + (b - _USUAL[1]) ** 2).ravel()
    best = np.argmin([missed**2 for _, missed in fits] + prior)
    return design(large)[best] @ fits[best][0]
