"""What the tests of executors may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.executor_driver import KINDS, Driver, drive


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of executor in turn."""
    return str(request.param)


@pytest.fixture
def driver(kind: str, tmp_path: Path) -> Iterator[Driver]:
    """Return a driver of an executor of each kind."""
    yield from drive(kind, tmp_path)


@pytest.fixture
def thread_driver(tmp_path: Path) -> Iterator[Driver]:
    """Return a driver of a ``ThreadExecutor``."""
    yield from drive("thread", tmp_path)
