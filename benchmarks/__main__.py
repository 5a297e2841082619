"""Print the ratios of the project against its peers: `python -m benchmarks`.

Single times say little on a shared machine; each row is a ratio of medians of runs taken in turn.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from tqdm import tqdm

from benchmarks import live, training
from benchmarks.timing import in_turn, row, seconds
from mirage import emergence, metrics
from tools.project import ROOT


def main() -> None:
    """Print all ratios."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    edit_distance(1_000_000)
    curve_fits(20)
    live.first_answers()
    training.trained()
    builds()


def edit_distance(pairs: int) -> None:
    """Token edit distance of pairs of short strings, against RapidFuzz called directly and plain Python."""
    draw = random.Random(0)
    strings = [["".join(draw.choices("0123456789", k=5)) for _ in range(pairs)] for _ in range(2)]
    tokens = [[list(map(int, string)) for string in column[: pairs // 10]] for column in strings]
    few = [column[:20_000] for column in strings]
    times = in_turn(
        {
            "mirage": lambda: metrics.token_edit_distance(*strings),
            "cpdist": lambda: cpdist(*strings, scorer=Levenshtein.distance),
            "tokens": lambda: metrics.token_edit_distance(*tokens),
            "cpdist, tokens": lambda: cpdist(*tokens, scorer=Levenshtein.distance),
            "loop": lambda: [Levenshtein.distance(a, b) for a, b in zip(*strings, strict=True)],
            "plain": lambda: [textbook(a, b) for a, b in zip(*few, strict=True)],
        },
        runs=5,
    )
    times["plain"] *= pairs / len(few[0])
    print(f"\ntoken_edit_distance, {pairs:,} pairs of 5 characters (time of mirage / time of the peer)")
    row("RapidFuzz, one call of process.cpdist", times["mirage"] / times["cpdist"], "goal: at most 1.1")
    row("RapidFuzz, one call a pair", times["mirage"] / times["loop"], "goal: at most 1.1")
    name = f"process.cpdist, {len(tokens[0]):,} pairs of lists"
    row(name, times["tokens"] / times["cpdist, tokens"], "the price of checking every token")
    row("plain Python", times["mirage"] / times["plain"], f"from {len(few[0]):,} pairs")


def curve_fits(curves: int) -> None:
    """The fit of a curve, against statsmodels' binomial regression with the same link and no scatter."""
    rng = np.random.default_rng(0)
    sizes = np.logspace(8, 11, 8)
    ability = np.exp(-5 * (sizes / 1e9) ** -0.5)
    right = rng.binomial(1000, ability, (curves, 8))
    design = np.column_stack([np.ones(8), np.log(sizes)])
    family = families.Binomial(link=families.links.CLogLog())

    def peer() -> None:
        for counts in right:
            GLM(np.column_stack([1000 - counts, counts]), design, family=family).fit()

    def ours() -> None:
        for counts in right:
            emergence.fit_curve(emergence.Curve.from_counts(sizes, counts, [1000] * 8))

    times = in_turn({"mirage": ours, "glm": peer}, runs=3, about="curve fits")
    print(f"\nfit_curve, {curves} curves of 8 models (time / time of the peer)")
    told = f"{times['mirage'] / curves * 1000:.0f} ms a curve: the price of the scatter between models"
    row("statsmodels, GLM without scatter", times["mirage"] / times["glm"], told)


def textbook(target: str, prediction: str) -> int:
    """Levenshtein distance by the dynamic programme of the textbook."""
    above = list(range(len(prediction) + 1))
    for i, wanted in enumerate(target, 1):
        row = [i]
        for j, got in enumerate(prediction, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != got)))
        above = row
    return above[-1]


def builds() -> None:
    """Times of the book's build against each other, in a copy of the project with three pages more."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        ignore = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".hypothesis", ".*_cache")
        shutil.copytree(ROOT, project, ignore=ignore)
        add_pages(project, 3)
        pages = len(list((project / "notebooks").glob("*.md")))
        make = [
            (
                "one notebook at a time",
                ["JOBS=1"],
                lambda: shutil.rmtree(project / "build", ignore_errors=True),
            ),
            ("clean", [], lambda: shutil.rmtree(project / "build", ignore_errors=True)),
            ("one notebook changed", [], lambda: change(project / "notebooks" / "toy-model.md")),
            ("nothing changed", [], lambda: None),
        ]
        times = {}
        for name, options, prepare in tqdm(make, desc="builds", unit="build"):
            prepare()
            times[name] = seconds(lambda options=options: build(project, options))
    print(f"\nmake book with {pages} notebooks (time / time of the clean build)")
    for name in ("one notebook at a time", "one notebook changed", "nothing changed"):
        row(name, times[name] / times["clean"], f"{times[name]:.1f} s")
    row("clean", 1.0, f"{times['clean']:.1f} s")


def add_pages(project: Path, copies: int) -> None:
    """Copy the first page, under other names."""
    page = (project / "notebooks" / "toy-model.md").read_text(encoding="utf-8")
    toc = (project / "_toc.yml").read_text(encoding="utf-8")
    for i in range(copies):
        (project / "notebooks" / f"copy-{i}.md").write_text(page, encoding="utf-8")
        toc = toc.replace(
            "notebooks/toy-model\n", f"notebooks/toy-model\n      - file: notebooks/copy-{i}\n", 1
        )
    (project / "_toc.yml").write_text(toc, encoding="utf-8")
    subprocess.run(["touch", "-r", ROOT / ".venv" / "ready", project / "requirements.txt"], check=True)
    subprocess.run(["touch", "-r", ROOT / ".venv" / "ready", project / "pyproject.toml"], check=True)


def change(page: Path) -> None:
    """Add a line to a page."""
    with page.open("a", encoding="utf-8") as file:
        file.write("\nOne line more.\n")


def build(project: Path, options: list[str]) -> None:
    """Run make book in a project, with this environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "book", f"VENV={ROOT / '.venv'}", *options]
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
