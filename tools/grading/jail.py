"""Run one submission where it can do little harm, and say in one line what went wrong.

`python -m tools.grading.jail GIGABYTES COMMAND …` is the inner part: it sets limits and becomes the command.
"""

import fcntl
import functools
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools.project import ROOT

__all__ = ["PROTECTION", "Limits", "run", "walls"]

PROTECTION = {
    True: "Each submission ran without a network, in processes of its own, with limits and an empty home. "
    "It could still read what you can read, and change it: grade where there is nothing to lose.",
    False: "This system offers no namespaces (unshare): each submission ran with limits and an empty home, "
    "but with your network. It could read and change what you can: grade in a virtual machine.",
}
_WALLS = "unshare --user --map-root-user --net --pid --fork --kill-child --mount-proc".split()
_UP = 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40)  # SIOCSIFFLAGS: the loopback device, up and running
_MOST_OUTPUT = 10**8  # bytes of a file that a submission may write


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    seconds: float
    gigabytes: float


@functools.cache
def walls() -> list[str]:
    """Return the command that shuts the next one in, or nothing where the system has none."""
    able = shutil.which("unshare") and not subprocess.run([*_WALLS, "true"], capture_output=True).returncode
    return _WALLS if able else []


def run(notebook: Path, autograder: Path, limits: Limits) -> dict:
    """Grade a notebook; return the tests of Otter-Grader's results, and a note if something went wrong."""
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as folder:
        shutil.copy(notebook, f"{folder}/submission.ipynb")
        shutil.copy(autograder, f"{folder}/autograder.zip")
        command = [*walls(), sys.executable, "-m", "tools.grading.jail", str(limits.gigabytes)]
        command += [
            sys.executable,
            "-m",
            "otter",
            "run",
            "-a",
            "autograder.zip",
            "-o",
            ".",
            "submission.ipynb",
        ]
        with open(f"{folder}/said", "w+", encoding="utf-8", errors="replace") as said:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(folder),
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            note = _wait(process, limits.seconds)
            said.seek(0)
            note = note or _note(process.returncode, said.read())
        results, told = Path(folder, "results.json"), Path(folder, "told")
        tests = json.loads(results.read_text(encoding="utf-8"))["tests"] if results.exists() else []
        tests = [test for test in tests if "score" in test]
        if told.exists():
            asked = told.read_text(encoding="utf-8").splitlines()[0].rpartition("submission/")[2]
            note = f"it tried to read the tests: {asked[:80]}"
        note = note if told.exists() or not tests else ""
        return {"tests": tests, "note": note, "seconds": limits.seconds}


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "MIRAGE_DATA") if name in os.environ}
    return kept | {
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tools" / "grading" / "watch"), str(ROOT)]),
        "MIRAGE_TOLD": f"{folder}/told",
        "MIRAGE_INSTALL": "nothing",  # the package is there: no submission installs it
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
    }


def _wait(process: subprocess.Popen, seconds: float) -> str:
    """Wait for the process, then end all that it started; return a note if it took too long."""
    try:
        process.wait(seconds)
        return ""
    except subprocess.TimeoutExpired:
        return f"it was stopped after {seconds:g} seconds"
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        for each in family:  # a kernel leaves the group of processes, but stays a child
            each.kill() if each.is_running() else None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def _note(code: int, said: str) -> str:
    if "DeadKernelError" in said or "Kernel died" in said:
        return "its kernel died: it ended itself, or needed more memory than is allowed"
    if "MemoryError" in said or "File too large" in said:
        return "it needed more memory, or wrote more, than is allowed"
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "nothing was said")
    return f"it could not be graded: {last.strip()[:200]}" if code else ""


def _inside(gigabytes: float, command: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(gigabytes * 2**30),) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_OUTPUT,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with socket.socket() as device:
            fcntl.ioctl(device, *_UP)
    except OSError:
        pass  # without walls it is up, and not ours to set
    os.execvp(command[0], command)


if __name__ == "__main__":
    _inside(float(sys.argv[1]), sys.argv[2:])
