"""The published files, where they are there."""

import os
from pathlib import Path

import pytest

from mirage.datasets import _sources


@pytest.fixture(scope="session")
def published() -> Path:
    """Return the folder of the published files; skip if they are nowhere, unless MIRAGE_DATA says where."""
    files = [file for dataset in _sources.SOURCES for file in _sources.files(dataset)]
    missing = [file.name for file in files if file.fault(_sources.folder() / file.name)]
    if missing and not os.environ.get("MIRAGE_DATA"):
        pytest.skip(f"{len(missing)} published files are not there; 'python -m mirage.datasets' fetches them")
    assert not missing
    return _sources.folder()
