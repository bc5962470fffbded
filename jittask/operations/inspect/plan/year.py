"""A year of a plan, by day: what fires, what is moved or skipped, which holidays there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum

from jittask.model import Occurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.timer import Timer
from jittask.schedule.zones import wall_clock

_DAY = timedelta(days=1)
_AROUND = 40 * _DAY
"""How far outside the year the other end of a move is looked for."""


class DayMark(IntEnum):
    """What a day is in a plan; where it is several things, the least counts."""

    MOVED_HERE = 0
    """An occurrence of another day fires here."""
    FIRES = 1
    MOVED_AWAY = 2
    SKIPPED = 3
    HOLIDAY = 4


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The days of a year that are something in a plan."""

    year: int
    marks: Mapping[date, DayMark] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    """Names of holidays, by day."""


def year_plan(timers: Mapping[str, Timer], year: int) -> YearPlan:
    """Return what the days of a year are to these timers; days are of each timer's zone."""
    marks: dict[date, DayMark] = {}

    def mark(day: date, what: DayMark) -> None:
        marks[day] = min(what, marks.get(day, what))

    calendars: set[Calendar] = set()
    for timer in timers.values():
        if timer.roll is not None and timer.roll.holidays:
            calendars.add(timer.roll.calendar)
        for day, what in _marks(timer, year):
            mark(day, what)
    holidays = _holidays(calendars, year)
    for day in holidays:
        mark(day, DayMark.HOLIDAY)
    return YearPlan(year, marks, holidays)


def _marks(timer: Timer, year: int) -> set[tuple[date, DayMark]]:
    begin = datetime(year, 1, 1, tzinfo=UTC) - _AROUND
    end = datetime(year, 12, 31, tzinfo=UTC) + _AROUND
    wall = wall_clock(timer.zone).wall
    found: set[tuple[date, DayMark]] = set()
    for occurrence in timer.walk(begin, end):
        if not isinstance(occurrence, Occurrence):
            found.add((wall(occurrence.nominal).date(), DayMark.SKIPPED))
            continue
        day = wall(occurrence.effective).date()
        found.add((day, DayMark.FIRES))
        if occurrence.nominals == (occurrence.effective,):
            continue
        for nominal in occurrence.nominals:
            nominal_day = wall(nominal).date()
            if nominal_day != day:
                found.add((day, DayMark.MOVED_HERE))
                found.add((nominal_day, DayMark.MOVED_AWAY))
    return found


def _holidays(calendars: set[Calendar], year: int) -> dict[date, str]:
    found: dict[date, str] = {}
    for calendar in sorted(calendars, key=lambda calendar: calendar.label):
        day = date(year, 1, 1)
        while day.year == year:
            name = calendar.holiday_name(day)
            if name is not None:
                label = f"{name} ({calendar.label})" if len(calendars) > 1 else name
                found[day] = label if day not in found else f"{found[day]}; {label}"
            day += _DAY
    return found
