"""Would the smaller models have forecast the larger ones? Fit below, predict above, score on counts."""

from dataclasses import dataclass

import numpy as np

from mirage import _validate
from mirage._curve import Curve
from mirage.emergence._predictive import METHODS, Models, Predictive

__all__ = ["Forecast", "forecast"]

_LEAST_INFORMATIVE_SIZES = 4
_THROUGH_LOSS = ("loss from size", "loss as measured")


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the smaller models predicted for the larger ones, and what was measured.

    Attributes
    ----------
    parameters, successes, trials : ndarray
        The inputs, one entry a model.
    losses : ndarray or None
        The inputs.
    method : str
        How the forecast was made.
    confidence : float
        Of the intervals.
    held_out : ndarray of bool
        Which models were predicted; the others were fitted.
    prediction : ndarray
        Predictive median of the accuracy of each held-out model, in the order of the inputs.
    interval : ndarray, shape (held-out models, 2)
        Low and high end of each predictive interval for the share measured on the model's items.
    observed : ndarray
        The measured share of each held-out model.
    covered : ndarray of bool
        Whether the interval holds the measured share; all False when the data cannot tell.
    log_score : float
        Mean over the held-out models of the natural logarithm of the predictive probability of the count.
    log_score_difference : float
        The same minus that of the method "constant": above 0, the forecast was better than no change.
    reason : str
        Why the data cannot tell (predictions and scores are NaN then); empty when they can.
    """

    parameters: np.ndarray
    successes: np.ndarray
    trials: np.ndarray
    losses: np.ndarray | None
    method: str
    confidence: float
    held_out: np.ndarray
    prediction: np.ndarray
    interval: np.ndarray
    observed: np.ndarray
    covered: np.ndarray
    log_score: float
    log_score_difference: float
    reason: str = ""

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        models = "; ".join(
            f"predicted {middle:.3f} ({low:.3f} to {high:.3f}), measured {share:.3f}"
            for middle, (low, high), share in zip(self.prediction, self.interval, self.observed, strict=True)
        )
        return (
            f"{self.method}: {self.covered.sum()} of {self.covered.size} held-out models inside their "
            f"{self.confidence:.0%} interval ({models}); log score {self.log_score:.2f}, "
            f"{self.log_score_difference:+.2f} against no change"
        )


def forecast(
    curve: Curve, *, held_out: int = 2, method: str = "power law", confidence: float = 0.95
) -> Forecast:
    """Predict the counts of the largest models from those of the smaller ones, and score the prediction.

    The predictive distribution holds the uncertainty of the fitted curve, the scatter between models
    (estimated, never assumed to be zero: without item noise the interval is Student's) and the items of the
    model that is predicted. It is right only if the curve goes on with the same shape and the same scatter.
    Models with no right or no wrong answer have no finite link and are left out of the fits.

    Two kinds of knowledge must not be mixed. "constant", "power law", "logistic" and "loss from size" know
    only the size of the larger models, and may be compared with each other. "loss as measured" also knows
    their loss: it forecasts the metric from the loss, not the model from its size.

    The baseline, "constant", is the last level seen, not the mean of all levels: on a curve that rises, any
    rising curve beats the mean. It may drift by what neighbouring sizes typically differ, up or down.

    Parameters
    ----------
    curve : Curve
        Counts; with losses for the last two methods.
    held_out : int
        How many of the largest sizes to predict, at least 1; at least one size must be left.
    method : {"constant", "power law", "logistic", "loss from size", "loss as measured"}
        "power law": −ln A is a power of N (the toy model; its curve is Gompertz's). "logistic": the logit of
        A is linear in ln N. "loss as measured": −ln A is a power of the loss, and the measured loss of the
        larger models is put in. "loss from size": the same, with a loss that is extrapolated as a power of N.
    confidence : float
        Of the predictive intervals, strictly between 0 and 1.

    Returns
    -------
    Forecast
        With `reason` set and NaN for predictions and scores when fewer than four of the smaller sizes have
        an accuracy strictly between 0 and 1, or their losses do not differ.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, a value is outside its range, losses are missing, or no size is left to fit.

    References
    ----------
    Gneiting and Raftery (2007), *J. Am. Statist. Assoc.* 102:359 (log score of a held-out count). Röver
    (2020), *J. Statist. Softw.* 93(6) (the regression, one with random effects).

    Examples
    --------
    >>> sizes = np.geomspace(1e8, 1e10, 8)
    >>> expected = np.exp(-5 * (sizes / 1e9) ** -0.5)
    >>> result = forecast(Curve.from_counts(sizes, np.round(2000 * expected), [2000] * 8))
    >>> result.covered
    array([ True,  True])
    >>> result.prediction.round(1), expected[-2:].round(1)
    (array([0.1, 0.2]), array([0.1, 0.2]))
    >>> forecast(Curve.from_counts(sizes, [0, 0, 0, 0, 0, 0, 100, 500], [2000] * 8)).summary()
    'cannot tell: 0 of the sizes to fit have an accuracy strictly between 0 and 1, 4 are needed'
    """
    if curve.trials is None:
        raise ValueError("curve must be one of counts: forecasts are of right answers")
    size, right, items = curve.parameters, curve.successes, curve.trials
    confidence = _validate.share("confidence", confidence)
    method = _validate.choice("method", method, tuple(METHODS))
    above = _largest(size, held_out)
    losses = _checked_losses(curve.losses, method)
    loss = np.zeros(size.size) if losses is None else np.log(losses)
    models = Models(np.log(size), right, items, loss)
    small, large = models.take(~above), models.take(above)
    observed = right[above] / items[above]
    inputs = size, right, items, losses, method, confidence, above
    if reason := _too_little(small, method):
        nothing = np.full(observed.size, np.nan)
        covered = np.zeros(observed.size, dtype=bool)
        return Forecast(
            *inputs, nothing, np.column_stack([nothing] * 2), observed, covered, np.nan, np.nan, reason
        )
    predictive = METHODS[method](small, large)
    interval = predictive.interval(large.trials, confidence)
    covered = (interval[:, 0] <= observed) & (observed <= interval[:, 1])
    score, constant = (_log_score(each, large) for each in (predictive, METHODS["constant"](small, large)))
    return Forecast(*inputs, predictive.median(), interval, observed, covered, score, score - constant)


def _largest(size: np.ndarray, held_out: object) -> np.ndarray:
    number, sizes = _validate.integer("held_out", held_out, 1), np.unique(size)
    if number >= sizes.size:
        raise ValueError(f"held_out must leave at least one size; got {number} of {sizes.size}")
    return size >= sizes[-number]


def _checked_losses(losses: np.ndarray | None, method: str) -> np.ndarray | None:
    if losses is None and method in _THROUGH_LOSS:
        raise ValueError(f"losses must be given for the method {method!r}")
    return losses


def _too_little(small: Models, method: str) -> str:
    sizes = np.unique(small.size[small.informative]).size
    if sizes < _LEAST_INFORMATIVE_SIZES:
        return (
            f"{sizes} of the sizes to fit have an accuracy strictly between 0 and 1, "
            f"{_LEAST_INFORMATIVE_SIZES} are needed"
        )
    if method in _THROUGH_LOSS and np.ptp(small.loss[small.informative]) < 1e-6:
        return "the losses of the models to fit do not differ"
    return ""


def _log_score(predictive: Predictive, models: Models) -> float:
    return float(predictive.log_probability(models.successes, models.trials).mean())
