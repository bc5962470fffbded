"""Types of MySQL and MariaDB whose values do not come as what they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NO_DATE = "0000-00-00"


def unix_seconds(instant: datetime) -> Decimal:
    """Return the seconds from 1970 to an instant, with its microseconds."""
    return Decimal((instant - _EPOCH) // _TICK) / 1_000_000


class Timestamp(TypeDecorator[datetime]):
    """TIMESTAMP: an instant, whatever the zone of the session.

    The server shows it as wall time of the session's zone, which says two
    things of one hour in autumn; so it is read as a number. A naive datetime
    is written as wall time of the session, as by every other program.
    """

    impl = mysql.TIMESTAMP
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True, fsp=6)

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Read the seconds since 1970."""
        return sa.func.unix_timestamp(column, type_=self)

    def bind_expression(self, bindparam: sa.BindParameter[Any]) -> sa.ColumnElement[Any]:
        """Write an instant as seconds, and a wall time, which has hyphens, as it is."""
        is_wall = sa.func.locate("-", bindparam) > 0
        return sa.case((is_wall, bindparam), else_=sa.func.from_unixtime(bindparam))

    def process_bind_param(self, value: date | None, dialect: Any) -> Any:
        """Return the seconds of an instant, as a text; a wall time as a text."""
        if isinstance(value, datetime) and value.tzinfo is not None:
            return str(unix_seconds(value))
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Return the instant; MySQL's zero date, which is 0 here, is no date."""
        return _EPOCH + int(Decimal(value) * 1_000_000) * _TICK if value else None


class Datetime(mysql.DATETIME):
    """DATETIME, of which the zero date is no date."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        """Return what reads a value; one that is no date stays a text."""
        return without_zero


class Date(sa.Date):
    """DATE, of which the zero date is no date."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        """Return what reads a value; one that is no date stays a text."""
        return without_zero


class Bit(TypeDecorator[bool]):
    """BIT(1): true or false."""

    impl = sa.Boolean
    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], bool | None]:
        """Return what reads a value; the driver gives a byte."""

        def process(value: Any) -> bool | None:
            if isinstance(value, bytes):
                return bool(int.from_bytes(value))
            return None if value is None else bool(value)

        return process


def without_zero(value: Any) -> Any:
    """Return a value; None for 0000-00-00, which the driver gives as a text."""
    return None if isinstance(value, str) and value.startswith(_NO_DATE) else value
