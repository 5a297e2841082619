"""Write notebooks/NAME.ipynb from notebooks/NAME.md: `python -m tools.pair [--check] [FILE.md …]`.

The notebook gets what a reader in Colab needs and a writer should not have to repeat: the badge, the setup
cell, and public addresses in place of links between files. Cell identifiers come from the cells' text, so the
same source always gives the same file.
"""

import argparse
import hashlib
import posixpath
import re
import sys
from pathlib import Path

import jupytext
import nbformat

from tools.project import DOCUMENTATION, REPOSITORY, REVISION, ROOT, write

# A link of Markdown to a file of the book, but not an image.
_LINK = re.compile(r"(?<!!)(\[[^\]]*\]\()([\w./-]+)\.(?:md|ipynb)(#[\w-]+)?\)")

_BADGE = f"{DOCUMENTATION}/_images/open-in-colab.svg"
SETUP = f"""\
# In Colab this installs the book's package, unless it is there already.
import importlib.util
import os
import subprocess
import sys

if importlib.util.find_spec("mirage") is None:
    source = "git+{REPOSITORY}@{REVISION}"
    source = os.environ.get("MIRAGE_INSTALL", source)
    install = [sys.executable, "-m", "pip", "install", "--quiet", source]
    subprocess.run(install, check=True)
    importlib.invalidate_caches()"""


def main() -> int:
    """Write the pairs, or with `--check` say which are out of step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a pair is out of step")
    parser.add_argument("files", nargs="*", type=Path, help="all of notebooks/*.md without it")
    arguments = parser.parse_args()
    sources = [path.resolve() for path in arguments.files] or sorted((ROOT / "notebooks").glob("*.md"))
    if arguments.check:
        return _check(sources)
    for source in sources:
        _write(source)
    return 0


def convert(source: Path) -> str:
    """Return the text of the .ipynb that belongs to a .md."""
    notebook = jupytext.read(source, fmt="md:myst")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = public_links(cell.source)
        if "hide-input" in cell.metadata.get("tags", []):  # folded in Colab and in JupyterLab too
            cell.metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    first_code = next((i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"), 1)
    notebook.cells.insert(first_code, nbformat.v4.new_code_cell(SETUP, metadata={"tags": ["remove-cell"]}))
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(_badge(source.stem)))
    _set_identifiers(notebook.cells)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return nbformat.writes(notebook) + "\n"


def public_links(text: str) -> str:
    """Turn links between files, as seen from notebooks/, into addresses of the published pages."""

    def public(match: re.Match) -> str:
        page = posixpath.normpath(f"notebooks/{match[2]}")
        return f"{match[1]}{DOCUMENTATION}/{page}.html{match[3] or ''})"

    return _LINK.sub(public, text)


def local_links(text: str) -> str:
    """Turn addresses of published pages back into links between files, as seen from notebooks/."""
    text = text.replace(_BADGE, "../book/images/open-in-colab.svg")
    pattern = re.escape(DOCUMENTATION) + r"/(book|notebooks)/([\w-]+)\.html"
    return re.sub(pattern, _local, text)


def _local(match: re.Match) -> str:
    folder, name = match.groups()
    return f"../book/{name}.md" if folder == "book" else f"{name}.ipynb"


def _badge(name: str) -> str:
    address = REPOSITORY.replace("https://github.com/", "https://colab.research.google.com/github/")
    return f"[![Open this page in Colab]({_BADGE})]({address}/blob/{REVISION}/notebooks/{name}.ipynb)"


def _set_identifiers(cells: list) -> None:
    seen: dict[str, int] = {}
    for cell in cells:
        text = f"{cell.cell_type}\n{cell.source}"
        seen[text] = seen.get(text, 0) + 1
        cell.id = hashlib.sha256(f"{seen[text]}\n{text}".encode()).hexdigest()[:12]


def _write(source: Path) -> None:
    target, text = source.with_suffix(".ipynb"), convert(source)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        target.touch()  # up to date, and newer than its source: make has nothing to do
    else:
        write(target, text)
        print(f"paired {target.name}")


def _check(sources: list[Path]) -> int:
    wrong = [source.stem for source in sources if not _in_step(source)]
    folder = ROOT / "notebooks"
    orphans = [path.name for path in folder.glob("*.ipynb") if not path.with_suffix(".md").exists()]
    for name in wrong:
        print(
            f"notebooks/{name}.ipynb is not what notebooks/{name}.md gives: edit the .md and run 'make pair'."
        )
    for name in orphans:
        print(f"notebooks/{name} has no .md: remove it, or write its source.")
    return int(bool(wrong or orphans))


def _in_step(source: Path) -> bool:
    target = source.with_suffix(".ipynb")
    return target.exists() and target.read_text(encoding="utf-8") == convert(source)


if __name__ == "__main__":
    sys.exit(main())
