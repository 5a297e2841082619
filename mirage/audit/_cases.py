"""From runs to curves: one case is one family on one task, through one filter, with as many examples."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mirage import resolution
from mirage.emergence import BreakTest, Curve, ExplainedRise, FourQuestions
from mirage.logs import Run

__all__ = ["LABELS", "Case", "cases", "mean_of", "summary"]

_NORMAL = 1.959963984540054
LABELS = "source", "harness", "family", "task", "filter", "shots"


@dataclass(frozen=True, eq=False)
class Case:
    """One family on one task: its runs, its curve, and what is said of it.

    Attributes
    ----------
    runs : tuple of Run
        From the smallest model to the largest.
    curve : Curve or None
        Of what the harness counts as right, with losses where the logs have them; for whole texts, of the
        loss.
    losses_from : str
        Where the losses of the curve are from; empty without any.
    answers : FourQuestions or None
        Of the curve.
    gentle : BreakTest or None
        The search for a step in the gentlest score: the loss, the log score, the edit distance.
    explained : ExplainedRise or None
        Of the rise that looks sudden: between two neighbouring sizes, or from where the score shows nothing.
    artefact : str
        What prompt or filter did to the score; empty if nothing was found.
    adjusted : float
        p-value of `gentle` after Holm's correction over all that was searched for a step.
    verdict, because, overturn : str
        In a few words; what it rests on; what would overturn it.
    """

    runs: tuple[Run, ...]
    curve: Curve | None = None
    losses_from: str = ""
    answers: FourQuestions | None = None
    gentle: BreakTest | None = None
    explained: ExplainedRise | None = None
    artefact: str = ""
    adjusted: float = np.nan
    verdict: str = ""
    because: str = ""
    overturn: str = ""

    @property
    def labels(self) -> dict[str, object]:
        """Return what tells the case from others."""
        return dict(zip(LABELS, self.runs[0].case, strict=True))


def cases(runs: Iterable[Run]) -> list[Case]:
    """Return the cases of runs whose sizes are known, with their curves."""
    found: dict[tuple, list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.parameters, run.model, run.seed)):
        found.setdefault(run.case, []).append(run)
    groups = [_common(group) for group in found.values()]
    likely = [group for group in groups if group[0].kind == "likelihood"]
    return [Case(tuple(group), *_curve(group, likely)) for group in groups]


def _common(runs: list[Run]) -> list[Run]:
    """Return the runs with the scores that all of them have, so that a curve never mixes two."""
    names = set.intersection(*(set(run.scores) for run in runs))
    return [replace(run, scores={n: v for n, v in run.scores.items() if n in names}) for run in runs]


def summary(run: Run, metric: str) -> tuple[float, float, float]:
    """Return the mean score of a run, and the low and high end of its 95% interval."""
    values = run.scores[metric]
    if values.dtype != bool:
        mean, error = mean_of(run, metric)
        return mean, mean - _NORMAL * error, mean + _NORMAL * error
    right, answers, effect = int(values.sum()), values.size, _effect(run, values)
    if effect == 1:
        return right / answers, *map(float, resolution.proportion_interval(right, answers))
    low, high = resolution.visibility([right], [answers], floor=0, design_effect=effect).interval
    return right / answers, float(low[0]), float(high[0])


def mean_of(run: Run, metric: str) -> tuple[float, float]:
    """Return the mean of a score and its standard error; of bits per byte, those of the ratio of the sums."""
    values, scale = run.scores[metric], 1.0
    mean = float(values.mean())
    if metric == "bits_per_byte":
        scale = float(run.weights.mean())
        mean = float(values @ run.weights) / run.weights.sum()
        values = (values - mean) * run.weights
    return mean, resolution.cluster_standard_error(values, _units(run))[0] / scale


def _units(run: Run) -> np.ndarray:
    """Return the number of what each answer depends on: its cluster, or its item, asked once or more."""
    return pd.factorize(run.items if run.clusters is None else run.clusters)[0]


def _effect(run: Run, right: np.ndarray) -> float:
    """Return the design effect; where it cannot be estimated, the largest that there can be."""
    units = _units(run)
    if (most := right.size / (units.max() + 1)) == 1:
        return 1.0
    effect = resolution.design_effect(right.astype(float), units)
    return effect if np.isfinite(effect) else most


def _curve(runs: list[Run], likely: list[list[Run]]) -> tuple[Curve | None, str]:
    sizes, kind = [run.parameters for run in runs], runs[0].kind
    linked, losses_from, known = None, "", {}
    if kind == "choice" and "log_score" in runs[0].scores:
        known, losses_from = _losses(runs, "log_score", -1), "log score"
    elif kind in ("likelihood", "text"):
        linked, losses_from = runs, "likelihood of the targets"
    elif kind == "generation":
        linked = next(filter(None, (_linked(runs, group) for group in likely)), None)
        losses_from = f"likelihood in {linked[0].task}" if linked else ""
    if linked:
        known = _losses(linked, "bits_per_byte")
        chances = [-run.scores["nats_per_item"] for run in linked]
        if kind != "text" and len({each.size for each in chances}) == 1:
            known["item_log_probabilities"] = np.stack(chances)
    if known and not np.isfinite(known["loss_standard_errors"]).all():
        known.pop("loss_standard_errors")  # a run of one item
    if kind == "text":
        curve = Curve.from_scores(sizes, known["losses"], known.get("loss_standard_errors"), **known)
        return curve, losses_from
    floor = np.mean([_floor(run) for run in runs])
    if not 0 <= floor < 1:
        return None, ""
    right = [run.scores["own"] for run in runs]
    counts = [each.sum() for each in right], [each.size for each in right]
    effects = [_effect(run, each) for run, each in zip(runs, right, strict=True)]
    return Curve.from_counts(sizes, *counts, floor=float(floor), design_effect=effects, **known), losses_from


def _losses(runs: list[Run], metric: str, sign: int = 1) -> dict[str, np.ndarray]:
    means, errors = np.array([mean_of(run, metric) for run in runs]).T
    return {"losses": np.maximum(sign * means, 1e-9), "loss_standard_errors": errors}


def _floor(run: Run) -> float:
    names = (name for name in ("accuracy", "greedy_match") if name in run.scores and name in run.floors)
    return run.floors.get(next(names, ""), 0.0)


def _linked(runs: list[Run], group: list[Run]) -> list[Run] | None:
    """Return the likelihoods of the same items by the same models, if there are such."""
    if (runs[0].harness, group[0].harness) == ("table", "table") and runs[0].filter != group[0].filter:
        return None  # of another step of training
    by_model = {(run.model, run.seed): run for run in group if run.family == runs[0].family}
    found = [by_model.get((run.model, run.seed)) for run in runs]
    pairs = zip(runs, found, strict=True)
    return found if all(other and np.isin(run.items, other.items).all() for run, other in pairs) else None
