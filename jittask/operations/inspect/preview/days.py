"""The year ahead by day: how often a timer fires, and which holidays there are (rule C9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jittask.operations.times import TICK
from jittask.schedule.calendars import Calendar
from jittask.schedule.timer import Timer
from jittask.schedule.zones import end_of_day, instant_of, resolve, wall_clock

DAYS = 366
MOST_A_DAY = 12
"""A day is not counted further: a cycle by the minute would cost seconds."""
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day on which something fires, or that is a holiday."""

    day: date
    """Of the task's zone."""
    holiday: str | None
    """The name of the holiday that it is."""
    working: bool
    count: int
    """How many occurrences are effective on it; ``MOST_A_DAY`` means that many or more."""


def year_ahead(
    timer: Timer | None, zone: ZoneInfo, calendar: Calendar | None, now: datetime
) -> tuple[PreviewDay, ...]:
    """Return the days that are something of the ``DAYS`` from today on, by date.

    Without a timer, the holidays. Raises TimerBudgetExceeded.
    """
    today = now.astimezone(zone).date()
    counts = {} if timer is None else _counts(timer, now, today + DAYS * _DAY)
    found = []
    for day in (today + n * _DAY for n in range(DAYS)):
        holiday = None if calendar is None else calendar.holiday_name(day)
        if day in counts or holiday is not None:
            found.append(PreviewDay(day, holiday, _is_worked(calendar, day), counts.get(day, 0)))
    return tuple(found)


def _counts(timer: Timer, begin: datetime, until: date) -> Mapping[date, int]:
    """Count by day what is effective strictly after ``begin`` and before the day ``until``."""
    end = resolve(datetime.combine(until, datetime.min.time()), timer.zone) - TICK
    counts: Counter[date] = Counter()
    while (full := _count_up_to_full_day(timer, begin, end, counts)) is not None:
        begin = instant_of(end_of_day(full), timer.zone)
    return counts


def _count_up_to_full_day(
    timer: Timer, begin: datetime, end: datetime, counts: Counter[date]
) -> date | None:
    """Count until a day has ``MOST_A_DAY``, and return that day; None at the end."""
    clock = wall_clock(timer.zone)
    for occurrence in timer.between(begin, end):
        day = clock.wall(occurrence.effective).date()
        counts[day] += 1
        if counts[day] == MOST_A_DAY:
            return day
    return None


def _is_worked(calendar: Calendar | None, day: date) -> bool:
    return day.weekday() < _SATURDAY if calendar is None else calendar.is_working_day(day)
