"""Tables that other programs have made and filled: raw SQL, not our API."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jittask import zonedata
from jittask.data.databases import open_database
from jittask.data.rows import Rows
from jittask.model import DatabaseInfo, FieldInfo, FieldType, ModelForm, ModelInfo
from jittask.query.parse import parse
from jittask.schedule.windows import FieldRange
from tests.services import url_of

UTC_ZONE = zonedata.zone("UTC")
BERLIN = zonedata.zone("Europe/Berlin")
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
NAME = f"jittask_forms_{os.getpid()}"


@contextmanager
def made(
    database: str,
    folder: Path,
    declared: str,
    values: Sequence[str],
    *,
    zone: ZoneInfo | None = None,
    as_kind: FieldType | None = None,
    settings: Sequence[str] = (),
) -> Iterator[Rows]:
    """Give the rows of a table of which the column ``held`` has these values, written as SQL.

    With ``as_kind`` the model's files say what the column holds.
    """
    info = DatabaseInfo("databases.D", "databases.UrlType", {"url": url_of(database)})
    engine = open_database(info, folder)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {NAME}")
        connection.exec_driver_sql(f"CREATE TABLE {NAME} (id INTEGER PRIMARY KEY, held {declared})")
    try:
        with engine.begin() as connection:
            for setting in settings:
                connection.exec_driver_sql(setting)
            for number, value in enumerate(values):
                text = f"INSERT INTO {NAME} VALUES ({number}, {value})".replace("%", "%%")
                connection.exec_driver_sql(text)
        engine.dispose()  # what was set for the session is over
        yield Rows.open(engine, model_of(as_kind), zone)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {NAME}")
        engine.dispose()


def model_of(kind: FieldType | None) -> ModelInfo:
    """Return a model of the table."""
    if kind is None:
        return ModelInfo("models.M", ModelForm.TABLE, "databases.D", NAME, opaque=True)
    fields = (
        FieldInfo("id", FieldType.INTEGER, "id", primary_key=True),
        FieldInfo("held", kind, "held"),
    )
    return ModelInfo("models.M", ModelForm.NORMAL, "databases.D", NAME, fields)


def found_by(rows: Rows, text: str, zone: ZoneInfo = UTC_ZONE) -> list[int]:
    """Return the ids of the rows that a filter finds, and check that each is judged alike."""
    expression = parse(text)
    pages = rows.pages("id", [FieldRange(-1, 10**6)], expression, NOW, zone, [])  # type: ignore[arg-type]
    found = [row["id"] for page in pages for row in page]
    every = rows.pages("id", [FieldRange(-1, 10**6)], None, NOW, zone, [])  # type: ignore[arg-type]
    keys = [row["id"] for page in every for row in page]
    judged = {key: rows.judged(str(key), expression, NOW, zone) for key in keys}
    assert found == [key for key, judgement in judged.items() if judgement and judgement[1]]
    return found
