"""Keys that a model names for a view, and that do not name each of its rows (D4, D9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.data import row_pages
from jittask.data.databases import open_database
from jittask.data.row_keys import NoKey, SharedKey, row_key
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.schedule.windows import FieldRange
from tests.services import URLS, url_of

NAME = f"jittask_view_{os.getpid()}"
MODEL = ModelInfo(
    "models.V", ModelForm.TABLE, "databases.D", f"{NAME}_v", opaque=True, key=("name",)
)
AT, NOW = datetime(2026, 5, 1), datetime(2026, 5, 5, tzinfo=UTC)


@pytest.fixture(params=URLS)
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    """A view of rows of one date, of which two have no name and two share theirs."""
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(request.param)})
    engine = open_database(info, tmp_path)
    table = sa.Table(
        NAME,
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(9)),
        sa.Column("at", sa.DateTime),
    )
    table.create(engine)
    names = ("c", None, "a", "shared", None, "b", "shared")
    with engine.begin() as connection:
        values = [{"id": number, "name": name, "at": AT} for number, name in enumerate(names)]
        connection.execute(sa.insert(table), values)
        connection.exec_driver_sql(f"CREATE VIEW {NAME}_v AS SELECT name, at FROM {NAME}")
    yield Rows.open(engine, MODEL)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP VIEW {NAME}_v")
    table.drop(engine)
    engine.dispose()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_row_without_a_key_hides_no_other(
    rows: Rows, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_pages, "PAGE_ROWS", size)
    pages = rows.pages("at", [FieldRange(AT, AT)], None, NOW, ZoneInfo("UTC"), [])
    found = [row["name"] for page in pages for row in page]
    assert set(found) == {None, "a", "b", "c", "shared"}
    assert [name for name in found if name in ("a", "b", "c")] == ["a", "b", "c"]


def test_a_row_without_a_key_has_no_name(rows: Rows) -> None:
    with pytest.raises(NoKey, match=r"models\.V: name is empty, and is to name the row"):
        row_key({"name": None, "at": AT}, rows.model)


def test_a_key_of_several_rows_is_said_to_be_one(rows: Rows) -> None:
    assert rows.get('"a"') == {"name": "a", "at": AT}
    with pytest.raises(SharedKey, match=r"'shared' is the key of several rows of models\.V"):
        rows.get('"shared"')
    with pytest.raises(SharedKey):
        rows.judged('"shared"', None, NOW, ZoneInfo("UTC"))
