"""A column of dates, and how a value of a filter or a range is written for it (rules D1, D2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.model import FieldType
from jittask.schedule.spans import Series, instant_series, wall_series
from jittask.schedule.zones import resolve, to_wall

Clause = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column with dates or datetimes, as one task compares it."""

    column: sa.Column[Any]
    kind: FieldType
    """``DATE`` or ``DATETIME``."""
    is_instant: bool
    """Whether the database keeps instants: PostgreSQL's timestamptz, MySQL's TIMESTAMP."""
    zone: ZoneInfo
    """In which its values without a zone are read: the database's, else the task's."""
    task_zone: ZoneInfo
    """In which a filter's values without a zone are read."""
    has_offsets: bool = False
    """Whether texts with an offset from UTC have been seen in it (SQLite)."""
    has_t: bool = True
    """Whether texts with a T before the time may be many (SQLite)."""
    has_numbers: bool = True
    """Whether it may have numbers (SQLite)."""

    def held(self, value: date) -> date:
        """Return a date, naive datetime or instant as the column holds it.

        A naive datetime is wall time in the task's zone. It stays as written
        where the column has that zone, in a gap of its clocks too.
        """
        if self.kind is FieldType.DATE:
            return self._day(value)
        if not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if value.tzinfo is None:
            if not self.is_shown_otherwise:
                return value
            value = resolve(value, self.task_zone)
        return value if self.is_instant else to_wall(value, self.zone)

    def span(self, low: date, high: date) -> tuple[date, date]:
        """Return a range of values as ``series`` does."""
        [held] = self.series(Series(low, high))
        return held.low, held.high

    def series(self, ranges: Series) -> Iterator[Series]:
        """Yield ranges of values as the column holds them.

        Datetimes are wall times of the task, or instants. The ranges are wider than
        asked for where clocks shift, and never narrower.
        """
        if not isinstance(ranges.low, datetime):
            yield ranges
            return
        is_wall = ranges.low.tzinfo is None
        if is_wall and not self.is_shown_otherwise:
            yield ranges
            return
        for instants in instant_series(self.task_zone, ranges) if is_wall else [ranges]:
            yield from [instants] if self.is_instant else wall_series(self.zone, instants)

    @property
    def is_shown_otherwise(self) -> bool:
        """Whether the wall times of the task are not those that the column holds."""
        return self.kind is FieldType.DATETIME and (
            self.is_instant or self.zone.key != self.task_zone.key
        )

    def _day(self, value: date) -> date:
        if not isinstance(value, datetime):
            return value
        return (value if value.tzinfo is None else to_wall(value, self.task_zone)).date()
