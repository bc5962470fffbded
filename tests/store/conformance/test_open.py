"""What opening a store refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.model import AppSettings
from jittask.store import NoRecords, Store, StoreError


def test_a_newer_schema_is_refused(store: Store, app: AppSettings, tmp_path: Path) -> None:
    with store._database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer JitTask"):
        Store.open(app, tmp_path, create=True)


def test_nothing_has_run_yet(app: AppSettings, tmp_path: Path) -> None:
    with pytest.raises(NoRecords, match="no records yet"):
        Store.open(app, tmp_path, create=False)
    Store.open(app, tmp_path, create=True).close()
    with Store.open(app, tmp_path, create=False) as store:
        assert store.run(1) is None
