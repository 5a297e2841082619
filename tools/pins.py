"""Compile requirements.txt from pyproject.toml: `python -m tools.pins`.

Pinned for the oldest Python first; the universal pass prefers those versions, so that there is one version of
each package for all.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.project import ROOT, write

_COMPILE = "uv pip compile --quiet --no-header --no-annotate --extra book --extra test --python-version 3.11"
_PASSES = ("--upgrade", "--universal --fork-strategy fewest")


def main() -> int:
    """Write requirements.txt."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "requirements.txt"
        for options in _PASSES:
            command = [*f"{_COMPILE} {options} pyproject.toml -o".split(), str(part)]
            subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)
        write(ROOT / "requirements.txt", part.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
