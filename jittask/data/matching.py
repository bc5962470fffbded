"""Rows that pass a filter, without a window of dates: some of them, and how many (rules C8, C9)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.data.dialects import Clause
from jittask.data.rows import Row, Rows
from jittask.query.expression import Expression


class Count(NamedTuple):
    """How many rows pass."""

    rows: int
    capped: bool
    """Whether there are more: counting has ended there."""


def count_rows(
    rows: Rows, expression: Expression | None, now: datetime, zone: ZoneInfo, most: int
) -> Count:
    """Count the rows that pass a filter, up to ``most``. Raises DataError."""
    passing = _passing(rows, expression, now, zone)
    found = sa.select(sa.literal(1).label("one")).select_from(rows.table).limit(most + 1)
    if passing is not None:
        found = found.where(passing)
    query = sa.select(sa.func.count().label("rows")).select_from(found.subquery())
    number = int(rows.read(query)[0]["rows"])
    return Count(min(number, most), number > most)


def first_rows(
    rows: Rows, expression: Expression | None, now: datetime, zone: ZoneInfo, limit: int
) -> list[Row]:
    """Return the first rows that pass a filter, whole, by their key. Raises DataError."""
    passing = _passing(rows, expression, now, zone)
    columns = [rows.table.c[field.name].label(field.name) for field in rows.model.fields]
    keys = [rows.table.c[field.name] for field in rows.model.key_fields]
    query = sa.select(*columns).order_by(*keys).limit(limit)
    return rows.read(query if passing is None else query.where(passing))


def _passing(
    rows: Rows, expression: Expression | None, now: datetime, zone: ZoneInfo
) -> Clause | None:
    return None if expression is None else rows.where(expression, now, zone)
