"""How far can the four statistics be trusted? `make calibration`: an hour or two on two cores.

Families are drawn whose truth is known, one factor at a time from a base cell, and every statistic judges
them. What it said is counted in mirage/data/calibration.parquet, which the book draws. A cell that is done is
a file under build/calibration, so that a run that was stopped goes on where it was.
"""

import functools
import platform
import zlib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from benchmarks import counts
from mirage import _files, emergence, scaling, sweep, toy
from tools.project import ROOT

SEED = 0
FAMILIES = 1000
REPLICATES = 199  # with which a p-value can be exactly .01, .05 or .20
WINDOW = 1e8, 1e11
GRIDS = {  # numbers of parameters: Brown et al. (2020), Table 2.1; Biderman et al. (2023), Table 1
    "GPT-3": (1.25e8, 3.5e8, 7.6e8, 1.3e9, 2.7e9, 6.7e9, 1.3e10, 1.75e11),
    "Pythia": (7e7, 1.6e8, 4.1e8, 1e9, 1.4e9, 2.8e9, 6.9e9, 1.2e10),
}
TRACKS = "power law", "loss as measured"  # one that knows the size alone, one that knows the loss
HELD_OUT = 2
PLANNED_SIZES = 6, 8, 12, 24
PLANNED_STEPS = 4, 9, 15, 22, 30, 42  # ln of the step, over the scatter
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
    runs: int = 1
    length: int = 5
    items: int = 1000
    item_spread: float = 0.0
    two_states: bool = False

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
        """Return the true 10–90 % width of the accuracy in decades, NaN where there is none."""

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
        if self.truth not in ("power law", "jump") or self.two_states:
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
    pairs = "power law", "jump"
    for sizes in ("4", "6", "12", *GRIDS):
        result += [Cell("sizes", sizes, truth, sizes=sizes) for truth in pairs]
    for items in (50, 200, 20_000):
        result += [Cell("items", str(items), truth, items=items) for truth in pairs]
    result += [Cell("length", str(length), length=length) for length in (1, 10)]
    for scatter in (0.0, 0.15, 0.5):
        result += [Cell("scatter", f"{scatter:g}", truth, scatter=scatter) for truth in pairs]
    for runs in (4, 8):
        result += [Cell("runs", str(runs), truth, runs=runs) for truth in pairs]
    for runs in (1, 4, 8):
        result += [Cell("two states", f"{runs} runs", runs=runs, two_states=True)]
    for spread in (0.5, 1.0):
        result += [Cell("unequal items", f"{spread:g}", truth, item_spread=spread) for truth in pairs]
    result += [Cell("unequal items", "1, 50 items", truth, item_spread=1.0, items=50) for truth in pairs]
    return result


def plans() -> list[Cell]:
    """Return the cells of the chart that plans a study: only the test for a step, by sizes and step."""
    result = []
    for sizes, ratio in product(PLANNED_SIZES, PLANNED_STEPS):
        step = float(np.exp(ratio * Cell.scatter))
        result.append(Cell("plan", f"{sizes} sizes, {ratio}", "jump", step, sizes=str(sizes)))
    return result


def draw(cell: Cell, family: int) -> pd.DataFrame:
    """Return one family of a cell."""
    rng = np.random.default_rng([SEED, zlib.crc32(cell.name.encode()), family])
    sizes = np.repeat(cell.grid, cell.runs)
    losses = cell.losses(sizes)
    if cell.two_states:  # a run has found the trick or has not; the chance of it rises with size
        decade = np.log10(sizes) - np.mean(np.log10(WINDOW))
        found = rng.random(sizes.size) < 1 / (1 + np.exp(-decade / 0.4))
        losses = losses / np.where(found, 4, 1)
    return toy.sample_family(
        sizes,
        losses,
        scatter=cell.scatter,
        length=cell.length,
        items=cell.items,
        item_spread=cell.item_spread,
        rng=rng,
    )


def judge(cell: Cell, family: int) -> dict[str, float]:
    """Return what every statistic says of one family."""
    curve = draw(cell, family)
    size, right, items = (curve[name].to_numpy() for name in ("parameters", "successes", "trials"))
    loss, error = curve["loss"].to_numpy(), curve["loss_standard_error"].to_numpy()
    truths = cell.factor in ("base", "truth")
    gaps = (1, 2, 4) if truths else (4,)
    said = _steps("loss", size, loss, error, gaps, family)
    if cell.factor == "plan":
        return {name: float(value) for name, value in said.items()}
    if truths:
        share = (right + 0.5) / (items + 1)
        relative = np.sqrt((1 - share) / (items * share))
        seen = (right > 0) & (right < items)
        said |= _steps("accuracy", size, right / items, share * relative, (4,), family)
        said |= _steps("−ln(accuracy)", size[seen], -np.log(share[seen]), relative[seen], (4,), family)
    by_size = curve.assign(share=right / items).groupby("parameters").mean()
    inputs = {"accuracy": by_size["share"], "loss": by_size["loss"], "log loss": np.log(by_size["loss"])}
    for name, values in inputs.items():
        values = values.to_numpy()
        said[f"emergence score of {name}"] = abs(emergence.emergence_score(values))
        said[f"linearity of {name}"] = abs(emergence.linearity(values))
        said[f"largest step of {name}"] = np.abs(np.diff(values)).max()
    largest = np.abs(np.diff(by_size["share"])).argmax()
    said["largest step of accuracy is the last"] = largest == len(by_size) - 2
    said |= _width(size, right, items)
    if not cell.two_states:
        said |= _forecasts(counts.METHODS if truths else TRACKS, size, right, items, loss)
        said |= _parts(size, loss, error, right, items, cell.length)
    return {name: float(value) for name, value in said.items()}


def _steps(name: str, size, score, error, gaps, family: int) -> dict[str, float]:
    if not size.size:
        return {f"p of {name}, {number} gaps": np.nan for number in gaps}
    test = emergence.break_test(size, score, error, gaps=gaps, replicates=REPLICATES, rng=family)
    said = {f"p of {name}, {number} gaps": p for number, p in test.verdicts.items()}
    return said | {f"place of {name}": test.location[0], f"step of {name}": test.size}


def _width(size, right, items) -> dict[str, float]:
    found = emergence.sharpness_of_counts(size, right, items)
    low, high = found.interval or (np.nan, np.nan)
    return {"width": found.width, "width, low": low, "width, high": high}


def _forecasts(methods, size, right, items, loss) -> dict[str, float]:
    said = {}
    for method in methods:
        made = emergence.forecast(size, right, items, held_out=HELD_OUT, method=method, losses=loss)
        largest = size[made.held_out].argmax()  # one run a family: runs of one family are alike
        low, high = made.interval[largest]
        said |= {
            f"{method}, told": not made.reason,
            f"{method}, covered": made.covered[largest],
            f"{method}, width": high - low,
            f"{method}, difference": made.log_score_difference,
        }
    return said


def _parts(size, loss, error, right, items, length: int) -> dict[str, float]:
    parts = emergence.explained_by_metric(size, loss, right, items, length=length, standard_errors=error)
    (low, high), (departed, _) = parts.metric_interval, parts.departure_interval
    return {"metric, low": low, "metric, high": high, "departure, low": departed, "rise": parts.rise}


@functools.cache
def code() -> int:
    """Return a number of the code that judges: cells that older code judged are judged again."""
    package = ROOT / "mirage"
    folders = (package / name for name in ("emergence", "resolution", "toy"))
    files = [file for folder in folders for file in folder.glob("*.py")]
    files += [package / "scaling.py", package / "_validate.py", __file__, counts.__file__]
    return zlib.crc32(b"".join(Path(file).read_bytes() for file in sorted(map(str, files))))


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
    said = run(cells() + plans())
    write(pd.DataFrame([*counts.of_cells(said), *counts.of_pairs(said), *counts.exact()]))


def write(table: pd.DataFrame, path: Path = TABLE) -> None:
    """Write the table aside, with seed and versions, and rename it."""
    packages = {module.__name__: module.__version__ for module in (np, pd, scipy)}
    table = table.reset_index(drop=True)
    table.attrs = {
        "seed": SEED,
        "families": int(table["of"].max()),
        "replicates": REPLICATES,
        "python": platform.python_version(),
        **packages,
    }
    with _files.aside(path) as part:
        table.to_parquet(part)


if __name__ == "__main__":
    main()
