"""MySQL and MariaDB: TIMESTAMP follows the session, and a zero date means no date."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from jittask import zonedata
from jittask.data.dialects.columns import Clause, DateColumn
from jittask.data.dialects.mysql_types import (
    Bit,
    Date,
    Datetime,
    Timestamp,
    unix_seconds,
)
from jittask.data.dialects.ranges import (
    Element,
    Interval,
    PageOrder,
    Query,
    RangeSource,
    Values,
    coalesced,
    union,
)
from jittask.data.dialects.standard import (
    COMPARE,
    LOCK_SECONDS,
    StandardDialect,
    follows_null,
)
from jittask.data.dialects.zone_shifts import shifts
from jittask.model import FieldType
from jittask.query.expression import Operator
from jittask.schedule.spans import Series

_FIRST_DATE = date(1000, 1, 1)
"""The first that MySQL supports; below it are its zero dates."""
_SHIFT = timedelta(hours=2)
"""How far a wall time of the session may be from the instant, where its clocks go back."""
_LAST_SECOND = 2**31 - 1
"""What FROM_UNIXTIME takes everywhere."""
_FIRST_KNOWN = datetime(1970, 1, 1, tzinfo=UTC) + _SHIFT
_LAST_KNOWN = datetime.fromtimestamp(_LAST_SECOND, UTC) + _SHIFT
_ISO_WEEK = 3
_EPOCH = "1970-01-01 00:00:00"
_SECOND = timedelta(seconds=1)
_LOW: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.low")
_HIGH: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.high")
_BACK = "INTERVAL jittask_numbers.number * jittask_ranges.step SECOND"
_EARLIER_LOW: sa.ColumnElement[Any] = sa.literal_column(f"(jittask_ranges.low - {_BACK})")
_EARLIER_HIGH: sa.ColumnElement[Any] = sa.literal_column(f"(jittask_ranges.high - {_BACK})")
_IS_OF_SERIES: Clause = sa.literal_column(
    "jittask_numbers.number < jittask_ranges.times", sa.Boolean()
)


class MysqlDialect(StandardDialect):
    """MySQL and MariaDB."""

    def column_type(self, declared: TypeEngine[Any], kind: FieldType | None) -> TypeEngine[Any]:
        """Return the type that reads what the column means, not what the driver gives."""
        match declared:
            case mysql.TIMESTAMP() | sa.TIMESTAMP():
                return Timestamp()
            case Datetime() | Date():
                return declared
            case mysql.DATETIME(fsp=fraction):
                return Datetime(fsp=fraction)
            case sa.DateTime():
                return Datetime(fsp=6)
            case sa.Date():
                return Date()
            case mysql.TINYINT(display_width=1):
                return sa.Boolean()
            case mysql.BIT(length=1):
                return Bit()
            case mysql.DOUBLE():
                return sa.Double()
            case mysql.FLOAT():
                return sa.Float()
            case _:
                return declared

    @property
    def declares_instants(self) -> bool:
        """A column is a DATETIME or a TIMESTAMP."""
        return True

    def is_instant(self, column_type: TypeEngine[Any]) -> bool:
        """Whether it is a TIMESTAMP."""
        return isinstance(column_type, Timestamp)

    def follows(self, key: sa.ColumnElement[Any], value: Any) -> Clause:
        """Return that a key column comes after a value; NULL comes before every other one."""
        return follows_null(key, value)

    # dates

    def compare(self, dated: DateColumn, operator: Operator, value: date) -> Clause:
        """Compare instants as numbers; beside that, roughly, so that an index serves."""
        if not dated.is_instant:
            return super().compare(dated, operator, value)
        assert isinstance(value, datetime)
        exact = COMPARE[operator](sa.func.unix_timestamp(dated.column), unix_seconds(value))
        low = value if operator in (Operator.EQ, Operator.GT, Operator.GE) else None
        high = value if operator in (Operator.EQ, Operator.LT, Operator.LE) else None
        return sa.and_(exact, *_roughly(dated.column, low, high))

    def intervals(self, dated: DateColumn, ranges: Sequence[Series]) -> list[Interval]:
        """Return the ranges; of instants, with room for a session whose clocks go back."""
        if not dated.is_instant:
            return super().intervals(dated, ranges)
        spans = (span for series in ranges for span in series.spans())
        known = ((_known(span.low), _known(span.high)) for span in spans)
        wider = union((low - _SHIFT, high + _SHIFT) for low, high in known)
        return [Interval(_session_time(low), _session_time(high)) for low, high in wider]

    def unfolds(self, dated: DateColumn) -> bool:
        """Return True, but of a TIMESTAMP, whose intervals are wall times of the session."""
        return not dated.is_instant

    def unfolded(self, table: sa.Table, dated: DateColumn) -> RangeSource:
        """Join the intervals first: the words keep it from one read of the table for them all."""
        is_date = dated.kind is FieldType.DATE
        kind = "DATE" if is_date else "DATETIME(6)"
        columns = (
            f"low {kind} PATH '$[0]', high {kind} PATH '$[1]', "
            "times INT PATH '$[2]', step INT PATH '$[3]'"
        )
        ranges = sa.text(f"JSON_TABLE(:ranges, '$[*]' COLUMNS ({columns})) AS jittask_ranges")
        numbers = sa.text(
            "JSON_TABLE(:numbers, '$[*]' COLUMNS (number INT PATH '$')) AS jittask_numbers"
        )
        low, high = (_LOW, _HIGH) if is_date else (_EARLIER_LOW, _EARLIER_HIGH)
        inside = sa.and_(_IS_OF_SERIES, dated.column >= low, dated.column <= high)

        def joined(query: Query) -> Query:
            joined = query.prefix_with("STRAIGHT_JOIN")
            return joined.select_from(ranges, numbers, table).where(inside)

        return RangeSource(table, joined, coalesced)

    def unfolded_values(self, dated: DateColumn, intervals: Sequence[Interval]) -> Values:
        """Return the intervals, and the numbers up to how many a series has."""
        ranges = [
            [str(low), str(high), times, step // _SECOND] for low, high, times, step in intervals
        ]
        most = max(interval.times for interval in intervals)
        return {"ranges": json.dumps(ranges), "numbers": _numbers(most)}

    def dates_as(self, order: PageOrder, operator: Operator, value: Any) -> Clause:
        """Compare instants as numbers."""
        if order.dated is not None and order.dated.is_instant:
            return self.compare(order.dated, operator, value)
        return super().dates_as(order, operator, value)

    def not_before(self, dated: DateColumn, least: date) -> Clause:
        """Return a condition; a zero date is empty too."""
        column = dated.column
        empty = sa.or_(column.is_(None), column < sa.literal(_FIRST_DATE, sa.Date()))
        if not dated.is_instant:
            return sa.or_(empty, column >= least)
        assert isinstance(least, datetime)
        return sa.or_(empty, sa.and_(sa.true(), *_roughly(column, least, None)))

    def sane(self, dated: DateColumn) -> Sequence[Clause]:
        """Leave out the zero dates."""
        return [dated.column >= sa.literal(_FIRST_DATE, sa.Date())]

    def extracted(self, dated: DateColumn, part: Operator) -> sa.ColumnElement[int]:
        """Return a part of the wall time in the task's zone; the week is that of ISO."""
        value: sa.ColumnElement[Any] = dated.column
        if dated.is_shown_otherwise:
            value = _shown(dated)
        if part is Operator.WEEK:
            return sa.func.week(value, _ISO_WEEK, type_=sa.Integer())
        return sa.extract(str(part), value)

    # limits

    @contextmanager
    def limited(self, connection: sa.Connection, seconds: float) -> Iterator[None]:
        """Limit each statement, and how long it waits for a lock of one table.

        The connection is given back as it was.
        """
        name, value = _limit(connection, seconds)
        connection.exec_driver_sql(
            f"SET SESSION {name} = {value}, SESSION lock_wait_timeout = {LOCK_SECONDS}"
        )
        try:
            yield
        finally:
            _reset(connection, name)


@lru_cache(maxsize=64)
def _numbers(most: int) -> str:
    return json.dumps(list(range(most)))


def _roughly(
    column: sa.Column[Any], low: datetime | None, high: datetime | None
) -> Iterator[Clause]:
    """Yield bounds of a TIMESTAMP as wall times of the session; without those it cannot say."""
    first = None if low is None else _session_time(low - _SHIFT)
    last = None if high is None else _session_time(high + _SHIFT)
    interval = Interval(first, last)
    yield from (*interval.above(column), *interval.below(column))


def _known(instant: date) -> datetime:
    """Return an instant, or the last before or the first after all that the session can say."""
    assert isinstance(instant, datetime)
    return min(max(instant, _FIRST_KNOWN), _LAST_KNOWN)


def _session_time(instant: datetime) -> Element | None:
    """Return an instant as wall time of the session; None for one that it cannot say."""
    seconds = unix_seconds(instant)
    return sa.func.from_unixtime(seconds) if 0 < seconds < _LAST_SECOND else None


def _shown(dated: DateColumn) -> sa.ColumnElement[Any]:
    """Return a value as wall time of the task, by arithmetic: servers rarely know zones."""
    if dated.is_instant:
        source, seconds = zonedata.zone("UTC"), sa.func.unix_timestamp(dated.column)
    else:
        source = dated.zone
        seconds = sa.func.timestampdiff(sa.text("SECOND"), _EPOCH, dated.column)
    moves = shifts(source, dated.task_zone)
    move = sa.case(
        *((seconds < end, sa.literal_column(str(shift))) for end, shift in moves),
        else_=sa.literal_column(str(moves[-1][1])),
    )
    return sa.func.timestampadd(sa.text("SECOND"), sa.func.floor(seconds) + move, _EPOCH)


def _limit(connection: sa.Connection, seconds: float) -> tuple[str, str]:
    """Return the variable of the session, and its value."""
    if getattr(connection.dialect, "is_mariadb", False):
        return "max_statement_time", f"{seconds:g}"
    return "max_execution_time", f"{seconds * 1000:.0f}"


def _reset(connection: sa.Connection, name: str) -> None:
    """Give the connection back as it was; one that cannot be is not used again."""
    try:
        connection.exec_driver_sql(
            f"SET SESSION {name} = DEFAULT, SESSION lock_wait_timeout = DEFAULT"
        )
    except DBAPIError:
        connection.invalidate()
