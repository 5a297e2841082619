"""Every notebook in a simulation of Google Colab.

Another Python, Colab's older versions of the scientific packages, an empty folder, an empty environment, and
no network while the notebook runs. The package itself is installed by the notebook's own setup cell, from a
wheel; that must not change a version that Colab has. All notebooks share one environment, so they run one
after another: `make test` gives each file of tests to one process.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from tools.project import ROOT

COLAB = ROOT / "build" / "colab"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ASSIGNMENTS = sorted((ROOT / "build" / "assignments" / "student").glob("*.ipynb"))  # if they were built
EVERY_STATE = "in-context-learning", "multiple-choice-to-brier"
VERSIONS = {
    "numpy": "2.0.2",
    "pandas": "2.2.2",
    "pyarrow": "18.1.0",
    "scipy": "1.16.3",
    "matplotlib": "3.10.0",
    "seaborn": "0.13.2",
    "altair": "5.5.0",
    "statsmodels": "0.14.5",
    "ipython": "7.34.0",
}
# Reached by every Python that starts in the simulation: only this machine answers.
_NO_NETWORK = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"no network in this simulation: {address}")
    return _connect(self, address)
socket.socket.connect = connect
"""


def run(*command: object, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel() -> Path:
    folder = COLAB / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "-o", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(missing) -> Path:
    """Return the Python of the simulation, with Colab's packages and what ours needs, but without ours."""
    environment, ready = COLAB / "environment", COLAB / "ready"
    wanted = "\n".join([*(f"{name}=={version}" for name, version in VERSIONS.items()), *_needed()])
    interpreter = environment / "bin" / "python"
    if not (ready.exists() and ready.read_text(encoding="utf-8") == wanted):
        uv, base = [sys.executable, "-m", "uv"], _python_of_colab()
        if not base:
            missing("no Python 3.12, the one that Colab has, and this Python is too new for Colab's numpy")
        run(*uv, "venv", "--clear", "--seed", "--python", base, environment)
        run(*uv, "pip", "install", "--python", interpreter, "ipykernel", "nbclient", *wanted.splitlines())
        ready.write_text(wanted, encoding="utf-8")
    site_packages = next((environment / "lib").glob("python*/site-packages"))
    (site_packages / "sitecustomize.py").write_text(_NO_NETWORK, encoding="utf-8")
    return interpreter


def _python_of_colab() -> str | None:
    """Return a Python 3.12; without one, a Python that Colab's numpy supports."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [shutil.which("python3.12"), *sorted(versions.glob("3.12.*/bin/python3.12"))]
    for candidate in filter(None, candidates):  # a name on the path may be a stub that runs nothing
        if subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return str(candidate)
    return sys.executable if sys.version_info < (3, 13) else None


def _needed() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [need for need in project["dependencies"] if need.partition(">=")[0] not in VERSIONS]


def _runs() -> list:
    """Return each notebook once, two of them in every state of the data; weekly, all that fetch data."""
    runs = []
    for notebook in NOTEBOOKS:
        needs_data = "note_if_missing" in notebook.read_text(encoding="utf-8")
        every = notebook.stem in EVERY_STATE or "MIRAGE_WEEKLY" in os.environ
        states = ("mirror", "cache", "nothing") if every else ("mirror",)
        for data in states if needs_data else ("nothing",):
            runs.append(pytest.param(notebook, data, needs_data, id=f"{notebook.stem}-{data}"))
    return runs


@pytest.mark.parametrize(("notebook", "data", "needs_data"), _runs())
def test_the_notebook_runs_in_colab(notebook, data, needs_data, python, wheel, tmp_path):
    run(sys.executable, "-m", "uv", "pip", "uninstall", "--python", python, "mirage-book")
    shutil.copy(notebook, tmp_path / "page.ipynb")
    environment = _environment(python, wheel, tmp_path)
    if data != "nothing":
        environment |= _data(data, tmp_path)
    run(python, "-c", _EXECUTE, "page.ipynb", cwd=tmp_path, env=environment)
    cells = nbformat.read(tmp_path / "page.ipynb", as_version=4).cells
    shown = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    drawn = any("<img" in str(output.get("data", {}).get("text/html", "")) for output in shown)
    assert drawn or (needs_data and data == "nothing")  # all figures of a page may need the data
    notes = [output["metadata"]["mirage"] for output in shown if "mirage" in output.get("metadata", {})]
    assert bool(notes) == (needs_data and data == "nothing")
    versions = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    assert run(python, "-c", versions, *VERSIONS).split() == list(VERSIONS.values())


@pytest.mark.parametrize("notebook", ASSIGNMENTS, ids=lambda path: path.stem)
def test_the_untouched_assignment_runs_in_colab(notebook, python, wheel, tmp_path):
    run(sys.executable, "-m", "uv", "pip", "uninstall", "--python", python, "mirage-book")
    shutil.copy(notebook, tmp_path / "page.ipynb")
    run(python, "-c", _EXECUTE, "page.ipynb", cwd=tmp_path, env=_environment(python, wheel, tmp_path))


def _environment(python: Path, wheel: Path, home: Path) -> dict[str, str]:
    return {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(home),
        "MIRAGE_INSTALL": str(wheel),
        "PIP_NO_INDEX": "1",
        "OMP_NUM_THREADS": "1",  # notebooks run side by side
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def _data(state: str, home: Path) -> dict[str, str]:
    """Return what points a notebook to the data: a local mirror, or a cache that was filled before."""
    if "MIRAGE_DATA" not in os.environ:
        pytest.skip("MIRAGE_DATA names no copy of the public results")
    if state == "mirror":
        return {"MIRAGE_DATA": os.environ["MIRAGE_DATA"]}
    shutil.copytree(os.environ["MIRAGE_DATA"], home / "cache" / "mirage")
    return {"XDG_CACHE_HOME": str(home / "cache")}


_EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""
