"""Custom cycles by cron, read by cronsim (rules F6, T4, T5)."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from jittask.schedule.cycle import LAST_YEAR, in_order
from jittask.schedule.day_bits import all_days, bits_of, days_from, days_of, kind_of_year
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import Nominal, instant_of, wall_clock

_FIVE_FIELDS = 5
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Names that some crons have for five fields, and that we do not read (F6)."""
_ANY_TIME = datetime(2026, 1, 1)  # noqa: DTZ001 - wall time
_EVERY_KIND_OF_YEAR = range(2000, 2028)
_KEPT = 512


class Fields:
    """What cronsim reads in five fields: times of day, and the days that have them.

    Which days of a year match depends on its first weekday and its length alone,
    so a rare date, such as a Sunday 29 February, is found without a walk to it.
    """

    def __init__(self, parsed: CronSim) -> None:
        self.parsed = parsed
        self.times = tuple(
            time(hour, minute) for hour in sorted(parsed.hours) for minute in sorted(parsed.minutes)
        )
        self._known: dict[int, int] = {}

    def days(self, year: int) -> int:
        """Return the days of a year that match, as bits."""
        kind = kind_of_year(year)
        found = self._known.get(kind)
        if found is None:
            months, matches = self.parsed.months, self.parsed.match_day
            days = (day for day in days_of(all_days(year), year) if day.month in months)
            found = self._known[kind] = bits_of(day for day in days if matches(day))
        return found

    def walls(self, low: datetime) -> Iterator[datetime]:
        """Yield the wall times from ``low`` on."""
        first = low.date()
        for day in days_from(self.days, first, LAST_YEAR):
            times = self.times
            if day == first:
                times = times[bisect_left(times, low.time()) :]
            for at in times:
                yield datetime.combine(day, at)

    @property
    def ever(self) -> bool:
        """Whether any year has a day that matches."""
        return any(self.days(year) for year in _EVERY_KIND_OF_YEAR)


@dataclass(frozen=True, slots=True)
class FixedHours:
    """A cron with fixed hours: wall-clock times, each once (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    moves: bool
    fields: Fields = field(compare=False, repr=False)
    _first: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", instant_of(self.start, self.zone))

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        low = max(low, self._first)
        near = wall_clock(self.zone).earliest(low)
        return in_order(self.fields.walls(near), self.zone, low)

    def days(self, year: int) -> int:
        """Return the days of a year on which it fires, as bits."""
        return self.fields.days(year)


@dataclass(frozen=True, slots=True)
class EveryHour:
    """A cron whose hours are ``*`` or a step: matched by every real hour (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    fields: Fields = field(compare=False, repr=False)
    moves: bool = False

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``, a repeated wall hour twice."""
        first = max(instant_of(self.start, self.zone), low)
        clock = wall_clock(self.zone)
        again: deque[datetime] = deque()  # second passes wait until the first ones are over
        for wall in self.fields.walls(clock.shown_from(first)):
            for late, instant in enumerate(clock.passes(wall)):
                if instant < first:
                    continue
                if late:
                    again.append(instant)
                    continue
                while again and again[0] < instant:
                    yield Nominal(again.popleft())
                yield Nominal(instant)
        yield from map(Nominal, again)

    def days(self, year: int) -> int:
        """Return the days of a year on which it fires, as bits."""
        return self.fields.days(year)


def cron_cycle(text: str, start: datetime, zone: ZoneInfo) -> FixedHours | EveryHour:
    """Read a five-field cron; raises Mistake for one that is wrong or never fires."""
    fields = text.split()
    named = _NAMED.get(text.strip().lower())
    if named is not None:
        message = f"expected five cron fields (minute hour day month weekday), got {text!r}"
        raise Mistake("bad-cron", ("repeat", "cron"), message, f"write {named!r}")
    if len(fields) != _FIVE_FIELDS:
        raise Mistake(
            "bad-cron",
            ("repeat", "cron"),
            f"expected five cron fields (minute hour day month weekday), got {len(fields)}",
            "for example: 30 9 * * 1-5",
        )
    try:
        read = _read(text)
    except (CronSimError, ValueError) as error:
        if _each_is_sound(fields):
            raise _never(text) from None
        raise Mistake(
            "bad-cron", ("repeat", "cron"), f"cron {text!r}: {error}", "for example: 30 9 * * 1-5"
        ) from error
    if not read.ever:
        raise _never(text)
    if fields[1].startswith("*"):
        return EveryHour(start, zone, text, read)
    return FixedHours(start, zone, text, moves=len(read.times) == 1, fields=read)


@lru_cache(maxsize=_KEPT)
def _read(text: str) -> Fields:
    """Read a cron once for all that have it: the rows of a task each make a cycle of theirs."""
    return Fields(CronSim(text, _ANY_TIME))


def _each_is_sound(fields: list[str]) -> bool:
    """Whether each field is right by itself, so that only no day has them all."""
    try:
        for at, field_text in enumerate(fields):
            alone = ["*"] * _FIVE_FIELDS
            alone[at] = field_text
            CronSim(" ".join(alone), _ANY_TIME)
    except (CronSimError, ValueError):
        return False
    return True


def _never(text: str) -> Mistake:
    return Mistake("never-fires", ("repeat", "cron"), f"cron {text!r} can never fire", None)
