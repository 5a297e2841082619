"""Compile requirements.txt, and that of the assignments, from pyproject.toml: `python -m tools.pins`.

Pinned for the oldest Python first; the universal pass prefers those versions, so that there is one version of
each package for all. What only the extra `train` needs is marked, so that `-r requirements.txt` passes over
it; pip finds it, because a build of PyTorch for a machine without a GPU may be one that only pip sees.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.project import ROOT, write

PROJECT = ROOT / "pyproject.toml"
ASSIGNMENTS = ROOT / "assignments" / "requirements.txt"

_COMPILE = "uv pip compile --quiet --no-header --no-annotate --extra book --extra test --python-version 3.11"
_ASSIGN = "uv pip compile --quiet --no-header --no-annotate --extra assign --python-version 3.11 --universal"
_PASSES = ("--upgrade", "--universal --fork-strategy fewest")


def main() -> int:
    """Write both files."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "requirements.txt"
        for options in _PASSES:
            command = [*f"{_COMPILE} {options} pyproject.toml -o".split(), str(part)]
            subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)
        pins = part.read_text(encoding="utf-8")
        names = {line.split("==")[0] for line in pins.splitlines()}
        more = [f"{pin} ; extra == 'train'\n" for pin in _to_train(part) if pin.split("==")[0] not in names]
        write(ROOT / "requirements.txt", pins + "".join(sorted(more)))
    command = [*f"{_ASSIGN} --upgrade --fork-strategy fewest pyproject.toml -o".split(), str(ASSIGNMENTS)]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return 0


def _to_train(pins: Path) -> list[str]:
    """Return the exact versions that training needs beside the pins."""
    with PROJECT.open("rb") as file:
        wanted = tomllib.load(file)["project"]["optional-dependencies"]["train"]
    command = [
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--report",
        "-",
        "-c",
        str(pins),
    ]
    found = subprocess.run([sys.executable, "-m", *command, *wanted], check=True, stdout=subprocess.PIPE)
    packages = [package["metadata"] for package in json.loads(found.stdout)["install"]]
    return [
        f"{canonicalize_name(package['name'])}=={package['version'].split('+')[0]}" for package in packages
    ]


if __name__ == "__main__":
    sys.exit(main())
