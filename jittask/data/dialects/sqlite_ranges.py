"""Between which stored values of SQLite the dates of a range are, for each form; pure (D4).

A range of dates is ranges of texts and a range of Unix seconds, so that an index
serves. They may hold a little more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise, starmap
from math import ceil, floor

from jittask.data.dialects.columns import DateColumn
from jittask.data.dialects.ranges import Interval, union
from jittask.model import FieldType
from jittask.schedule.spans import Series
from jittask.schedule.zones import instant_span

AFTER = "~"
"""Sorts after every character of a date."""

DAY_LENGTH = 10
"""Characters of a day at the beginning of a text."""

_DAY = timedelta(days=1)
_LONG = 3 * _DAY
"""From this length on, ranges of whole days do."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def intervals(dated: DateColumn, ranges: Sequence[Series]) -> list[Interval]:
    """Return the intervals of stored values that hold each form of the dates in some ranges.

    A series of texts has a time of day in each of its days.
    """
    spans, daily = _daily(dated, ranges)
    texts: list[tuple[str, str]] = []
    numbers: list[tuple[int, int]] = []
    for low, high, *_ in spans:
        if dated.has_offsets:
            texts.append((first_text(dated, low), last_text(dated, high)))
        else:
            texts += _texts(dated, low, high)
    if dated.has_numbers and dated.kind is FieldType.DATETIME:
        for low, high, *_ in (span for series in ranges for span in series.spans()):
            assert isinstance(low, datetime)
            assert isinstance(high, datetime)
            first, last = (unix_seconds(end) for end in instant_span(dated.zone, (low, high)))
            numbers.append((floor(first), ceil(last)))
    return [
        *starmap(Interval, union(texts)),
        *(
            Interval(*form, series.times)
            for series in daily
            for form in union(_texts(dated, series.low, series.high))
        ),
        *starmap(Interval, union(numbers)),
    ]


def _daily(dated: DateColumn, ranges: Sequence[Series]) -> tuple[list[Series], list[Series]]:
    """Return ranges as spans and as series within the days; no two are of the same day."""
    spans: list[Series] = []
    daily: list[Series] = []
    for series in ranges:
        if series.times > 1 and not dated.has_offsets and _is_within_days(series):
            daily.append(series)
        else:
            spans += series.spans()
    days = [(_day(series.oldest), _day(series.high)) for series in (*spans, *daily)]
    days.sort()
    if all(one[1] < two[0] for one, two in pairwise(days)):
        return spans, daily
    return [span for series in ranges for span in series.spans()], []


def _is_within_days(series: Series) -> bool:
    return series.step == _DAY and _day(series.low) == _day(series.high)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def each(interval: Interval) -> Iterator[Interval]:
    """Yield the intervals of a series of texts."""
    low, high, times, _ = interval
    if times == 1:
        yield interval
        return
    for day in days_before(low[:DAY_LENGTH], times):
        yield Interval(day + low[DAY_LENGTH:], day + high[DAY_LENGTH:])


def unfolded_values(intervals: Sequence[Interval]) -> str:
    """Return intervals as JSON: for each series its two ends without the day, and its days.

    The others are together: null, null, and pairs of ends.
    """
    singles = [(low, high) for low, high, times, _ in intervals if times == 1]
    found = [f"[null, null, {json.dumps(singles)}]"] if singles else []
    for low, high, times, _ in intervals:
        if times > 1:
            ends = json.dumps([low[DAY_LENGTH:], high[DAY_LENGTH:]])
            found.append(f"[{ends[1:-1]}, {_days_json(low[:DAY_LENGTH], times)}]")
    return f"[{', '.join(found)}]"


def days_before(day: str, times: int) -> list[str]:
    """Return so many days as texts, from a day back."""
    last = date.fromisoformat(day).toordinal()
    return [date.fromordinal(last - number).isoformat() for number in range(times)]


@lru_cache(maxsize=64)
def _days_json(day: str, times: int) -> str:
    return json.dumps(days_before(day, times))


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


def _texts(dated: DateColumn, low: date, high: date) -> list[tuple[str, str]]:
    """Return ranges of texts that hold every form of the dates or wall times in a range."""
    if isinstance(low, datetime) and isinstance(high, datetime):
        return _text_ranges(low, high, has_t=dated.has_t)
    return [(low.isoformat(), high.isoformat() + AFTER)]


def _text_ranges(low: datetime, high: datetime, *, has_t: bool) -> list[tuple[str, str]]:
    """Return ranges of texts that hold every form of the wall times in a range.

    Beside them what begins with one of the two days and has no time that sorts,
    such as 9:00: it is read with its row, which then is reported. Where there are hardly
    texts with a T, all those of a day are in the same range as these.
    """
    if high - low >= _LONG:
        return [(low.date().isoformat(), high.date().isoformat() + AFTER)]
    found = []
    for first, last in _by_days(low, high):
        for separator in " T" if has_t else " ":
            # a time without seconds is its whole minute, a date without a time its midnight
            begin = first.isoformat(separator, "minutes" if first.second == 0 else "seconds")
            if first.time() == time() and separator == " ":
                begin = first.date().isoformat()
            found.append((begin, last.isoformat(separator, "microseconds") + AFTER))
    for day in dict.fromkeys(first.date() for first, _ in _by_days(low, high)):
        if has_t:
            found += [(f"{day} 3", f"{day} {AFTER}"), (f"{day}T3", f"{day}{AFTER}")]
        else:
            found.append((f"{day} 3", f"{day}{AFTER}"))
    return found


def _by_days(low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield a range day by day: a T sorts after every time of its day that follows a space."""
    while low.date() < high.date():
        yield low, datetime.combine(low, time.max)
        low = datetime.combine(low + _DAY, time.min)
    yield low, high
