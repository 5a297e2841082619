"""Fetching from a real server on this machine that behaves well, badly, or not at all."""

import contextlib
import hashlib
import http.server
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mirage import datasets
from mirage.datasets import _fetch, _sources
from tools.project import ROOT

CONTENTS = {f"small-{i}.csv": f"number {i}\n".encode() * 5000 for i in range(12)}
FILES = [
    _sources.File(f"lu2024/{name}", name, len(content), hashlib.sha256(content).hexdigest())
    for name, content in CONTENTS.items()
]
# What another process must do to fetch these files from this server into this folder.
DRIVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start the tests with it ignored
from pathlib import Path
from mirage.datasets import _sources
_sources.HOST, folder = sys.argv[1:3]
_sources.folder = lambda: Path(folder)
_sources.paths(_sources.File(name, path, int(size), sha256)
               for name, path, size, sha256 in (line.split() for line in sys.stdin))
"""


def send(handler: http.server.BaseHTTPRequestHandler, content: bytes, size: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content) if size is None else size))
    handler.end_headers()
    handler.wfile.write(content)


def well(handler, content):
    send(handler, content)


def slowly(handler, content):
    time.sleep(0.2)
    send(handler, content)


def not_all(handler, content):
    """Send some files at once; the others not before the process has its signal."""
    if len(handler.server.asked) > len(CONTENTS) / 2:
        handler.server.signalled.wait(60)
        time.sleep(0.5)
    send(handler, content)


def broken_off(handler, content):
    send(handler, content[:3000], len(content))
    handler.close_connection = True


def cut(handler, content):
    send(handler, content[:3000])


def changed(handler, content):
    send(handler, content[::-1])


def not_there(handler, content):
    handler.send_error(404)


def silent(handler, content):
    time.sleep(2)


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENTS in a certain manner, and remembers what was asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.manner: Callable = well
        self.most = self.now = 0
        self.lock = threading.Lock()
        self.signalled = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Say nothing about a client that was killed."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        with self.server.lock:
            self.server.asked.append(name)
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        self.server.manner(self, CONTENTS[name])
        with self.server.lock:
            self.server.now -= 1

    def log_message(self, *arguments):
        """Log nothing."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        monkeypatch.setattr(_sources, "HOST", running.address)
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """The folder of fetched files."""
    monkeypatch.delenv("MIRAGE_DATA", raising=False)
    monkeypatch.setattr(_fetch.pooch, "os_cache", lambda name: tmp_path / name)
    return tmp_path / "mirage"


def clean(cache: Path) -> int:
    """Check that the cache holds whole files and nothing else; return how many."""
    found = [path for path in cache.rglob("*") if path.is_file()]
    for path in found:
        assert path.parent == cache / "lu2024"
        assert path.read_bytes() == CONTENTS[path.name]
    return len(found)


def test_all_files_come_once(server, cache):
    for _ in range(2):
        assert _sources.paths(FILES) == [cache / file.name for file in FILES]
    assert clean(cache) == len(FILES)
    assert sorted(server.asked) == sorted(CONTENTS)


def test_the_address_asked_for_names_repository_and_commit(server, cache, monkeypatch):
    monkeypatch.setattr(server, "manner", lambda handler, content: well(handler, handler.path.encode()))
    with pytest.raises(datasets.DataUnavailable):
        _sources.paths(FILES[:1])
    source = _sources.SOURCES["lu2024"]
    assert FILES[0].address == f"{server.address}/{source.repository}/{source.commit}/small-0.csv"


def test_a_few_at_a_time(server, cache):
    server.manner = slowly
    _sources.paths(FILES)
    assert 2 <= server.most <= 4


def test_only_what_is_not_there_is_fetched_and_a_wrong_file_is_replaced(server, cache):
    (cache / "lu2024").mkdir(parents=True)
    for file in FILES[2:]:
        (cache / file.name).write_bytes(CONTENTS[file.path])
    (cache / FILES[5].name).write_bytes(b"wrong")
    _sources.paths(FILES)
    assert sorted(server.asked) == ["small-0.csv", "small-1.csv", "small-5.csv"]
    assert clean(cache) == len(FILES)


def test_progress_is_shown_only_while_something_is_fetched(server, cache, capfd, monkeypatch):
    server.manner = slowly
    monkeypatch.setattr(_fetch, "_AT_ONCE", 1)
    _sources.paths(FILES[:9])
    shown = capfd.readouterr()
    assert shown.out == "" and "fetching public results" in shown.err and "100%" in shown.err
    assert "Downloading" not in shown.err  # pooch's own line for each file
    _sources.paths(FILES[:9])
    assert capfd.readouterr() == ("", "")


def refusal(cache: Path) -> str:
    """Return why nothing could be fetched, which is found out soon and leaves nothing behind."""
    began = time.monotonic()
    with pytest.raises(datasets.DataUnavailable) as caught:
        _sources.paths(FILES)
    assert time.monotonic() - began < 5
    assert "\n" not in str(caught.value)
    assert "could not be fetched: " in caught.value.reason
    assert "'python -m mirage.datasets'" in caught.value.advice or "MIRAGE_DATA" in caught.value.advice
    assert clean(cache) == 0
    return caught.value.reason


@pytest.mark.parametrize("manner", [broken_off, cut])
def test_a_file_that_breaks_off(server, cache, manner):
    server.manner = manner
    came, wanted = re.search(r"it has (\d+) bytes, the published file has (\d+)", refusal(cache)).groups()
    assert 2000 < int(came) <= 3000
    assert int(wanted) in {len(content) for content in CONTENTS.values()}


def test_a_file_that_somebody_changed(server, cache):
    server.manner = changed
    assert "its contents are not those of the published file" in refusal(cache)


def test_a_file_that_is_no_longer_there_and_no_more_are_asked_for(server, cache):
    server.manner = not_there
    assert "127.0.0.1:" in refusal(cache)
    assert len(server.asked) <= 2 * 4


def test_the_answer_of_the_server_is_told(server, cache):
    server.manner = not_there
    assert refusal(cache).endswith("answered 404 Not Found")


def test_a_server_that_does_not_answer(server, cache, monkeypatch):
    server.manner = silent
    monkeypatch.setattr(_fetch, "_TIMEOUT", 0.3)
    assert "there is no connection to 127.0.0.1" in refusal(cache)


def test_a_server_that_refuses_the_connection(server, cache, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(_sources, "HOST", f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert "there is no connection to 127.0.0.1" in refusal(cache)


def test_a_busy_server_is_asked_again(server, cache):
    def busy_at_first(handler, content):
        if server.asked.count(handler.path.rsplit("/", 1)[1]) == 1:
            handler.send_error(503)
        else:
            send(handler, content)

    server.manner = busy_at_first
    _sources.paths(FILES)
    assert len(server.asked) == 2 * len(FILES)
    assert clean(cache) == len(FILES)


def test_the_files_before_a_failure_are_kept(server, cache):
    def until_the_last(handler, content):
        (not_there if content == CONTENTS["small-11.csv"] else slowly)(handler, content)

    server.manner = until_the_last
    with pytest.raises(datasets.DataUnavailable, match=r"small-11\.csv could not be fetched"):
        _sources.paths(FILES)
    assert clean(cache) >= len(FILES) / 2


def test_a_cache_that_cannot_be_written(server, cache):
    cache.parent.joinpath("mirage").write_text("a file where the folder should be")
    with pytest.raises(datasets.DataUnavailable, match=r"cannot be written \(.+\)\. Make room there"):
        _sources.paths(FILES)
    assert server.asked == []


def start(server: Server, cache: Path) -> subprocess.Popen:
    """Start a process that fetches the files."""
    environment = {name: value for name, value in os.environ.items() if name != "MIRAGE_DATA"}
    line = [sys.executable, "-c", DRIVER, server.address, str(cache)]
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process.stdin as pipe:
        for file in FILES:
            pipe.write(f"{file.name} {file.path} {file.bytes} {file.sha256}\n".encode())
    process.stdin = None
    return process


@contextlib.contextmanager
def interrupted(server: Server, cache: Path, how: signal.Signals):
    """Start a process, and send it a signal when some files have come."""
    process = start(server, cache)
    while sum(path.name in CONTENTS for path in cache.rglob("*")) < 4:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.01)
    process.send_signal(how)
    server.signalled.set()
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    yield errors.decode()


def test_killed_in_the_middle_and_resumed(server, cache):
    server.manner = not_all
    with interrupted(server, cache, signal.SIGKILL):
        (cache / "lu2024" / "tmp12345678").write_bytes(b"half")
        (cache / "tmp12345678").touch()  # pooch tries whether it may write
    for path in cache.rglob("tmp*"):  # nobody has written to them for an hour
        os.utime(path, (time.time() - 3600,) * 2)
    there = {path.name for path in cache.rglob("*.csv")}
    assert 4 <= len(there) < len(FILES)
    server.asked.clear()
    _sources.paths(FILES)
    assert set(server.asked) == CONTENTS.keys() - there
    assert clean(cache) == len(FILES)


def test_interrupted_by_the_reader_it_leaves_whole_files(server, cache):
    server.manner = not_all
    with interrupted(server, cache, signal.SIGINT) as errors:
        assert "KeyboardInterrupt" in errors
    assert 4 <= clean(cache) < len(FILES)


def test_two_processes_at_once(server, cache):
    def to_both(handler, content):
        while server.most <= 4:  # one process alone
            time.sleep(0.01)
        send(handler, content)

    server.manner = to_both
    processes = [start(server, cache) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert clean(cache) == len(FILES)


def test_what_another_process_writes_is_left_alone(server, cache):
    (cache / "lu2024").mkdir(parents=True)
    (cache / "lu2024" / "tmp-of-another").write_bytes(b"half")
    _sources.paths(FILES)
    assert (cache / "lu2024" / "tmp-of-another").read_bytes() == b"half"
