"""How far can the statistics be trusted? `make calibration`: an hour or two on two cores.

Families are drawn whose truth is known, one factor at a time from a base cell, and every statistic judges
them. What it said is counted in mirage/data/calibration.parquet, which the book draws. A cell that is done is
a file under build/calibration, so that a run that was stopped goes on where it was.
"""

import ast
import functools
import itertools
import platform
import zlib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from scipy import special

from experiments import calibration_counts as counts
from experiments import sweep
from mirage import _files, emergence, resolution, scaling, toy
from tools.project import ROOT

SEED = 0
FAMILIES, OF_PLAN = 200, 100
REPLICATES = 199  # with which a p-value can be exactly .01, .05 or .20
WINDOW = 1e8, 1e11
GRIDS = {  # numbers of parameters: Brown et al. (2020), Table 2.1; Biderman et al. (2023), Table 1
    "GPT-3": (1.25e8, 3.5e8, 7.6e8, 1.3e9, 2.7e9, 6.7e9, 1.3e10, 1.75e11),
    "Pythia": (7e7, 1.6e8, 4.1e8, 1e9, 1.4e9, 2.8e9, 6.9e9, 1.2e10),
}
METHODS = "power law", "logistic", "loss from size"
HELD_OUT = 2
OF_CLUSTER = 5  # items of a passage, or samples of an item
PLANNED_SIZES, PLANNED_STEPS = (8, 12, 24), (4, 9, 15, 22, 30)  # ln of the step, over the scatter
FOLDER = ROOT / "build" / "calibration"
TABLE = ROOT / "mirage" / "data" / "calibration.parquet"


@dataclass(frozen=True)
class Cell:
    """One kind of family, and which factor sets it apart from the base cell."""

    factor: str = "base"
    level: str = "base"
    truth: str = "power law"
    step: float = 4.0
    sizes: str = "8"
    scatter: float = 0.05
    noise: str = "normal"
    runs: int = 1
    length: int = 5
    items: int = 1000
    item_spread: float = 0.0
    two_states: bool = False
    floor: float = 0.0
    floor_error: float = 0.0
    floor_wrong: float = 0.0
    correlation: float = 0.0
    grouped: str = ""

    @property
    def name(self) -> str:
        """Return the name of the cell, of factor, level and truth."""
        return f"{self.factor}, {self.level}, {self.truth}"

    @property
    def grid(self) -> np.ndarray:
        """Return the sizes."""
        return np.array(GRIDS[self.sizes]) if self.sizes in GRIDS else np.geomspace(*WINDOW, int(self.sizes))

    @property
    def between(self) -> tuple[float, float]:
        """Return the two sizes of the middle gap."""
        middle = self.grid.size // 2
        return float(self.grid[middle - 1]), float(self.grid[middle])

    @property
    def constant(self) -> float:
        """Return the c of the loss; with a step, the one that makes the step of the accuracy largest."""
        if self.truth not in ("jump", "steep power law", "steep logistic"):
            return 1e9
        low, high = self.between
        ratio = self.step * (high / low) ** 0.4  # the loss on one side of the gap over that on the other
        after = np.log(ratio) / (ratio - 1) / self.length
        return high * after ** (1 / 0.4)

    @property
    def width(self) -> float:
        """Return the true 10–90% width of the accuracy in decades, NaN where there is none."""

        def accuracy(sizes: np.ndarray) -> np.ndarray:
            loss = self.length * self.losses(sizes)
            if self.item_spread:  # the mean over gamma-distributed items
                return (1 + loss * self.item_spread**2) ** -(self.item_spread**-2)
            return np.exp(-loss)

        try:
            return np.nan if self.two_states else scaling.transition_width(accuracy)
        except ValueError:  # it does not rise from .1 to .9
            return np.nan

    @property
    def explained(self) -> float:
        """Return what the metric makes of the power law below a step, from the first size to the last."""
        if self.truth not in ("power law", "jump") or self.two_states or self.floor:
            return np.nan
        factor = self.step if self.truth == "jump" else 1
        low, high = np.exp(-self.length * factor * (self.grid[[0, -1]] / self.constant) ** -0.4)
        return float(high - low)

    def losses(self, sizes: np.ndarray) -> np.ndarray:
        """Return the true loss per token of each size."""
        return toy.loss_curve(
            sizes, self.truth, constant=self.constant, between=self.between, factor=self.step
        )


def cells() -> list[Cell]:
    """Return the cells, one factor at a time from the base."""
    truths = ["irreducible", "from chance", "broken", "gompertz", "flat", "steep logistic"]
    result = [Cell()]
    result += [Cell("truth", truth, truth) for truth in truths]
    for step in (2.0, 4.0, 8.0):
        result += [Cell("truth", f"{kind}, {step:g}", kind, step) for kind in ("jump", "steep power law")]
    result += [Cell("sizes", sizes, sizes=sizes) for sizes in ("6", "12", "24", "64", *GRIDS)]
    result += [Cell("sizes", sizes, "jump", sizes=sizes) for sizes in ("12", "24")]
    result += [Cell("items", str(items), items=items) for items in (50, 200, 20_000)]
    result += [Cell("items", "100, one 20,000", items=100)]
    result += [Cell("length", str(length), length=length) for length in (1, 10)]
    result += [Cell("scatter", f"{scatter:g}", scatter=scatter) for scatter in (0.0, 0.15, 0.5)]
    result += [Cell("scatter", "0.15", "jump", scatter=0.15)]
    result += [
        Cell("runs", str(runs), truth, runs=runs) for runs in (4, 8) for truth in ("power law", "jump")
    ]
    result += [Cell("two states", f"{runs} runs", runs=runs, two_states=True) for runs in (1, 4)]
    result += [Cell("unequal items", f"{spread:g}", item_spread=spread) for spread in (0.5, 1.0)]
    result += [Cell("floor", f"{floor:g}", floor=floor) for floor in (0.25, 0.5)]
    result += [Cell("floor", "0.25 ± 0.02", floor=0.25, floor_error=0.02, items=10_000)]
    result += [Cell("floor", "0.25, asked 0.23", floor=0.25, floor_wrong=-0.02, items=10_000)]
    for grouped, correlation in (("passages", 0.1), ("passages", 0.2), ("samples", 1.0), ("shared", 0.3)):
        result += [
            Cell("items together", f"{grouped}, {correlation:g}", correlation=correlation, grouped=grouped)
        ]
    for noise in ("t3", "autocorrelated", "uneven", "one bad"):
        sizes = ("12", "24", "64") if noise == "one bad" else ("12", "24")
        result += [Cell("noise", f"{noise}, {number}", noise=noise, sizes=number) for number in sizes]
    return [*result, Cell("noise", "bad at an end, 12", noise="bad at an end", sizes="12")]


def plans() -> list[Cell]:
    """Return the cells of the chart that plans a study: only the test for a step, by sizes and step."""
    result = []
    for sizes, ratio in product(PLANNED_SIZES, PLANNED_STEPS):
        step = float(np.exp(ratio * Cell.scatter))
        result.append(Cell("plan", f"{sizes} sizes, {ratio}", "jump", step, sizes=str(sizes)))
    return result


def draw(cell: Cell, family: int) -> emergence.Curve:
    """Return one family of a cell."""
    rng = np.random.default_rng([SEED, zlib.crc32(cell.name.encode()), family])
    sizes = np.repeat(cell.grid, cell.runs)
    losses = cell.losses(sizes) * np.exp(_noise(cell, sizes, rng))
    if cell.two_states:  # a run has found the trick or has not; the chance of it rises with size
        decade = np.log10(sizes) - np.mean(np.log10(WINDOW))
        found = rng.random(sizes.size) < 1 / (1 + np.exp(-decade / 0.4))
        losses = losses / np.where(found, 4, 1)
    asked = cell.floor + cell.floor_wrong + rng.normal(0, cell.floor_error)
    floor = (asked, cell.floor_error) if cell.floor_error else asked
    if cell.item_spread:
        table = toy.sample_family(
            sizes, losses, length=cell.length, items=cell.items, item_spread=cell.item_spread, rng=rng
        )
        return emergence.Curve.from_table(table, floor=floor)
    ability = cell.floor + (1 - cell.floor) * np.exp(-cell.length * losses)
    right, items, effect = _counted(cell, ability, rng)
    return emergence.Curve.from_counts(sizes, right, items, floor=floor, losses=losses, design_effect=effect)


def _noise(cell: Cell, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the scatter of each run, on the scale of ln loss."""
    noise = rng.standard_normal(sizes.size)
    if cell.noise == "t3":
        noise = rng.standard_t(3, sizes.size) / np.sqrt(3)
    if cell.noise == "autocorrelated":
        for place in range(1, sizes.size):
            noise[place] = 0.7 * noise[place - 1] + np.sqrt(1 - 0.7**2) * noise[place]
    if cell.noise == "uneven":
        return noise * np.where(sizes < np.sqrt(np.prod(WINDOW)), 0.02, 0.15)
    if cell.noise == "one bad":
        noise[rng.integers(sizes.size)] += 6
    if cell.noise == "bad at an end":
        noise[rng.choice([0, -1])] += 6
    return cell.scatter * noise


def _counted(cell: Cell, ability: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return right answers, items and design effects, which are estimated where items are in clusters."""
    items = np.full(ability.size, cell.items)
    if cell.level == "100, one 20,000":
        items[-1] = 20_000
    if not cell.grouped:
        return rng.binomial(items, ability), items, np.ones(ability.size)
    shape = ability.size, cell.items // OF_CLUSTER, OF_CLUSTER
    if cell.grouped == "shared":  # all models answer the same items, which are easy or hard for all
        common = np.sqrt(cell.correlation) * rng.standard_normal(shape[1:])
        own = np.sqrt(1 - cell.correlation) * rng.standard_normal(shape)
        right = special.ndtr(common + own) < ability[:, None, None]
        return right.sum((1, 2)), items, np.ones(ability.size)
    if cell.grouped == "samples":
        right = np.repeat(rng.random(shape[:2]) < ability[:, None], OF_CLUSTER, axis=1).reshape(shape)
    else:
        ability = np.clip(ability, 1e-9, 1 - 1e-9)[:, None]
        rest = 1 / cell.correlation - 1
        right = rng.random(shape) < rng.beta(ability * rest, (1 - ability) * rest, shape[:2])[..., None]
    return right.sum((1, 2)), items, effects(right)


def effects(right: np.ndarray) -> np.ndarray:
    """Return the design effects as `outputs.scores` estimates them, from answers (runs, clusters, items)."""
    clusters = np.repeat(np.arange(right.shape[1]), right.shape[2])
    found = np.array([resolution.design_effect(run.ravel().astype(float), clusters) for run in right])
    known = found[np.isfinite(found)]
    return np.where(np.isfinite(found), found, np.median(known) if known.size else right.shape[2])


def judge(cell: Cell, family: int) -> dict[str, float]:
    """Return what every statistic says of one family."""
    curve = draw(cell, family)
    said = _steps("loss", curve, "losses", family)
    if cell.factor == "plan":
        return said
    truths = cell.factor in ("base", "truth")
    if truths:
        said |= _steps("−ln(accuracy)", curve, "scores", family)
        said |= _scores(curve)
    by_size = curve.by_size()
    said["largest step of accuracy is the last"] = (
        np.abs(np.diff(by_size.scores)).argmax() == len(by_size) - 2
    )
    said |= _width(curve)
    if not cell.two_states:
        said |= _forecasts(METHODS if truths else METHODS[:1], curve)
    if np.isfinite(cell.explained):
        said |= _parts(curve, cell.length)
    return {name: float(value) for name, value in said.items()}


def _steps(name: str, curve: emergence.Curve, of: str, family: int) -> dict[str, float]:
    test = emergence.break_test(curve, of, replicates=REPLICATES, rng=family)
    return {
        f"p of {name}": test.p_value,
        f"found of {name}": float(test.found),
        f"cannot tell of {name}": float(test.verdict == "cannot tell"),
        f"place of {name}": test.location[0],
        f"step of {name}": test.size,
    }


def _scores(curve: emergence.Curve) -> dict[str, float]:
    by_size = curve.by_size()
    inputs = {"accuracy": by_size.scores, "loss": by_size.losses, "log loss": np.log(by_size.losses)}
    said = {}
    for name, values in inputs.items():
        said[f"emergence score of {name}"] = abs(emergence.emergence_score(values))
        said[f"linearity of {name}"] = abs(emergence.linearity(values))
        said[f"largest step of {name}"] = np.abs(np.diff(values)).max()
    return said


def _width(curve: emergence.Curve) -> dict[str, float]:
    found = emergence.sharpness(curve)
    low, high = found.interval or (np.nan, np.nan)
    lack = found.fit.curvature_p_value if np.isfinite(found.width) else np.nan
    return {"width": found.width, "width, low": low, "width, high": high, "lack of fit": lack}


def _forecasts(methods, curve: emergence.Curve) -> dict[str, float]:
    said = {}
    for method in methods:
        made = emergence.forecast(curve, held_out=HELD_OUT, method=method)
        largest = curve.parameters[made.held_out].argmax()  # one run a family: runs of one family are alike
        low, high = made.interval[largest]
        said |= {
            f"{method}, told": not made.reason,
            f"{method}, covered": made.covered[largest],
            f"{method}, width": high - low,
            f"{method}, difference": made.log_score_difference,
        }
    return said


def _parts(curve: emergence.Curve, length: int) -> dict[str, float]:
    parts = emergence.explained_by_metric(curve, length=length)
    (low, high), (departed, _) = parts.metric_interval, parts.departure_interval
    return {"metric, low": low, "metric, high": high, "departure, low": departed, "rise": parts.rise}


@functools.cache
def code() -> int:
    """Return a number of the code that judges, words left out: what older code judged is judged again."""
    package = ROOT / "mirage"
    folders = (package / name for name in ("emergence", "resolution", "toy"))
    files = [file for folder in folders for file in folder.glob("*.py")]
    files += [package / "scaling.py", package / "_curve.py", package / "_validate.py", Path(__file__)]
    return zlib.crc32("".join(map(_without_words, sorted(files))).encode())


def _without_words(file: Path) -> str:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            node.value = ""
    return ast.dump(tree)


def run(
    cells: list[Cell], families: int = FAMILIES, folder: Path = FOLDER, workers: int | None = None
) -> dict[Cell, pd.DataFrame]:
    """Judge the families of each cell, unless that was done, and return what was said of them."""
    about = families, REPLICATES, SEED, code()
    jobs = {f"{sweep.key((cell, *about))}.parquet": (cell, families) for cell in cells}
    files = sweep.run(_judged, jobs, folder, workers=workers)
    return {cell: pd.read_parquet(file) for cell, file in zip(cells, files.values(), strict=True)}


def _judged(job: tuple[Cell, int], path: Path) -> None:
    cell, families = job
    pd.DataFrame([judge(cell, family) for family in range(families)]).to_parquet(path)


def main() -> None:
    """Judge every cell, and write the table."""
    said = run(cells()) | run(plans(), OF_PLAN)
    parts = counts.of_cells(said), counts.of_pairs(said), counts.of_families(said)
    write(pd.DataFrame([*itertools.chain(*parts, counts.exact(), counts.nothing())]))


def write(table: pd.DataFrame, path: Path = TABLE) -> None:
    """Write the table aside, with seed and versions, and rename it."""
    packages = {module.__name__: module.__version__ for module in (np, pd, scipy)}
    table = table.reset_index(drop=True)
    table.attrs = {
        "seed": SEED,
        "families": FAMILIES,
        "replicates": REPLICATES,
        "python": platform.python_version(),
        **packages,
    }
    with _files.aside(path) as part:
        table.to_parquet(part)


if __name__ == "__main__":
    main()
