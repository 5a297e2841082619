"""Statistics that single pages of the debate need: runs in two groups.

They stand apart from the core, which every page uses.
"""

from mirage.debate.states import TwoStates, two_states

__all__ = ["TwoStates", "two_states"]
