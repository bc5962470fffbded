"""Schedules in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from jittask.schedule.calendars import Calendar
from jittask.schedule.days import LAST
from jittask.schedule.offset import Offset
from jittask.schedule.roll import Direction
from jittask.schedule.words.parts import Speaker, amount, clock

if TYPE_CHECKING:
    from jittask.schedule.cron import EveryHour, FixedHours

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_ADJECTIVES = {
    "AU": "Australian", "BR": "Brazilian", "CA": "Canadian", "CN": "Chinese", "DE": "German",
    "ES": "Spanish", "FR": "French", "GB": "British", "IN": "Indian", "IT": "Italian",
    "JP": "Japanese", "KR": "Korean", "MX": "Mexican", "NL": "Dutch", "US": "US",
}  # fmt: skip
_ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


class English(Speaker):
    """Says schedules in English."""

    def delayed(self, seconds: float) -> str:
        return f"starts up to {seconds:g} s later"

    def once(self, start: datetime, zone: str) -> str:
        return f"once on {self.date(start.date())} at {clock(start.time())} {zone}"

    def elapsed(self, count: int, unit: str, start: datetime, zone: str, times: int | None) -> str:
        said = f"{self.every(count, unit)} from {self.date_and_time(start)} {zone}"
        return said if times is None else f"{said}, {times:,} times"

    def repeated(self, cycle: str, clock_time: time | None, start: datetime, zone: str) -> str:
        at = f" at {clock(clock_time)}" if clock_time is not None else " in"
        return f"{cycle}{at} {zone} from {self.date(start.date())}"

    def every(self, count: int, unit: str) -> str:
        return f"every {unit}" if count == 1 else f"every {count:,} {unit}s"

    def on_weekdays(self, period: int, weekdays: tuple[int, ...]) -> str:
        days = _listed(_WEEKDAYS[weekday - 1] for weekday in weekdays)
        return f"{self.every(period, 'week')} on {days}"

    def on_days(
        self, period: int, months: tuple[int, ...], days: tuple[int, ...], *, short: bool
    ) -> str:
        named = [f"the {_ordinal(day)}" for day in days if day != LAST]
        said = self._in(period, months, _listed(named + ["the last day"] * (LAST in days)))
        return f"{said} (or the last day of a shorter month)" if short else said

    def on_nth(
        self, period: int, months: tuple[int, ...], weeks: tuple[int, ...],
        weekdays: tuple[int, ...],
    ) -> str:  # fmt: skip
        which = [_ordinal(week) for week in weeks if week != LAST] + ["last"] * (LAST in weeks)
        days = [_WEEKDAYS[weekday - 1] for weekday in weekdays]
        if len(days) > 1:
            which, days = [f"{week} {day}" for week in which for day in days], []
        return self._in(period, months, " ".join([f"the {_listed(which)}", *days]))

    def _in(self, period: int, months: tuple[int, ...], days: str) -> str:
        if not months:
            return f"{self.every(period, 'month')} on {days}"
        named = _listed(_MONTHS[month - 1] for month in months)
        return f"{self.every(period, 'year')} on {days} of {named}"

    def cron(self, cycle: FixedHours | EveryHour) -> str:
        said = cycle.fields.parsed.explain()
        return f"{said[:1].lower()}{said[1:]} (cron {' '.join(cycle.cron.split())})"

    def rrule(self, text: str) -> str:
        return f"by the rule {text}"

    def until(self, moment: str) -> str:
        return f" until {moment}"

    def date(self, day: date) -> str:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def date_and_time(self, wall: datetime) -> str:
        return f"{self.date(wall.date())} at {clock(wall.time())}"

    def days_off(self, calendar: Calendar | None, *, weekends: bool) -> str:
        days = [] if calendar is None else [_holidays(calendar)]
        return " and ".join(days + ["weekends"] * weekends)

    def rolled(self, days: str, direction: Direction) -> str:
        if direction is Direction.SKIP:
            return f", but not on {days}"
        return f", moved to the {direction} working day on {days}"

    def at_field(self, name: str, offset: Offset, zone: str) -> str:
        said = self.field(name, offset)
        return f"{said} {zone}" if offset.at else f"{said} ({zone})"

    def field(self, name: str, offset: Offset) -> str:
        found = amount(offset)
        at = f" at {clock(offset.at)}" if offset.at else ""
        if found is None:
            return f"on {name}{at}"
        count, unit = found
        plural = "" if abs(count) == 1 else "s"
        return f"{abs(count):,} {unit}{plural} {'after' if count > 0 else 'before'} {name}{at}"

    def end_field(self, name: str, offset: Offset) -> str:
        if amount(offset):
            return self.field(name, offset)
        return f"{clock(offset.at)} on {name}" if offset.at else name

    def then(self, every: str) -> str:
        return f", then {every}"

    def quoted(self, pattern: str) -> str:
        return f" ({pattern})" if pattern else ""


def _ordinal(number: int) -> str:
    return f"{number}{_ORDINALS.get(number, 'th')}"


def _listed(words: Iterable[str]) -> str:
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last


def _holidays(calendar: Calendar) -> str:
    extras = calendar.extra_holidays or calendar.extra_workdays
    if calendar.market is not None:
        named = f"holidays of the {_spaced(calendar.registered or calendar.market)}"
    elif calendar.country is None:
        return "extra holidays"
    elif calendar.subdivision is not None:
        named = f"{calendar.label} holidays"
    elif calendar.country in _ADJECTIVES:
        named = f"{_ADJECTIVES[calendar.country]} holidays"
    else:
        named = f"holidays of {_spaced(calendar.registered or calendar.country)}"
    return f"{named} (with extra days)" if extras else named


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
