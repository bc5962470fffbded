"""Texts with an offset from UTC are seen in an SQLite column of several forms (D4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.data.dialects.made_tables import NAME, UTC_ZONE, made
from tests.data.dialects.test_dates import fired

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
DUE = "'2026-12-01T17:00:00+08:00'"
FEW, MANY = 25, 100


def texts(count: int, first: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> list[str]:
    return [f"'{first + timedelta(minutes=n):{form}}'" for n in range(count)]


OLD = texts(FEW, datetime(2020, 1, 1))
LAST = texts(FEW, datetime(2099, 1, 1))
SAME_DAYS = texts(MANY, datetime(2026, 11, 29)) + texts(MANY, datetime(2026, 12, 3))
WITH_OFFSET = texts(MANY, datetime(2026, 11, 1), "%Y-%m-%dT%H:%M:%S+08:00")
NUMBERS = [str(1_500_000_000 + number) for number in range(FEW)]
PLACES = {
    "after the oldest": [*OLD, *WITH_OFFSET, DUE, LAST[0]],
    "after numbers": [*NUMBERS, *OLD, *WITH_OFFSET, DUE, LAST[0]],
    "alone near the range": [*OLD, *SAME_DAYS[:5], DUE, *SAME_DAYS[-5:], *LAST],
    "written last, between many": [*OLD, *SAME_DAYS, *LAST, DUE],
    "written first, between many": [DUE, *OLD, *SAME_DAYS, *LAST],
    "after empty ones": [*["NULL"] * FEW, *OLD, *WITH_OFFSET, DUE, *LAST, *["NULL"] * FEW],
}


def test_a_range_of_many_years_is_looked_at_in_its_middle_too(tmp_path: Path) -> None:
    values = [*OLD, *WITH_OFFSET, *LAST]
    for end in (
        datetime(2033, 12, 1),
        datetime(2099, 1, 2),
    ):  # it is in the middle, and far from it
        with made("sqlite", tmp_path, "DATETIME", values) as rows, rows.connected() as connection:
            dated = rows.dated("held", UTC_ZONE)
            found = rows.dialect.examined(connection, dated, datetime(2019, 12, 1), end)
            assert found.has_offsets


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("is_indexed", [True, False])
def test_a_text_with_an_offset_is_due_wherever_it_is(
    place: str, is_indexed: bool, tmp_path: Path
) -> None:
    values = PLACES[place]
    with made("sqlite", tmp_path, "DATETIME", values) as rows:
        if is_indexed:
            with rows.engine.begin() as connection:
                connection.exec_driver_sql(f"CREATE INDEX {NAME}_held ON {NAME} (held)")
        assert fired(rows, AT, UTC_ZONE) == {values.index(DUE)}


def test_a_column_without_offsets_is_taken_for_one(tmp_path: Path) -> None:
    with made("sqlite", tmp_path, "DATETIME", [*NUMBERS, *OLD, *SAME_DAYS, *LAST]) as rows:
        dated = rows.dated("held", UTC_ZONE)
        with rows.connected() as connection:
            found = rows.dialect.examined(connection, dated, *dated.span(AT, AT))
        assert not found.has_offsets


def test_no_more_is_looked_at_in_a_longer_table(tmp_path: Path) -> None:
    def steps(values: Sequence[str], folder: Path) -> int:
        folder.mkdir()
        with made("sqlite", folder, "DATETIME", values) as rows:
            with rows.engine.begin() as connection:
                connection.exec_driver_sql(f"CREATE INDEX {NAME}_held ON {NAME} (held)")
            dated = rows.dated("held", UTC_ZONE)
            with rows.connected() as connection:
                return _steps(connection, lambda: rows.dialect.examined(
                    connection, dated, *dated.span(AT, AT)))  # fmt: skip

    few = steps([*OLD, *SAME_DAYS, *LAST], tmp_path / "few")
    many = steps(
        [*OLD, *texts(3000, datetime(2026, 11, 29)), *LAST, *["NULL"] * 1000], tmp_path / "many"
    )
    assert 0 < many <= few * 1.5


def _steps(connection: sa.Connection, action: object) -> int:
    """Count the steps of SQLite's machine that an action takes."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    assert callable(action)
    driver.set_progress_handler(step, 1)
    try:
        action()
    finally:
        driver.set_progress_handler(None, 1)
    return count
