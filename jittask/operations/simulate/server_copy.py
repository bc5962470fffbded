"""Copies one table of a database server into SQLite, by the types that models know (F9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.data.app_data import AppData
from jittask.data.databases import one_line
from jittask.model import FieldType, ModelInfo

_CHUNK = 2000


def copy_table(
    source: AppData, model: ModelInfo, target: AppData, here: ModelInfo, zone: ZoneInfo
) -> int:
    """Copy every row of ``model``'s table to that of ``here``; return how many.

    Instants with an offset become wall time in ``zone``. Raises DataError where
    the table cannot be read.
    """
    rows = source.rows(model)
    here = replace(here, fields=rows.model.fields)
    target.add_missing(here)
    copy = target.rows(here)
    texts = [field.name for field in rows.model.fields if field.type is FieldType.OTHER]
    columns = [rows.table.c[field.name].label(field.name) for field in rows.model.fields]
    count = 0
    with (
        source.connected(model) as connection,
        one_line(model.name),
        copy.engine.begin() as writing,
    ):
        reading = connection.execution_options(stream_results=True, yield_per=_CHUNK)
        for chunk in reading.execute(sa.select(*columns)).mappings().partitions(_CHUNK):
            values = [_plain(dict(row), texts, zone) for row in chunk]
            writing.execute(sa.insert(copy.table), values)
            count += len(values)
    target.forget(here)
    return count


def _plain(row: dict[str, Any], texts: list[str], zone: ZoneInfo) -> dict[str, Any]:
    """Return a row as SQLite can hold it."""
    for name, value in row.items():
        if isinstance(value, datetime) and value.tzinfo is not None:
            row[name] = value.astimezone(zone).replace(tzinfo=None)
        elif isinstance(value, UUID):
            row[name] = str(value)
        elif isinstance(value, bytes | bytearray | memoryview) and name in texts:
            row[name] = bytes(value).hex()
        elif name in texts and value is not None and not isinstance(value, str):
            row[name] = str(value)
    return row
