"""The page `book/for-lecturers`: `filled` computes minutes, levels, plans and marks from their sources.

In the text of the page `{{plan}}` … `{{end}}` stands around one line per session, the names of its pages and,
after a semicolon, its assignment; `{{goals}}` … `{{end}}` around lines `goal: pages`.
"""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt

from mirage import check, page
from tools import assign
from tools.project import ROOT
from tools.site import pages

__all__ = ["PAGE", "Page", "filled", "graph", "read"]

PAGE = "for-lecturers"
_MINUTES = re.compile(r"\*\*Time\.\*\* (?:About )?(?:(\d+) minutes|(an hour))")
_MORE = re.compile(r"\*\*Time\.\*\* .*?(\d+) more for the exercises")
_NEEDS = re.compile(r"\(([\w-]+)\.md(?:#[\w-]+)?\)")


@dataclass(frozen=True)
class Page:
    """What a notebook says of itself."""

    name: str
    title: str
    level: str
    minutes: int
    exercise_minutes: int | None
    needs: tuple[str, ...]
    predictions: int
    questions: int
    exercises: int


@cache
def read(root: Path = ROOT) -> dict[str, Page]:
    """Return the notebooks of the book, by name, in its order."""
    names = [name.partition("/")[2] for name in pages(root) if name.startswith("notebooks/")]
    return {name: _page(root, name, names) for name in names}


def _page(root: Path, name: str, names: list[str]) -> Page:
    text = (root / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    asked = root / "book" / "questions" / f"{name}.md"
    minutes, more = _MINUTES.search(text), _MORE.search(text)
    if not minutes:
        raise ValueError(f"notebooks/{name}.md must have a line '**Time.** 25 minutes to read, …'")
    level = re.search(r"\*\*Level\.\*\* (\w+)", text)
    needs = _NEEDS.findall(re.search(r"\*\*You need\.\*\*(.*?)\n\n", text, re.DOTALL)[1])
    return Page(
        name,
        re.search(r"^# (.+)", text, re.MULTILINE)[1],
        level[1].lower() if level else "core",
        int(minutes[1] or 60),
        int(more[1]) if more else None,
        tuple(dict.fromkeys(need for need in needs if need in names and need != name)),
        text.count("**Predict first.**"),
        asked.read_text(encoding="utf-8").count("**Question.**") if asked.exists() else 0,
        sum(each.rpartition("-")[0] == name for each in check.exercises()),
    )


def filled(text: str) -> str:
    """Return the text of the page with its tables."""
    text = re.sub(r"\{\{plan\}\}\n(.*?)\{\{end\}\}", lambda found: _plan(found[1]), text, flags=re.DOTALL)
    text = re.sub(r"\{\{goals\}\}\n(.*?)\{\{end\}\}", lambda found: _goals(found[1]), text, flags=re.DOTALL)
    text = re.sub(r"\{\{minutes (.+?)\}\}", lambda found: str(_minutes(found[1])), text)
    return text.replace("{{pages}}", _pages()).replace("{{assignments}}", _assignments())


def _minutes(names: str) -> int:
    return sum(read()[name].minutes for name in names.split())


def _plan(lines: str) -> str:
    rows, total, seen = [], 0, set()
    for number, line in enumerate(lines.splitlines(), start=1):
        names, _, homework = map(str.strip, line.partition(";"))
        here = [read()[name] for name in names.split()]
        seen |= {each.name for each in here}
        missing = {need for each in here for need in each.needs} - seen
        total += _minutes(names)
        work = f"{_title(homework)} ({_time(homework)})" if homework else ""
        left_out = _links(each for name, each in read().items() if name in missing)
        rows.append((number, _links(here), _minutes(names), work, left_out))
    names = ("session", "pages", "minutes to read", "assignment", "needed, not seen before")
    return _table(names, [*rows, ("all", "", total, "", "")])


def _goals(lines: str) -> str:
    rows = []
    for line in lines.splitlines():
        goal, _, names = line.rpartition(":")
        here = [read()[name] for name in names.split()]
        counts = (
            sum(getattr(each, kind) for each in here) for kind in ("predictions", "questions", "exercises")
        )
        rows.append((goal, _links(here), *counts))
    return _table(("after this a student can", "pages", "guesses", "questions", "exercises"), rows)


def _pages() -> str:
    rows = [
        (
            _link(each),
            each.level,
            each.minutes,
            each.exercise_minutes or "",
            _links(read()[need] for need in each.needs),
        )
        for each in read().values()
    ]
    return _table(("page", "level", "minutes to read", "and for exercises", "needs"), rows)


def _assignments() -> str:
    rows = []
    for source in sorted(assign.SOURCES.glob("*.md"), key=lambda path: _ORDER.index(path.stem)):
        worth = assign.marks(source).values()
        words = sum(points for points, in_words in worth if in_words)
        rows.append((source.stem, _title(source.stem), _time(source.stem), sum(p for p, _ in worth), words))
    return _table(("name", "title", "time", "marks", "of them for words"), rows)


_ORDER = ["toy-model", "metrics", "how-many-items", "arithmetic", "forecast", "audit"]


def _title(assignment: str) -> str:
    return re.search(r"^# (.+)", _source(assignment), re.MULTILINE)[1]


def _time(assignment: str) -> str:
    return re.search(r"\*\*Time\.\*\* (\d+ minutes)", _source(assignment))[1]


def _source(assignment: str) -> str:
    return (assign.SOURCES / f"{assignment}.md").read_text(encoding="utf-8")


def _link(each: Page) -> str:
    short = re.split(r"(?<=\?) |: ", each.title)[0]
    return f"[{short}](../notebooks/{each.name}.ipynb)"


def _links(several: Iterable[Page]) -> str:
    return "; ".join(map(_link, several))


def _table(names: tuple[str, ...], rows: list[tuple]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def graph() -> str:
    """Return the graph of what each page needs, as SVG: a page stands right of all that it needs."""
    depths = {name: _depth(name) for name in read()}
    columns = [
        [name for name in depths if depths[name] == depth] for depth in range(max(depths.values()) + 1)
    ]
    height = max(map(len, columns))
    places = {
        name: (depth, (height - len(column)) / 2 + row)
        for depth, column in enumerate(columns)
        for row, name in enumerate(column)
    }
    figure, axes = plt.subplots(figsize=(2.3 * len(columns), 0.6 * height + 0.3), layout="constrained")
    boxes = {name: axes.text(x, -y, _label(name), **_BOX) for name, (x, y) in places.items()}
    for name, box in boxes.items():
        for need in _not_implied(name):
            ends = {"patchA": boxes[need].get_bbox_patch(), "patchB": box.get_bbox_patch()}
            arrow = _ARROW | ends
            axes.annotate("", box.get_position(), boxes[need].get_position(), arrowprops=arrow, zorder=0)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-height + 0.3, 0.7))
    axes.axis("off")
    return page.svg(figure)


_BOX = {
    "ha": "center",
    "va": "center",
    "size": 9,
    "bbox": {"boxstyle": "round", "fc": "white", "ec": "0.3"},
}
_ARROW = {"arrowstyle": "->", "color": "0.4", "lw": 1, "shrinkA": 0, "shrinkB": 0}


def _label(name: str) -> str:
    star = " ★" if read()[name].level == "advanced" else ""
    return textwrap.fill(name.replace("-", " ") + star, 16)


def _not_implied(name: str) -> list[str]:
    """Return what a page needs and what none of the others that it needs would need anyway."""
    needs = read()[name].needs
    implied = {above for need in needs for above in _above(need)}
    return [need for need in needs if need not in implied]


def _above(name: str, seen: tuple[str, ...] = ()) -> set[str]:
    needs = [need for need in read()[name].needs if need not in seen]
    return set(needs).union(*(_above(need, (*seen, name)) for need in needs))


def _depth(name: str, above: tuple[str, ...] = ()) -> int:
    needs = [need for need in read()[name].needs if need not in above]
    return max((1 + _depth(need, (*above, name)) for need in needs), default=0)
