"""Between which stored values of SQLite the dates of a range are, for each form; pure (D4).

A range of dates is ranges of texts and a range of Unix seconds, so that an index
serves. They may hold a little more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, floor

from jittask.data.dialects.columns import DateColumn
from jittask.data.dialects.ranges import Interval, union
from jittask.model import FieldType
from jittask.schedule.zones import instant_span

AFTER = "~"
"""Sorts after every character of a date."""

_DAY = timedelta(days=1)
_LONG = 3 * _DAY
"""From this length on, ranges of whole days do."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def intervals(dated: DateColumn, ranges: Sequence[tuple[date, date]]) -> list[Interval]:
    """Return the intervals of stored values that hold each form of the dates in some ranges."""
    texts: list[tuple[str, str]] = []
    numbers: list[tuple[int, int]] = []
    for low, high in ranges:
        if dated.has_offsets:
            texts.append((first_text(dated, low), last_text(dated, high)))
        else:
            texts += _texts(low, high)
        if isinstance(low, datetime) and isinstance(high, datetime):
            first, last = (unix_seconds(end) for end in instant_span(dated.zone, (low, high)))
            numbers.append((floor(first), ceil(last)))
    return [*map(Interval._make, union(texts)), *map(Interval._make, union(numbers))]


def first_text(dated: DateColumn, low: date) -> str:
    """Return where texts begin that mean a value or a later one, with any offset from UTC."""
    return first_day(dated, low).date().isoformat()


def last_text(dated: DateColumn, high: date) -> str:
    """Return before what the texts are that mean a value or an earlier one, with any offset."""
    return last_day(dated, high).date().isoformat() + AFTER


def first_day(dated: DateColumn, low: date) -> datetime:
    """Return a value, or what is before it by more than any offset from UTC."""
    return moved(datetime.combine(low, time()), -_room(dated))


def last_day(dated: DateColumn, high: date) -> datetime:
    """Return a value, or what is after it by more than any offset from UTC."""
    return moved(datetime.combine(high, time()), _room(dated))


def unix_seconds(value: datetime) -> float:
    """Return the seconds from 1970 to an instant; to a wall time, as if it were UTC."""
    return (value.replace(tzinfo=value.tzinfo or UTC) - _EPOCH).total_seconds()


def moved(value: datetime, by: timedelta) -> datetime:
    """Return a wall time some days on, within the calendar."""
    try:
        return value + by
    except OverflowError:
        return value


def _room(dated: DateColumn) -> timedelta:
    """Return how far a text may be from what it means, by its offset from UTC."""
    return timedelta(0) if dated.kind is FieldType.DATE else 2 * _DAY


def _texts(low: date, high: date) -> list[tuple[str, str]]:
    """Return ranges of texts that hold every form of the dates or wall times in a range."""
    if isinstance(low, datetime) and isinstance(high, datetime):
        return _text_ranges(low, high)
    return [(low.isoformat(), high.isoformat() + AFTER)]


def _text_ranges(low: datetime, high: datetime) -> list[tuple[str, str]]:
    """Return ranges of texts that hold every form of the wall times in a range.

    Beside them what begins with one of the two days and has no time that sorts,
    such as 9:00: it is read with its row, which then is reported.
    """
    if high - low >= _LONG:
        return [(low.date().isoformat(), high.date().isoformat() + AFTER)]
    found = []
    for first, last in _by_days(low, high):
        for separator in " T":
            # a time without seconds is its whole minute, a date without a time its midnight
            begin = first.isoformat(separator, "minutes" if first.second == 0 else "seconds")
            if first.time() == time() and separator == " ":
                begin = first.date().isoformat()
            found.append((begin, last.isoformat(separator, "microseconds") + AFTER))
    for day in dict.fromkeys((low.date(), high.date())):
        found += [(f"{day} 3", f"{day} {AFTER}"), (f"{day}T3", f"{day}{AFTER}")]
    return found


def _by_days(low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield a range day by day: a T sorts after every time of its day that follows a space."""
    while low.date() < high.date():
        yield low, datetime.combine(low, time.max)
        low = datetime.combine(low + _DAY, time.min)
    yield low, high
