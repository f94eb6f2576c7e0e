"""Calendars and policies for these tests."""

from collections.abc import Iterator

import pytest

from sla import promises


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Start every test with empty hands: what a process keeps would outlive the rows of the test before."""
    promises.forget()
    yield
    promises.forget()
