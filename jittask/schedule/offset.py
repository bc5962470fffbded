"""Offsets of date-field tasks: how far from a row's date, and at what time (rules F5, D1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jittask.schedule.days import days_in
from jittask.schedule.problems import Mistake, TimingProblem
from jittask.schedule.zones import Span, instant_of, instant_span, to_wall, wall_span

_TIME = re.compile(r"([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}")
_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_DAY_UNITS = {"day": 1, "week": 7}
_MONTHS_A_YEAR = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offset:
    """Before (negative) or after (positive) a value; ``at`` is the time of day of the result."""

    seconds: int = 0
    days: int = 0
    months: int = 0
    at: time | None = None

    def apply(self, value: date, zone: ZoneInfo) -> datetime:
        """Return the wall time that the offset makes of a date, or of a naive datetime (D1).

        The second pass of a fold is what it is (PEP 495), and stays it where the result is one.
        """
        wall = value if isinstance(value, datetime) else datetime.combine(value, time())
        if not isinstance(value, datetime) and self.at is not None and self.seconds:
            wall = datetime.combine(value, self.at)
        if self.seconds:
            return to_wall(instant_of(wall, zone) + timedelta(seconds=self.seconds), zone)
        if self.months or self.days:
            wall = add_months(wall, self.months) + timedelta(days=self.days)
        return wall if self.at is None else datetime.combine(wall.date(), self.at)

    def undo(self, results: Span, zone: ZoneInfo, *, dates: bool) -> Span | None:
        """Return a span that holds the values whose results lie in ``results``; None for none.

        ``dates``: the values are dates, that is midnights.
        """
        low, high = results
        if self.seconds:
            first, last = instant_span(zone, results)
            delta = timedelta(seconds=self.seconds)
            low, high = wall_span(zone, first - delta, last - delta)
            if dates and self.at is not None:
                at = timedelta(hours=self.at.hour, minutes=self.at.minute, seconds=self.at.second)
                low, high = low - at, high - at
            return low, high
        if self.at is not None:
            begin = low.date() if low.time() <= self.at else low.date() + _DAY
            end = high.date() if self.at <= high.time() else high.date() - _DAY
            if begin > end:
                return None
            low, high = datetime.combine(begin, time()), datetime.combine(end, time.max)
        low, high = low - self.days * _DAY, high - self.days * _DAY
        return add_months(low, -self.months), _last_before_clamp(high, self.months)


def add_months(wall: datetime, months: int) -> datetime:
    """Return ``wall`` some months on, its day clamped to the month (T5)."""
    if not months:
        return wall
    year, month = divmod(12 * wall.year + wall.month - 1 + months, _MONTHS_A_YEAR)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, days_in(year, month + 1)))


def _last_before_clamp(wall: datetime, months: int) -> datetime:
    """Return the last wall time that ``add_months`` brings to ``wall`` or before."""
    found = add_months(wall, -months)
    if not months or wall.day < days_in(wall.year, wall.month):
        return found
    return found.replace(day=days_in(found.year, found.month))


def read_offset(config: object, key: str) -> Offset:
    """Read an offset in today's form or the older one; raises Mistake.

    The older form has a signed ``offset`` with ``offsetType`` 1, plural units
    and seconds.
    """
    if config is None:
        return Offset()
    if not isinstance(config, Mapping):
        raise Mistake("bad-offset", (key,), f"{key}: expected an object", None)
    kind, amount = config.get("offsetType", 0), config.get("offset", 0)
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if kind not in (-1, 0, 1) or not isinstance(amount, int) or not whole:
        raise Mistake(
            "bad-offset",
            (key, "offset" if "offset" in config and not whole else "offsetType"),
            f"{key}: expected offsetType -1, 0 or 1 and a whole offset",
            'for example: {"offsetType": -1, "offset": 7, "offsetUnit": "day", "time": "09:00"}',
        )
    if amount and "offsetType" not in config:
        raise Mistake(
            "bad-offset",
            (key, "offset"),
            f"{key}: nothing says whether {amount} is before or after",
            "offsetType is -1 for before, 1 for after",
        )
    if kind == -1 and amount < 0:
        raise Mistake(
            "bad-offset",
            (key, "offset"),
            f"{key}: offsetType -1 is before, so expected an offset of 0 or more, got {amount}",
            f"write {-amount}; a sign is read with offsetType 1 alone",
        )
    signed = int(kind) * amount
    unit = str(config.get("offsetUnit", "day")).removesuffix("s")
    at = _time(config.get("time"), key)
    if unit in _UNITS:
        return Offset(seconds=signed * _UNITS[unit], at=at)
    if unit in _DAY_UNITS:
        return Offset(days=signed * _DAY_UNITS[unit], at=at)
    if unit == "month":
        return Offset(months=signed, at=at)
    raise Mistake(
        "bad-offset",
        (key, "offsetUnit"),
        f"expected minute, hour, day, week or month, got {config.get('offsetUnit')!r}",
        None,
    )


def idle_amount(config: object, key: str) -> Iterator[TimingProblem]:
    """Yield a warning about the amount of an offset that is on time."""
    if isinstance(config, Mapping) and config.get("offsetType") == 0 and config.get("offset"):
        yield TimingProblem(
            "key-without-effect",
            (key, "offset"),
            f"{key}: offset has no effect, because offsetType 0 is on time",
            "remove it, or set offsetType: -1 for before, 1 for after",
            warning=True,
        )


def _time(text: object, key: str) -> time | None:
    if text is None or text == "":
        return None
    if _TIME.fullmatch(str(text)):
        return time.fromisoformat(str(text))
    raise Mistake("bad-time", (key, "time"), f"expected a time such as 09:00, got {text!r}", None)
