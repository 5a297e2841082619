"""What several tests need."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import matplotlib
import pytest

from tools.project import ROOT

matplotlib.use("Agg")
# Time is no property of the code, and where the checks run, chance must not fail a test either.
hypothesis.settings.register_profile("book", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("book")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def project(tmp_path) -> Path:
    """Return a copy of the project without what is built."""
    ignore = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".hypothesis", ".*_cache")
    return Path(shutil.copytree(ROOT, tmp_path / "project", ignore=ignore))


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skip, saying what is missing; on the machines that run the checks nothing may be missing."""
    return pytest.fail if os.environ.get("CI") else pytest.skip
