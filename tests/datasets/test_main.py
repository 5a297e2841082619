"""The command that lists and fetches the published files."""

import os
import subprocess
import sys
from pathlib import Path

from mirage.datasets import _sources
from tools.project import ROOT


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"MIRAGE_DATA": str(folder)}
    line = [sys.executable, "-m", "mirage.datasets", *arguments]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True)


def rows(printed: str) -> dict[str, list[str]]:
    table = [line.split() for line in printed.split("\n\n")[0].splitlines()]
    assert table[0] == ["name", "files", "MB", "there", "licence", "from"]
    return {row[0]: row[1:] for row in table[1:]}


def test_the_list_says_what_there_is_and_fetches_nothing(tmp_path):
    done = command(tmp_path, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout)["lu2024"][:4] == ["1", "1.08", "0", "CC-BY-SA-4.0"]
    assert rows(done.stdout).keys() == _sources.SOURCES.keys()
    assert str(tmp_path) in done.stdout and "Lu et al. (2024)" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_if_it_cannot_fetch_it_says_so_in_one_line_and_fails(tmp_path):
    done = command(tmp_path)
    assert done.returncode == 1
    first = next(source.title for source in _sources.SOURCES.values() if source.commit)
    assert done.stderr.startswith(f"The data of {first} are missing: ") and done.stderr.count("\n") == 1
    assert rows(done.stdout)


def test_if_all_are_there_it_is_content(published):
    done = command(published)
    assert (done.returncode, done.stderr) == (0, "")
    there = {name: row[2] for name, row in rows(done.stdout).items()}
    assert there.pop("cifar10-jpeg") == "-" and set(there.values()) == {"all"}


def test_a_part_is_counted(tmp_path, published):
    for file in (_sources.files("lu2024")[0], _sources.files("wu2025")[3]):
        (tmp_path / file.name).parent.mkdir(parents=True)
        (tmp_path / file.name).write_bytes((published / file.name).read_bytes())
    there = {name: row[2] for name, row in rows(command(tmp_path, "--list").stdout).items()}
    known = {"cifar10-jpeg": "-", "lu2024": "all", "wu2025": "1"}
    assert there == dict.fromkeys(_sources.SOURCES, "0") | known
