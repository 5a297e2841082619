"""Statistics of curves of scores by scale: is there a step, how sharp is the rise, could it be forecast?

All take a `Curve`, the score of one family on one task. Each says "cannot tell", and why, where the data
do not support an answer.
"""

from mirage import _gone
from mirage._curve import Curve
from mirage.emergence.breaks import BreakTest, break_test
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.fits import CurveFit, Prediction, fit_curve
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.questions import FourQuestions, four_questions
from mirage.emergence.scores import emergence_score, linearity
from mirage.emergence.sharpness import Sharpness, sharpness

__all__ = [
    "BreakTest",
    "Curve",
    "CurveFit",
    "ExplainedRise",
    "Forecast",
    "FourQuestions",
    "Prediction",
    "Sharpness",
    "break_test",
    "emergence_score",
    "explained_by_metric",
    "fit_curve",
    "forecast",
    "four_questions",
    "linearity",
    "sharpness",
]

__getattr__ = _gone.getter(__name__)
