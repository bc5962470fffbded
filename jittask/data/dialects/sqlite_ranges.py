"""Between which stored values of SQLite the dates of a range are, for each form; pure (D4).

A range of dates is ranges of texts and a range of Unix seconds, so that an index
serves. They may hold a little more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import starmap
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

FEW_SERIES = 3
"""So many series are given to a statement one by one."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
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
        *(interval for series in daily for interval in _of_times(dated, series)),
        *_of_other_forms(dated, daily),
        *starmap(Interval, union(numbers)),
    ]


def _daily(dated: DateColumn, ranges: Sequence[Series]) -> tuple[list[Series], list[Series]]:
    """Return ranges as spans and as series within days; no span is of a day of a series.

    What is of one day is one range there, as ``_texts`` says; series of the same days are not.
    """
    spans: list[Series] = []
    daily: list[Series] = []
    for series in ranges:
        within_days = [] if dated.has_offsets else list(_within_days(series))
        if within_days:
            daily += within_days
        else:
            spans += series.spans()
    days = union((_day(series.oldest), _day(series.high)) for series in daily)
    apart: list[Series] = []
    for span in spans:
        if not any(first <= _day(span.high) and _day(span.low) <= last for first, last in days):
            apart.append(span)
        elif isinstance(span.low, datetime) and isinstance(span.high, datetime):
            daily += starmap(Series, _by_days(span.low, span.high))
        else:
            return [span for series in ranges for span in series.spans()], []
    return apart, daily


def _within_days(series: Series) -> Iterator[Series]:
    """Yield a series as daily ones, of which each span is within its day; nothing if it is none.

    An hourly cycle is 24 of them, one of which may reach over midnight.
    """
    low, high, times, step = series
    each_day = _DAY // step if step <= _DAY and not _DAY % step else 0
    if not each_day or times <= each_day or not isinstance(low, datetime):
        return
    assert isinstance(high, datetime)
    if high - low >= _DAY or step - (high - low) <= _MINUTE:
        return  # times without seconds are of two spans that are nearly a minute apart
    for number in range(each_day):
        of_days = (times - number - 1) // each_day + 1
        first, last = low - number * step, high - number * step
        if first.date() < last.date():
            yield Series(first, datetime.combine(first, time.max), of_days)
            first = datetime.combine(last, time())
        yield Series(first, last, of_days)


def _of_times(dated: DateColumn, series: Series) -> Iterator[Interval]:
    """Yield the intervals of a daily series of wall times, in each form that sorts by time."""
    low, high, times, _ = series
    assert isinstance(low, datetime)
    assert isinstance(high, datetime)
    for form in _forms(low, high, has_t=dated.has_t):
        yield Interval(*form, times)


def _of_other_forms(dated: DateColumn, daily: Sequence[Series]) -> Iterator[Interval]:
    """Yield intervals of the texts with no time that sorts, in all the days of some series."""
    for first, last in union((_day(series.oldest), _day(series.high)) for series in daily):
        for low, high in _other_forms(last, has_t=dated.has_t):
            yield Interval(low, high, (last - first).days + 1)


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


def unfolded_values(intervals: Sequence[Interval]) -> dict[str, str]:
    """Return intervals as JSON: of each series its two ends without the day, and its days.

    The first few series are given one by one, which SQLite unfolds faster. The others
    are together, and so are the intervals that are no series.
    """
    series = [interval for interval in intervals if interval.times > 1]
    given: dict[str, str] = {}
    for number in range(FEW_SERIES):
        low = high = ""
        days = "[]"
        if number < len(series):
            first, last, times, _ = series[number]
            low, high = first[DAY_LENGTH:], last[DAY_LENGTH:]
            days = _days_json(first[:DAY_LENGTH], times)
        given |= {f"low{number}": low, f"high{number}": high, f"days{number}": days}
    more = []
    for low, high, times, _ in series[FEW_SERIES:]:
        ends = json.dumps([low[DAY_LENGTH:], high[DAY_LENGTH:]])
        more.append(f"[{ends[1:-1]}, {_days_json(low[:DAY_LENGTH], times)}]")
    singles = [(low, high) for low, high, times, _ in intervals if times == 1]
    return given | {"more": f"[{', '.join(more)}]", "singles": json.dumps(singles)}


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
    found: list[tuple[str, str]] = []
    for first, last in _by_days(low, high):
        found += _forms(first, last, has_t=has_t)
    for day in dict.fromkeys(first.date() for first, _ in _by_days(low, high)):
        found += _other_forms(day, has_t=has_t)
    return found


def _forms(low: datetime, high: datetime, *, has_t: bool) -> Iterator[tuple[str, str]]:
    """Yield ranges of texts that hold the forms that sort by time of a range within a day."""
    for separator in " T" if has_t else " ":
        # a time without seconds is its whole minute, a date without a time its midnight
        begin = low.isoformat(separator, "minutes" if low.second == 0 else "seconds")
        if low.time() == time() and separator == " ":
            begin = low.date().isoformat()
        yield begin, high.isoformat(separator, "microseconds") + AFTER


def _other_forms(day: date, *, has_t: bool) -> Iterator[tuple[str, str]]:
    """Yield ranges of the other texts of a day; where T is rare, those with a T are among them."""
    if has_t:
        yield f"{day} 3", f"{day} {AFTER}"
        yield f"{day}T3", f"{day}{AFTER}"
    else:
        yield f"{day} 3", f"{day}{AFTER}"


def _by_days(low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield a range day by day: a T sorts after every time of its day that follows a space."""
    while low.date() < high.date():
        yield low, datetime.combine(low, time.max)
        low = datetime.combine(low + _DAY, time.min)
    yield low, high
