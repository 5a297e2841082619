"""Where things are; the addresses of the project, from pyproject.toml, and its version, from the package."""

import os
import re
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_URLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
REPOSITORY: str = _URLS["Repository"]
DOCUMENTATION: str = _URLS["Documentation"]
# Read, not imported: what runs the tools need not have the package.
VERSION: str = re.search(r'__version__ = "(.+?)"', (ROOT / "mirage/__init__.py").read_text(encoding="utf-8"))[
    1
]
BRANCH = "main"
FINDINGS = ROOT / "mirage" / "data" / "findings"  # what the pages found, as it is recorded


def revision(version: str) -> str:
    """Return what readers are sent to: of a release its tag, for good; between releases the branch."""
    return BRANCH if ".dev" in version else f"v{version}"


REVISION = revision(VERSION)


def write(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False
    ) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
