"""Would the smaller models have forecast the larger ones? Fit below, predict above, score."""

from dataclasses import dataclass, replace

import numpy as np

from mirage import _validate, scaling
from mirage._curve import Curve
from mirage._later import stats
from mirage.emergence.fits import CurveFit, Prediction, fit_curve

__all__ = ["METHODS", "Forecast", "forecast"]

_LINKS = {"power law": "gompertz", "logistic": "logistic", "loss from size": "gompertz"}
METHODS = "constant", *_LINKS
_LEVELS = (np.arange(11) + 0.5) / 11  # quantiles that stand for a distribution


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the smaller models predicted for the larger ones, and what was measured.

    Attributes
    ----------
    curve, method, confidence : Curve, str, float
        The inputs.
    held_out : ndarray of bool, shape (runs,)
        Which runs were predicted; the others were fitted.
    prediction : ndarray
        Predictive median of the score of each held-out run, in the order of the inputs.
    interval : ndarray, shape (held-out runs, 2)
        Low and high end of each predictive interval for the score as measured.
    observed : ndarray
        The measured score of each held-out run.
    covered : ndarray of bool
        Whether the interval holds the measured score; all False when the data cannot tell.
    log_score : float
        Mean over the held-out runs of the natural logarithm of the predictive probability (of scores that
        are no counts: of the density).
    log_score_difference : float
        The same minus that of the method "constant": above 0, the forecast was better than no change.
    reason : str
        Why the data cannot tell (predictions and scores are NaN then); empty when they can.
    """

    curve: Curve
    method: str
    confidence: float
    held_out: np.ndarray
    prediction: np.ndarray
    interval: np.ndarray
    observed: np.ndarray
    covered: np.ndarray
    log_score: float = np.nan
    log_score_difference: float = np.nan
    reason: str = ""

    def answer(self) -> str:
        """Return how the forecast did in a few words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        what = "size" if self.covered.size == np.unique(self.curve.parameters[self.held_out]).size else "run"
        wide = np.diff(self.interval, axis=1).mean()
        better = "better" if self.log_score_difference > 0 else "worse"
        return (
            f"{self.covered.sum()} of {self.covered.size} held-out {what}s lie in their "
            f"{100 * self.confidence:g}% intervals, which are {wide:.2f} wide on average; the log score is "
            f"{abs(self.log_score_difference):.2f} {better} than that of no change"
        )


def forecast(
    curve: Curve, *, held_out: int = 2, method: str = "power law", confidence: float = 0.95
) -> Forecast:
    """Predict the scores of the largest models from those of the smaller ones, and score the prediction.

    All methods know only the sizes of the larger models. The predictive distribution holds the uncertainty
    of the fitted curve, of floor and ceiling, the scatter between models (estimated, never taken to be zero)
    and the items of the run that is predicted. It is right only if the curve goes on with the same shape and
    the same scatter.

    The baseline, "constant", is the last level seen, not the mean of all levels: on a curve that rises, any
    rising curve beats the mean. It may drift by what neighbouring sizes typically differ, up or down.

    Parameters
    ----------
    curve : Curve
        Counts; or scores with standard errors, floor and ceiling.
    held_out : int
        How many of the largest sizes to predict, at least 1; at least three sizes must be left.
    method : {"constant", "power law", "logistic", "loss from size"}
        "power law": `fit_curve` with the Gompertz link (the toy model: −ln A is a power of N). "logistic":
        the same with the logistic link. "loss from size": the loss is a power of N, and −ln A a power of the
        loss; the losses of the larger models are not read.
    confidence : float
        Of the predictive intervals, strictly between 0 and 1.

    Returns
    -------
    Forecast
        With `reason` set where `fit_curve` has one, or fewer than three sizes are left to fit.

    Raises
    ------
    ValueError, TypeError
        If a value is outside its range, losses are missing, or no size is left to fit.

    References
    ----------
    Gneiting and Raftery (2007), *J. Am. Statist. Assoc.* 102:359 (log score of a held-out count).

    Examples
    --------
    >>> sizes = np.geomspace(1e8, 1e10, 8)
    >>> expected = np.exp(-5 * (sizes / 1e9) ** -0.5)
    >>> result = forecast(Curve.from_counts(sizes, np.round(2000 * expected), [2000] * 8))
    >>> result.covered
    array([ True,  True])
    >>> result.prediction.round(1), expected[-2:].round(1)
    (array([0.1, 0.2]), array([0.1, 0.2]))
    >>> forecast(Curve.from_counts(sizes, [0, 0, 0, 0, 0, 0, 100, 500], [2000] * 8)).answer()
    'cannot tell: no size is surely between floor and ceiling'
    """
    _validate.instance("curve", curve, Curve)
    confidence = _validate.share("confidence", confidence)
    method = _validate.choice("method", method, METHODS)
    through_loss = method == "loss from size"
    if through_loss and curve.losses is None:
        raise ValueError("curve must have losses for the method 'loss from size'")
    number = _validate.integer("held_out", held_out, 1)
    if number >= curve.sizes.size:
        raise ValueError(f"held_out must leave at least one size; got {number} of {curve.sizes.size}")
    above = curve.parameters >= curve.sizes[-number]
    small, large = curve.take(~above), curve.take(above)
    nothing, never = np.full((len(large), 3), np.nan), np.zeros(len(large), dtype=bool)
    asked = Forecast(curve, method, confidence, above, nothing[:, 0], nothing[:, 1:], large.scores, never)
    if small.sizes.size < 3:
        return replace(asked, reason=f"{small.sizes.size} sizes to fit, at least 3 are needed")
    if through_loss and np.ptp(np.log(small.losses)) < 1e-6:
        return replace(asked, reason="the losses of the models to fit do not differ")
    along = replace(small, parameters=small.losses, axis="loss") if through_loss else small
    fit = None if method == "constant" else fit_curve(along, _LINKS[method], confidence)
    if fit and fit.reason:
        return replace(asked, reason=fit.reason)
    found = baseline = _constant(small, large, confidence)
    if fit:
        found = _through_loss(fit, small, large) if through_loss else fit.predict(large)
    low, high = found.interval.T
    rounding = 1e-12
    log_score = float(found.log_probability(large).mean())
    return replace(
        asked,
        prediction=found.median,
        interval=found.interval,
        covered=(low - rounding <= large.scores) & (large.scores <= high + rounding),
        log_score=log_score,
        log_score_difference=log_score - float(baseline.log_probability(large).mean()),
    )


def _constant(small: Curve, large: Curve, confidence: float) -> Prediction:
    """The last level stays; the typical change between neighbouring sizes says how far it may drift."""
    level, variance = _levels(small.by_size())
    size = np.log(small.sizes)
    gap = np.diff(size)
    drift = max(np.mean(np.diff(level) ** 2 / gap), np.mean((variance[1:] + variance[:-1]) / gap))
    spread = np.sqrt(_wider(gap.size) * drift * (np.log(large.parameters) - size[-1]))
    weight, mean = np.full(_LEVELS.size, 1 / _LEVELS.size), np.full_like(spread, level[-1])
    ends = np.tile((0.0, 1.0) if large.trials is not None else (large.floor, large.ceiling), (weight.size, 1))
    return Prediction.of(weight, mean, np.maximum(spread, 1e-9), ends, large, "logistic", confidence)


def _wider(free: int) -> np.ndarray:
    """Return variances, shape (levels, 1), of normals whose mixture is Student's distribution."""
    return (free / stats.chi2.ppf(_LEVELS, free))[:, None]


def _levels(sizes: Curve) -> tuple[np.ndarray, np.ndarray]:
    """Return the logit of the mean score of each size, and the variance that its items give it."""
    if sizes.trials is not None:
        trials = sizes.trials / sizes.design_effect
        share = (trials * sizes.scores + 0.5) / (trials + 1)
        return scaling.link(share, "logistic"), 1 / (trials * share * (1 - share))
    distance = sizes.ceiling - sizes.floor
    share = np.clip((sizes.scores - sizes.floor) / distance, 0.001, 0.999)
    return scaling.link(share, "logistic"), (sizes.standard_errors / (distance * share * (1 - share))) ** 2


def _through_loss(fit: CurveFit, small: Curve, large: Curve) -> Prediction:
    """The log of the loss is a straight line in that of the size, and the fit is one along the loss."""
    size, loss = np.log(small.parameters), np.log(small.losses)
    distance = np.log(large.parameters) - size.mean()
    line, of_line = np.polyfit(size - size.mean(), loss, 1, cov=True)
    variance = of_line[0, 0] * distance**2 + of_line[1, 1] * (size.size + 1)
    known = fit.predict(replace(large, parameters=np.exp(np.polyval(line, distance))))
    posterior = fit.posterior.with_known_ends()
    slope = posterior.mean[:, 1] ** 2 + posterior.covariance[:, 1, 1]
    # Each part of the mixture once for each width of the loss's Student distribution.
    of_loss = slope[:, None] * (_wider(size.size - 2) * variance)[:, None]
    deviation = np.sqrt(known.deviation**2 + of_loss).reshape(-1, len(large))
    weight = np.tile(known.weight / _LEVELS.size, _LEVELS.size)
    predictor, ends = (np.tile(each, (_LEVELS.size, 1)) for each in (known.predictor, known.ends))
    return Prediction.of(weight, predictor, deviation, ends, large, fit.link, fit.confidence)
