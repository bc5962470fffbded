"""Day, week, month and year cycles with their patterns (rules F6, T5, T6).

A cycle counts its units (days, weeks from the Monday of the start's week,
months, years) from the start's own; each unit gives its dates, all at the
start's time of day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import LAST_YEAR, Nominal
from jittask.schedule.zones import fire_instant, to_wall

LAST = -1
"""In a ``day`` or ``week`` list: the month's last."""


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of a month by number; one that the month lacks is its last day (T5)."""

    days: tuple[int, ...]

    def of(self, year: int, month: int) -> Iterator[date]:
        """Yield that month's days, ascending, each once."""
        last = monthrange(year, month)[1]
        for day in sorted({last if day == LAST else min(day, last) for day in self.days}):
            yield date(year, month, day)


@dataclass(frozen=True, slots=True)
class NthWeekdays:
    """The n-th of each weekday (Monday is 1) in a month; a fifth that is lacking is left out."""

    weeks: tuple[int, ...]
    weekdays: tuple[int, ...]

    def of(self, year: int, month: int) -> Iterator[date]:
        """Yield that month's days, ascending, each once."""
        first = date(year, month, 1).isoweekday()
        last = monthrange(year, month)[1]
        found: set[int] = set()
        for weekday in self.weekdays:
            days = range(1 + (weekday - first) % 7, last + 1, 7)
            for week in self.weeks:
                if week == LAST:
                    found.add(days[-1])
                elif week <= len(days):
                    found.add(days[week - 1])
        for day in sorted(found):
            yield date(year, month, day)


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every n-th day."""

    period: int

    def units_before(self, start: date, low: date) -> int:
        """How many whole units lie before ``low``."""
        return (low - start).days // self.period

    def dates(self, start: date, unit: int) -> Iterator[date]:
        """Yield the dates of that unit."""
        yield start + timedelta(days=unit * self.period)


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """Weekdays (Monday is 1) of every n-th week."""

    period: int
    weekdays: tuple[int, ...]

    def units_before(self, start: date, low: date) -> int:
        """How many whole units lie before ``low``."""
        return (low - _monday(start)).days // (7 * self.period)

    def dates(self, start: date, unit: int) -> Iterator[date]:
        """Yield the dates of that unit."""
        monday = _monday(start) + timedelta(weeks=unit * self.period)
        for weekday in self.weekdays:
            yield monday + timedelta(days=weekday - 1)


@dataclass(frozen=True, slots=True)
class EveryMonths:
    """Days of every n-th month."""

    period: int
    pattern: MonthDays | NthWeekdays

    def units_before(self, start: date, low: date) -> int:
        """How many whole units lie before ``low``."""
        return (12 * (low.year - start.year) + low.month - start.month) // self.period

    def dates(self, start: date, unit: int) -> Iterator[date]:
        """Yield the dates of that unit."""
        year, month = divmod(12 * start.year + start.month - 1 + unit * self.period, 12)
        yield from self.pattern.of(year, month + 1)


@dataclass(frozen=True, slots=True)
class EveryYears:
    """Days of the given months of every n-th year."""

    period: int
    months: tuple[int, ...]
    pattern: MonthDays | NthWeekdays

    def units_before(self, start: date, low: date) -> int:
        """How many whole units lie before ``low``."""
        return (low.year - start.year) // self.period

    def dates(self, start: date, unit: int) -> Iterator[date]:
        """Yield the dates of that unit."""
        for month in self.months:
            yield from self.pattern.of(start.year + unit * self.period, month)


Every = EveryDays | EveryWeeks | EveryMonths | EveryYears


@dataclass(frozen=True, slots=True)
class Days:
    """A cycle of whole days at the start's time of day, in wall-clock time (T3)."""

    start: datetime
    zone: ZoneInfo
    every: Every
    moves: bool = True

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``; units before it are never visited."""
        first = self.start.date()
        near = to_wall(low, self.zone).date() - timedelta(days=1)
        unit = max(0, self.every.units_before(first, near))
        clock_time = self.start.time()
        while True:
            for day in self.every.dates(first, unit):
                if day.year > LAST_YEAR:
                    return
                if day < first:
                    continue
                wall = datetime.combine(day, clock_time)
                instant = fire_instant(wall, self.zone)
                if instant is not None and instant >= low:
                    yield Nominal(instant, wall)
            unit += 1
            if first.year + unit // 366 > LAST_YEAR + first.year:
                return


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
