"""Mend what a program can: `python -m tools.fix` formats the code of the package and of the pages' cells."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

from tools import pair
from tools.project import ROOT, write

_CELL = re.compile(r"(```\{code-cell\}[^\n]*\n(?::[^\n]*\n\n?)*)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)


def main() -> int:
    """Format the package, then each page through its pair."""
    failed = ruff(ROOT)
    for source in sorted((ROOT / "notebooks").glob("*.md")):
        write(source.with_suffix(".ipynb"), pair.convert(source))
        failed |= ruff(source.with_suffix(".ipynb"))
        text = with_cells_of(source.with_suffix(".ipynb"), source.read_text(encoding="utf-8"))
        write(source, text)
        write(source.with_suffix(".ipynb"), pair.convert(source))
    return failed


def with_cells_of(notebook: Path, text: str) -> str:
    """Return the text of a page with the code of a notebook's cells (but the setup cell, the first)."""
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    code = iter(cells[1:])
    return _CELL.sub(lambda match: f"{match[1]}{next(code)}\n", text)


def ruff(path: Path) -> int:
    """Format a file or folder and mend what can be mended; return 1 if something is left."""
    command = [sys.executable, "-m", "ruff"]
    subprocess.run([*command, "format", "--quiet", str(path)], check=True)
    return subprocess.run([*command, "check", "--quiet", "--fix", str(path)]).returncode


if __name__ == "__main__":
    sys.exit(main())
