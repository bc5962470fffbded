"""Custom cycles by rrule, as dateutil counts them, at a cost that age does not change (F6, T1, T5).

dateutil counts every occurrence from DTSTART on. So the rule here names all
that it takes from its start (day, weekday, time), dateutil says which days of
a year its parts leave, and its units are counted from the start's own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from jittask.schedule.cycle import LAST_YEAR, in_order
from jittask.schedule.day_bits import bits_of, days_between, days_from, days_of, place
from jittask.schedule.rule_days import RuleDays
from jittask.schedule.units import Units
from jittask.schedule.zones import Nominal, instant_of, to_wall, wall_clock

_MOST_YEARS = 16
_DAY = timedelta(days=1)
_PAST_THE_END = datetime(LAST_YEAR + 1, 1, 1)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An rrule of days or longer, in wall-clock time."""

    start: datetime
    zone: ZoneInfo
    text: str
    until: datetime | None
    """The last instant that may be, by UNTIL."""
    counted: datetime | None
    """The last wall time that may be, by COUNT."""
    moves: bool
    dates: RuleDays = field(compare=False, repr=False)
    """The days that its parts leave: they take nothing from its start."""
    times: tuple[time, ...] = field(compare=False, repr=False)
    positions: tuple[int, ...] = field(compare=False, repr=False)
    """By BYSETPOS: which of a unit's times count, from its first or its last."""
    written: str = field(compare=False, repr=False)
    """The text of the rule with what it takes from its start."""
    at_start_time: bool = field(compare=False, repr=False)
    """Whether it fires at the start's time of day, and names none of its own."""
    hours: frozenset[int] = field(compare=False, repr=False)
    """The hours that it names; none where it takes its start's."""
    units: Units = field(compare=False, repr=False)
    _days: dict[int, int] = field(default_factory=dict, compare=False, repr=False, init=False)
    _positioned: dict[int, Mapping[date, tuple[time, ...]]] = field(
        default_factory=dict, compare=False, repr=False, init=False
    )
    _first: datetime = field(init=False, repr=False, compare=False)
    _last: datetime = field(init=False, repr=False, compare=False)
    """A wall time after which none fires in time."""

    def __post_init__(self) -> None:
        last = self.counted or _PAST_THE_END
        if self.until is not None:
            last = min(last, to_wall(self.until, self.zone) + _DAY)
        object.__setattr__(self, "_first", instant_of(self.start, self.zone))
        object.__setattr__(self, "_last", last)

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        low = max(low, self._first)
        found = in_order(self.walls(wall_clock(self.zone).earliest(low)), self.zone, low)
        until = self.until
        return (
            found if until is None else takewhile(lambda nominal: nominal.instant <= until, found)
        )

    def walls(self, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        low = max(low, self.start.replace(microsecond=0))
        last, first = self._last, low.date()
        for day in days_from(self.days, first, min(last.year, LAST_YEAR)):
            times = self._times(day)
            if day == first:
                times = times[bisect_left(times, low.time()) :]
            for at in times:
                wall = datetime.combine(day, at)
                if wall > last:
                    return
                yield wall

    def days(self, year: int) -> int:
        """Return the days of a year on which it fires, as bits."""
        found = self._days.get(year)
        if found is None:
            last = self._last.date()
            if year > last.year:
                return 0
            if self.positions:
                found = bits_of(self._by_position(year))
            else:
                found = self.dates.of(year) & self.units.days(year) if self.times else 0
                start = self.start.date()
                if year <= start.year:
                    found = found & ~0 << place(start) if year == start.year else 0
            if year == last.year:
                found &= (2 << place(last)) - 1
            self._days[year] = found
        return found

    def count_to(self, number: int) -> datetime | None:
        """Return the wall time with that number from the start; None where it is too far out."""
        low = self.start.replace(microsecond=0)
        for year in range(low.year, LAST_YEAR + 1):
            days = self.days(year)
            here = days.bit_count() * len(self.times)
            if year > low.year and not self.positions and number > here:
                number -= here
                continue
            for day in days_of(days, year):
                times = self._times(day)
                if day == low.date():
                    times = times[bisect_left(times, low.time()) :]
                if number <= len(times):
                    return datetime.combine(day, times[number - 1])
                number -= len(times)
        return None

    def _times(self, day: date) -> tuple[time, ...]:
        return self._by_position(day.year)[day] if self.positions else self.times

    def _by_position(self, year: int) -> Mapping[date, tuple[time, ...]]:
        """Return the times of each day of a year that BYSETPOS leaves, from the start on."""
        known = self._positioned.get(year)
        if known is not None:
            return known
        if not self.dates.of(year):
            return {}
        start = self.start.replace(microsecond=0)
        found: dict[date, set[time]] = {}
        for begin, end in self.units.touching(year):
            for day, at in self._in_unit(begin, end):
                if day.year == year and datetime.combine(day, at) >= start:
                    found.setdefault(day, set()).add(at)
        if len(self._positioned) >= _MOST_YEARS:
            self._positioned.pop(next(iter(self._positioned)), None)
        known = self._positioned[year] = {day: tuple(sorted(found[day])) for day in sorted(found)}
        return known

    def _in_unit(self, begin: date, end: date) -> Iterator[tuple[date, time]]:
        """Yield the days and times of one unit at the positions."""
        days = [*days_between(self.dates.of, begin, end)]
        for position in self.positions:
            nth, at = divmod(position - (position > 0), len(self.times))
            if -len(days) <= nth < len(days):
                yield days[nth], self.times[at]
