"""The four questions of the book, asked of one curve: the scores of one family under one metric."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirage import _validate, resolution
from mirage.emergence.breaks import BreakTest, break_test, cannot_tell
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.sharpness import Sharpness, sharpness, sharpness_of_counts

__all__ = ["FourQuestions", "four_questions"]

_ONE = ("family", "task")  # of which a curve holds at most one
_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class FourQuestions:
    """The answers to the four questions for one curve, and what the metric explains of its rise.

    Attributes
    ----------
    curve : DataFrame
        The input, one row a run.
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

    curve: pd.DataFrame
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
    curve: pd.DataFrame,
    *,
    floor: float = 0.0,
    ceiling: float = 1.0,
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
    curve : DataFrame, one row a run
        `parameters`; and either `successes` and `trials`, or `score` and, if known, `standard_error`. If
        known, the `loss` per token of the same outputs, above 0, with its `loss_standard_error`, and
        `item_log_probabilities`, as `outputs.curve` gives them. Equal parameters are replicates. A column
        `family`, `task` or `step` must hold one value (of `step`, one a model).
    floor, ceiling : float
        Score of a model that knows nothing, and of one that knows all.
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
        If a column is missing, the curve holds several families, tasks or steps, or a value is outside its
        range.

    References
    ----------
    The questions are ours; see the functions that answer them: `break_test`, `sharpness`,
    `resolution.visibility`, `forecast`, `explained_by_metric`.

    Examples
    --------
    >>> from mirage import toy
    >>> sizes = np.geomspace(1e8, 1e11, 8)
    >>> family = toy.sample_family(sizes, toy.loss_curve(sizes), scatter=0.05)
    >>> answers = four_questions(family, length=5)
    >>> bool(answers.smoothness.p_value > 0.05), bool(answers.predictability.covered.all())
    (True, True)
    """
    curve = _checked(curve)
    method = _validate.choice("method", method, ("power law", "logistic", "constant"))
    judged, *inputs = _judged(curve)
    if inputs[0].size:
        smoothness = break_test(*inputs, narrowest=narrowest, rng=rng)
    else:
        smoothness = cannot_tell(*inputs, np.nan, (), "no size has both right and wrong answers")
    scale = {"floor": floor, "ceiling": ceiling, "link": link, "confidence": confidence}
    if "successes" not in curve:
        columns = (_column(curve, name) for name in ("parameters", "score", "standard_error"))
        width = sharpness(*columns, **scale)
        return FourQuestions(curve, judged, smoothness, width, None, None, None, None)
    counts = tuple(curve[name].to_numpy() for name in ("parameters", "successes", "trials"))
    width = sharpness_of_counts(*counts, **scale)
    loss = _column(curve, "loss")
    tracks = [(method, None), *([("loss as measured", loss)] if loss is not None else [])]
    if curve["parameters"].nunique() <= _validate.integer("held_out", held_out, 1):
        tracks = []
    forecasts = [
        forecast(*counts, held_out=held_out, method=name, losses=known, confidence=confidence)
        for name, known in tracks
    ]
    return FourQuestions(
        *(curve, judged, smoothness, width, _visible(curve, width)),
        *(*forecasts, None, None)[:2],
        explained=_explained(curve, counts, loss, length, confidence, rng),
    )


def _judged(curve: pd.DataFrame) -> tuple:
    """Return the name of the score that is searched for a step, and its sizes, values and errors."""
    size = curve["parameters"].to_numpy(float)
    if (loss := _column(curve, "loss")) is not None:
        return "loss", size, loss, _column(curve, "loss_standard_error")
    if "successes" not in curve:
        return "score", size, _column(curve, "score"), _column(curve, "standard_error")
    # Without a right answer −ln(score) has no upper end, without a wrong answer no lower one.
    by_size = curve.groupby("parameters")[["successes", "trials"]].transform("sum")
    use = by_size["successes"].between(1, by_size["trials"] - 1).to_numpy()
    right, items = (curve[name].to_numpy()[use] for name in ("successes", "trials"))
    share = (right + 0.5) / (items + 1)
    return "−ln(score)", size[use], -np.log(share), np.sqrt((1 - share) / (items * share))


def _visible(curve: pd.DataFrame, width: Sharpness) -> resolution.Visibility:
    by_size = curve.groupby("parameters")[["successes", "trials"]].sum()
    expected = width.curve(by_size.index.to_numpy())
    return resolution.visibility(
        by_size["successes"],
        by_size["trials"],
        floor=width.floor,
        expected=None if np.isnan(expected).any() else np.clip(expected, 0, 1),
        confidence=width.confidence,
    )


def _explained(curve, counts, loss, length, confidence, rng) -> ExplainedRise | None:
    known = {"length": length}
    if "item_log_probabilities" in curve and curve["trials"].nunique() == 1:
        known = {"log_probabilities": np.stack(curve["item_log_probabilities"])}
    if loss is None or known == {"length": None}:
        return None
    size, right, items = counts
    known |= {"standard_errors": _column(curve, "loss_standard_error"), "confidence": confidence, "rng": rng}
    return explained_by_metric(size, loss, right, items, **known)


def _column(curve: pd.DataFrame, name: str) -> np.ndarray | None:
    return curve[name].to_numpy(float) if name in curve and curve[name].notna().all() else None


def _checked(curve: object) -> pd.DataFrame:
    if not isinstance(curve, pd.DataFrame):
        raise TypeError(f"curve must be a DataFrame with a row a run; got {_validate.shown(curve)}")
    needed = ["parameters", *(["successes", "trials"] if "successes" in curve else ["score"])]
    _validate.columns("curve", curve, needed)
    if "successes" in curve:
        _validate.counts(*(curve[name] for name in ("parameters", "successes", "trials")))
    else:
        _validate.vector("score", curve["score"])
    for name in _ONE:
        if name in curve and curve[name].nunique() > 1:
            raise ValueError(f"curve must hold one {name}; got {_validate.shown(sorted(set(curve[name])))}")
    model = "model" if "model" in curve else "parameters"
    if "step" in curve and (curve.groupby(model)["step"].nunique() > 1).any():
        raise ValueError("curve must hold one step of each model; got several (choose one)")
    return curve
