"""The units that an rrule counts: every n-th day, week, month or year (rules F6, T5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from jittask.schedule.day_bits import all_days, place
from jittask.schedule.days import days_in

DAYS_A_UNIT = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_DAY = timedelta(days=1)
_FAR = 500_000
"""Days: more than all the years that are followed; longer steps would leave the calendar."""


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a frequency and interval count, from the start's own."""

    start: datetime
    frequency: str
    interval: int
    week_start: int

    @property
    def first(self) -> datetime:
        """The midnight at which the start's own unit begins."""
        midnight = datetime.combine(self.start, time())
        if self.frequency == "YEARLY":
            return midnight.replace(month=1, day=1)
        if self.frequency == "MONTHLY":
            return midnight.replace(day=1)
        if self.frequency == "WEEKLY":
            return midnight - (midnight.weekday() - self.week_start) % 7 * _DAY
        return midnight

    def days(self, year: int) -> int:
        """Return the days of a year that lie in counted units, as bits."""
        first, interval = self.first, self.interval
        if year < first.year:
            return 0
        if self.frequency == "YEARLY":
            return 0 if (year - first.year) % interval else all_days(year)
        if interval == 1 and year > first.year:
            return all_days(year)
        january = date(year, 1, 1).toordinal()
        if self.frequency == "MONTHLY":
            since, found = 12 * (year - first.year) - first.month, 0
            for month in range(1, 13):
                if since + month >= 0 and (since + month) % interval == 0:
                    begin = date(year, month, 1).toordinal() - january
                    found |= (1 << begin + days_in(year, month)) - (1 << begin)
            return found
        length = DAYS_A_UNIT[self.frequency]
        step, since, found = length * interval, january - first.toordinal(), 0
        begin = max(0, since // step) * step - since
        while begin < DAYS_A_UNIT["YEARLY"]:
            unit = (1 << length) - 1
            found |= unit << begin if begin >= 0 else unit >> -begin
            begin += step
        return found & all_days(year)

    def touching(self, year: int) -> Iterator[tuple[date, date]]:
        """Yield the first and last days of the counted units that have a day in a year."""
        first, interval = self.first.date(), self.interval
        if self.frequency == "YEARLY":
            if self.days(year):
                yield date(year, 1, 1), date(year, 12, 31)
        elif self.frequency == "MONTHLY":
            days = self.days(year)
            for month in range(1, 13):
                begin = date(year, month, 1)
                if days >> place(begin) & 1:
                    yield begin, begin.replace(day=days_in(year, month))
        else:
            length = DAYS_A_UNIT[self.frequency]
            step = min(length * interval, _FAR) * _DAY
            begin = first + max(0, (date(year, 1, 1) - first) // step) * step
            while begin.year <= year:
                yield max(begin, self.start.date()), begin + (length - 1) * _DAY
                begin += step
