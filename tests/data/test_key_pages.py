"""Pages by keys of several columns give each row once, whatever the columns hold (D3)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.data import row_pages
from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.schedule.windows import FieldRange
from tests.services import URLS, url_of

NAME = f"jittask_pages_{os.getpid()}"
MODEL = ModelInfo("models.Keyed", ModelForm.TABLE, "databases.D", NAME, opaque=True)
NOW, ZONE = datetime(2026, 5, 5, 12, tzinfo=UTC), ZoneInfo("UTC")
DAY = datetime(2026, 5, 1)
EACH = [FieldRange(DAY, DAY)]
TWICE = [*EACH, FieldRange(datetime(2026, 6, 1), datetime(2026, 6, 2))]
"""Too many to write out: they are unfolded."""
NUMBERS = range(3)


@contextmanager
def keyed(database: str, folder: Path, *columns: str) -> Iterator[Rows]:
    """Give the rows of a table whose key has the columns ``a``, ``b`` and so on, declared as SQL."""
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(database)})
    engine = open_database(info, folder)
    names = "abc"[: len(columns)]
    declared = [f"{name} {kind}" for name, kind in zip(names, columns, strict=True)]
    moment = "TIMESTAMP" if database == "postgresql" else "DATETIME"
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {NAME} ({', '.join(declared)}, at {moment}, "
            f"PRIMARY KEY ({', '.join(names)}))"
        )
    try:
        yield Rows.open(engine, MODEL)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {NAME}")
        engine.dispose()


def insert(rows: Rows, *keys: tuple[Any, ...]) -> None:
    with rows.engine.begin() as connection:
        values = [{**dict(zip("abc", key, strict=False)), "at": DAY} for key in keys]
        connection.execute(sa.insert(rows.table), values)


def keys_of(rows: Rows, ranges: list[FieldRange]) -> list[tuple[Any, ...]]:
    names = [field.name for field in rows.model.key_fields]
    pages = rows.pages("at", ranges, None, NOW, ZONE, [])
    return [tuple(row[name] for name in names) for page in pages for row in page]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("ranges", [EACH, TWICE], ids=["written out", "unfolded"])
@pytest.mark.parametrize("database", URLS)
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("BOOLEAN", [False, True]),
        ("DATE", [date(2026, 5, 1), date(2026, 5, 2)]),
        ("NUMERIC(10, 2)", [Decimal("0.50"), Decimal("1.50")]),
        ("VARCHAR(40)", ["a", "b'"]),
    ],
)
def test_a_key_of_several_columns_is_paged_in_its_order(
    database: str,
    kind: str,
    values: list[Any],
    ranges: list[FieldRange],
    size: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", size)
    expected = [
        (value, number, other) for value in values for number in NUMBERS for other in values
    ]
    with keyed(database, tmp_path, kind, "INTEGER", kind) as rows:
        insert(rows, *reversed(expected))
        assert keys_of(rows, ranges) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("ranges", [EACH, TWICE], ids=["written out", "unfolded"])
@pytest.mark.parametrize(
    "keys",
    [
        [(None,), ("a",), ("b",)],
        [(None, None), (None, "x"), ("a", None), ("a", "x"), ("b", None), ("b", "y")],
    ],
    ids=["one column", "two columns"],
)
def test_a_key_of_sqlite_with_null_hides_no_row(
    keys: list[tuple[Any, ...]],
    ranges: list[FieldRange],
    size: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", size)
    with keyed("sqlite", tmp_path, *["VARCHAR(40)"] * len(keys[0])) as rows:
        insert(rows, *reversed(keys))
        assert keys_of(rows, ranges) == keys
