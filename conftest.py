"""Tests and examples that need published data are skipped where there are none; the reason says why.

Without PyTorch, what needs it is left out, and without Otter-Grader what needs that; `make test-train` and
`make test-assignments` have them.
"""

import doctest
import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from mirage.datasets import DataUnavailable

collect_ignore_glob = [] if find_spec("torch") else ["mirage/families/*", "tests/families/*"]
collect_ignore_glob += [] if find_spec("otter") else ["tests/assignments/*"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Skip what fails for want of data, unless MIRAGE_DATA says where they are."""
    try:
        return (yield)
    except (DataUnavailable, doctest.UnexpectedException) as error:
        cause = error.exc_info[1] if isinstance(error, doctest.UnexpectedException) else error
        if not isinstance(cause, DataUnavailable) or os.environ.get("MIRAGE_DATA"):
            raise
        pytest.skip(str(cause))
