"""What it costs to find many rows that are due at once: what they are, and not its square (D3)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.data import row_pages
from jittask.data.databases import open_database
from jittask.data.row_query import Lookup
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.schedule.windows import FieldRange
from tests.services import URLS, url_of

NAME = f"jittask_crowd_{os.getpid()}"
MODEL = ModelInfo("models.Crowd", ModelForm.TABLE, "databases.D", NAME, opaque=True)
NOW, ZONE = datetime(2026, 5, 5, 12, tzinfo=UTC), ZoneInfo("UTC")
AT = datetime(2026, 5, 5, 12)
PAGE = 50
ROWS = 4000

CROWDS: dict[str, tuple[sa.types.TypeEngine[Any], Callable[[int], date]]] = {
    "one instant": (sa.DateTime(), lambda _: AT),
    "one day": (sa.Date(), lambda _: AT.date()),
    "one minute": (sa.DateTime(), lambda number: AT + timedelta(seconds=number % 60)),
}
KEYS: dict[str, tuple[sa.types.TypeEngine[Any], Callable[[int], object]]] = {
    "numbers": (sa.Integer(), lambda number: number),
    "texts": (sa.String(20), lambda number: f"{number * 7919 % 100_000:05}"),
}


@contextmanager
def crowd_of(
    size: int, database: str, folder: Path, crowd: str, key: str
) -> Iterator[tuple[Rows, list[FieldRange]]]:
    """Give a table with so many rows that are due at once, and as many that are not."""
    folder.mkdir()
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(database)})
    engine = open_database(info, folder)
    (held, date_of), (kind, key_of) = CROWDS[crowd], KEYS[key]
    table = sa.Table(
        NAME,
        sa.MetaData(),
        sa.Column("key", kind, primary_key=True, autoincrement=False),
        sa.Column("held", held),
        sa.Index(f"{NAME}_held", "held"),
    )
    table.drop(engine, checkfirst=True)
    table.create(engine)
    due = [{"key": key_of(number), "held": date_of(number)} for number in range(size)]
    others = [
        {"key": key_of(number), "held": date_of(number) - timedelta(days=1 + number % 700)}
        for number in range(size, 2 * size)
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(table), [*due, *others])
        analyze = "ANALYZE TABLE" if engine.dialect.name == "mysql" else "ANALYZE"
        connection.exec_driver_sql(f"{analyze} {NAME}")
    last = AT.date() if crowd == "one day" else AT + timedelta(seconds=60)
    try:
        yield Rows.open(engine, MODEL), [FieldRange(date_of(0), last)]
    finally:
        table.drop(engine)
        engine.dispose()


def looks(rows: Rows, ranges: list[FieldRange]) -> int:
    """Return how often a row of the table is looked at to find those in some ranges."""
    found: list[object] = []
    with rows.connected() as connection:
        with counted(connection) as count:
            lookup = Lookup(None, ZONE)
            for page in rows.pages_of("held", ranges, [lookup], NOW, [], connection):
                assert len(page) <= PAGE
                found += [row["key"] for row, _ in page]
        assert len(found) == len(set(found))
        return count()


@contextmanager
def counted(connection: sa.Connection) -> Iterator[Callable[[], int]]:
    """Give what says how many rows the database has looked at in the block."""
    if connection.dialect.name == "sqlite":
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(step, 10)  # about as many instructions as a row takes
        yield lambda: steps
        driver.set_progress_handler(None, 1)
        return
    query = {
        "postgresql": "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0)"
        f" FROM pg_stat_xact_user_tables WHERE relname = '{NAME}'",
        "mysql": "SELECT sum(variable_value) FROM information_schema.session_status"
        " WHERE variable_name IN ('HANDLER_READ_NEXT', 'HANDLER_READ_RND_NEXT')",
    }[connection.dialect.name]
    before = connection.exec_driver_sql(query).scalar_one()
    yield lambda: int(connection.exec_driver_sql(query).scalar_one() - before)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize("database", URLS)
def test_twice_as_many_rows_that_are_due_at_once_cost_twice_as_much(
    database: str, crowd: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", PAGE)
    costs = []
    for size in (ROWS, 2 * ROWS):
        with crowd_of(size, database, tmp_path / str(size), crowd, key) as (rows, ranges):
            costs.append(looks(rows, ranges))
    assert costs[1] <= 3 * costs[0]  # the square would be four times
