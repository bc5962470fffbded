"""A year at a glance: days that fire, days that are moved or skipped, holidays by name."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import zip_longest

import click

from jittask.operations.inspect.plan.year import DayMark, YearPlan

_DAY = timedelta(days=1)
_MONTHS_ABREAST, _MONTH_WIDTH = 3, 7 * 3
_SIGNS = {
    DayMark.MOVED_HERE: ("+", {"fg": "green", "bold": True}),
    DayMark.FIRES: ("*", {"fg": "green"}),
    DayMark.MOVED_AWAY: (">", {"fg": "yellow"}),
    DayMark.SKIPPED: ("x", {"fg": "yellow"}),
    DayMark.HOLIDAY: ("h", {"fg": "red"}),
}
_LEGEND = "* fires   + fires, moved here too   > moved away   x skipped   h holiday"


def year_lines(plan: YearPlan) -> Iterator[str]:
    """Yield the lines of a year: three months abreast, then the holidays."""
    for first in range(1, 13, _MONTHS_ABREAST):
        months = [list(_month(plan, month)) for month in range(first, first + _MONTHS_ABREAST)]
        for line in zip_longest(*months, fillvalue=" " * _MONTH_WIDTH):
            yield "  ".join(line).rstrip()
        yield ""
    yield _LEGEND
    if plan.holidays:
        yield ""
    yield from _holiday_lines(plan.holidays)


def _month(plan: YearPlan, month: int) -> Iterator[str]:
    yield f"{calendar.month_name[month]} {plan.year}".center(_MONTH_WIDTH)
    yield "Mo Tu We Th Fr Sa Su "
    for week in calendar.Calendar().monthdatescalendar(plan.year, month):
        yield "".join(_cell(plan, day) if day.month == month else "   " for day in week)


def _cell(plan: YearPlan, day: date) -> str:
    what = plan.marks.get(day)
    if what is None:
        return f"{day.day:2} "
    sign, style = _SIGNS[what]
    return click.style(f"{day.day:2}{sign}", **style)  # type: ignore[arg-type]


def _holiday_lines(holidays: Mapping[date, str]) -> Iterator[str]:
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
