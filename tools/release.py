"""Before a release: `python -m tools.release` says the steps, and checks what a program can check of them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from tools import lint
from tools.project import BRANCH, REPOSITORY, ROOT, VERSION, revision

_STEPS = """\
How {version} is released:

1. In mirage/__init__.py write the version without ".dev0", in CITATION.cff the same and "date-released",
   in CHANGELOG.md "## {version}" in place of "## Unreleased". Run make pair, so that badges and setup cells
   name the tag, and commit.
2. Run make release. It checks all this, runs every test, and builds the wheel.
3. Tag the commit, and push both: git tag -a {tag} -m {version} && git push origin {branch} {tag}
4. Make a release of the tag at {repository}/releases/new?tag={tag},
   and attach the wheel from build/release. An archive that watches the repository, such as Zenodo, then keeps
   a copy and gives it a DOI.
5. In CITATION.cff write the DOI; in both files the next version, with ".dev0". Run make pair, and commit.
"""


def main() -> int:
    """Print the steps and what is missing; fail if anything is."""
    version = VERSION.partition(".dev")[0]
    steps = {"version": version, "tag": revision(version), "branch": BRANCH, "repository": REPOSITORY}
    print(_STEPS.format(**steps))
    missing = list(faults(ROOT))
    print(*(f"Not yet: {fault}" for fault in missing), sep="\n", end="\n" if missing else "")
    return int(bool(missing))


def faults(root: Path) -> Iterator[str]:
    """Say what stands in the way of a release."""
    version = lint.package_version(root)
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if ".dev" in version:
        yield f"{version} is a version between releases"
    yield from lint.one_version(root)
    if "date-released" not in citation:
        yield "CITATION.cff has no date-released"
    heading = f"## {version.partition('.dev')[0]}"
    if not re.search(rf"^{re.escape(heading)}\b", changes, re.MULTILINE):
        yield f"CHANGELOG.md has no section {heading!r}"
    if "## Unreleased" in changes:
        yield "CHANGELOG.md still has changes under 'Unreleased'"
    if _git(root, "status", "--porcelain"):
        yield "some changes are not committed"
    if _git(root, "tag", "--list", revision(version)):
        yield f"the tag {revision(version)} is there already"


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
