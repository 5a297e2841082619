"""Statistics that single pages of the debate need.

Do answers of several steps succeed as often as the number of steps, or the time that they take, says? Do
runs that differ in their seed fall into two groups? These stand apart from the core, which every page uses.
"""

from mirage.debate.lengths import LENGTH_CURVES, ChanceFit, fit_chance, length_losses
from mirage.debate.repeats import RepeatsFit, fit_repeats
from mirage.debate.rises import curves_at_chance, pass_from_few
from mirage.debate.states import TwoStates, two_states

__all__ = [
    "LENGTH_CURVES",
    "ChanceFit",
    "RepeatsFit",
    "TwoStates",
    "curves_at_chance",
    "fit_chance",
    "fit_repeats",
    "length_losses",
    "pass_from_few",
    "two_states",
]
