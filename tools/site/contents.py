"""What the notebooks say of themselves: title, question, level, minutes, and what a reader needs before."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mirage import check
from tools.project import ROOT
from tools.site import pages

__all__ = ["Page", "read"]

_MINUTES = re.compile(r"\*\*Time\.\*\* (?:About )?(?:(\d+) minutes|(an hour))")
_MORE = re.compile(r"\*\*Time\.\*\* .*?(\d+) more for the exercises")
_NEEDS = re.compile(r"\(([\w-]+)\.md(?:#[\w-]+)?\)")


@dataclass(frozen=True)
class Page:
    """What a notebook says of itself."""

    name: str
    title: str
    question: str
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
        " ".join(re.search(r"\*\*The question\.\*\* (.+?)\n\n", text, re.DOTALL)[1].split()),
        level[1].lower() if level else "core",
        int(minutes[1] or 60),
        int(more[1]) if more else None,
        tuple(dict.fromkeys(need for need in needs if need in names and need != name)),
        text.count("**Predict first.**"),
        asked.read_text(encoding="utf-8").count("**Question.**") if asked.exists() else 0,
        sum(each.rpartition("-")[0] == name for each in check.exercises()),
    )
