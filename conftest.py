"""Tests and examples that need published data are skipped where there are none; the reason says why."""

import doctest
import os
from collections.abc import Iterator

import pytest

from mirage.datasets import DataUnavailable


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
