"""The four questions of the book, asked of one curve: the scores of one family under one metric."""

from dataclasses import dataclass

import numpy as np

from mirage import _validate, resolution
from mirage._curve import Curve
from mirage.emergence.breaks import BreakTest, break_test
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.sharpness import Sharpness, sharpness

__all__ = ["QUESTIONS", "FourQuestions", "four_questions"]

QUESTIONS = {
    "smoothness": "Smoothness",
    "sharpness": "Sharpness",
    "visibility": "Visibility",
    "predictability": "Predictability, from the size",
    "from_loss": "Predictability, through the loss",
    "explained": "Explained by the metric",
}


@dataclass(frozen=True, eq=False)
class FourQuestions:
    """The answers to the four questions for one curve, and what the metric explains of its rise.

    Attributes
    ----------
    curve : Curve
        The input.
    smoothness : BreakTest
        Of the loss where the curve has one, else of the score.
    sharpness : Sharpness
        Of the score.
    visibility : resolution.Visibility or None
        Of the counts of each size, smallest size first: the mean of its runs, on the items of one run. None
        for a score that is no count.
    predictability : Forecast or None
        Of the largest sizes, knowing only how large they are. None where no size is left to fit, or the
        score has no standard errors, floor or ceiling.
    from_loss : Forecast or None
        The same through the loss, which is forecast from the size. None without losses.
    explained : ExplainedRise or None
        None for a score that is no count, and without losses or the lengths of the targets.
    """

    curve: Curve
    smoothness: BreakTest
    sharpness: Sharpness
    visibility: resolution.Visibility | None
    predictability: Forecast | None
    from_loss: Forecast | None
    explained: ExplainedRise | None

    def answers(self) -> dict[str, str]:
        """Return each answer in a few words, with what it rests on, by the names of the attributes."""
        asked = {name: getattr(self, name) for name in QUESTIONS}
        return {name: result.answer() for name, result in asked.items() if result is not None}

    def summary(self) -> str:
        """Return the answers in one short paragraph; of those that were asked."""
        return " ".join(f"{QUESTIONS[key]}: {words}." for key, words in self.answers().items())


def four_questions(
    curve: Curve,
    *,
    length: int | None = None,
    held_out: int = 2,
    method: str = "power law",
    link: str = "gompertz",
    narrowest: float = 1.0,
    confidence: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> FourQuestions:
    """Ask of one curve whether it has a step, how sharp it rises, what its items show, what it predicts.

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
    narrowest : float
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
    >>> sizes = np.geomspace(1e8, 1e11, 12)
    >>> family = toy.sample_family(sizes, toy.loss_curve(sizes), scatter=0.05)
    >>> answers = four_questions(Curve.from_table(family), length=5)
    >>> answers.smoothness.verdict, bool(answers.predictability.covered.all())
    ('no step', True)
    """
    _validate.instance("curve", curve, Curve)
    method = _validate.choice("method", method, ("power law", "logistic", "constant"))
    held_out = _validate.integer("held_out", held_out, 1)
    length = None if length is None else _validate.integers("length", length, 1)
    width = sharpness(curve, link=link, confidence=confidence)
    smoothness = break_test(curve, narrowest=narrowest, rng=rng)
    visibility = predictability = from_loss = explained = None
    counted, by_item = curve.trials is not None, curve.item_log_probabilities is not None
    if counted:
        sizes = curve.by_size()
        visibility = resolution.visibility(
            sizes.successes,
            sizes.trials,
            floor=(curve.floor, curve.floor_error),
            expected=None if width.fit.reason else np.clip(width.fit.expected(sizes.parameters), 0, 1),
            design_effect=sizes.design_effect,
            confidence=confidence,
        )
    scored = curve.standard_errors is not None and np.isfinite([curve.floor, curve.ceiling]).all()
    if scored and held_out < curve.sizes.size:
        predictability = forecast(curve, held_out=held_out, method=method, confidence=confidence)
        if curve.losses is not None:
            from_loss = forecast(curve, held_out=held_out, method="loss from size", confidence=confidence)
    if counted and curve.losses is not None and (by_item or length is not None):
        length = None if by_item else length
        explained = explained_by_metric(curve, length=length, confidence=confidence, rng=rng)
    return FourQuestions(curve, smoothness, width, visibility, predictability, from_loss, explained)
