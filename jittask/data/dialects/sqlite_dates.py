"""The forms in which SQLite files keep dates, read; pure (rule D4).

SQLite has no type for dates. A column has what programs wrote into it: texts
with a space or a ``T``, with or without a time, a fraction or an offset from
UTC, or Unix seconds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from jittask.schedule.zones import resolve, to_wall

_TEXT = re.compile(
    r"(?P<wall>\d{4}-\d\d-\d\d(?P<time>[ T]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?)"
    r"(?(time)(?: ?(?P<offset>Z|[+-]\d\d(?::?\d\d)?))?)",
    re.ASCII,
)
_OFFSET = re.compile(r":\d\d.*(?:Z|[+-][\d:]{2,5})$", re.ASCII | re.MULTILINE)
_DAY_LENGTH = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_SECOND, LAST_SECOND = 100_000_000, 253_402_300_799
"""Unix seconds of 1973 and of the year 9999."""


class NoDate(ValueError):
    """A value of an SQLite column that cannot be read as a date."""

    def __init__(self, value: object, what: str) -> None:
        super().__init__(f"expected {what}, got {value!r}")


def read_datetime(value: object) -> datetime:
    """Return a stored value as a wall time, or as an instant where it says its offset.

    Numbers are Unix seconds, from 1973 on or before 1970: what lies between may
    be a Julian day, or a date such as 20261201 that SQLite took for a number.
    Raises NoDate.
    """
    if isinstance(value, str) and (text := _TEXT.fullmatch(value)):
        wall, offset = text.group("wall", "offset")
        try:
            return datetime.fromisoformat(wall + offset if offset else wall)
        except ValueError as error:
            raise NoDate(value, "a date and time") from error
    if isinstance(value, int | float) and (value < 0 or FIRST_SECOND <= value <= LAST_SECOND):
        try:
            return _EPOCH + timedelta(seconds=value)
        except OverflowError as error:
            raise NoDate(value, "Unix seconds") from error
    raise NoDate(value, "a date and time")


def read_date(value: object) -> date:
    """Return a stored value as a date: a text, of which a time without an offset is cut off.

    Raises NoDate.
    """
    if isinstance(value, str) and (found := _TEXT.fullmatch(value)) and not found["offset"]:
        try:
            return date.fromisoformat(value[:_DAY_LENGTH])
        except ValueError as error:
            raise NoDate(value, "a date") from error
    raise NoDate(value, "a date")


def have_offsets(texts: Collection[str]) -> bool:
    """Whether any of some texts says its offset from UTC."""
    if not _OFFSET.search("\n".join(texts)):  # most columns have none: one look at all of them
        return False
    found = (_TEXT.fullmatch(text) for text in texts)
    return any(text is not None and text["offset"] is not None for text in found)


def wall_text(value: object, zone: ZoneInfo) -> str:
    """Return a stored value as the wall time of a zone, in one form that sorts by time."""
    found = read_datetime(value)
    if found.tzinfo is not None:
        found = to_wall(found, zone)
    return found.isoformat(" ", "microseconds")


def date_text(value: object) -> str:
    """Return a stored value as a date, in one form."""
    return read_date(value).isoformat()


def part_of(value: object, part: str, zone: ZoneInfo, shown_in: ZoneInfo) -> int:
    """Return the month, ISO week or day of a stored value, as wall time of ``shown_in``.

    What says no offset is wall time of ``zone``.
    """
    found = read_datetime(value)
    if found.tzinfo is None and zone != shown_in:
        found = resolve(found, zone)
    return _part(found if found.tzinfo is None else to_wall(found, shown_in), part)


def date_part_of(value: object, part: str) -> int:
    """Return the month, ISO week or day of a stored date."""
    return _part(read_date(value), part)


def _part(value: date, part: str) -> int:
    return value.isocalendar().week if part == "week" else int(getattr(value, part))
