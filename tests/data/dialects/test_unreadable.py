"""What is no date, or may be several: it is always reported (D4, D9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jittask.data.databases import DataError
from jittask.model import FieldType
from jittask.query.parse import parse
from jittask.schedule.row_timer import RowTimer
from tests.data.dialects.made_tables import NOW, UTC_ZONE, found_by, made
from tests.data.dialects.test_dates import fired

GOOD = [f"'20{year}-12-01 09:00:00'" for year in (25, 26, 27, 28)]
STRAY = [
    "'2026/12/01 09:00'", "'2026.12.01'", "'20261201T0900'", "'01.12.2026'", "'12/01/2026'", "'31/12/2026'",
    "'2026-5-1'", "'soon'", "''", "20261201", "1767225600000", "2460000.5", "x'00'", "'Dec 1 2026'",
]  # fmt: skip


@pytest.mark.parametrize("value", STRAY)
def test_sqlite_names_a_value_that_is_no_date(value: str, tmp_path: Path) -> None:
    with (
        made("sqlite", tmp_path, "DATETIME", [*GOOD, value]) as rows,
        pytest.raises(DataError, match=r"models\.M: .*expected .*, got "),
    ):
        rows.bounds("held")


@pytest.mark.parametrize(
    "value", ["'2026-12-01 9:00'", "'2026-12-01 noon'", "'2026-12-01T9:30:00'"]
)
def test_a_time_that_cannot_be_read_is_its_rows_error(value: str, tmp_path: Path) -> None:
    timer = RowTimer.from_config({"startField": "held"}, UTC_ZONE)
    with made("sqlite", tmp_path, "DATETIME", [*GOOD, value]) as rows:
        with pytest.raises(ValueError, match="expected a date in held, got '2026-12-01"):
            fired(rows, datetime(2026, 12, 1, 9, tzinfo=UTC), UTC_ZONE)
        row = rows.get("4")
        assert row is not None
        with pytest.raises(ValueError, match="expected a date in held"):
            timer.timer_of(row, None)
        with pytest.raises(DataError, match="expected dates in held, got '2026-12-01"):
            rows.get_dated("4", ["held"])


def test_a_filter_on_what_is_no_date_says_the_value(tmp_path: Path) -> None:
    with made("sqlite", tmp_path, "DATETIME", [*GOOD, "'soon'"]) as rows:
        with pytest.raises(DataError, match=r"models\.M: expected a date and time, got 'soon'"):
            rows.judged("4", parse("Q('held','!=','2026-12-01')"), NOW, UTC_ZONE)
        judged = rows.judged("1", parse("Q('held','<',NOW())"), NOW, UTC_ZONE)
        assert judged is not None
        assert judged[1]


def test_a_date_column_does_not_guess_at_numbers_and_offsets(tmp_path: Path) -> None:
    for value in ("1767225600", "'2026-12-01T23:00:00-05:00'"):
        with (
            made("sqlite", tmp_path, "DATE", ["'2026-12-01'", value]) as rows,
            pytest.raises(DataError, match="expected a date, got"),
        ):
            rows.bounds("held")


FAR = [
    ("postgresql", "timestamp", ["'infinity'", "'-infinity'", "'12000-01-01'", "'0044-03-15 BC'"]),
    ("postgresql", "timestamptz", ["'infinity'", "'-infinity'", "'12000-01-01'"]),
    ("postgresql", "date", ["'infinity'", "'-infinity'", "'12000-01-01'"]),
    ("mysql", "DATETIME", ["'0000-00-00 00:00:00'", "NULL"]),
    ("mysql", "TIMESTAMP NULL", ["'0000-00-00 00:00:00'", "NULL"]),
    ("mysql", "DATE", ["'0000-00-00'", "NULL"]),
]


@pytest.mark.parametrize(("database", "declared", "far"), FAR)
def test_dates_beyond_python_never_fire_and_stop_nothing(
    database: str, declared: str, far: list[str], tmp_path: Path
) -> None:
    settings = ["SET sql_mode = ''"] if database == "mysql" else []
    values = ["'2026-12-01 00:00:00'", *far]
    with made(database, tmp_path, declared, values, zone=UTC_ZONE, settings=settings) as rows:
        least, greatest = rows.bounds("held")
        assert least == greatest
        assert least is not None
        assert least.year == 2026 or least.month == 11
        assert 0 in fired(rows, datetime(2026, 12, 1, tzinfo=UTC), UTC_ZONE) or database == "mysql"
        ends = rows.pages("held", [], None, NOW, UTC_ZONE, ["held"])
        assert list(ends) == []


@pytest.mark.parametrize("declared", ["timestamp", "timestamptz", "date"])
def test_infinity_is_compared_as_such_and_written_back(declared: str, tmp_path: Path) -> None:
    values = ["'2026-12-01'", "'infinity'", "'-infinity'"]
    with made("postgresql", tmp_path, declared, values) as rows:
        assert found_by(rows, "Q('held','>=','2026-12-02')") == [1]
        assert found_by(rows, "Q('held','<','2026-12-02')") == [0, 2]
        row = rows.get("1")
        assert row is not None
        assert row["held"].year == 9999
        with rows.engine.begin() as connection:
            connection.execute(
                rows.table.update().where(rows.table.c.id == 0).values(held=row["held"])
            )
        assert found_by(rows, "Q('held','>=','2026-12-02')") == [0, 1]


def test_a_value_that_no_column_of_its_kind_holds_is_one_line(tmp_path: Path) -> None:
    with (
        made("postgresql", tmp_path, "UUID", ["NULL"]) as rows,
        pytest.raises(DataError, match=r"models\.M: the filter: "),
    ):
        rows.where(parse("Q('held','=','nonsense')"), NOW, UTC_ZONE)


def test_a_text_column_has_dates_where_the_model_says_so(tmp_path: Path) -> None:
    with made("sqlite", tmp_path, "TEXT", GOOD) as rows, pytest.raises(DataError, match="has text"):
        rows.date_field("held")
    with made("sqlite", tmp_path, "TEXT", GOOD, as_kind=FieldType.DATETIME) as rows:
        assert rows.date_field("held").type is FieldType.DATETIME
        assert fired(rows, NOW - timedelta(hours=3), UTC_ZONE) == {1}
