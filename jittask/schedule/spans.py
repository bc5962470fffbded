"""Spans of time, both ends included: series of them, their union, and their limit (rule D3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jittask.schedule.zones import instant_span, wall_clock, wall_span

MOST_RANGES = 20_000
"""Where there would be more, the oldest values become one range."""
TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class Series(NamedTuple):
    """Spans of one length, each a step before the next: of wall times, instants or dates.

    A daily cycle has so many of them that a scan must not list them: a database
    unfolds a series itself.
    """

    low: date
    """With ``high`` the newest of the spans, both ends included."""
    high: date
    times: int = 1
    step: timedelta = _DAY

    @property
    def oldest(self) -> date:
        """The least value of all."""
        return self.low if self.times == 1 else self.low - (self.times - 1) * self.step

    def spans(self) -> Iterator[Series]:
        """Yield each span by itself, the newest first."""
        if self.times == 1:
            yield self
            return
        for number in range(self.times):
            back = number * self.step
            yield Series(self.low - back, self.high - back)

    def part(self, first: int, last: int) -> Series:
        """Return the spans from one number to another, counted from 0, the newest."""
        back = first * self.step
        return Series(self.low - back, self.high - back, last - first + 1, self.step)

    def newest(self, times: int) -> Series:
        """Return so many of the spans, the newest."""
        return self._replace(times=times)


def within(series: Series, low: datetime, high: datetime) -> Iterator[Series]:
    """Yield what of a series of datetimes lies between two values."""
    series = _filled(series)
    newest, end = series.low, series.high
    assert isinstance(newest, datetime)
    assert isinstance(end, datetime)
    first = max(0, -((high - newest) // series.step)) if series.times > 1 else 0
    last = min(series.times - 1, (end - low) // series.step) if series.times > 1 else 0
    if first > last:
        return
    cut = {number for number in (first, last) if _is_cut(series, number, low, high)}
    for number in sorted(cut):
        span = series.part(number, number)
        begin, end = max(span.low, low), min(span.high, high)
        if begin <= end:
            yield Series(begin, end)
    first, last = first + (first in cut), last - (last in cut)
    if first <= last:
        yield series.part(first, last)


def _is_cut(series: Series, number: int, low: datetime, high: datetime) -> bool:
    span = series.part(number, number)
    return span.low < low or span.high > high


def coalesced(found: Iterable[Series]) -> list[Series]:
    """Return the union of series, ascending; what touches is one."""
    merged: list[Series] = []
    near: list[Series] = []
    end = None
    for series in sorted(map(_filled, found), key=_oldest):
        if end is not None and series.oldest - end > TICK:
            merged += _united(near)
            near, end = [], None
        near.append(series)
        end = series.high if end is None else max(end, series.high)
    return [*merged, *_united(near)]


def _oldest(series: Series) -> date:
    return series.oldest


def _filled(series: Series) -> Series:
    """Return a series as one span where its spans touch."""
    if series.times == 1 or series.low - series.high > TICK - series.step:
        return series
    return Series(series.oldest, series.high)


def _united(near: Sequence[Series]) -> Iterable[Series]:
    """Return the union of series that reach over each other."""
    if len(set(near)) < 2:
        return near[:1]
    series = _as_one(near)
    if series is not None:
        return [series]
    merged: list[Series] = []
    for low, high, *_ in sorted(span for series in near for span in series.spans()):
        if merged and low - merged[-1].high <= TICK:
            merged[-1] = Series(merged[-1].low, max(high, merged[-1].high))
        else:
            merged.append(Series(low, high))
    return merged


def _as_one(near: Sequence[Series]) -> Series | None:
    """Return the union of series that differ only in where they begin and end."""
    newest = max(near)
    step, length = newest.step, newest.high - newest.low
    alike = all(
        series.times > 1
        and (series.step, series.high - series.low) == (step, length)
        and not (newest.low - series.low) % step
        for series in near
    )
    if not alike:
        return None
    oldest = min(series.oldest for series in near)
    return newest.newest((newest.low - oldest) // step + 1)


def fewer(series: list[Series]) -> list[Series]:
    """Return at most ``MOST_RANGES`` spans; the oldest become one, from the first to the last."""
    if sum(each.times for each in series) <= MOST_RANGES:
        return series
    kept: list[Series] = []
    room = MOST_RANGES - 1
    for number in range(len(series) - 1, -1, -1):
        each = series[number]
        if each.times > room:
            if room:
                kept.append(each.newest(room))
            older = each.part(room, each.times - 1)
            kept.append(Series(series[0].oldest, older.high))
            break
        kept.append(each)
        room -= each.times
    return kept[::-1]


def instant_series(zone: ZoneInfo, walls: Series) -> Iterator[Series]:
    """Yield the instants at which a series of wall times fires, as ``instant_span`` does."""
    return _turned(zone, walls, instant_span)


def wall_series(zone: ZoneInfo, instants: Series) -> Iterator[Series]:
    """Yield the wall times of a series of instants, as ``wall_span`` does."""
    return _turned(zone, instants, lambda zone, span: wall_span(zone, *span))


def _turned(
    zone: ZoneInfo,
    series: Series,
    turn: Callable[[ZoneInfo, tuple[datetime, datetime]], tuple[datetime, datetime]],
) -> Iterator[Series]:
    """Yield a series turned run by run: a zone moves spans alike where it has one offset."""
    done, oldest = 0, _as_utc(series.oldest)
    while done < series.times:
        span = series.part(done, series.times - 1)
        low, high = span.low, span.high
        assert isinstance(low, datetime)
        assert isinstance(high, datetime)
        times = 1
        if span.times > 1:
            since = wall_clock(zone).steady_since(_as_utc(high), oldest)
            times = min(span.times, max(0, (_as_utc(low) - since) // series.step) + 1)
        yield Series(*turn(zone, (low, high)), times, series.step)
        done += times


def _as_utc(value: date) -> datetime:
    assert isinstance(value, datetime)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def midnight(day: date) -> datetime:
    """Return the first instant of a day, as wall time."""
    return datetime.combine(day, time())


def end_of(day: date) -> datetime:
    """Return the last instant of a day, as wall time."""
    return datetime.combine(day, time.max)
