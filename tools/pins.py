"""Compile requirements.txt from pyproject.toml: `python -m tools.pins`.

Pinned for the oldest Python first, so that the universal pass keeps one version of each package for all.
"""

import subprocess
import sys

from tools.project import ROOT

_COMMAND = "uv pip compile --quiet --upgrade --no-header --no-annotate --extra book --extra test"


def main() -> int:
    """Write requirements.txt."""
    target = ROOT / "requirements.txt"
    for options in ("", "--universal --fork-strategy fewest"):
        command = [
            sys.executable,
            "-m",
            *_COMMAND.replace("--upgrade ", "" if options else "--upgrade ").split(),
        ]
        command += [*options.split(), "--python-version", "3.11", "pyproject.toml", "-o", str(target)]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
