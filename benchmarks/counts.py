"""From what the statistics said of each family to how often they were right: `benchmarks.calibration`."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from mirage import resolution

LEVELS = 0.01, 0.05, 0.20
GAPS = 1, 2, 4
METHODS = "power law", "logistic", "loss from size", "loss as measured"
WITHOUT_LOSS = "accuracy", "−ln(accuracy)"
INPUTS = "accuracy", "loss", "log loss"


def of_cells(said: dict) -> Iterator[dict]:
    """Yield what was counted in each cell."""
    for cell, families in said.items():
        described = {"cell": cell.name, **asdict(cell)}
        parts = (_breaks,) if cell.factor == "plan" else (_breaks, _widths, _forecasts, _explained, _last)
        for row in (row for part in parts for row in part(cell, families)):
            yield described | row


def of_pairs(said: dict) -> Iterator[dict]:
    """Yield the areas under the ROC curve of families with a jump against smooth ones through two points."""
    truths = {cell.level: cell for cell in said if cell.factor == "truth"}
    pairs = [(f"jump, {step}", [f"steep power law, {step}"]) for step in (2, 4, 8)]
    smooth_truths = [level for level, cell in truths.items() if cell.truth != "jump"]
    pairs += [("jump, 4", ["steep logistic"])]
    pairs += [(f"jump, {step}", smooth_truths) for step in (2, 4, 8)]
    for jump, others in pairs:
        families = said[truths[jump]], pd.concat([said[truths[other]] for other in others])
        smooth = others[0] if len(others) == 1 else "all smooth truths"
        described = {"cell": f"{jump} against {smooth}", **asdict(truths[jump])}
        described |= {"factor": "pair", "level": smooth}
        for name, input in product(("emergence score", "linearity", "largest step"), INPUTS):
            scores = [each[f"{name} of {input}"].fillna(0) for each in families]
            yield described | _area(name, input, *scores)
        for input in ("loss", *WITHOUT_LOSS):
            p = [1 - each[f"p of {input}, 4 gaps"].fillna(1) for each in families]
            yield described | _area("break test", input, *p)


def exact() -> Iterator[dict]:
    """Yield the coverage of the intervals of a share, and the false answers of visibility: no simulation."""
    ability = np.linspace(0, 1, 2001)
    for items, method in product((50, 200, 1000, 20_000), ("wilson", "clopper-pearson")):
        right = np.arange(items + 1)
        low, high = resolution.proportion_interval(right, np.full(right.size, items), method=method)
        # The counts whose interval holds an ability follow each other.
        first, last = np.searchsorted(high, ability), np.searchsorted(low, ability, side="right") - 1
        held = stats.binom.cdf(last, items, ability) - stats.binom.cdf(first - 1, items, ability)
        for outcome, value in (("mean coverage", held.mean()), ("least coverage", held.min())):
            yield {"cell": "exact", "items": items, "question": method, "outcome": outcome, "value": value}
    for items in (50, 200, 1000, 20_000):
        level = 0.05 / 8
        false = stats.binom.sf(stats.binom.isf(level, items, 0.25), items, 0.25)
        row = {"cell": "exact", "items": items, "question": "visibility", "outcome": "any of 8 models"}
        yield row | {"value": 1 - (1 - false) ** 8}


def _breaks(cell, families: pd.DataFrame) -> Iterator[dict]:
    for input, gaps in product(("loss", *WITHOUT_LOSS), GAPS):
        if f"p of {input}, {gaps} gaps" not in families:
            continue
        p = families[f"p of {input}, {gaps} gaps"]
        name = f"break test, {gaps} gaps"
        yield _count(name, input, "told", p.notna())
        told = p[p.notna()]
        for level in LEVELS:
            yield _count(name, input, f"p ≤ {level:.2f}", told <= level)
        if cell.truth == "jump":
            place = families[f"place of {input}"][p <= 0.05]
            yield _count(name, input, "found in its gap", np.isclose(place, cell.between[0]))


def _widths(cell, families: pd.DataFrame) -> Iterator[dict]:
    low, high, line = families["width, low"], families["width, high"], families["width"].notna()
    bound = low.notna() & ~line
    for kind, chosen in (("line", line), ("bounds", bound)):
        yield _count("sharpness", kind, "told", chosen)
        if np.isfinite(cell.width):
            holds = (low <= cell.width) & (cell.width <= high)
            yield _count("sharpness", kind, "covered", holds[chosen])
    yield _median("sharpness", "line", "high end over low end", (high / low)[line])


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
    """Return the area under the ROC curve with the 95 % interval of DeLong et al. (1988), Biometrics 44."""
    ranks, m = stats.rankdata(np.r_[jumps, smooth]), jumps.size
    above = (ranks[:m] - stats.rankdata(jumps)) / smooth.size  # share of smooth families below each jump
    below = 1 - (ranks[m:] - stats.rankdata(smooth)) / m
    area = above.mean()
    half = stats.norm.isf(0.025) * np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / smooth.size)
    found = {"question": question, "input": input, "outcome": "area under the ROC curve", "value": area}
    return found | {"low": max(area - half, 0), "high": min(area + half, 1)}
