"""The databases of the conformance suite, and an empty store on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jittask.model import AppSettings
from jittask.store import Store
from jittask.store.dialects.registry import DIALECTS
from tests.services import store_settings

DATABASES = (
    "sqlite",
    "postgresql",
)
"""By the names of their dialects; ``tests.services`` knows how to reach each."""
assert set(DATABASES) == set(DIALECTS), "a dialect does not take part in the conformance suite"


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    with store_settings(request.param) as settings:
        yield settings


@pytest.fixture
def store(app: AppSettings, tmp_path: Path) -> Iterator[Store]:
    with Store.open(app, tmp_path, create=True) as opened:
        yield opened
