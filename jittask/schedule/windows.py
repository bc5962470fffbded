"""Which dates of rows can fire in a span of time: the schedule turned inside out (rule D3).

Step by step backwards: the span of instants to wall times, over the holiday
roll to the nominals, over the cycle to the starts, over the offset to the
values of the column. A step may widen (near a shift of the clocks, at the end
of a short month) and never narrows, so no value is missed; each candidate's
own occurrences decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jittask.schedule.calendars import SEARCH_DAYS
from jittask.schedule.cycle import LAST_YEAR, Cycle, Elapsed, Once
from jittask.schedule.days import Days
from jittask.schedule.parsing import read_cycle
from jittask.schedule.recurrence import Recurrence
from jittask.schedule.roll import Direction, Roll
from jittask.schedule.row_timer import FIRST_SANE_YEAR, RowTimer
from jittask.schedule.starts import start_days
from jittask.schedule.zones import (
    Span,
    end_instant,
    instant_span,
    resolve,
    skipped_date,
    to_wall,
    wall_span,
)

MOST_RANGES = 4_000
"""Where there would be more, the oldest values become one range."""
_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_FIRST_START = datetime(FIRST_SANE_YEAR, 1, 1)  # noqa: DTZ001 - wall time
_LAST_START = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class FieldRange:
    """Values of a column from ``low`` to ``high``, both included."""

    low: date
    high: date


@dataclass(frozen=True, slots=True)
class Column:
    """What the database knows of the column with the rows' dates."""

    is_datetime: bool
    least: date | None
    greatest: date | None
    """Aware where the column's values are; None where it has none."""


def ranges(timer: RowTimer, lo: datetime, hi: datetime, column: Column) -> tuple[FieldRange, ...]:
    """Return ranges, ascending, that hold every value with an occurrence in ``(lo, hi]``.

    They do not overlap, and lie within the column's least and greatest value.
    """
    if column.least is None or column.greatest is None:
        return ()
    if timer.end_time is not None:
        hi = min(hi, end_instant(timer.end_time, timer.zone))
    if hi <= lo:
        return ()
    seeking = _Seeking(timer, column, column.least, column.greatest)
    nominals = before_roll(timer, seeking.template.moves, wall_span(timer.zone, lo + _TICK, hi))
    values = (seeking.values(start) for nominal in nominals for start in seeking.starts(nominal))
    found = _few(_coalesced(span for span in values if span is not None))
    return tuple(seeking.field_range(span) for span in found)


def least_end(timer: RowTimer, lo: datetime, *, is_datetime: bool) -> date | None:
    """Return the least value of the end field with which a row still fires after ``lo``.

    None without an end field; a row whose end is empty has no end.
    """
    if timer.end_field is None:
        return None
    low, _ = wall_span(timer.zone, lo, lo)
    # a day of results, so that the time of day of the offset is among them
    undone = timer.end_offset.undo((low, low + _DAY), timer.zone, dates=not is_datetime)
    value = (low if undone is None else undone[0]) - _DAY
    return value if is_datetime else value.date()


def before_roll(timer: RowTimer, moves: bool, span: Span) -> Iterator[Span]:
    """Yield the spans of nominals whose effective wall times lie in ``span`` (T9)."""
    roll = timer.roll
    if roll is None:
        yield span
        return
    low, high = span
    open_since: datetime | None = None
    day = low.date()
    while day <= high.date():
        begin, end = max(low, _midnight(day)), min(high, _end(day))
        if roll.bars(day) is not None:
            if open_since is not None:
                yield open_since, begin - _TICK
                open_since = None
        elif open_since is None:
            open_since = begin
        if moves and roll.direction is not Direction.SKIP:
            for barred in _landing_on(roll, day, timer):
                shift = day - barred
                yield begin - shift, end - shift
        day += _DAY
    if open_since is not None:
        yield open_since, high


def _landing_on(roll: Roll, day: date, timer: RowTimer) -> Iterator[date]:
    """Yield the barred days whose occurrences move to ``day``."""

    def lands(one: date) -> bool:
        return roll.calendar.is_working_day(one) and not skipped_date(one, timer.zone)

    if not lands(day):
        return
    back = -_DAY if roll.direction is Direction.NEXT else _DAY
    one = day + back
    for _ in range(SEARCH_DAYS):
        if lands(one):
            return
        if roll.bars(one) is not None:
            yield one
        one += back


class _Seeking:
    """The starts and the values of one timer."""

    def __init__(self, timer: RowTimer, column: Column, least: date, greatest: date) -> None:
        self.timer, self.column = timer, column
        self.least, self.greatest = self._naive(least), self._naive(greatest)
        self.aware = isinstance(least, datetime) and least.tzinfo is not None
        self.template: Cycle = read_cycle({"repeat": timer.repeat}, _LONG_AGO, timer.zone)
        self.earliest = self._start_of(self.least) - _DAY
        self.latest = self._start_of(self.greatest) + _DAY
        offset = timer.start_offset
        self.at: time | None = None
        """The time of day of all starts, where they have one."""
        if not offset.seconds:
            self.at = offset.at or (None if column.is_datetime else time())

    def starts(self, nominals: Span) -> Iterator[Span]:
        """Yield the spans of starts that can have a nominal in the span."""
        low, high = nominals
        if self.earliest > high:
            return
        cycle = self.template
        if isinstance(cycle, Once):
            yield nominals
        elif isinstance(cycle, Elapsed):
            yield from self._elapsed(cycle, nominals)
        elif isinstance(cycle, Days | Recurrence):
            day = low.date()
            while day <= high.date():
                yield from self._on(day, nominals)
                day += _DAY
        else:  # a cron fires at its own times, whatever the start
            first, last = instant_span(self.timer.zone, nominals)
            tick = next(cycle.nominals(first), None)
            if tick is not None and tick.instant <= last:
                yield self.earliest, high

    def _elapsed(self, cycle: Elapsed, nominals: Span) -> Iterator[Span]:
        first, last = instant_span(self.timer.zone, nominals)
        step = cycle.step
        most = None if cycle.count is None else cycle.count - 1
        if step <= last - first:
            low = self.earliest
            if most is not None:
                low = max(low, wall_span(self.timer.zone, first - most * step, last)[0])
            yield low, nominals[1]
            return
        if self.at is not None or not self.column.is_datetime:
            yield from self._elapsed_by_starts(cycle, first, last)
            return
        n, given = 0, 0
        while most is None or n <= most:
            span = wall_span(self.timer.zone, first - n * step, last - n * step)
            if span[1] < self.earliest:
                return
            if span[0] <= self.latest:
                yield span
                given += 1
            if given > MOST_RANGES:
                yield self.earliest, span[1]
                return
            n += 1

    def _elapsed_by_starts(self, cycle: Elapsed, first: datetime, last: datetime) -> Iterator[Span]:
        """Yield the starts of which some step lies in the span of instants."""
        for start in self._starts_of_days():
            anchor = resolve(start, self.timer.zone)
            n = max(0, -((anchor - first) // cycle.step))
            if anchor + n * cycle.step <= last and (cycle.count is None or n < cycle.count):
                yield start, start

    def _starts_of_days(self) -> Iterator[datetime]:
        """Yield every start there can be, newest first, where there is one a day."""
        if self.column.is_datetime:
            assert self.at is not None
            day = self.latest.date()
            while day >= self.earliest.date():
                yield datetime.combine(day, self.at)
                day -= _DAY
            return
        value = self.greatest
        while value >= self.least:
            yield self._start_of(value)
            value -= _DAY

    def _on(self, day: date, nominals: Span) -> Iterator[Span]:
        """Yield the spans of starts with an occurrence on ``day``, between the nominals' bounds."""
        first = max(nominals[0], _midnight(day)).time()
        last = min(nominals[1], _end(day)).time()
        if isinstance(self.template, Recurrence) and not self.template.at_start_time:
            hours = self.template.hours
            if hours and hours.isdisjoint(range(first.hour, last.hour + 1)):
                return
            first, last = time(), time.max
        elif self.at is not None and not first <= self.at <= last:
            return
        day_by_day = self.at is None and (first, last) != (time(), time.max)
        bounds = (self.earliest.date(), min(day, self.latest.date()))
        for begin, end in start_days(self.timer, day, *bounds):
            if not day_by_day:
                low, high = self.at or first, self.at or last
                yield datetime.combine(begin, low), datetime.combine(end, high)
                continue
            one = end
            while one >= begin:
                yield datetime.combine(one, first), datetime.combine(one, last)
                one -= _DAY

    def values(self, start: Span) -> Span | None:
        """Return the span of values whose starts lie in the span, within the column's bounds."""
        low, high = max(start[0], self.earliest), min(start[1], self.latest)
        if low > high:
            return None
        undone = self.timer.start_offset.undo(
            (low, high), self.timer.zone, dates=not self.column.is_datetime
        )
        if undone is None:
            return None
        low, high = max(undone[0], self.least), min(undone[1], self.greatest)
        if not self.column.is_datetime:  # a date is its midnight
            low = low if low == _midnight(low.date()) else _midnight(low.date() + _DAY)
            high = _end(high.date())  # so that one day follows upon the other
        return (low, high) if low <= high else None

    def field_range(self, span: Span) -> FieldRange:
        """Return a span as the column holds its values."""
        low, high = span
        if not self.column.is_datetime:
            return FieldRange(low.date(), high.date())
        if self.aware:
            return FieldRange(*instant_span(self.timer.zone, span))
        return FieldRange(low, high)

    def _start_of(self, value: datetime) -> datetime:
        try:
            found = self.timer.start_offset.apply(
                value if self.column.is_datetime else value.date(), self.timer.zone
            )
        except (OverflowError, ValueError):  # near an end of the calendar
            found = value
        return min(max(found, _FIRST_START), _LAST_START)

    def _naive(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return _midnight(value)
        return value if value.tzinfo is None else to_wall(value, self.timer.zone)


def _coalesced(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans, ascending; what touches is one."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + _TICK:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _few(spans: list[Span]) -> list[Span]:
    if len(spans) <= MOST_RANGES:
        return spans
    oldest = spans[: len(spans) - MOST_RANGES + 1]
    return [(oldest[0][0], oldest[-1][1]), *spans[len(oldest) :]]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _end(day: date) -> datetime:
    return datetime.combine(day, time.max)
