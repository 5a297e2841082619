"""What a test set of a given size can see: intervals, zero successes, power, many comparisons.

An accuracy measured on n items is a multiple of 1/n, so a small ability may show as exactly 0. Nothing
here decides whether an ability is there; it tells what the items could have shown.
"""

from mirage.resolution.clusters import (
    cluster_draws,
    cluster_standard_error,
    design_effect,
    exchange_test,
)
from mirage.resolution.comparisons import benjamini_hochberg, holm
from mirage.resolution.intervals import proportion_interval, zero_success_bound
from mirage.resolution.power import fisher_test, items_needed, power, smallest_rise
from mirage.resolution.visibility import Visibility, tail_at_floor, visibility

__all__ = [
    "Visibility",
    "benjamini_hochberg",
    "cluster_draws",
    "cluster_standard_error",
    "design_effect",
    "exchange_test",
    "fisher_test",
    "holm",
    "items_needed",
    "power",
    "proportion_interval",
    "smallest_rise",
    "tail_at_floor",
    "visibility",
    "zero_success_bound",
]
