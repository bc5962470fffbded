"""A run store of each kind for the trials."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jittask.model import AppSettings
from tests.services import store_settings

on_each_store = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
on_a_server = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
on_a_file = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    with store_settings(request.param) as found:
        yield found
