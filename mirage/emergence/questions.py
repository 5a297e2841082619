"""The four questions of the book, asked of one curve: the scores of one family under one metric."""

from dataclasses import dataclass

import numpy as np

from mirage import _validate, resolution
from mirage._curve import Curve
from mirage.emergence.breaks import BreakTest, break_test
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.sharpness import Sharpness, sharpness

__all__ = ["FourQuestions", "four_questions"]

_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class FourQuestions:
    """The answers to the four questions for one curve, and what the metric explains of its rise.

    Attributes
    ----------
    curve : Curve
        The input.
    judged : {"loss", "−ln(score)", "score"}
        What was searched for a step: the loss where the curve has one; else of a count the negative
        logarithm, at the sizes with right and wrong answers; else the score.
    smoothness : BreakTest
        Of that.
    sharpness : Sharpness
        Of the score.
    visibility : resolution.Visibility or None
        Of the counts, those of one size added up, smallest size first; None for a score that is no count.
    predictability : Forecast or None
        Of the largest sizes, knowing only how large they are. None for a score that is no count, and where
        no size is left to fit.
    with_loss : Forecast or None
        The same, knowing their loss too: never to be compared with the other. None without losses.
    explained : ExplainedRise or None
        None for a score that is no count, and without losses or the lengths of the targets.
    """

    curve: Curve
    judged: str
    smoothness: BreakTest
    sharpness: Sharpness
    visibility: resolution.Visibility | None
    predictability: Forecast | None
    with_loss: Forecast | None
    explained: ExplainedRise | None

    def answers(self) -> dict[str, str]:
        """Return a few words for each question that was asked, by the names of the attributes."""
        words = {
            "smoothness": _step(self.smoothness),
            "sharpness": _width(self.sharpness),
            "visibility": _seen(self.visibility),
            "predictability": _foretold(self.predictability),
            "with_loss": _foretold(self.with_loss),
            "explained": _part(self.explained),
        }
        return {name: answer for name, answer in words.items() if answer}

    def summary(self) -> str:
        """Return the answers in one short paragraph; each answer has a longer summary of its own."""
        names = {
            "smoothness": f"Smoothness of the {self.judged}",
            "sharpness": "Sharpness",
            "visibility": "Visibility",
            "predictability": "Predictability from size",
            "with_loss": "Predictability with the loss known",
            "explained": "Explained by the metric",
        }
        return " ".join(f"{names[name]}: {answer}." for name, answer in self.answers().items())


def _step(test: BreakTest) -> str:
    if test.reason:
        return f"cannot tell, {test.reason}"
    step = "a step larger than" if test.p_value <= _LEVEL else "no step that could be told from"
    against = f"p = {test.p_value:.2g}, against curves at least {test.narrowest:.2f} decades wide"
    return f"{step} trend and scatter ({against})"


def _width(found: Sharpness) -> str:
    if found.reason:
        return found.summary()
    return "{:.2f} decades ({:.2f} to {:.2f})".format(found.width, *found.interval)


def _seen(seen: resolution.Visibility | None) -> str:
    return seen and f"{seen.visible.sum()} of {seen.visible.size} sizes are above the floor"


def _foretold(made: Forecast | None) -> str:
    if made is None or made.reason:
        return made and f"cannot tell, {made.reason}"
    return f"{made.covered.sum()} of {made.covered.size} held-out models are in their intervals"


def _part(parts: ExplainedRise | None) -> str:
    if parts is None or parts.reason:
        return parts and f"cannot tell, {parts.reason}"
    low, high = parts.metric_interval
    return f"{parts.metric:+.2f} ({low:+.2f} to {high:+.2f}) of a rise of {parts.rise:+.2f}"


def four_questions(
    curve: Curve,
    *,
    length: int | None = None,
    held_out: int = 2,
    method: str = "power law",
    link: str = "gompertz",
    narrowest: float | None = None,
    confidence: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> FourQuestions:
    """Ask of one curve whether it has a step, how sharp it rises, what its items show, what it foretells.

    Parameters
    ----------
    curve : Curve
        One family, one task, one score.
    length : int, optional
        Tokens of each target, with which the loss is linked to exact match, where `item_log_probabilities`
        are not known.
    held_out : int
        How many of the largest sizes to forecast.
    method : {"power law", "logistic", "constant"}
        Of the forecast that knows only the size.
    link : {"gompertz", "logistic", "probit"}
        Shape of the curve whose width is measured.
    narrowest : float, optional
        The width in decades at which a curve still counts as smooth.
    confidence : float
        Of all intervals, strictly between 0 and 1.
    rng : int or numpy.random.Generator
        Seed or generator.

    Returns
    -------
    FourQuestions

    Raises
    ------
    ValueError, TypeError
        If a value is outside its range.

    References
    ----------
    The questions are ours; see the functions that answer them: `break_test`, `sharpness`,
    `resolution.visibility`, `forecast`, `explained_by_metric`.

    Examples
    --------
    >>> from mirage import toy
    >>> sizes = np.geomspace(1e8, 1e11, 8)
    >>> family = toy.sample_family(sizes, toy.loss_curve(sizes), scatter=0.05)
    >>> answers = four_questions(Curve.from_table(family), length=5)
    >>> bool(answers.smoothness.p_value > 0.05), bool(answers.predictability.covered.all())
    (True, True)
    """
    if not isinstance(curve, Curve):
        raise TypeError(f"curve must be a Curve (see Curve.from_table); got {_validate.shown(curve)}")
    method = _validate.choice("method", method, ("power law", "logistic", "constant"))
    smoothness = break_test(curve, narrowest=narrowest, rng=rng)
    width = sharpness(curve, link=link, confidence=confidence)
    judged = "loss" if curve.losses is not None else "score" if curve.trials is None else "−ln(score)"
    if curve.trials is None:
        return FourQuestions(curve, judged, smoothness, width, None, None, None, None)
    tracks = [method, *(["loss as measured"] if curve.losses is not None else [])]
    if curve.sizes.size <= _validate.integer("held_out", held_out, 1):
        tracks = []
    forecasts = [forecast(curve, held_out=held_out, method=name, confidence=confidence) for name in tracks]
    return FourQuestions(
        *(curve, judged, smoothness, width, _visible(curve, width)),
        *(*forecasts, None, None)[:2],
        explained=_explained(curve, length, confidence, rng),
    )


def _visible(curve: Curve, width: Sharpness) -> resolution.Visibility:
    entry = np.unique(curve.parameters, return_inverse=True)[1]
    expected = width.curve(curve.sizes)
    return resolution.visibility(
        *(np.bincount(entry, counts).astype(np.int64) for counts in (curve.successes, curve.trials)),
        floor=curve.floor,
        expected=None if np.isnan(expected).any() else np.clip(expected, 0, 1),
        confidence=width.confidence,
    )


def _explained(curve, length, confidence, rng) -> ExplainedRise | None:
    if curve.losses is None or (curve.item_log_probabilities is None and length is None):
        return None
    length = length if curve.item_log_probabilities is None else None
    return explained_by_metric(curve, length=length, confidence=confidence, rng=rng)
