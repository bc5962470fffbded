"""Day, week, month and year cycles with their patterns (rules F6, T5, T6).

A cycle counts its units (days, weeks from the Monday of the start's week,
months, years) from the start's own; each unit gives its wall times, all at the
start's time of day.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import LAST_YEAR
from jittask.schedule.day_bits import bits_of
from jittask.schedule.zones import Nominal, instant_of, wall_clock

LAST = -1
"""In a ``day`` or ``week`` list: the month's last."""

_DAY = timedelta(days=1)
_DAYS = tuple(n * _DAY for n in range(31))
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY, _FIFTH = 2, 5
_FAR = timedelta(days=500_000)
"""Longer than all the years that are followed; a longer step would leave the calendar."""
_PAST_THE_END = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of a month by number; one that the month lacks is its last day (T5)."""

    days: tuple[int, ...]

    def of(self, year: int, month: int) -> list[int]:
        """Return that month's days, ascending, each once."""
        last = 29 if month == _FEBRUARY and isleap(year) else _LENGTHS[month - 1]
        if len(self.days) == 1:
            [day] = self.days
            return [last if day > last or day == LAST else day]
        return sorted({last if day == LAST else min(day, last) for day in self.days})


@dataclass(frozen=True, slots=True)
class NthWeekdays:
    """The n-th of each weekday (Monday is 1) in a month; a fifth that is lacking is left out."""

    weeks: tuple[int, ...]
    weekdays: tuple[int, ...]

    def of(self, year: int, month: int) -> list[int]:
        """Return that month's days, ascending, each once."""
        first = date(year, month, 1).isoweekday()
        if len(self.weeks) == 1 and 1 <= self.weeks[0] < _FIFTH and len(self.weekdays) == 1:
            return [7 * self.weeks[0] - 6 + (self.weekdays[0] - first) % 7]
        last = days_in(year, month)
        found: set[int] = set()
        for weekday in self.weekdays:
            for week in self.weeks:
                found.update(_nth(week, 1 + (weekday - first) % 7, last))
        return sorted(found)


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every n-th day."""

    period: int

    def walls(self, start: datetime, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        step = min(self.period * _DAY, _FAR)
        wall = start if low <= start else start - ((start - low) // step) * step
        while wall < _PAST_THE_END:
            yield wall
            wall += step


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """Weekdays (Monday is 1) of every n-th week."""

    period: int
    weekdays: tuple[int, ...]

    def walls(self, start: datetime, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        monday = start - _DAYS[start.weekday()]
        step = min(7 * self.period * _DAY, _FAR)
        if low > start:
            monday += ((low - monday) // step) * step
        else:
            low = start
        while monday < _PAST_THE_END:
            for weekday in self.weekdays:
                wall = monday + _DAYS[weekday - 1]
                if wall >= low:
                    yield wall
            monday += step


@dataclass(frozen=True, slots=True)
class EveryMonths:
    """Days of every n-th month."""

    period: int
    pattern: MonthDays | NthWeekdays

    def walls(self, start: datetime, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        month = 12 * start.year + start.month - 1
        if low > start:
            month += ((12 * low.year + low.month - 1 - month) // self.period) * self.period
        else:
            low = start
        of, clock = self.pattern.of, _clock(start)
        while month < 12 * (LAST_YEAR + 1):
            year, before = divmod(month, 12)
            for day in of(year, before + 1):
                wall = datetime(year, before + 1, day, *clock)  # noqa: DTZ001
                if wall >= low:
                    yield wall
            month += self.period


@dataclass(frozen=True, slots=True)
class EveryYears:
    """Days of the given months of every n-th year."""

    period: int
    months: tuple[int, ...]
    pattern: MonthDays | NthWeekdays

    def walls(self, start: datetime, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        year = start.year
        if low > start:
            year += ((low.year - year) // self.period) * self.period
        else:
            low = start
        of, clock = self.pattern.of, _clock(start)
        while year <= LAST_YEAR:
            for month in self.months:
                for day in of(year, month):
                    wall = datetime(year, month, day, *clock)  # noqa: DTZ001
                    if wall >= low:
                        yield wall
            year += self.period


Every = EveryDays | EveryWeeks | EveryMonths | EveryYears


@dataclass(frozen=True, slots=True)
class Days:
    """A cycle of whole days at the start's time of day, in wall-clock time (T3)."""

    start: datetime
    zone: ZoneInfo
    every: Every
    moves: bool = True
    _days: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def walls(self, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        return self.every.walls(self.start, low)

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``; units before it are never visited.

        A start in the second pass of a fold is what it is; later folds have their first.
        """
        clock = wall_clock(self.zone)
        nominal_of = clock.nominal
        second_pass = self.start.date() if self.start.fold else None
        for wall in self.every.walls(self.start, clock.earliest(low)):
            nominal = nominal_of(wall)
            if second_pass is not None and wall.date() == second_pass:
                nominal = Nominal(instant_of(self.start, self.zone))
            if nominal is not None and nominal[0] >= low:
                yield nominal

    def days(self, year: int) -> int:
        """Return the days of a year on which it fires, as bits."""
        found = self._days.get(year)
        if found is None:
            new_year = datetime(year, 1, 1)  # noqa: DTZ001 - wall time
            walls = takewhile(lambda wall: wall.year == year, self.walls(new_year))
            found = self._days[year] = bits_of(wall.date() for wall in walls)
        return found


def _clock(start: datetime) -> tuple[int, int, int, int]:
    return start.hour, start.minute, start.second, start.microsecond


def _nth(week: int, day: int, last: int) -> list[int]:
    """Return the n-th of a weekday that is first on ``day``, if the month has it."""
    if week == LAST:
        return [day + (last - day) // 7 * 7]
    day += 7 * (week - 1)
    return [day] if day <= last else []


def days_in(year: int, month: int) -> int:
    """Return how many days a month has."""
    return 29 if month == _FEBRUARY and isleap(year) else _LENGTHS[month - 1]
