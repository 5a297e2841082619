"""Statistics of curves of scores by scale: is there a step, how sharp is the rise, could it be forecast?

They judge the curve of one family, `bend_test` those of several. Each says "cannot tell", and why, where the
data do not support it.
"""

from mirage._curve import Curve
from mirage.emergence.bends import BendTest, bend_test
from mirage.emergence.breaks import BreakTest, break_test
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.exponent import ExponentFit, fit_exponent
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.questions import FourQuestions, four_questions
from mirage.emergence.score_tests import EmergenceScoreTest, emergence_score_test
from mirage.emergence.scores import emergence_score, linearity
from mirage.emergence.sharpness import Sharpness, sharpness

__all__ = [
    "BendTest",
    "BreakTest",
    "Curve",
    "EmergenceScoreTest",
    "ExplainedRise",
    "ExponentFit",
    "Forecast",
    "FourQuestions",
    "Sharpness",
    "bend_test",
    "break_test",
    "emergence_score",
    "emergence_score_test",
    "explained_by_metric",
    "fit_exponent",
    "forecast",
    "four_questions",
    "linearity",
    "sharpness",
]
