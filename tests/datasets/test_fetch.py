"""Fetching from a real server on this machine that behaves well, badly, or not at all."""

import gc
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mirage import datasets
from mirage.datasets import _sources
from tools.project import ROOT

# Of an answer that is an error, pooch leaves the connection to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
CONTENTS = {f"{i}.csv": f"number {i}\n".encode() * 5000 for i in range(32)}
FILES = [
    _sources.File(f"lu2024/{name}", name, len(content), hashlib.sha256(content).hexdigest())
    for name, content in CONTENTS.items()
]
# What another process must do to fetch these files from this server into this folder.
DRIVER = """
import sys
from pathlib import Path
from mirage.datasets import _sources
from tests.datasets.test_fetch import FILES
_sources.HOST, folder = sys.argv[1:]
_sources.folder = lambda: Path(folder)
_sources.paths(FILES)
"""


def well(handler, content: bytes, size: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(size or len(content)))
    handler.end_headers()
    handler.wfile.write(content)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        self.server.asked.append(name)
        self.server.manner(self, CONTENTS[name])

    def log_message(self, *arguments):
        """Log nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENTS in a certain manner, and remembers what was asked for."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[str] = []
        self.manner = well

    def handle_error(self, request, client_address):
        """Say nothing about a client that was killed."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        monkeypatch.setattr(_sources, "HOST", running.address)
        threading.Thread(target=running.serve_forever, args=(0.01,)).start()
        yield running
        running.shutdown()
    gc.collect()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """The folder of fetched files."""
    monkeypatch.setattr(_sources, "mirror", lambda: None)
    monkeypatch.setenv("MIRAGE_DATA", "set, so that a test that finds no data fails and is not skipped")
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    return tmp_path / "mirage"


def whole(cache: Path) -> set[str]:
    """Return the names of the files in the cache, which are whole."""
    found = {path.name: path.read_bytes() for path in cache.rglob("*.csv")}
    assert found.items() <= CONTENTS.items()
    return set(found)


def test_all_files_come_once_and_progress_is_shown_only_then(server, cache, capfd):
    server.manner = lambda *answer: time.sleep(0.4) or well(*answer)
    assert _sources.paths(FILES) == [cache / file.name for file in FILES]
    shown = capfd.readouterr()
    assert shown.out == "" and "fetching public results" in shown.err and "32/32" in shown.err
    _sources.paths(FILES)
    assert capfd.readouterr() == ("", "")
    assert sorted(server.asked) == sorted(CONTENTS)
    assert {path.name for path in cache.rglob("*.*")} == whole(cache) == set(CONTENTS)


def test_only_what_is_not_there_is_fetched_and_a_wrong_file_is_replaced(server, cache):
    (cache / "lu2024").mkdir(parents=True)
    for file in FILES[2:]:
        (cache / file.name).write_bytes(CONTENTS[file.path])
    (cache / FILES[5].name).write_bytes(b"wrong")
    _sources.paths(FILES)
    assert sorted(server.asked) == ["0.csv", "1.csv", "5.csv"]
    assert whole(cache) == set(CONTENTS)


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (lambda handler, _: handler.send_error(404), "HOST answered 404 Not Found"),
        (lambda handler, content: well(handler, content[::-1]), "what HOST sent is not the published file"),
        (lambda handler, content: well(handler, content[:3000], len(content)), "HOST, or it broke off"),
        (None, "there is no connection to HOST"),
    ],
    ids=["not there", "changed", "broken off", "no server"],
)
def test_a_failure_is_told_soon_in_one_line_and_leaves_nothing(server, cache, monkeypatch, manner, reason):
    server.manner = manner
    if not manner:
        monkeypatch.setattr(_sources, "HOST", "http://127.0.0.1:1")
    began = time.monotonic()
    with pytest.raises(datasets.DataUnavailable) as caught:
        _sources.paths(FILES)
    assert time.monotonic() - began < 5
    assert reason.replace("HOST", _sources.HOST.removeprefix("http://")) in caught.value.reason
    assert "\n" not in str(caught.value) and "'python -m mirage.datasets'" in caught.value.advice
    assert len(set(server.asked)) < len(FILES)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_the_files_before_a_failure_are_kept(server, cache):
    server.manner = lambda *answer: None if answer[1] == CONTENTS["31.csv"] else well(*answer)
    with pytest.raises(
        datasets.DataUnavailable, match=r"31\.csv could not be fetched: there is no connection"
    ):
        _sources.paths(FILES)
    assert whole(cache) == set(CONTENTS) - {"31.csv"}


def test_a_cache_that_cannot_be_written(server, cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(datasets.DataUnavailable, match=r"cannot be written \(.+\)\. Make room there"):
        _sources.paths(FILES)
    assert server.asked == []


def start(server: Server, cache: Path) -> subprocess.Popen:
    """Start a process that fetches the files."""
    command = [sys.executable, "-c", DRIVER, server.address, str(cache)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"MIRAGE_DATA": ""}, stderr=subprocess.PIPE)


def test_killed_in_the_middle_and_resumed(server, cache):
    first, killed = set(list(CONTENTS)[:6]), threading.Event()

    def only_some(handler, content):
        if content not in map(CONTENTS.get, first):
            killed.wait(60)
        well(handler, content)

    server.manner = only_some
    process = start(server, cache)
    while len(server.asked) < 6 + 8:  # eight are waited for
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    killed.set()
    assert whole(cache) == first
    server.asked.clear()
    _sources.paths(FILES)
    assert sorted(server.asked) == sorted(CONTENTS.keys() - first)
    assert whole(cache) == set(CONTENTS)


def test_two_processes_at_once(server, cache):
    def to_both(*answer):
        while len(server.asked) <= 8:  # one process alone
            time.sleep(0.01)
        well(*answer)

    server.manner = to_both
    processes = [start(server, cache) for _ in range(2)]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
        assert b"Downloading" not in said  # pooch's own line for each file
    assert whole(cache) == set(CONTENTS)
