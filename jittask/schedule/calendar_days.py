"""What a calendar knows of days and of years, found once (rules T1, T8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple, Protocol

from jittask.schedule.day_bits import all_days, bits_of, days_of

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = timedelta(days=1)
_SATURDAY = 5
_CHINA = "CN"
_EXTRA = "extra holiday"
_MOST_DAYS = 100_000
_WEEKLY = sum(1 << 7 * n for n in range(53))
_SAMPLED_WEEKS = (0, 1, 2, 49, 50, 51)
"""A year in which these are alike has one weekend: the others changed it, or every second week."""


class DaysOff(Protocol):
    """What a calendar's days follow from."""

    @property
    def country(self) -> str | None:
        """Its country's code."""

    @property
    def market(self) -> str | None:
        """Its market's code."""

    @property
    def extra_holidays(self) -> frozenset[date]:
        """Days that are off besides."""

    @property
    def extra_workdays(self) -> frozenset[date]:
        """Days that are worked all the same."""

    @property
    def base(self) -> HolidayBase | None:
        """What the package knows of it."""


class KnownDay(NamedTuple):
    """What a calendar says of a day."""

    holiday: str | None
    weekend: bool
    worked: bool


class KnownDays(dict[date, KnownDay]):
    """Remembers days: they are asked for again and again, by every task and every row."""

    def __init__(self, calendar: DaysOff) -> None:
        self._calendar = calendar
        self.lock = RLock()

    def __missing__(self, day: date) -> KnownDay:
        with self.lock:  # the package fills in a year at the first question for it
            if len(self) > _MOST_DAYS:
                self.clear()
            found = self[day] = self._find(day)
            return found

    def _find(self, day: date) -> KnownDay:
        calendar = self._calendar
        base = calendar.base
        if day in calendar.extra_workdays:
            return KnownDay(None, weekend=False, worked=True)
        extra = day in calendar.extra_holidays
        if base is None:
            weekend = day.weekday() >= _SATURDAY
            return KnownDay(_EXTRA if extra else None, weekend, not weekend and not extra)
        worked = bool(base.is_working_day(day))
        weekend = not worked and bool(base.is_weekend(day))
        name = _EXTRA if extra else base.get(day)
        if name is None and weekend and calendar.country == _CHINA:
            name = self._span_name(base, day)
        return KnownDay(name, weekend, worked and not extra)

    def _span_name(self, base: HolidayBase, day: date) -> str | None:
        """Return the holiday that the run of rest days around ``day`` touches (T8)."""
        for step in (-_DAY, _DAY):
            end = day
            while base.get(end) is None and base.is_weekend(end) and not base.is_working_day(end):
                end += step
            name = base.get(end)
            if name is not None:
                return name
        return None


class KnownYear(NamedTuple):
    """The days of a year, as bits (``day_bits``)."""

    holidays: int
    weekends: int
    worked: int


class KnownYears(dict[int, KnownYear]):
    """Remembers years: a search for a day asks year by year, as far as 2200."""

    def __init__(self, calendar: DaysOff, days: KnownDays) -> None:
        self._calendar, self._days = calendar, days
        self._extras: dict[int, list[date]] = {}
        for day in calendar.extra_holidays | calendar.extra_workdays:
            self._extras.setdefault(day.year, []).append(day)

    def __missing__(self, year: int) -> KnownYear:
        with self._days.lock:
            found = self[year] = self._find(year)
            return found

    def _find(self, year: int) -> KnownYear:
        """Ask of the days that are not like every week's: the others follow from the weekend."""
        holidays, weekends, market = 0, self._weekends(year), self._calendar.market is not None
        worked = all_days(year) & ~weekends
        january = date(year, 1, 1).toordinal()
        for day in self._special(year):
            known, bit = self._days[day], 1 << (day.toordinal() - january)
            holidays = holidays | bit if known.holiday is not None else holidays & ~bit
            weekends = weekends | bit if known.weekend else weekends & ~bit
            worked = worked | bit if known.worked else worked & ~bit
        return KnownYear(holidays | weekends if market else holidays, weekends, worked)

    def _weekends(self, year: int) -> int:
        """Return the weekend days, worked or not."""
        base, found = self._calendar.base, 0
        new_year = date(year, 1, 1)
        samples = {
            tuple(_rests(base, begin + n * _DAY) for n in range(7))
            for begin in (new_year + week * 7 * _DAY for week in _SAMPLED_WEEKS)
        }
        if len(samples) == 1:
            for n, rests in enumerate(samples.pop()):
                found |= _WEEKLY << n if rests else 0
            return found & all_days(year)
        return bits_of(day for day in days_of(all_days(year), year) if _rests(base, day))

    def _special(self, year: int) -> Collection[date]:
        calendar, base = self._calendar, self._calendar.base
        found = set(self._extras.get(year, ()))
        if base is None:
            return found
        listed = {day for day in base if day.year == year}
        found |= listed | {day for day in base.weekend_workdays if day.year == year}
        if calendar.country == _CHINA:  # a rest day belongs to what it touches (T8)
            new_year, last = date(year, 1, 1), date(year, 12, 31)
            edges = (new_year - 2 * _DAY, new_year - _DAY, last + _DAY, last + 2 * _DAY)
            for day in (*listed, *(edge for edge in edges if base.get(edge))):
                beside = (day + n * _DAY for n in (-2, -1, 1, 2))
                found |= {near for near in beside if near.year == year}
        return found


def _rests(base: HolidayBase | None, day: date) -> bool:
    return day.weekday() >= _SATURDAY if base is None else bool(base.is_weekend(day))
