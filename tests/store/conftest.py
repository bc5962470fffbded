"""A store of every kind, empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jittask.model import AppSettings
from jittask.store import Store
from tests.services import store_settings


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    with store_settings(request.param) as settings:
        yield settings


@pytest.fixture
def store(app: AppSettings, tmp_path: Path) -> Iterator[Store]:
    with Store.open(app, tmp_path, create=True) as opened:
        yield opened
