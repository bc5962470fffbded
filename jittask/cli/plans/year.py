"""A year at a glance: days that fire, days that are moved or skipped, holidays by name."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest

import click

from jittask.model import Occurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.timer import Timer
from jittask.schedule.zones import wall_clock

_DAY = timedelta(days=1)
_A_ROW, _WIDTH = 3, 7 * 3
_MARKS = {
    "to": ("+", {"fg": "green", "bold": True}),
    "fires": ("*", {"fg": "green"}),
    "away": (">", {"fg": "yellow"}),
    "skipped": ("x", {"fg": "yellow"}),
    "holiday": ("h", {"fg": "red"}),
}
_LEGEND = "* fires   + fires, moved here too   > moved away   x skipped   h holiday"


@dataclass(slots=True)
class _Year:
    marks: dict[date, set[str]] = field(default_factory=dict)
    holidays: dict[date, str] = field(default_factory=dict)

    def mark(self, day: date, what: str) -> None:
        self.marks.setdefault(day, set()).add(what)

    def of(self, day: date) -> str | None:
        marks = self.marks.get(day, set())
        return next((what for what in _MARKS if what in marks), None)


def year_lines(timers: Mapping[str, Timer], year: int) -> Iterator[str]:
    """Yield the lines of a year: three months abreast, then the holidays."""
    found = _look(timers, year)
    for first in range(1, 13, _A_ROW):
        months = [list(_month(found, year, month)) for month in range(first, first + _A_ROW)]
        for line in zip_longest(*months, fillvalue=" " * _WIDTH):
            yield "  ".join(line).rstrip()
        yield ""
    yield _LEGEND
    if found.holidays:
        yield ""
    yield from _named(found.holidays)


def _look(timers: Mapping[str, Timer], year: int) -> _Year:
    found = _Year()
    calendars: set[Calendar] = set()
    begin = datetime(year, 1, 1, tzinfo=UTC) - 40 * _DAY
    end = datetime(year, 12, 31, tzinfo=UTC) + 40 * _DAY
    for timer in timers.values():
        if timer.roll is not None and timer.roll.holidays:
            calendars.add(timer.roll.calendar)
        wall = wall_clock(timer.zone).wall
        fires: set[date] = set()
        for one in timer.walk(begin, end):
            if not isinstance(one, Occurrence):
                found.mark(wall(one.nominal).date(), "skipped")
                continue
            day = wall(one.effective).date()
            fires.add(day)
            if one.nominals[0] == one.effective and len(one.nominals) == 1:
                continue
            for nominal in one.nominals:
                named = wall(nominal).date()
                if named != day:
                    found.mark(day, "to")
                    found.mark(named, "away")
        for day in fires:
            found.mark(day, "fires")
    for one_calendar in sorted(calendars, key=lambda one: one.label):
        day = date(year, 1, 1)
        while day.year == year:
            name = one_calendar.holiday_name(day)
            if name is not None:
                found.mark(day, "holiday")
                label = f"{name} ({one_calendar.label})" if len(calendars) > 1 else name
                known = found.holidays.get(day)
                found.holidays[day] = label if known is None else f"{known}; {label}"
            day += _DAY
    return found


def _month(found: _Year, year: int, month: int) -> Iterator[str]:
    yield f"{calendar.month_name[month]} {year}".center(_WIDTH)
    yield "Mo Tu We Th Fr Sa Su "
    for week in calendar.Calendar().monthdatescalendar(year, month):
        yield "".join(_cell(found, day) if day.month == month else "   " for day in week)


def _cell(found: _Year, day: date) -> str:
    what = found.of(day)
    if what is None:
        return f"{day.day:2} "
    mark, style = _MARKS[what]
    return click.style(f"{day.day:2}{mark}", **style)  # type: ignore[arg-type]


def _named(holidays: Mapping[date, str]) -> Iterator[str]:
    """Yield a line for each run of days of one name."""
    run: list[date] = []
    for day in [*sorted(holidays), None]:
        if run and (day is None or day != run[-1] + _DAY or holidays[day] != holidays[run[0]]):
            first, last = run[0], run[-1]
            days = f"{first:%d %b}" if first == last else f"{first:%d %b} – {last:%d %b}"
            yield f"{days:<17}{holidays[first]}"
            run = []
        if day is not None:
            run.append(day)
