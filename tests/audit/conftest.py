"""The logs that the tests read, unpacked once, and what is expected of them."""

import json
import lzma
import tarfile
from pathlib import Path

import pytest

from mirage import logs

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def samples(tmp_path_factory) -> Path:
    """Return the folder of the sample logs: those of the package, and others that only tests need."""
    folder = tmp_path_factory.mktemp("logs")
    logs.sample_logs(folder)
    with lzma.open(HERE / "logs.tar.xz") as packed, tarfile.open(fileobj=packed) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="session")
def runs(samples) -> dict[str, list]:
    """Return the runs of each folder of sound logs, with the true sizes."""
    names = ["inspect", "helm", "lighteval", "bigbench"]
    names += [f"lm_eval/{path.name}" for path in (samples / "lm_eval").glob("v*")]
    found = {name: logs.read(samples / name) for name in names}
    return {name: logs.placed(read.runs, samples / "sizes.csv") for name, read in found.items()}


@pytest.fixture(scope="session")
def expected() -> dict:
    """Return the scores that a script made which shares no code with the package."""
    return json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
