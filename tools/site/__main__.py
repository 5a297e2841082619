"""Build the site from the executed notebooks: `python -m tools.site [--links]`.

Stages _config.yml, _toc.yml, book/ and the executed notebooks under build/site, builds them with warnings as
errors, and checks that every page of _toc.yml is there.
"""

import argparse
import hashlib
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import yaml

import mirage
from tools.pair import local_links
from tools.project import DOCUMENTATION, REPOSITORY, REVISION, ROOT, write
from tools.site import BUILD, HTML, OUTPUT, STAGE, chapters, doors, lecturers, pages, status, summaries

# The pages of which a part is computed, and by what.
_FILLED = {"index": summaries, "gallery": summaries, "for-lecturers": lecturers, "status": status}


def main() -> int:
    """Stage, build, check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--links", action="store_true", help="check the links to other sites instead")
    builder = "linkcheck" if parser.parse_args().links else "html"
    stage()
    if not _build(builder):
        return 1
    if builder == "html":
        doors.write(yaml.safe_load(_config())["title"])
    missing = [page for page in pages() if not (HTML / f"{page}.html").exists()] if builder == "html" else []
    for page in missing:
        print(f"the page {page} of _toc.yml was not built", file=sys.stderr)
    return int(bool(missing))


def stage() -> None:
    """Bring build/site in line with the sources; files that have not changed keep their dates."""
    reference = {f"book/api/{name}": reference_page(name) for name in mirage.__all__}
    wanted = {Path("_config.yml"): _config(), Path("_toc.yml"): _contents(list(reference))}
    wanted |= {Path(f"{page}.md"): text.encode() for page, text in reference.items()}
    for path in (ROOT / "book").rglob("*"):
        if path.is_file():
            wanted[path.relative_to(ROOT)] = path.read_bytes()
    for name, filler in _FILLED.items():
        page = Path(f"book/{name}.md")
        if page in wanted:
            wanted[page] = filler.filled(wanted[page].decode()).encode()
    if Path("book/for-lecturers.md") in wanted:
        wanted[Path("book/images/prerequisites.svg")] = lecturers.graph().encode()
    for path in (BUILD / "notebooks").glob("*.ipynb"):
        if (ROOT / "notebooks" / path.name).exists() and ".part" not in path.suffixes:
            wanted[Path("notebooks") / path.name] = _notebook(path)
    for path in [path for path in STAGE.rglob("*") if path.is_file()]:
        if path.relative_to(STAGE) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        target = STAGE / name
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _contents(reference: list[str]) -> bytes:
    """Return _toc.yml with the pages of the reference below the one that introduces it."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    for chapter in chapters(toc):
        if chapter["file"] == "book/api":
            chapter["sections"] = [{"file": page} for page in reference]
    return yaml.safe_dump(toc, sort_keys=False).encode()


def reference_page(name: str) -> str:
    """Return the page of a module: a table of its names, then their docstrings."""
    module = importlib.import_module(f"mirage.{name}")
    modules = {f"mirage.{name}": [each for each in module.__all__ if _is_of(name, getattr(module, each))]}
    if not module.__all__:  # its modules need PyTorch: they are described, not loaded
        inside = pkgutil.iter_modules(module.__path__, f"mirage.{name}.")
        modules = {each.name: [] for each in inside if "._" not in each.name}
    parts = []
    for path, names in modules.items():
        table = [
            "",
            f".. currentmodule:: {path}",
            "",
            ".. autosummary::",
            "   :nosignatures:",
            "",
            *(f"   {each}" for each in names),
        ]
        parts += [
            *(table if names else []),
            "",
            f".. automodule:: {path}",
            f"   :members: {', '.join(names)}",
        ]
    return "\n".join([f"# `{name}`", "", "```{eval-rst}", *parts, "```", ""])


def _is_of(name: str, member: object) -> bool:
    """Say whether a module describes a name, not another one that it has it from."""
    home = getattr(member, "__module__", "").removeprefix("mirage.").split(".")[0]
    return home == name or home not in mirage.__all__


def _config() -> bytes:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["repository"] = {"url": REPOSITORY, "branch": REVISION, "path_to_book": ""}
    config["html"]["baseurl"] = DOCUMENTATION
    return yaml.safe_dump(config, sort_keys=False).encode()


def _notebook(path: Path) -> bytes:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = local_links(cell.source)
    return nbformat.writes(notebook).encode()


def _build(builder: str) -> bool:
    # Sphinx does not repeat the warnings of an earlier run, and does not see changes of the extension or of
    # the contents: then, and after a failure or an interruption, it must start from nothing.
    built_with, fingerprint = BUILD / "built-with", _fingerprint()
    if not built_with.exists() or built_with.read_text(encoding="utf-8") != fingerprint:
        shutil.rmtree(OUTPUT, ignore_errors=True)
    built_with.unlink(missing_ok=True)
    jupyter_book = Path(sys.executable).parent / "jupyter-book"
    command = [str(jupyter_book), "build", str(STAGE), "--path-output", str(BUILD)]
    command += ["--builder", builder, "-W", "-n", "--keep-going", "-q"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    print("building the site …", flush=True)
    if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode:
        return False
    write(built_with, fingerprint)
    return True


def _fingerprint() -> str:
    tools = sorted(path for path in (ROOT / "tools").rglob("*") if path.is_file() and path.suffix != ".pyc")
    names = (
        "_config.yml",
        "_toc.yml",
        "pyproject.toml",
        "requirements.txt",
        "CITATION.cff",
        "CONTRIBUTING.md",
        "mirage/__init__.py",
    )
    files = [*tools, *(ROOT / name for name in names)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
