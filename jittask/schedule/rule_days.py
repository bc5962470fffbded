"""The days that an rrule's BY parts leave, without its frequency and interval (rules T1, T5).

dateutil says of one year which they are. Years of one kind share the answer,
so that a rare date, such as a 29 February that is a Sunday, needs no walk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import lru_cache
from itertools import product

from dateutil.rrule import rrulestr

from jittask.schedule.day_bits import all_days, bits_of, kind_of_year
from jittask.schedule.rrule_text import DAY_PARTS, TIME_PARTS, joined

_KEPT = 1024
_NOT_DAYS = {"FREQ", "INTERVAL", "BYSETPOS", "COUNT", "UNTIL", *TIME_PARTS}
_EVERY_MONTH = ",".join(str(month) for month in range(1, 13))
_ONE_YEAR = "FREQ=YEARLY;INTERVAL=9999;BYHOUR=0;BYMINUTE=0;BYSECOND=0"
"""After which dateutil stops, instead of looking for another one until 9999."""


class RuleDays:
    """The days of any year that a rule's parts name; shared by all rules with these parts."""

    def __init__(self, parts: str, *, easter: bool) -> None:
        self.parts = parts
        self._easter = easter
        self._known: dict[int, int] = {}

    def of(self, year: int) -> int:
        """Return the days of a year, as bits."""
        if not self.parts:
            return all_days(year)
        kind = year if self._easter else self._kind(year)
        found = self._known.get(kind)
        if found is None:
            start = datetime(year, 1, 1)  # noqa: DTZ001 - wall time
            walls = rrulestr(f"{_ONE_YEAR};{self.parts}", dtstart=start)
            found = self._known[kind] = bits_of(wall.date() for wall in walls)
        return found

    def _kind(self, year: int) -> int:
        """Tell years apart by their days and the length of the year before, whose weeks count."""
        return kind_of_year(year) + 14 * (all_days(year - 1).bit_length() - 365)


def rule_days(written: Mapping[str, str]) -> RuleDays:
    """Return the days of a rule that names all that it takes from its start."""
    parts = {key: value for key, value in written.items() if key not in _NOT_DAYS}
    if not any(key in parts for key in ("BYMONTH", *DAY_PARTS)):
        return _shared("", easter=False)
    if not any(key in parts for key in DAY_PARTS):
        parts["BYMONTHDAY"] = ",".join(str(day) for day in range(1, 32))
    frequency = written["FREQ"]
    if frequency == "MONTHLY":  # so that an n-th weekday is one of the month
        parts.setdefault("BYMONTH", _EVERY_MONTH)
    if frequency in ("DAILY", "WEEKLY"):  # there the n has no meaning
        for key in ("BYDAY", "BYWEEKDAY"):
            if key in parts:
                parts[key] = re.sub(r"[+-]?\d+|\([^)]*\)", "", parts[key])
    return _shared(joined(parts), easter="BYEASTER" in parts)


@lru_cache(maxsize=_KEPT)
def _shared(parts: str, *, easter: bool) -> RuleDays:
    return RuleDays(parts, easter=easter)


def rule_times(written: Mapping[str, str]) -> tuple[time, ...]:
    """Return the times of day of a rule, ascending, each once."""
    return _times(*(written[key] for key in TIME_PARTS))


@lru_cache(maxsize=_KEPT)
def _times(*fields: str) -> tuple[time, ...]:
    hours, minutes, seconds = (
        sorted({int(number) for number in field.split(",")}) for field in fields
    )
    return tuple(
        time(hour, minute, second) for hour, minute, second in product(hours, minutes, seconds)
    )
