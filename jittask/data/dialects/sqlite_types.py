"""Types that read the dates of SQLite in each form (rule D4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import sqlite

from jittask.data.dialects.sqlite_dates import NoDate, read_date, read_datetime


class Datetime(sqlite.DATETIME):
    """A date and time in each form; what is none stays as it is stored."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        """Return what reads a value."""
        return _as_stored(read_datetime)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
        """Return what writes a value; an instant keeps its offset, by which it is read."""
        usual: Any = super().bind_processor(dialect)

        def process(value: Any) -> Any:
            if isinstance(value, datetime) and value.tzinfo is not None:
                return value.isoformat(" ", "microseconds")
            return usual(value)

        return process


class Date(sqlite.DATE):
    """A date in each form; what is none stays as it is stored."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        """Return what reads a value."""
        return _as_stored(read_date)

    def adapt(self, cls: Any, **options: Any) -> Any:
        """Return this type: a driver's own would take its place, and refuse a time."""
        return Date()  # type: ignore[no-untyped-call]


def _as_stored(read: Callable[[object], date]) -> Callable[[Any], Any]:
    def processed(value: Any) -> Any:
        if value is None:
            return None
        try:
            return read(value)
        except NoDate:  # it concerns its row alone
            return value

    return processed
