"""Settings that name no store, and messages about them (F2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jittask.drivers import STORE_DATABASES
from jittask.model import AppSettings
from jittask.store import Store, StoreError
from jittask.store.dialects.registry import DIALECTS


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://h/d", "expected an SQLite file or a PostgreSQL database, got oracle://h/d"),
        ("sqlite://", "expected an SQLite file or a PostgreSQL database"),
        ("nonsense", "expected a URL such as sqlite:///runs.db"),
        ("sqlite:///bad.db", "cannot be used as the run store"),
        ("sqlite:///no/folder/runs.db", "no such folder"),
        ("postgresql://127.0.0.1:1/none", "settings.store: postgresql.*127.0.0.1:1/none"),
    ],
)
def test_what_is_no_store_is_refused(url: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_text("this is no database, but long enough to be looked at" * 10)
    with pytest.raises(StoreError, match=words):
        Store.open(AppSettings(store=url), tmp_path, create=True)


def test_the_compiler_knows_the_same_databases() -> None:
    assert set(STORE_DATABASES) == DIALECTS.keys()


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    secret = AppSettings(store="postgresql://me:hush@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        Store.open(secret, tmp_path, create=True)
    assert "hush" not in str(caught.value)
