"""One test a question of a submission: `AUTOGRADER=….zip SUBMISSION=….ipynb pytest test_submission.py`.

For the checks of a course: it needs Otter-Grader and the book's package, and no other file of the book. It
runs the submitted code without a sandbox of its own.
"""

import os
import zipfile
from functools import cache

import pytest

AUTOGRADER, SUBMISSION = os.environ.get("AUTOGRADER", ""), os.environ.get("SUBMISSION", "")


def questions() -> list[str]:
    """Return the names of the tests in the autograder."""
    if not AUTOGRADER:
        return []
    names = zipfile.ZipFile(AUTOGRADER).namelist()
    return sorted(name[len("tests/") : -len(".py")] for name in names if name.startswith("tests/q"))


@cache
def results() -> dict:
    """Grade once, and return the result of each question."""
    from otter.run import main

    return main(SUBMISSION, autograder=AUTOGRADER, output_dir=None, no_logo=True).results


@pytest.mark.parametrize("question", questions())
def test_question(question: str) -> None:
    """A question has all its marks."""
    found = results()[question]
    assert found.score == found.possible, f"{found.score:g} of {found.possible:g} marks"
