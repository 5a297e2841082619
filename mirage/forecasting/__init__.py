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

Predicted on 30 November 2026, after tests on simulated curves, before any forecast of real models was made
with this module (OLMo's ARC-Challenge at 13 billion parameters was known to be missed by one crude fit):

1. Over the data sets the best recipe of the track "size" gains 0.1 to 1.0 nats per model on no change.
2. Its 90% intervals cover .75 to .95; those of no change cover fewer, .5 to .85.
3. On OLMo "loss first, by tokens" is the best of the track, and better than "logistic" by 0.05 nats or more.
4. Where no small model is surely above chance, no recipe of the track "size" gains more than 0.2 nats.
5. In the track "scores" the best recipe gains at least 0.2 nats more than the best of the track "size".
6. No recipe of the track "size" has ARC-Challenge at 13 billion in its 95% interval.
7. "logistic" beats no change on .5 to .75 of the curves of the large data sets (OLMo, Gadre et al., BIG-G).
8. With 20 samples an item the forecast of the largest own models gains 0.3 nats or more on one answer each.
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
