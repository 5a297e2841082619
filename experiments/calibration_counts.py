"""From what the statistics said of each family to how often they were right: `experiments.calibration`."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import product

import numpy as np
import pandas as pd
from scipy import special, stats

from mirage import resolution

LEVELS = 0.01, 0.05, 0.20
METHODS = "power law", "logistic", "loss from size"
JUDGED = "loss", "−ln(accuracy)"
SUDDEN = {"largest step": 1, "emergence score": 1, "linearity": -1}  # a jump makes the linearity low
ITEMS = 50, 200, 1000, 20_000
INPUTS = "accuracy", "loss", "log loss"
MODELS, ABLE_TO_GUESS = 8, 0.25  # families that know nothing, for visibility


def of_cells(said: dict) -> Iterator[dict]:
    """Yield what was counted in each cell."""
    for cell, families in said.items():
        described = {"cell": cell.name, **asdict(cell)}
        parts = (_breaks,) if cell.factor == "plan" else (_breaks, _widths, _forecasts, _explained, _last)
        for row in (row for part in parts for row in part(cell, families)):
            yield described | row


def of_families(said: dict) -> Iterator[dict]:
    """Yield what was said of the first family of each cell: a test draws some of them again."""
    for cell, families in said.items():
        for name in ("p of loss", "width", "power law, width"):
            if name in families:
                about = {"question": "first family", "input": name, "value": families[name].iloc[0]}
                yield {"cell": cell.name, "factor": cell.factor, **about}


def of_pairs(said: dict) -> Iterator[dict]:
    """Yield the areas under the ROC curve of families with a jump against smooth ones.

    The steep smooth families pass through the same two points as the jump. What cannot be told ranks lowest.
    """
    truths = {cell.level: cell for cell in said if cell.factor in ("base", "truth")}
    smooth = [level for level, cell in truths.items() if cell.truth != "jump"]
    steep = [("4", "steep logistic"), *((step, f"steep power law, {step}") for step in "248")]
    pairs = [(step, other, [other]) for step, other in steep]
    pairs += [(step, "all smooth truths", smooth) for step in "248"]
    for step, name, others in pairs:
        jump = truths[f"jump, {step}"]
        families = said[jump], pd.concat([said[truths[other]] for other in others])
        described = {"cell": f"jump, {step} against {name}", **asdict(jump), "factor": "pair", "level": name}
        for (question, sign), input in product(SUDDEN.items(), INPUTS):
            scores = [(sign * each[f"{question} of {input}"]).fillna(-np.inf) for each in families]
            yield described | _area(question, input, *scores)
        for input in JUDGED:
            p = [1 - each[f"p of {input}"].fillna(1) for each in families]
            yield described | _area("break test", input, *p)


def exact() -> Iterator[dict]:
    """Yield the coverage of the intervals of a share, and the false answers of visibility: no simulation."""
    for items, method in product(ITEMS, ("wilson", "clopper-pearson")):
        right = np.arange(items + 1)
        low, high = resolution.proportion_interval(right, np.full(right.size, items), method=method)
        # The coverage is least right beside the end of an interval.
        beside = np.clip(np.r_[low - 1e-9, low + 1e-9, high - 1e-9, high + 1e-9], 0, 1)
        for outcome, ability in (("mean coverage", np.linspace(0, 1, 2001)), ("least coverage", beside)):
            # The counts whose interval holds an ability follow each other.
            first = np.searchsorted(high, ability)
            last = np.searchsorted(low, ability, side="right") - 1
            held = stats.binom.cdf(last, items, ability) - stats.binom.cdf(first - 1, items, ability)
            value = held.mean() if outcome == "mean coverage" else held.min()
            yield {"cell": "exact", "items": items, "question": method, "outcome": outcome, "value": value}
    for items in ITEMS:
        false = stats.binom.sf(stats.binom.isf(0.05 / 8, items, 0.25), items, 0.25)
        row = {"cell": "exact", "items": items, "question": "visibility", "outcome": "any of 8 models"}
        yield row | {"value": 1 - (1 - false) ** 8}


def nothing(families: int = 1000) -> Iterator[dict]:
    """Yield how often any of eight models that only guess is called visible: items that come together."""
    rng = np.random.default_rng(0)
    for name, correlation in (
        ("independent", 0.0),
        ("passages of 5", 0.1),
        ("passages of 5", 0.2),
        ("samples", 1.0),
    ):
        for estimated in (True, False):
            called = [_any_visible(correlation, estimated, rng) for _ in range(families)]
            found = _count(
                "visibility", "effect estimated" if estimated else "items as independent", "any", called
            )
            yield {"cell": f"nothing, {name}, {correlation:g}", "level": f"{name}, {correlation:g}"} | found


def _any_visible(correlation: float, estimated: bool, rng: np.random.Generator) -> bool:
    clusters = np.repeat(np.arange(40), 5)
    right = np.empty((MODELS, 200))
    for model in range(MODELS):
        if correlation == 1:
            right[model] = np.repeat(rng.random(40) < ABLE_TO_GUESS, 5)
        elif correlation:
            shape = np.array([ABLE_TO_GUESS, 1 - ABLE_TO_GUESS]) * (1 / correlation - 1)
            right[model] = rng.random(200) < np.repeat(rng.beta(*shape, 40), 5)
        else:
            right[model] = rng.random(200) < ABLE_TO_GUESS
    effect = np.array([resolution.design_effect(one, clusters) for one in right]) if estimated else 1.0
    counts = right.sum(1).astype(int), [200] * MODELS
    return resolution.visibility(*counts, floor=ABLE_TO_GUESS, design_effect=effect).visible.any()


def _breaks(cell, families: pd.DataFrame) -> Iterator[dict]:
    for input in JUDGED:
        if f"p of {input}" not in families:
            continue
        p = families[f"p of {input}"]
        told, name = p.notna(), "break test"
        yield _count(name, input, "told", told)
        for level in LEVELS:
            yield _count(name, input, f"p ≤ {level:.2f}", p[told] <= level)
        found = families[f"found of {input}"] == 1
        yield _count(name, input, "found", found)
        yield _count(name, input, "cannot tell", families[f"cannot tell of {input}"] == 1)
        if cell.truth == "jump":  # a jump of the loss is a step downwards
            placed = np.isclose(families[f"place of {input}"], cell.between[0])
            yield _count(
                name, input, "found in its place", found & placed & (families[f"step of {input}"] < 1)
            )


def _widths(cell, families: pd.DataFrame) -> Iterator[dict]:
    low, high, line = families["width, low"], families["width, high"], families["width"].notna()
    holds = (low <= cell.width) & (cell.width <= high)
    for kind, chosen in (("estimate", line), ("estimate or bounds", low.notna())):
        yield _count("sharpness", kind, "told", chosen)
        if np.isfinite(cell.width):
            yield _count("sharpness", kind, "covered", holds[chosen])
    yield _median("sharpness", "estimate", "high end over low end", (high / low)[line])
    yield _count("sharpness", "estimate", "lack of fit, p ≤ 0.05", families["lack of fit"][line] <= 0.05)


def _forecasts(cell, families: pd.DataFrame) -> Iterator[dict]:
    for method in METHODS:
        if f"{method}, told" not in families:
            continue
        told = families[f"{method}, told"] == 1
        yield _count("forecast", method, "told", told)
        yield _count("forecast", method, "covered", families[f"{method}, covered"][told])
        difference = families[f"{method}, difference"][told]
        yield _count("forecast", method, "better than no change", difference > 0)
        yield _median("forecast", method, "width of the interval", families[f"{method}, width"][told])
        yield _median("forecast", method, "log score above no change", difference)


def _explained(cell, families: pd.DataFrame) -> Iterator[dict]:
    if "rise" not in families:
        return
    told = families["metric, low"].notna()
    yield _count("explained", "metric", "told", told)
    if np.isfinite(cell.explained):
        holds = (families["metric, low"] <= cell.explained) & (cell.explained <= families["metric, high"])
        yield _count("explained", "metric", "covered", holds[told])
    yield _count("explained", "departure", "surely above 0", families["departure, low"][told] > 0)


def _last(cell, families: pd.DataFrame) -> Iterator[dict]:
    last = families["largest step of accuracy is the last"]
    yield _count("largest step", "accuracy", "is in the last gap", last)


def _count(question: str, input: str, outcome: str, marks: np.ndarray) -> dict:
    marks = np.asarray(marks)
    return {
        "question": question,
        "input": input,
        "outcome": outcome,
        "count": int(marks.sum()),
        "of": marks.size,
    }


def _median(question: str, input: str, outcome: str, values: pd.Series) -> dict:
    return {"question": question, "input": input, "outcome": f"median {outcome}", "value": values.median()}


def _area(question: str, input: str, jumps: pd.Series, smooth: pd.Series) -> dict:
    """Return the area under the ROC curve, with DeLong's 95% interval (1988) on the logit scale."""
    ranks, m = stats.rankdata(np.r_[jumps, smooth]), jumps.size
    above = (ranks[:m] - stats.rankdata(jumps)) / smooth.size  # share of smooth families below each jump
    below = 1 - (ranks[m:] - stats.rankdata(smooth)) / m
    area = above.mean()
    error = np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / smooth.size)
    if 0 < area < 1:
        half = stats.norm.isf(0.025) * error / (area * (1 - area))
        low, high = special.expit(special.logit(area) + half * np.array([-1, 1]))
    else:  # all pairs are ranked one way; so many of them are independent
        pairs = min(m, smooth.size)
        low, high = resolution.proportion_interval(round(area * pairs), pairs, method="clopper-pearson")
    found = {"question": question, "input": input, "outcome": "area under the ROC curve", "value": area}
    return found | {"low": float(low), "high": float(high)}
