"""A sweep that is stopped, killed or spread over a cluster does each job once and reads no half of a file."""

import os
import signal
import subprocess
import sys
import threading
import time

import distributed
import pytest

from experiments import sweep


def double(number, path):
    """Write twice the number, and that this was done."""
    path.write_text(str(2 * number))
    with open(path.parent / "log", "a") as log:  # short appends are whole
        log.write(f"{number}\n")


def stubborn(number, path):
    """Fail on 3, after half of the result was written."""
    path.write_text("half")
    if number == 3:
        raise ValueError("3 is too much")
    path.write_text(str(2 * number))


def jobs(count=6):
    return {f"job-{number}": number for number in range(count)}


def contents(folder):
    return {path.name: path.read_text() for path in folder.glob("job-*")}


RIGHT = {f"job-{number}": str(2 * number) for number in range(6)}


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_becomes_a_file(tmp_path, workers):
    files = sweep.run(double, jobs(), tmp_path, workers=workers)
    assert {name: path.read_text() for name, path in files.items()} == RIGHT
    assert list(files) == list(jobs())


def test_what_is_done_is_not_done_again(tmp_path):
    sweep.run(double, jobs(3), tmp_path, workers=1)
    sweep.run(double, jobs(), tmp_path, workers=1)
    assert sorted((tmp_path / "log").read_text().split()) == list("012345")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_fails_leaves_nothing_and_the_others_are_done(tmp_path, workers):
    with pytest.raises(RuntimeError, match="1 of 6 jobs failed; the first: job-3\n") as found:
        sweep.run(stubborn, jobs(), tmp_path, workers=workers)
    assert 'raise ValueError("3 is too much")' in str(found.value)  # the line where it failed
    assert contents(tmp_path) == {name: text for name, text in RIGHT.items() if name != "job-3"}
    sweep.run(double, jobs(), tmp_path, workers=1)
    assert contents(tmp_path) == RIGHT
    assert not list(tmp_path.glob(".job*"))


SLOW = """
import sys, time
from pathlib import Path
from experiments import sweep

def slow(number, path):
    path.write_text("half")
    time.sleep(0.4)
    path.write_text(str(2 * number))
    with open(path.parent / "log", "a") as log:
        log.write(f"{number}\\n")

if __name__ == "__main__":
    sweep.run(slow, {f"job-{number}": number for number in range(6)}, sys.argv[1], workers=2)
"""


def test_killed_and_started_again_it_does_only_the_rest(tmp_path):
    script, folder = tmp_path / "slow.py", tmp_path / "out"
    script.write_text(SLOW)
    command = [sys.executable, str(script), str(folder)]
    first = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if len(contents(folder)) >= 2:
            break
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    time.sleep(0.2)
    before = contents(folder)
    assert 2 <= len(before) < 6 and before.items() <= RIGHT.items()
    finished = (folder / "log").read_text().split()
    subprocess.run(command, check=True, capture_output=True)
    assert contents(folder) == RIGHT
    again = (folder / "log").read_text().split()[len(finished) :]
    assert set(again).isdisjoint(name.removeprefix("job-") for name in before)
    sweep.run(double, jobs(), folder, workers=1)
    assert not list(folder.glob(".job*"))  # what was half written


WAITING = """
import time
from distributed import get_worker

def waiting(number, path):
    path.write_text("half")
    time.sleep(0.5)
    path.write_text(str(2 * number))
    with open(path.parent / "workers", "a") as log:
        log.write(get_worker().address + "\\n")
"""


def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(tmp_path, monkeypatch):
    (tmp_path / "waiting_job.py").write_text(WAITING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    from waiting_job import waiting

    folder, log = tmp_path / "out", tmp_path / "out" / "workers"
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(processes=True, **options) as cluster:
        victim = cluster.workers[0]

        def kill():
            while not (log.exists() and victim.worker_address in log.read_text()):
                time.sleep(0.05)
            os.kill(victim.process.process.pid, signal.SIGKILL)

        addresses = {worker.worker_address for worker in cluster.workers.values()}
        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        files = sweep.run(waiting, jobs(), folder, cluster=cluster.scheduler_address)
        killer.join(timeout=60)
        assert not killer.is_alive()  # the one that was killed had done a job before
    assert {name: path.read_text() for name, path in files.items()} == RIGHT
    assert len(addresses) == 2 and addresses <= set(log.read_text().split())


def test_names_that_are_paths_are_refused(tmp_path):
    for name in ("../out", "", "..", "a\n"):
        with pytest.raises(ValueError, match="jobs must have plain file names; got"):
            sweep.run(double, {name: 1}, tmp_path)
    with pytest.raises(ValueError, match=r"workers must be finite and at least 1 and at most 1024; got 0\.5"):
        sweep.run(double, jobs(), tmp_path, workers=0.5)
    with pytest.raises(ValueError, match=r"cluster must be like tcp://.*; got 'somewhere'"):
        sweep.run(double, jobs(), tmp_path, cluster="somewhere")
    with pytest.raises(TypeError, match="work must be a function of a job and a path; got 'double'"):
        sweep.run("double", jobs(), tmp_path)


def test_a_key_depends_on_all_parts_and_on_nothing_else():
    assert sweep.key(("a", 1)) == sweep.key(("a", 1))
    assert len({sweep.key(about) for about in (("a", 1), ("a", 2), ("b", 1), ("a1",), "a1")}) == 5
