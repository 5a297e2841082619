"""The list of published files, and a local mirror named by MIRAGE_DATA."""

import csv
import hashlib
import pickle
from pathlib import Path

import pytest

from mirage import datasets
from mirage.datasets import _sources

FILES = [file for dataset in _sources.SOURCES for file in _sources.files(dataset)]


def test_the_list_is_the_one_of_the_mirror(published):
    """Where a mirror comes with a manifest, all that we say of a file stands in it."""
    manifest = published / "MANIFEST.csv"
    if not manifest.exists():
        pytest.skip("the folder of the published files has no MANIFEST.csv")
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    for file in FILES:
        source = _sources.SOURCES[file.dataset]
        found = [file.path, str(file.bytes), file.sha256, source.repository, source.commit, source.licence]
        columns = ["path", "bytes", "sha256", "repository", "commit", "license"]
        assert found == [rows[file.name][column] for column in columns]


def test_every_listed_file_is_of_a_known_data_set_and_has_its_own_address():
    fetched = {name for name, source in _sources.SOURCES.items() if source.commit}
    assert {file.dataset for file in FILES} == fetched == set(_sources.SOURCES) - {"cifar10-jpeg"}
    assert len({file.address for file in FILES}) == len({file.name for file in FILES}) == len(FILES)
    (lu,) = _sources.files("lu2024")
    commit = "f791b653c42251a4dbd0bdc7a064c41ea0a3c51b"
    address = f"https://raw.githubusercontent.com/UKPLab/on-emergence/{commit}/evaluation_scores.csv"
    assert lu.address == address


@pytest.fixture
def file() -> _sources.File:
    content = b"a,b\n1,2\n"
    return _sources.File("lu2024/small.csv", "small.csv", len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Path:
    """A folder that MIRAGE_DATA names."""
    folder = tmp_path / "my data"
    (folder / "lu2024").mkdir(parents=True)
    monkeypatch.setenv("MIRAGE_DATA", str(folder))
    return folder


def refusal(file: _sources.File) -> str:
    with pytest.raises(datasets.DataUnavailable) as caught:
        _sources.paths([file])
    message = str(caught.value)
    assert "\n" not in message and message.startswith("The data of Lu et al. (2024) are missing: ")
    advice = "Let MIRAGE_DATA name the folder that holds lu2024/small.csv, or unset it to fetch the file."
    assert message.endswith(advice)
    assert caught.value.dataset == "lu2024"
    return caught.value.reason


@pytest.mark.parametrize("named", ["~/my data", "{home}/my data"])
def test_a_right_mirror_is_read(file, mirror, monkeypatch, named):
    monkeypatch.setenv("HOME", str(mirror.parent))
    monkeypatch.setenv("MIRAGE_DATA", named.format(home=mirror.parent))
    (mirror / file.name).write_bytes(b"a,b\n1,2\n")
    assert _sources.paths([file]) == [mirror / "lu2024" / "small.csv"]


def test_a_mirror_without_the_file_or_that_does_not_exist(file, mirror, monkeypatch):
    assert refusal(file) == f"{mirror / file.name}: there is no such file"
    monkeypatch.setenv("MIRAGE_DATA", str(mirror / "nowhere"))
    assert refusal(file) == f"MIRAGE_DATA names {mirror / 'nowhere'}, which is no folder"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it has 0 bytes, the published file has 8"),
        (b"a,b\n1,3\n", "its contents are not those of the published file (the sha256 differs)"),
    ],
)
def test_a_mirror_with_a_wrong_file_is_refused_and_left_alone(file, mirror, content, fault):
    (mirror / file.name).write_bytes(content)
    assert refusal(file) == f"{mirror / file.name}: {fault}"
    assert [path for path in mirror.rglob("*") if path.is_file()] == [mirror / file.name]
    assert (mirror / file.name).read_bytes() == content


def test_without_a_mirror_the_folder_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MIRAGE_DATA", "")
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    assert _sources.folder() == tmp_path / "mirage"


def test_the_error_is_an_oserror_that_survives_pickling():
    error = datasets.DataUnavailable("lu2024", "nobody is there", "Come again.")
    assert isinstance(error, OSError)
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "The data of Lu et al. (2024) are missing: nobody is there. Come again."
    assert (copy.dataset, copy.reason, copy.advice) == ("lu2024", "nobody is there", "Come again.")
