"""Rows on every database: pages, keys, reflection, filters (F9, D2-D5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.data import row_pages
from jittask.data.databases import DataError, is_of_the_database, open_database
from jittask.data.row_keys import row_key
from jittask.data.row_query import Lookup
from jittask.data.rows import Rows
from jittask.data.table_changes import add_missing
from jittask.data.tables import table_for
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.query.parse import parse
from jittask.schedule.windows import FieldRange
from tests.services import URLS, url_of

NOW, ZONE = datetime(2026, 5, 5, 12, tzinfo=UTC), ZoneInfo("UTC")
TABLE = f"jittask_test_{os.getpid()}"
FIELDS = (
    FieldInfo("id", FieldType.INTEGER, "id", primary_key=True, autoincrement=True),
    FieldInfo("name", FieldType.TEXT, "name"),
    FieldInfo("amount", FieldType.DECIMAL, "amount"),
    FieldInfo("open", FieldType.BOOLEAN, "open"),
    FieldInfo("day", FieldType.DATE, "day"),
    FieldInfo("at", FieldType.DATETIME, "at"),
)
NORMAL = ModelInfo("models.T", ModelForm.NORMAL, "databases.D", TABLE, FIELDS)
MAY_3, DAY = datetime(2026, 5, 3), timedelta(days=1)
ALL = [FieldRange(datetime(2000, 1, 1), datetime(2100, 1, 1))]
REFLECTED = ModelInfo("models.R", ModelForm.TABLE, "databases.D", TABLE, opaque=True)
HALF_READ = ModelInfo(
    "models.H", ModelForm.NORMAL, "databases.D", TABLE, FIELDS[:2], opaque=True
)  # fmt: skip


def test_reading_does_not_make_a_database(tmp_path: Path) -> None:
    file = tmp_path / "gone.db"
    info = DatabaseInfo("databases.D", "databases.SqliteType", {"database": "gone.db"})
    engine = open_database(info, tmp_path)
    with pytest.raises(DataError, match="there is no database"):
        Rows.open(engine, NORMAL)
    assert add_missing(NORMAL, engine)
    rows = Rows.open(engine, NORMAL)
    file.unlink()
    with pytest.raises(DataError, match="there is no database"):
        rows.get("1")
    assert not file.exists()
    engine.dispose()


@pytest.fixture(params=URLS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(request.param)})
    found = open_database(info, tmp_path)
    assert add_missing(NORMAL, found)
    assert not add_missing(NORMAL, found)
    table = table_for(NORMAL, found)
    with found.begin() as connection:
        connection.execute(
            sa.insert(table),
            [
                {
                    "name": None if n == 0 else f"n{n % 3}",
                    "amount": n,
                    "open": n % 2 == 0,
                    "day": None if n == 1 else date(2026, 5, 1) + timedelta(days=n),
                    "at": datetime(2026, 5, 1, 8, 30) + timedelta(days=n),
                }
                for n in range(10)
            ],
        )
    yield found
    table.drop(found)
    found.dispose()


@pytest.fixture(params=[NORMAL, REFLECTED, HALF_READ], ids=["described", "reflected", "half read"])
def rows(request: pytest.FixtureRequest, engine: sa.Engine) -> Rows:
    return Rows.open(engine, request.param)


def test_a_reflected_model_knows_its_fields(rows: Rows) -> None:
    kinds = {field.name: field.type for field in rows.model.fields}
    assert kinds["day"] is FieldType.DATE
    assert kinds["at"] is FieldType.DATETIME
    assert [field.name for field in rows.model.key_fields] == ["id"]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_pages_give_each_row_of_the_ranges_once(
    rows: Rows, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", size)
    ranges = [
        FieldRange(date(2026, 5, 3), date(2026, 5, 5)),
        FieldRange(date(2026, 5, 9), date.max),
    ]
    pages = list(rows.pages("day", ranges, None, NOW, ZONE, ["day"]))
    assert all(len(page) <= size for page in pages)
    found = [row["day"].day for page in pages for row in page]
    assert found == [3, 4, 5, 9, 10]
    monkeypatch.setattr(row_pages, "MAX_RANGES", 1)
    for written_out in (100, 1):  # one statement for each range, and all unfolded
        monkeypatch.setattr(type(rows.dialect), "writes_out", written_out)
        again = list(rows.pages("day", ranges, None, NOW, ZONE, ["day"]))
        assert [row["day"].day for page in again for row in page] == found
    mornings = [FieldRange(at, at + timedelta(hours=9)) for at in (MAY_3, MAY_3 + 2 * DAY)]
    unfolded = list(rows.pages("at", mornings, parse("Q('amount','>',2)"), NOW, ZONE, ["at"]))
    assert [row["at"].day for page in unfolded for row in page] == [5]
    going_on = rows.pages("at", ALL, None, NOW, ZONE, [], ends=("day", date(2026, 5, 8)))
    assert [row["id"] for page in going_on for row in page] == [2, 8, 9, 10]
    assert rows.bounds("day") == (date(2026, 5, 1), date(2026, 5, 10))


def test_one_statement_serves_several_filters(rows: Rows) -> None:
    few, none = parse("Q('amount','<',2)"), parse("Q('amount','<',0)")
    lookups = [Lookup(few, ZONE), Lookup(none, ZONE), Lookup(None, ZONE, ("day", date(2026, 5, 9)))]
    found = [each for page in rows.pages_of("at", ALL, lookups, NOW, []) for each in page]
    assert [(row["id"], passes) for row, passes in found] == [
        (1, [True, False, False]),
        (2, [True, False, True]),
        (9, [False, False, True]),
        (10, [False, False, True]),
    ]
    everything = rows.pages_of("at", ALL, [Lookup(few, ZONE), Lookup(None, ZONE)], NOW, [])
    assert [passes[1] for page in everything for _, passes in page] == [True] * 10


def test_ranges_that_overlap_give_a_row_once(rows: Rows) -> None:
    ranges = [FieldRange(MAY_3 + n * DAY / 3, MAY_3 + (n + 2) * DAY / 3) for n in range(13)]
    found = [
        row["at"].day for page in rows.pages("at", ranges, None, NOW, ZONE, ["at"]) for row in page
    ]
    assert found == [3, 4, 5, 6, 7]


def test_a_filter_on_a_column_that_is_missing_is_refused_without_rows_too(rows: Rows) -> None:
    with pytest.raises(DataError, match="its table has no column for gone"):
        list(rows.pages("at", [], parse("Q('gone','=',1)"), NOW, ZONE, []))


FILTERS = [
    "Q('name','=','n1')", "Q('name','!=','n1')", "Q('name','like','n')", "Q('name','nlike','1')",
    "Q('name','startswith','n1')", "Q('name','endswith','2')", "Q('name','in',['n1','n2'])",
    "Q('name','nin',['n1'])", "Q('name','likeany',['1','2'])", "Q('name','isnull',True)",
    "Q('amount','>',4)", "Q('amount','range',[2,5])", "Q('open','=',True)", "Q('day','>=',TODAY())",
    "Q('at','<',NOW())", "Q('day','month',5)", "Q('at','day',4)", "Q('at','year',2026)",
    "Q('day','week',19)", "Q(Q('open','=',True), Q.OR, Q('amount','<',2))",
]  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_means_the_same_everywhere(rows: Rows, text: str) -> None:
    expression = parse(text)
    by_sql = [
        row["id"] for page in rows.pages("at", ALL, expression, NOW, ZONE, []) for row in page
    ]
    judged = {n: rows.judged(str(n), expression, NOW, ZONE) for n in range(1, 11)}
    assert by_sql == [n for n, found in judged.items() if found and found[1]]


def test_rows_by_key(rows: Rows) -> None:
    row = rows.get("3")
    assert row is not None
    assert row_key(row, rows.model) == "3"
    assert rows.get("99") is None
    with pytest.raises(DataError, match="no key"):
        rows.get('"x"')


def test_a_missing_table_is_one_line(engine: sa.Engine) -> None:
    model = ModelInfo("models.M", ModelForm.TABLE, "databases.D", "not_there", opaque=True)
    with pytest.raises(DataError, match="no table not_there"):
        table_for(model, engine)


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("databases.UrlType", {"url": "nonsense"}, "no database by these settings"),
        ("databases.UrlType", {"url": "${NOT_SET_ANYWHERE}"}, "NOT_SET_ANYWHERE is not set"),
        ("databases.PgSqlType", {"host": "h"}, "lack 'database'"),
    ],
)
def test_wrong_settings_are_one_line(kind: str, settings: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words) as caught:
        open_database(DatabaseInfo("databases.D", kind, settings), tmp_path)
    assert "\n" not in str(caught.value)


def test_a_filter_on_a_column_that_the_table_lacks_is_no_fault_of_ours(engine: sa.Engine) -> None:
    rows = Rows.open(engine, REFLECTED)
    expression = parse("Q('state','=','x')")
    with pytest.raises(DataError, match="its table has no column for state"):
        next(rows.pages("at", ALL, expression, NOW, ZONE, ["at"]))
    with pytest.raises(DataError, match="its table has no column for state"):
        rows.judged("1", expression, NOW, ZONE)


def test_a_statement_is_limited_where_the_database_can(engine: sa.Engine) -> None:
    sleeps = {"postgresql": "SELECT pg_sleep(60)", "mysql": "SELECT sleep(60)"}
    sleep = sleeps.get(engine.dialect.name)
    if sleep is None:
        pytest.skip("SQLite has no such limit")
    rows = Rows.open(engine, REFLECTED).within(0.2)
    with rows.reading() as connection:
        with pytest.raises(sa.exc.OperationalError, match=r"statement timeout|max_statement_time"):
            connection.execute(sa.text(sleep))
        connection.rollback()
    with engine.connect() as connection:
        limit = {"postgresql": "SHOW statement_timeout", "mysql": "SELECT @@max_statement_time"}
        found = connection.execute(sa.text(limit[engine.dialect.name])).scalar()
        assert found in ("0", 0), "the connection is as it was"


def test_a_read_waits_for_a_lock_of_its_table_for_a_moment(engine: sa.Engine) -> None:
    """R12: so that the tables beside it are read; SQLite locks all of its file."""
    locks = {"postgresql": f'LOCK TABLE "{TABLE}"', "mysql": f"LOCK TABLES `{TABLE}` WRITE"}
    lock = locks.get(engine.dialect.name)
    if lock is None:
        pytest.skip("SQLite has no lock of one table")
    rows = Rows.open(engine, REFLECTED)
    with engine.connect() as other, other.begin():
        other.execute(sa.text(lock))
        with pytest.raises(DataError, match=r"lock timeout|Lock wait timeout") as caught:
            rows.within(60).get("1")
        assert is_of_the_database(caught.value)
        if engine.dialect.name == "mysql":
            other.execute(sa.text("UNLOCK TABLES"))
    assert rows.within(60).get("1") is not None
