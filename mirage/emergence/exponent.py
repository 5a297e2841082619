"""Which exponent the toy model would need to pass through measured accuracies."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from mirage import _validate
from mirage._curve import Curve

__all__ = ["ExponentFit", "fit_exponent"]

_LEAST_INFORMATIVE_SIZES = 4


@dataclass(frozen=True, eq=False)
class ExponentFit:
    """The toy model A = exp(−(N/c)^−a) fitted to counts of right answers, one model a size.

    Attributes
    ----------
    parameters, successes, trials : ndarray
        The inputs, one entry a model.
    confidence : float
        Of the interval.
    exponent : float
        The exponent a; NaN when the counts cannot tell.
    interval : tuple of float
        Low and high end for the exponent; NaN when the counts cannot tell.
    log_loss : float
        The fitted ln(−ln A) at the geometric mean of the sizes.
    dispersion : float
        Deviance per degree of freedom, at least 1: near 1 when items alone explain the scatter around the
        curve, far above 1 when the curve does not fit.
    reason : str
        Why the counts cannot tell; empty when they can.
    """

    parameters: np.ndarray
    successes: np.ndarray
    trials: np.ndarray
    confidence: float
    exponent: float
    interval: tuple[float, float]
    log_loss: float
    dispersion: float
    reason: str = ""

    def accuracy(self, parameters: ArrayLike) -> np.ndarray | float:
        """Return the accuracy that the fitted curve gives to models of these sizes."""
        if self.reason:
            raise ValueError(f"accuracy needs a fit, but the counts cannot tell: {self.reason}")
        size = _validate.array("parameters", parameters, 0, open_low=True)
        distance = np.log(size) - np.log(self.parameters).mean()
        with np.errstate(over="ignore"):
            return np.exp(-np.exp(self.log_loss - self.exponent * distance))[()]

    def summary(self) -> str:
        """Return the result in plain words."""
        if self.reason:
            return f"cannot tell: {self.reason}"
        low, high = self.interval
        return (
            f"exponent {self.exponent:.2f} ({self.confidence:.0%} interval {low:.2f} to {high:.2f}), "
            f"dispersion {self.dispersion:.1f}"
        )


def fit_exponent(curve: Curve, confidence: float = 0.95) -> ExponentFit:
    """Fit the exponent that the toy model would need to pass through measured accuracies.

    ln(−ln A) = a ln c − a ln N is a straight line in ln N, so the fit is a binomial regression of the
    wrong answers with the complementary log-log link. Scatter beyond that of the items widens the
    interval: the variance is multiplied by the deviance over its degrees of freedom (where that is above
    1), and the quantile is Student's. The deviance is used because Pearson's chi-square explodes where the
    curve expects almost no right answers. The interval is approximate: with strong scatter between few
    models it covers less often than it says, and none repairs a curve of the wrong shape.

    Parameters
    ----------
    curve : Curve
        Counts.
    confidence : float
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    ExponentFit
        With `reason` set, and NaN for the estimates, when fewer than four different sizes have an
        accuracy strictly between 0 and 1: then the counts cannot tell.

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, or a value is outside its range.

    References
    ----------
    Schaeffer, Miranda and Koyejo (2023), Sec. 2, solved for the exponent. McCullagh and Nelder (1989),
    *Generalized Linear Models*, ch. 4 (link, dispersion).

    Examples
    --------
    >>> sizes = np.geomspace(1e9, 1e11, 4)
    >>> expected = np.exp(-((sizes / 5e9) ** -0.7))
    >>> fit = fit_exponent(Curve.from_counts(sizes, np.round(2000 * expected), [2000] * 4))
    >>> round(fit.exponent, 2)
    0.7
    """
    size, right, items = curve.parameters, curve.successes, curve.trials
    confidence = _validate.share("confidence", confidence)
    informative = np.unique(size[(right > 0) & (right < items)]).size
    if informative < _LEAST_INFORMATIVE_SIZES:
        reason = (
            f"{informative} sizes have an accuracy strictly between 0 and 1, "
            f"{_LEAST_INFORMATIVE_SIZES} are needed"
        )
        nothing = {"exponent": np.nan, "interval": (np.nan, np.nan), "log_loss": np.nan, "dispersion": np.nan}
        return ExponentFit(size, right, items, confidence, **nothing, reason=reason)
    design = np.column_stack([np.ones(size.size), np.log(size) - np.log(size).mean()])
    family = families.Binomial(link=families.links.CLogLog())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # also raised for a curve that fits exactly
        fit = GLM(np.column_stack([items - right, right]), design, family=family).fit()
    log_loss, slope = map(float, fit.params)
    dispersion = max(1.0, float(fit.deviance / fit.df_resid))
    half = float(stats.t.ppf((1 + confidence) / 2, fit.df_resid) * fit.bse[1] * np.sqrt(dispersion))
    return ExponentFit(
        size,
        right,
        items,
        confidence,
        exponent=-slope,
        interval=(-slope - half, -slope + half),
        log_loss=log_loss,
        dispersion=dispersion,
    )
