"""The cycle turned inside out: from nominals to the starts that can have them (rule D3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from jittask.schedule.cycle import Cycle, Elapsed, Once
from jittask.schedule.days import Days
from jittask.schedule.field_values import FieldValues
from jittask.schedule.recurrence import Recurrence
from jittask.schedule.repeat import read_cycle
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.spans import Series, end_of, midnight, wall_series
from jittask.schedule.starts import start_days
from jittask.schedule.zones import Span, instant_span, resolve, wall_span

_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time


class Starts:
    """The starts that one timer can have, by its column's values."""

    def __init__(self, timer: RowTimer, values: FieldValues) -> None:
        self._timer, self._zone, self._values = timer, timer.zone, values
        self._cycle: Cycle = read_cycle({"repeat": timer.repeat}, _LONG_AGO, timer.zone)
        self._earliest, self._latest = values.earliest, values.latest
        offset = timer.start_offset
        self._at: time | None = None
        """The time of day of all starts, where they have one."""
        if not offset.seconds:
            self._at = offset.at or (None if values.is_datetime else time())

    @property
    def moves(self) -> bool:
        """Whether the roll moves occurrences of the cycle, instead of skipping them (T9)."""
        return self._cycle.moves

    def before(self, nominals: Span) -> Iterator[Series]:
        """Yield the spans of starts that can have a nominal in the span."""
        low, high = nominals
        if self._earliest > high:
            return
        cycle = self._cycle
        if isinstance(cycle, Once):
            yield Series(*nominals)
        elif isinstance(cycle, Elapsed):
            yield from self._elapsed(cycle, nominals)
        elif isinstance(cycle, Days | Recurrence):
            day = low.date()
            while day <= high.date():
                yield from self._on(day, nominals)
                day += _DAY
        else:  # a cron fires at its own times, whatever the start
            first, last = instant_span(self._zone, nominals)
            tick = next(cycle.nominals(first), None)
            if tick is not None and tick.instant <= last:
                yield Series(self._earliest, high)

    def _elapsed(self, cycle: Elapsed, nominals: Span) -> Iterator[Series]:
        first, last = instant_span(self._zone, nominals)
        step = cycle.step
        most = None if cycle.count is None else cycle.count - 1
        if step <= last - first:
            low = self._earliest
            if most is not None:
                low = max(low, wall_span(self._zone, first - most * step, last)[0])
            yield Series(low, nominals[1])
            return
        if self._at is not None or not self._values.is_datetime:
            yield from self._elapsed_by_starts(cycle, first, last)
            return
        begin, end = instant_span(self._zone, (self._earliest, self._latest))
        newest = max(0, -((end - first) // step))
        oldest = (last - begin) // step
        if most is not None:
            oldest = min(oldest, most)
        if newest <= oldest:
            every = Series(first, last, oldest + 1, step)
            yield from wall_series(self._zone, every.part(newest, oldest))

    def _elapsed_by_starts(
        self, cycle: Elapsed, first: datetime, last: datetime
    ) -> Iterator[Series]:
        """Yield the starts of which some step lies in the span of instants."""
        for start in self._starts_of_days():
            anchor = resolve(start, self._zone)
            n = max(0, -((anchor - first) // cycle.step))
            if anchor + n * cycle.step <= last and (cycle.count is None or n < cycle.count):
                yield Series(start, start)

    def _starts_of_days(self) -> Iterator[datetime]:
        """Yield every start there can be, newest first, where there is one a day."""
        if self._values.is_datetime:
            assert self._at is not None
            day = self._latest.date()
            while day >= self._earliest.date():
                yield datetime.combine(day, self._at)
                day -= _DAY
            return
        value = self._values.greatest
        while value >= self._values.least:
            yield self._values.start_of(value)
            value -= _DAY

    def _on(self, day: date, nominals: Span) -> Iterator[Series]:
        """Yield the spans of starts with an occurrence on ``day``, between the nominals' bounds."""
        first = max(nominals[0], midnight(day)).time()
        last = min(nominals[1], end_of(day)).time()
        if isinstance(self._cycle, Recurrence) and not self._cycle.at_start_time:
            hours = self._cycle.hours
            if hours and hours.isdisjoint(range(first.hour, last.hour + 1)):
                return
            first, last = time(), time.max
        elif self._at is not None and not first <= self._at <= last:
            return
        day_by_day = self._at is None and (first, last) != (time(), time.max)
        bounds = (self._earliest.date(), min(day, self._latest.date()))
        for begin, end in start_days(self._timer, day, *bounds):
            if not day_by_day:
                low, high = self._at or first, self._at or last
                yield Series(datetime.combine(begin, low), datetime.combine(end, high))
                continue
            days = (end - begin).days + 1
            yield Series(datetime.combine(end, first), datetime.combine(end, last), days)
