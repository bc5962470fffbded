"""Columns without a zone are read in their database's ``timezone`` (F8, D1)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask.data.app_data import AppData
from jittask.model import DatabaseInfo
from jittask.schedule.row_timer import RowTimer
from tests.data.dialects.made_tables import BERLIN, UTC_ZONE, found_by, made, model_of
from tests.data.dialects.test_dates import fired
from tests.services import URLS

DECLARED = {"sqlite": "DATETIME", "postgresql": "timestamp", "mysql": "DATETIME"}
NAIVE = [
    "'2026-12-01 11:30:00'",
    "'2026-12-01 12:30:00'",
    "'2026-11-30 23:30:00'",
    "'2026-10-25 00:30:00'",
]
"""NOW is 12:00 in UTC, and 13:00 in Berlin; on the last of them Berlin's clocks went back."""
FILTERS = [
    ("Q('held','<',NOW())", [0, 2, 3]),
    ("Q('held','>=',TODAY())", [0, 1, 2]),
    ("Q('held','=','2026-12-01 12:30:00')", [0]),
    ("Q('held','=','2026-12-01T11:30:00Z')", [0]),
    ("Q('held','range',['2026-12-01','2026-12-01 12:59:59'])", [0, 2]),
    ("Q('held','day',1)", [0, 1, 2]),
    ("Q('held','day',25)", [3]),
    ("Q('held','month',12)", [0, 1, 2]),
    ("Q('held','week',49)", [0, 1, 2]),
    ("Q('held','year',2026)", [0, 1, 2, 3]),
]  # fmt: skip
INSTANTS = [
    ("postgresql", "timestamptz", "SET TIME ZONE 'UTC'"),
    ("mysql", "TIMESTAMP NULL", "SET time_zone = '+00:00'"),
]


@pytest.mark.parametrize("database", URLS)
def test_a_column_of_utc_for_a_task_in_berlin(database: str, tmp_path: Path) -> None:
    with made(database, tmp_path, DECLARED[database], NAIVE, zone=UTC_ZONE) as rows:
        assert {text: found_by(rows, text, BERLIN) for text, _ in FILTERS} == dict(FILTERS)
        assert 0 in fired(rows, datetime(2026, 12, 1, 11, 30, tzinfo=UTC), BERLIN)
        assert fired(rows, datetime(2026, 12, 1, 10, 30, tzinfo=UTC), BERLIN) == set()
        assert 3 in fired(rows, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize("database", URLS)
def test_without_a_zone_of_the_database_the_tasks_holds(database: str, tmp_path: Path) -> None:
    with made(database, tmp_path, DECLARED[database], NAIVE) as rows:
        assert found_by(rows, "Q('held','<',NOW())", BERLIN) == [0, 1, 2, 3]
        assert found_by(rows, "Q('held','=','2026-12-01 12:30:00')", BERLIN) == [1]
        assert 1 in fired(rows, datetime(2026, 12, 1, 11, 30, tzinfo=UTC), BERLIN)


@pytest.mark.parametrize(("database", "declared", "session"), INSTANTS)
def test_instants_are_instants_whatever_the_zone(
    database: str, declared: str, session: str, tmp_path: Path
) -> None:
    with made(database, tmp_path, declared, NAIVE, zone=BERLIN, settings=[session]) as rows:
        assert {text: found_by(rows, text, BERLIN) for text, _ in FILTERS} == dict(FILTERS)
        assert 0 in fired(rows, datetime(2026, 12, 1, 11, 30, tzinfo=UTC), BERLIN)
        row = rows.get("0")
        assert row is not None
        assert row["held"] == datetime(2026, 12, 1, 11, 30, tzinfo=UTC)


WRITTEN = [
    ("sqlite", "DATETIME"), ("postgresql", "timestamptz"), ("mysql", "TIMESTAMP(6) NULL"),
]  # fmt: skip


@pytest.mark.parametrize(("database", "declared"), WRITTEN)
def test_an_instant_that_we_write_is_read_back_as_the_same(
    database: str, declared: str, tmp_path: Path
) -> None:
    instant = datetime(2026, 10, 25, 0, 30, 0, 250_000, tzinfo=UTC)  # Berlin's clocks go back
    local = instant.astimezone(BERLIN)
    with made(database, tmp_path, declared, ["NULL", "NULL"], zone=BERLIN) as rows:
        with rows.engine.begin() as connection:
            for key, value in enumerate((local, local.replace(tzinfo=None))):
                row = rows.table.update().where(rows.table.c.id == key)
                connection.execute(row.values(held=value))
        row = rows.get("0")
        assert row is not None
        assert row["held"] == instant
        assert rows.get("1") is not None
        assert 0 in fired(rows, instant, BERLIN)
        assert 0 in found_by(rows, "Q('held','=','2026-10-25T00:30:00.250Z')", BERLIN)


def test_an_end_field_is_read_in_the_zone_too() -> None:
    config = {
        "startField": "held", "endField": "until",
        "repeat": {"repeatType": "hour"},
    }  # fmt: skip
    timer = RowTimer.from_config(config, BERLIN)
    row = {"held": datetime(2026, 12, 1, 8), "until": datetime(2026, 12, 1, 10)}
    row_timer = timer.timer_of(row, UTC_ZONE)
    assert row_timer is not None
    hours = [
        one.effective.hour
        for one in row_timer.between(*(datetime(2026, 12, day, tzinfo=UTC) for day in (1, 2)))
    ]
    assert hours == [8, 9, 10]


@pytest.mark.parametrize("nested", [False, True])
def test_the_zone_comes_from_the_settings_of_the_database(nested: bool, tmp_path: Path) -> None:
    settings: dict[str, object] = {"database": "data.db", "timezone": "Europe/Berlin"}
    settings = {"dbConfig": settings} if nested else settings
    info = DatabaseInfo("databases.D", "databases.SqliteType", settings)
    with made("sqlite", tmp_path, "DATETIME", NAIVE) as rows:
        assert rows.zone is None
        data = AppData({"databases.D": info}, tmp_path)
        assert data.rows(model_of(None)).zone is BERLIN
        data.close()
