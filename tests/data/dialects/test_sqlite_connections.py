"""What SQLite's connections are given before they are used (D3, D9)."""

from __future__ import annotations

from pathlib import Path

from jittask.data.databases import open_database
from jittask.model import DatabaseInfo


def test_a_connection_holds_what_a_scan_of_many_days_reads(tmp_path: Path) -> None:
    """With SQLite's own two megabytes it reads the same pages again in each scan."""
    url = f"sqlite:///{tmp_path / 'd.db'}"
    engine = open_database(DatabaseInfo("databases.D", "databases.UrlType", {"url": url}), tmp_path)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -16_000
    engine.dispose()
