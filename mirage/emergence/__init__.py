"""Statistics of curves of scores by scale: is there a step, how sharp is the rise, could it be forecast?

All take a `Curve`, the score of one family on one task; but `bend_test` those of several families, and
`contrast`, `bends_by_task` and what begins with `lead` take a table. Each says "cannot tell",
and why, where the data do not support an answer.
"""

from mirage import _gone
from mirage._curve import Curve
from mirage.emergence.bends import BendTest, bend_test, bends_by_task
from mirage.emergence.breaks import BreakTest, break_test
from mirage.emergence.contrasts import Contrast, contrast
from mirage.emergence.explained import ExplainedRise, explained_by_metric
from mirage.emergence.fits import CurveFit, Prediction, fit_curve
from mirage.emergence.forecasts import Forecast, forecast
from mirage.emergence.leads import LeadTest, lead_test, leads_by_noise, leads_by_scatter, leads_by_task
from mirage.emergence.questions import FourQuestions, four_questions
from mirage.emergence.scores import emergence_score, linearity
from mirage.emergence.sharpness import Sharpness, sharpness

__all__ = [
    "BendTest",
    "BreakTest",
    "Contrast",
    "Curve",
    "CurveFit",
    "ExplainedRise",
    "Forecast",
    "FourQuestions",
    "LeadTest",
    "Prediction",
    "Sharpness",
    "bend_test",
    "bends_by_task",
    "break_test",
    "contrast",
    "emergence_score",
    "explained_by_metric",
    "fit_curve",
    "forecast",
    "four_questions",
    "lead_test",
    "leads_by_noise",
    "leads_by_scatter",
    "leads_by_task",
    "linearity",
    "sharpness",
]

__getattr__ = _gone.getter(__name__)
