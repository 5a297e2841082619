"""Can the small models predict the large ones? Recipes, forecasts of counts, and a leaderboard.

A **table** has one row per model and task: `family, model, parameters, task, successes, trials`; `compute`
(operations of training), `loss` (any continuous score of the task or of a text, positive, less is better),
`chance` (the score of guessing) and `ability_1, ability_2, …` where they are known.
`datasets.to_counts` and `datasets.with_abilities` make one of any table of scores.

A **recipe** is a function of two mappings of columns to arrays, the small models of a curve and the large,
that returns the expected share of right answers of each large model. `register` names it. There are two
tracks. In the track "size" a recipe sees of the large models how large they are, in "scores" also their
losses and abilities; their counts are never shown.

All recipes get their **spread** in one way: how far did this recipe miss each small model when it saw only
smaller ones? See `forecasts`. So a recipe says only where, and is judged on how far to be trusted, too.
"""

from mirage.forecasting.board import leaderboard, ranking
from mirage.forecasting.recipes import RECIPES, Recipe, register, rise
from mirage.forecasting.spread import forecasts

__all__ = [
    "RECIPES",
    "Recipe",
    "forecasts",
    "leaderboard",
    "ranking",
    "register",
    "rise",
]
