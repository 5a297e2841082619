"""The page `book/status`, how this build came about: `filled` puts the tables into the text of the page."""

import hashlib
import platform
import re
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import nbformat

from mirage.datasets import _sources
from tools.project import REPOSITORY, REVISION, ROOT, VERSION
from tools.site import BUILD, pages

__all__ = ["PAGE", "Reading", "filled", "reading"]

PAGE = "status"

_FOLDED = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
# What nobody reads word by word: solutions, code, tables, comments, addresses of links.
_UNREAD = re.compile(
    r"^---\n.*?^---$|<details.*?</details>|^(`{3,})(?!\{).*?^\1`*$|^\|.*?$|<!--.*?-->|(?<=\])\([^)\s]*\)",
    re.DOTALL | re.MULTILINE,
)
_FIGURE = re.compile(r'<figure class="mirage"|vega-embed\b|^```\{figure\}', re.MULTILINE)


@dataclass(frozen=True)
class Reading:
    """What there is to read on a page, and the minutes that it takes by the rule of the book."""

    words: int
    lines: int
    figures: int

    @property
    def minutes(self) -> float:
        """140 words a minute, 15 open lines of code, one figure."""
        return self.words / 140 + self.lines / 15 + self.figures


def reading(path: Path) -> Reading:
    """Count what there is to read in an executed notebook or in a page of prose."""
    if path.suffix == ".md":
        text = path.read_text(encoding="utf-8")
        return Reading(_words(text), 0, len(_FIGURE.findall(text)))
    cells = nbformat.read(path, as_version=4).cells
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    computed = [data["text/markdown"] for data in shown if "text/markdown" in data]
    code = [cell.source for cell in cells if cell.cell_type == "code" and not _FOLDED & _labels(cell)]
    return Reading(
        words=_words("\n\n".join(texts).split("## References")[0]) + sum(map(_words, computed)),
        lines=sum(_is_code(line) for source in code for line in source.splitlines()),
        figures=sum(bool(_FIGURE.search(data.get("text/html", ""))) for data in shown),
    )


def _words(text: str) -> int:
    return sum(any(letter.isalnum() for letter in word) for word in _UNREAD.sub(" ", text).split())


def _labels(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def filled(text: str) -> str:
    """Return the text of the page with its tables."""
    parts = {
        "version": _version(),
        "pages": _pages(),
        "packages": _packages(),
        "sources": f"{REPOSITORY}/blob/{REVISION}/mirage/data/sources.csv",
        "published": _published(),
        "own": _own(),
    }
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _version() -> str:
    kind = "a version between releases" if ".dev" in VERSION else "a release"
    return f"{VERSION}, {kind}{_commit()}. Python {platform.python_version()}."


def _commit() -> str:
    """Return the commit that was built; nothing outside a repository, as in a downloaded archive."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    commit, _, dirty = done.stdout.strip().partition("-")
    return f", from commit `{commit}`{' and changes to it' * bool(dirty)}" if commit else ""


def _pages() -> str:
    rows, minutes, seconds = [], 0.0, 0.0
    for path in filter(Path.exists, map(_file, pages())):  # the build itself says what is missing
        found, ran = reading(path), _seconds(path)
        minutes, seconds = minutes + found.minutes, seconds + ran
        counts = (
            found.words,
            found.lines,
            found.figures,
            f"{found.minutes:.0f}",
            f"{ran:.0f}" if ran else "",
        )
        rows.append(
            (f"[](/{path.parent.name}/{path.name})", *counts)
        )  # a link whose text is the page's title
    rows.append(("all pages", "", "", "", f"{minutes:.0f}", f"{seconds:.0f}"))
    return _table(("page", "words", "lines", "figures", "minutes to read", "seconds to run"), rows)


def _file(name: str) -> Path:
    return BUILD / f"{name}.ipynb" if name.startswith("notebooks/") else ROOT / f"{name}.md"


def _seconds(path: Path) -> float:
    """Return how long a page ran, as papermill noted; 0 for prose."""
    if path.suffix == ".md":
        return 0.0
    return nbformat.read(path, as_version=4).metadata["papermill"]["duration"]


def _packages() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["book"]]
    names = sorted({re.match(r"[\w-]+", need)[0] for need in needs})
    return _table(("package", "version"), [(name, metadata.version(name)) for name in names])


def _published() -> str:
    """Return which published data sets were there, as pages look for them."""
    manifest = (ROOT / "mirage" / "data" / "sources.csv").read_text(encoding="utf-8").splitlines()
    rows = []
    for name, source in _sources.SOURCES.items():
        files = _sources.files(name)
        there = sum(not file.fault(_sources.folder() / file.name) for file in files)
        lines = "\n".join(line for line in manifest if line.startswith(f"{name}/"))
        digest = _short(lines.encode()) if files else ""
        rows.append((source.title, source.licence, len(files), there if files else "not fetched", digest))
    return _table(("published by", "licence", "files", "there", "sha256"), rows)


def _own() -> str:
    files = sorted(path for path in (ROOT / "mirage" / "data").iterdir() if path.is_file())
    return _table(
        ("file", "kB", "sha256"),
        [(f"`{p.name}`", f"{p.stat().st_size / 1000:.1f}", _short(p.read_bytes())) for p in files],
    )


def _short(content: bytes) -> str:
    return f"`{hashlib.sha256(content).hexdigest()[:16]}`"


def _table(names: tuple[str, ...], rows: Iterable[tuple]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
