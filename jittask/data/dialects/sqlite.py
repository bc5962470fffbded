"""SQLite: dates are texts or numbers in several forms, compared by what they mean (rule D4).

Ranges for the scan are ranges of the stored values, one for each form, so that
an index serves; they may hold a little more. A filter compares the wall times
that functions of ours make of the stored values, beside such ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import NullType, TypeEngine

from jittask.data.dialects import sqlite_connections, sqlite_ranges, sqlite_samples
from jittask.data.dialects.columns import Clause, DateColumn
from jittask.data.dialects.ranges import Interval, RangeSource, Values, plus, written_out
from jittask.data.dialects.sqlite_dates import (
    NoDate,
    have_offsets,
    read_date,
    read_datetime,
)
from jittask.data.dialects.sqlite_ranges import (
    AFTER,
    FEW_SERIES,
    first_day,
    first_text,
    last_day,
    last_text,
    moved,
    unix_seconds,
)
from jittask.data.dialects.sqlite_types import Date, Datetime
from jittask.data.dialects.standard import COMPARE, StandardDialect, follows_null
from jittask.model import FieldType
from jittask.query.expression import Operator
from jittask.schedule.spans import Series
from jittask.schedule.zones import to_wall

_CACHE_KB = 16_000
_DAY = timedelta(days=1)
_MORE_TYPES = {
    "TIMESTAMP WITH TIME ZONE": sqlite.TIMESTAMP,
    "TIMESTAMP WITHOUT TIME ZONE": sqlite.TIMESTAMP,
    "TIMESTAMPTZ": sqlite.TIMESTAMP,
}
"""What other databases call their datetimes, and files of theirs declare too."""
_YEARS = (1800, 2200)
"""Between these, texts between two years are looked for."""

_DAYS = "SELECT value || :low{n} AS low, value || :high{n} AS high FROM json_each(:days{n})"
"""Days, and with which two ends each is an interval."""
_MORE_DAYS = (
    "SELECT days.value || more.low, days.value || more.high"
    " FROM (SELECT json_extract(value, '$[0]') AS low, json_extract(value, '$[1]') AS high,"
    " json_extract(value, '$[2]') AS days FROM json_each(:more) LIMIT -1) AS more"
    " CROSS JOIN json_each(more.days) AS days"
)
"""The limit keeps SQLite from reading the JSON again for each day."""
_SINGLES = (
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:singles)"
)
_RANGES = " UNION ALL ".join(
    [*(_DAYS.format(n=number) for number in range(FEW_SERIES)), _MORE_DAYS, _SINGLES]
)
_LOW: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.low")
_HIGH: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.high")


class SqliteDialect(StandardDialect):
    """SQLite."""

    def prepare(self, engine: sa.Engine) -> None:
        """Set up connections: pragmas, savepoints, and the functions that read dates."""
        engine.dialect.ischema_names = {**engine.dialect.ischema_names, **_MORE_TYPES}  # type: ignore[attr-defined]
        sqlite_connections.prepare(engine)

    def column_type(self, declared: TypeEngine[Any], kind: FieldType | None) -> TypeEngine[Any]:
        """Return a type that reads each form; what the model's files say goes before the table."""
        if kind is FieldType.DATETIME or (kind is None and isinstance(declared, sa.DateTime)):
            return Datetime()  # type: ignore[no-untyped-call]
        if kind is FieldType.DATE or (kind is None and isinstance(declared, sa.Date)):
            return Date()  # type: ignore[no-untyped-call]
        return declared

    def is_instant(self, column_type: TypeEngine[Any]) -> bool:
        """Whether a column keeps instants; here each value says that for itself."""
        return False

    def raw(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """Return a column as it is stored."""
        return sa.type_coerce(column, NullType())

    def follows(self, key: sa.ColumnElement[Any], value: Any) -> Clause:
        """Return that a key column comes after a value; NULL comes before every other one."""
        return follows_null(key, value)

    # limits

    def hold_pages(self, connection: sa.Connection) -> None:
        """Let it hold 16 MB of its file: a scan of two years of days reads some 6 MB."""
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KB}")

    # dates

    def compare(self, dated: DateColumn, operator: Operator, value: date) -> Clause:
        """Compare what the stored values mean; beside that, roughly, so that an index serves."""
        exact = COMPARE[operator](self._meaning(dated), _text(value))
        low = value if operator in (Operator.EQ, Operator.GT, Operator.GE) else None
        high = value if operator in (Operator.EQ, Operator.LT, Operator.LE) else None
        if low is None and high is None:
            return exact
        return sa.and_(self._roughly(dated, low, high), exact)

    def examined(
        self, connection: sa.Connection, dated: DateColumn, low: date, high: date
    ) -> DateColumn:
        """Look for texts with an offset, in a few values of several places.

        They are the first and the last rows by key, the ends of the column, and the
        ends and the middle of what may be in the range with any offset. What may be
        missed: texts with an offset that are few among others in each of these places.
        """
        first, last = first_day(dated, low), last_day(dated, high)
        near = {
            "first": first_text(dated, low),
            "middle": (first + (last - first) / 2).date().isoformat(),
            "last": last_text(dated, high),
        }
        *ends, has_t, may_have_offsets = connection.execute(
            sqlite_samples.survey(dated.column), near
        ).one()
        has_offsets = bool(may_have_offsets) and have_offsets(
            connection.execute(sqlite_samples.texts(dated.column), near).scalars().all()
        )
        return replace(
            dated,
            has_offsets=has_offsets,
            has_t=bool(has_t),
            has_numbers=ends[0] is not None,
        )

    def intervals(self, dated: DateColumn, ranges: Sequence[Series]) -> list[Interval]:
        """Return intervals for each form."""
        return sqlite_ranges.intervals(dated, ranges)

    def each(self, intervals: Sequence[Interval]) -> list[Interval]:
        """Return the intervals of each day."""
        return [single for interval in intervals for single in sqlite_ranges.each(interval)]

    def written_out(
        self, table: sa.Table, column: sa.ColumnElement[Any], intervals: Sequence[Interval]
    ) -> RangeSource:
        """Keep the key from the order of pages."""
        return written_out(table, column, intervals, plus)

    @property
    def writes_out(self) -> int:
        """The intervals of one range: with more it would rather read the table."""
        return 9

    def unfolds(self, dated: DateColumn) -> bool:
        """Return True: it has JSON."""
        return True

    def unfolded(self, table: sa.Table, dated: DateColumn) -> RangeSource:
        """Give the intervals as JSON, which SQLite unfolds."""
        ends = sa.text(f"({_RANGES}) AS jittask_ranges")
        raw = self.raw(dated.column)
        inside = sa.and_(raw >= _LOW, raw <= _HIGH)
        return RangeSource(table, lambda query: query.select_from(ends, table).where(inside), plus)

    def unfolded_values(self, dated: DateColumn, intervals: Sequence[Interval]) -> Values:
        """Return the intervals as JSON."""
        return sqlite_ranges.unfolded_values(intervals)

    def not_before(self, dated: DateColumn, least: date) -> Clause:
        """Return a condition; true of some values before the least one too."""
        return sa.or_(dated.column.is_(None), self._roughly(dated, least, None))

    def bounds(
        self, connection: sa.Connection, dated: DateColumn, *, checked: bool = True
    ) -> tuple[date | None, date | None]:
        """Return whole days that hold every value; of one day, texts are in no order of time.

        Raises NoDate for what is no date among the least and the greatest texts
        and numbers; with ``checked`` also between the years, where most other forms sort.
        """
        read = _reader(dated.kind)
        ends = connection.execute(sqlite_samples.ends(dated.column)).one()
        values = [read(value) for value in ends if value is not None]
        if not values:
            return None, None
        days = [_naive(value, dated.zone) for value in values]
        least, greatest = min(days), max(days)
        if checked:
            for stray in self._between_years(connection, dated.column, least.year, greatest.year):
                read(stray)
        if dated.kind is FieldType.DATE:
            return least.date(), greatest.date()
        begin, end = datetime.combine(least, time.min), datetime.combine(greatest, time.max)
        return moved(begin, -_DAY), moved(end, _DAY)  # an offset may make a day of another

    def shown(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Return a value as it is stored."""
        return sa.type_coerce(column, NullType())

    def is_readable(self, shown: object, kind: FieldType) -> bool:
        """Whether it has a form that is known."""
        try:
            _reader(kind)(shown)
        except NoDate:
            return False
        return True

    def extracted(self, dated: DateColumn, part: Operator) -> sa.ColumnElement[int]:
        """Return a part of what a stored value means."""
        raw, name = self.raw(dated.column), str(part)
        if dated.kind is FieldType.DATE:
            return sa.func.jittask_date_part(raw, name, type_=sa.Integer())
        zones = dated.zone.key, dated.task_zone.key
        return sa.func.jittask_part(raw, name, *zones, type_=sa.Integer())

    def _meaning(self, dated: DateColumn) -> sa.ColumnElement[str]:
        """Return a stored value in one form that sorts by time."""
        raw = self.raw(dated.column)
        if dated.kind is FieldType.DATE:
            return sa.func.jittask_date(raw, type_=sa.String())
        return sa.func.jittask_wall(raw, dated.zone.key, type_=sa.String())

    def _roughly(self, dated: DateColumn, low: date | None, high: date | None) -> Clause:
        """Return a condition that is true of each value between two, in each form."""
        raw = self.raw(dated.column)
        texts = [raw >= "", raw < b""]
        numbers = [raw < ""]
        if low is not None:
            day = first_day(dated, low)
            texts[0] = raw >= first_text(dated, low)
            numbers.append(raw >= unix_seconds(day))
        if high is not None:
            day = last_day(dated, high)
            texts[1] = raw < last_text(dated, high)
            numbers.append(raw <= unix_seconds(day + _DAY) if day.date() < date.max else sa.true())
        return sa.or_(sa.and_(*texts), sa.and_(*numbers), raw >= b"")

    def _between_years(
        self, connection: sa.Connection, column: sa.Column[Any], first: int, last: int
    ) -> Iterator[Any]:
        """Yield a text that sorts after the last day of a year and before the next year, if any.

        Such as 2026/12/01, 2026.12.01 or 2026-5-1.
        """
        years = range(max(first, _YEARS[0]), min(last, _YEARS[1]) + 1)
        if years:
            yield from connection.execute(_between(column, years)).scalars()

    # texts

    def starts(self, column: sa.Column[Any], text: str) -> Clause:
        """Compare bytes: texts of SQLite functions end at a null byte."""
        stored, value = sa.cast(column, sa.LargeBinary), text.encode()
        if not value:
            return column.is_not(None)
        beginning: Clause = sa.func.substr(stored, 1, len(value)) == value
        return beginning

    def ends(self, column: sa.Column[Any], text: str) -> Clause:
        """Compare bytes."""
        stored, value = sa.cast(column, sa.LargeBinary), text.encode()
        if not value:
            return column.is_not(None)
        ending = sa.func.substr(stored, -len(value)) == value
        return sa.and_(sa.func.length(stored) >= len(value), ending)


@lru_cache(maxsize=512)
def _between(column: sa.Column[Any], years: range) -> sa.Select[Any]:
    """Return the query of a text between two of some years."""
    raw = sa.type_coerce(column, NullType())
    gaps = (
        sa.and_(raw > f"{year:04}-12-31{AFTER}", raw < f"{year + 1:04}-01-01") for year in years
    )
    return sa.select(raw).where(sa.or_(*gaps)).limit(1)


def _reader(kind: FieldType) -> Callable[[object], date]:
    return read_date if kind is FieldType.DATE else read_datetime


def _text(value: date) -> str:
    """Return a value of a filter in the form that ``_meaning`` gives."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat()


def _naive(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value if value.tzinfo is None else to_wall(value, zone)
