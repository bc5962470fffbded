"""Keys of each type find their row on every database, in the form that a scan stores (D4)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from jittask.data.databases import open_database
from jittask.data.row_keys import BadKey, row_key
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from tests.services import URLS, url_of

NAME = f"jittask_keys_{os.getpid()}"
MODEL = ModelInfo("models.Keyed", ModelForm.TABLE, "databases.D", NAME, opaque=True)
Open = Callable[..., Rows]
BINARY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
"""How outsiders keep a UUID on MySQL."""


@pytest.fixture(params=URLS)
def keyed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Make a table whose key column has a type, with a row; return it reflected."""
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(request.param)})
    engine = open_database(info, tmp_path)
    made: list[sa.Table] = []

    def make(kind: Any, value: object) -> Rows:
        columns = (
            sa.Column("id", kind, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(20)),
        )
        table = sa.Table(NAME, sa.MetaData(), *columns)
        table.create(engine)
        made.append(table)
        with engine.begin() as connection:
            connection.execute(sa.insert(table), {"id": value, "name": "found"})
        return Rows.open(engine, MODEL)

    yield make
    for table in made:
        table.drop(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.BigInteger(), 2**62 + 1),
        (sa.Numeric(10, 2), Decimal("1.50")),
        (sa.Double(), 0.25),
        (sa.String(40), 'it\'s "1e5" 键'),
        (sa.String(40), "1.50"),
        (sa.Uuid(), UUID("0f8fad5b-d9cb-469f-a165-70867728950e")),
        (BINARY, b"\x00\xff" + 6 * b"ab" + b"'\\"),
        (sa.Date(), date(2026, 5, 1)),
        (sa.DateTime(), datetime(2026, 5, 1, 8, 30)),
    ],
    ids=str,
)
def test_a_scanned_key_finds_its_row(keyed: Open, kind: Any, value: object) -> None:
    rows = keyed(kind, value)
    with rows.engine.connect() as connection:
        scanned = dict(connection.execute(sa.select(rows.table)).mappings().one())

    found = rows.get(row_key(scanned, rows.model))

    assert found is not None
    assert found["name"] == "found"


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        (sa.Numeric(10, 2), Decimal("1.50"), '"abc"'),
        (sa.Numeric(10, 2), Decimal("1.50"), '"NaN"'),
        (sa.Double(), 0.25, '"abc"'),
        (sa.Date(), date(2026, 5, 1), '"abc"'),
        (sa.DateTime(), datetime(2026, 5, 1), '"abc"'),
        (sa.String(40), "abc", r'"\udcff"'),
        (BINARY, b"abc", '"xyz"'),
    ],
)
def test_a_text_that_is_no_key_is_said_to_be_none(
    keyed: Open, kind: Any, value: object, key: str
) -> None:
    rows = keyed(kind, value)
    with pytest.raises(BadKey, match="no key of"):
        rows.get(key)


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        (sa.BigInteger(), 1, str(10**23)),
        (sa.Uuid(), UUID("0f8fad5b-d9cb-469f-a165-70867728950e"), '"abc"'),
    ],
)
def test_what_the_database_takes_for_no_key_finds_nothing(
    keyed: Open, kind: Any, value: object, key: str
) -> None:
    rows = keyed(kind, value)
    with suppress(BadKey):
        assert rows.get(key) is None


def test_a_binary_key_is_shown_in_hexadecimal_and_found_as_a_uuid_too(keyed: Open) -> None:
    rows = keyed(BINARY, UUID("0f8fad5b-d9cb-469f-a165-70867728950e").bytes)
    with rows.engine.connect() as connection:
        scanned = dict(connection.execute(sa.select(rows.table)).mappings().one())
    assert row_key(scanned, rows.model) == '"0f8fad5bd9cb469fa16570867728950e"'
    found = rows.get("0F8FAD5B-d9cb-469f-a165-70867728950e")
    assert found is not None
    assert found["name"] == "found"


@pytest.mark.parametrize("text", ["2026-05-01 08:30:00", "2026-05-01T08:30:00.000000"])
def test_sqlite_finds_an_instant_in_each_form_that_files_hold(text: str, tmp_path: Path) -> None:
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": "sqlite:///keys.db"})
    engine = open_database(info, tmp_path)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {NAME} (id DATETIME PRIMARY KEY)"))
        connection.execute(sa.text(f"INSERT INTO {NAME} VALUES (:at)"), {"at": text})
    rows = Rows.open(engine, MODEL)

    assert rows.get('"2026-05-01 08:30:00"') == {"id": datetime(2026, 5, 1, 8, 30)}
    engine.dispose()
