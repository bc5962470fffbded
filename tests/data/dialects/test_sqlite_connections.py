"""What SQLite's connections are given before they are used (D3)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo


def test_a_scan_holds_the_pages_that_it_reads_again(tmp_path: Path) -> None:
    """With the two megabytes of SQLite itself each scan reads the same pages; bodies have those."""
    url = f"sqlite:///{tmp_path / 'd.db'}"
    engine = open_database(DatabaseInfo("databases.D", "databases.UrlType", {"url": url}), tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        own = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    model = ModelInfo("models.T", ModelForm.TABLE, "databases.D", "t", opaque=True)
    rows = Rows.open(engine, model)
    with rows.connected() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == own
    with rows.scanned() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -16_000
    engine.dispose()
    assert isinstance(engine, sa.Engine)
