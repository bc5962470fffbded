"""The place of an occurrence in a listing, and its text: the cursor of the next page (rule V5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, unquote

from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.occurrences import TaskOccurrence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Position(NamedTuple):
    """Listings are sorted by it."""

    at: datetime
    task: str
    row: str
    """The shown key; empty for a scheduled task."""
    nominal: datetime


def position(entry: TaskOccurrence) -> Position:
    """Return the place of an occurrence."""
    return Position(entry.at, entry.task, entry.row or "", entry.occurrence.nominal)


def cursor_of(entry: TaskOccurrence) -> str:
    """Return the cursor of the page after an occurrence."""
    place = position(entry)
    numbers = (round((instant - _EPOCH) / _MICROSECOND) for instant in (place.at, place.nominal))
    return ":".join([*map(str, numbers), place.task, quote(place.row, safe="")])


def parse_cursor(cursor: str) -> Position:
    """Return the place that a cursor names. Raises InvalidArgument for a text that is none."""
    try:
        at, nominal, task, row = cursor.split(":")
        instants = [_EPOCH + int(number) * _MICROSECOND for number in (at, nominal)]
    except (ValueError, OverflowError):
        hint = "take the cursor that the page before gave"
        raise InvalidArgument("after", f"{cursor!r} is no cursor", hint) from None
    return Position(instants[0], task, unquote(row), instants[1])
