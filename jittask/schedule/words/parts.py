"""What the sentences of every language are made from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from jittask.schedule.calendars import Calendar
from jittask.schedule.cycle import Cycle, Elapsed, Once
from jittask.schedule.days import (
    Days,
    EveryDays,
    EveryMonths,
    EveryWeeks,
    EveryYears,
    NthWeekdays,
)
from jittask.schedule.offset import Offset
from jittask.schedule.repeat import read_cycle
from jittask.schedule.roll import Direction, Roll
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer

if TYPE_CHECKING:
    from jittask.schedule.cron import EveryHour, FixedHours

_A_ROW = datetime(2024, 1, 1, 9)  # noqa: DTZ001 - wall time; a row's own start takes its place
_ANOTHER_ROW = datetime(2024, 2, 13, 9)  # noqa: DTZ001 - no day, weekday or month in common
_ALL_MONTHS = range(1, 13)
_SHORTEST = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
_PATTERNS = ("month", "week", "weekday", "day")


class Speaker(ABC):
    """Says schedules in one language; its methods say the parts."""

    def of(self, timer: Timer) -> str:
        """Say a timer."""
        cycle = timer.cycle
        if isinstance(cycle, Once):
            said = self.once(timer.start, timer.zone.key)
        elif isinstance(cycle, Elapsed):
            said = self.elapsed(*_unit(cycle.step), timer.start, timer.zone.key, cycle.count)
        else:
            said = self.repeated(self.cycle(cycle), clock_of(cycle), timer.start, timer.zone.key)
        until = self.until(self.moment(timer.end)) if timer.end else ""
        return said + until + self._roll(timer.roll, moves=cycle.moves)

    def of_row(self, timer: RowTimer, titles: Mapping[str, str]) -> str:
        """Say what a date-field task does for each row, with the titles of its fields."""
        start = titles.get(timer.start_field, timer.start_field)
        said = self.at_field(start, timer.start_offset, timer.zone.key)
        cycle = read_cycle({"repeat": timer.repeat}, _A_ROW, timer.zone)
        if isinstance(cycle, Elapsed):
            said += self.then(self.every(*_unit(cycle.step)))
        elif isinstance(cycle, Days) and _of_each_row(cycle, timer):
            given = [f"{key} {timer.repeat[key]}" for key in _PATTERNS if timer.repeat.get(key)]
            said += self.then(self.every(*_period(cycle)) + self.quoted(", ".join(given)))
        elif not isinstance(cycle, Once):
            said += self.then(self.cycle(cycle))
        if timer.end_field is not None:
            end = titles.get(timer.end_field, timer.end_field)
            said += self.until(self.end_field(end, timer.end_offset))
        elif timer.end_time is not None:
            said += self.until(self.moment(timer.end_time))
        return said + self._roll(timer.roll, moves=cycle.moves)

    def cycle(self, cycle: Cycle) -> str:
        """Say a cycle by days, a cron or an rrule, without its time of day."""
        return self._days(cycle) if isinstance(cycle, Days) else self._custom(cycle)

    def _custom(self, cycle: Cycle) -> str:
        from jittask.schedule.cron import EveryHour, FixedHours  # late: few trees have one
        from jittask.schedule.recurrence import Recurrence

        if isinstance(cycle, FixedHours | EveryHour):
            return self.cron(cycle)
        assert isinstance(cycle, Recurrence)
        return self.rrule(cycle.text.strip())

    def _days(self, cycle: Days) -> str:
        period, unit = _period(cycle)
        if isinstance(cycle.every, EveryDays):
            return self.every(period, unit)
        if isinstance(cycle.every, EveryWeeks):
            return self.on_weekdays(period, cycle.every.weekdays)
        months = cycle.every.months if isinstance(cycle.every, EveryYears) else ()
        pattern = cycle.every.pattern
        if isinstance(pattern, NthWeekdays):
            return self.on_nth(period, months, pattern.weeks, pattern.weekdays)
        short = _may_lack(months or _ALL_MONTHS, pattern.days)
        return self.on_days(period, months, pattern.days, short=short)

    def moment(self, wall: datetime) -> str:
        """Say a date with its time, or a day's end as the date alone."""
        if wall.time() == time.max:
            return self.date(wall.date())
        return self.date_and_time(wall)

    def _roll(self, roll: Roll | None, *, moves: bool) -> str:
        if roll is None:
            return ""
        days = self.days_off(roll.calendar if roll.holidays else None, weekends=roll.weekends)
        return self.rolled(days, roll.direction if moves else Direction.SKIP)

    @abstractmethod
    def delayed(self, seconds: float) -> str:
        """Say that an occurrence starts up to so many seconds after its instant."""

    @abstractmethod
    def once(self, start: datetime, zone: str) -> str: ...
    @abstractmethod
    def elapsed(
        self, count: int, unit: str, start: datetime, zone: str, times: int | None
    ) -> str: ...
    @abstractmethod
    def repeated(self, cycle: str, clock: time | None, start: datetime, zone: str) -> str: ...
    @abstractmethod
    def every(self, count: int, unit: str) -> str: ...
    @abstractmethod
    def on_weekdays(self, period: int, weekdays: tuple[int, ...]) -> str: ...
    @abstractmethod
    def on_days(self, period: int, months: tuple[int, ...], days: tuple[int, ...], *,
                short: bool) -> str: ...  # fmt: skip
    @abstractmethod
    def on_nth(self, period: int, months: tuple[int, ...], weeks: tuple[int, ...],
               weekdays: tuple[int, ...]) -> str: ...  # fmt: skip
    @abstractmethod
    def cron(self, cycle: FixedHours | EveryHour) -> str: ...
    @abstractmethod
    def rrule(self, text: str) -> str: ...
    @abstractmethod
    def until(self, moment: str) -> str: ...
    @abstractmethod
    def date(self, day: date) -> str: ...
    @abstractmethod
    def date_and_time(self, wall: datetime) -> str: ...
    @abstractmethod
    def days_off(self, calendar: Calendar | None, *, weekends: bool) -> str: ...
    @abstractmethod
    def rolled(self, days: str, direction: Direction) -> str: ...
    @abstractmethod
    def at_field(self, name: str, offset: Offset, zone: str) -> str: ...
    @abstractmethod
    def field(self, name: str, offset: Offset) -> str: ...
    @abstractmethod
    def end_field(self, name: str, offset: Offset) -> str: ...
    @abstractmethod
    def then(self, every: str) -> str: ...
    @abstractmethod
    def quoted(self, pattern: str) -> str: ...


def clock_of(cycle: Cycle) -> time | None:
    """Return the time of day of a cycle that has one; a cron says its own."""
    if isinstance(cycle, Days):
        return cycle.start.time()
    from jittask.schedule.recurrence import Recurrence  # late: few trees have one

    if isinstance(cycle, Recurrence) and cycle.at_start_time:
        return cycle.start.time()
    return None


def clock(at: time) -> str:
    """Return 09:00, or with the seconds where there are some."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def amount(offset: Offset) -> tuple[int, str] | None:
    """Return how many of which unit an offset is, signed; None for none."""
    if offset.months:
        return offset.months, "month"
    if offset.days:
        weeks, rest = divmod(abs(offset.days), 7)
        sign = 1 if offset.days > 0 else -1
        return (offset.days, "day") if rest else (sign * weeks, "week")
    if offset.seconds:
        count, unit = _unit(timedelta(seconds=abs(offset.seconds)))
        return (count if offset.seconds > 0 else -count), unit
    return None


def _unit(step: timedelta) -> tuple[int, str]:
    seconds = round(step.total_seconds())
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return seconds // size, unit
    return seconds, "second"


def _period(cycle: Days) -> tuple[int, str]:
    units = {EveryDays: "day", EveryWeeks: "week", EveryMonths: "month", EveryYears: "year"}
    return cycle.every.period, units[type(cycle.every)]


def _of_each_row(cycle: Days, timer: RowTimer) -> bool:
    """Whether a row's own start decides some of the days on which the cycle fires."""
    other = read_cycle({"repeat": timer.repeat}, _ANOTHER_ROW, timer.zone)
    plain = isinstance(cycle.every, EveryDays)
    return plain or not isinstance(other, Days) or other.every != cycle.every


def _may_lack(months: Iterable[int], days: tuple[int, ...]) -> bool:
    """Whether some of the months can be without some of the days."""
    return any(day > _SHORTEST.get(month, 31) for month in months for day in days)
