"""Loaded by every Python that grades: what students' code asks of the tests is refused, and written down.

A hook of the interpreter sees each file that is opened, each folder that is listed, each program that is
started. The innermost caller that is a cell or a part of Otter-Grader says whose wish it is. Code that works
around the interpreter is not seen.
"""

import os
import re
import sys

_FILES = {"open", "os.listdir", "os.scandir"}
_PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"}
_TESTS = re.compile(r"\b(tests|source|autograder\.zip)\b")


def _students(frame) -> bool:
    while frame:
        name = frame.f_code.co_filename
        if "/otter/" in name:
            return False
        if "ipykernel_" in name or name.startswith("<ipython"):
            return True
        frame = frame.f_back
    return False


def _hook(event: str, arguments: tuple) -> None:
    if event in _FILES and isinstance(arguments[0], str | bytes | os.PathLike):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        asked = path.removeprefix(_HOME) if path.startswith(_HOME) else ""
    else:
        asked = " ".join(map(str, arguments)) if event in _PROGRAMS else ""
    if _TESTS.search(asked) and _students(sys._getframe(1)):
        with open(_TOLD, "a", encoding="utf-8") as told:
            told.write(f"{asked}\n".replace(_HOME, "~"))
        raise PermissionError("the tests are not for reading")


_TOLD, _HOME = os.environ.get("MIRAGE_TOLD"), os.environ.get("HOME", "")
if _TOLD:
    sys.addaudithook(_hook)
