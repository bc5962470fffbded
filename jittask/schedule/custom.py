"""Custom cycles: cron by cronsim, rrule by dateutil (rules F6, T4, T5)."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from dateutil.rrule import rrule, rrulestr

from jittask.schedule.cycle import LAST_YEAR, Elapsed, Nominal
from jittask.schedule.problems import Mistake
from jittask.schedule.zones import fire_instant, resolve, to_wall

_FIVE_FIELDS = 5
_STEPS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_SEVERAL = ("BYHOUR", "BYMINUTE", "BYSECOND")


@dataclass(frozen=True, slots=True)
class FixedHours:
    """A cron with fixed hours: wall-clock times, each once (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    moves: bool

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        near = max(self.start, to_wall(low, self.zone) - timedelta(days=1))
        walls = _ticks(self.cron, near - timedelta(seconds=1))
        yield from _in_order(walls, self.zone, low)


@dataclass(frozen=True, slots=True)
class EveryHour:
    """A cron whose hours are ``*`` or a step: matched by every real hour (T4)."""

    start: datetime
    zone: ZoneInfo
    cron: str
    moves: bool = False

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``, a repeated wall hour twice."""
        first = max(resolve(self.start, self.zone), low)
        local = (first - timedelta(seconds=1)).astimezone(self.zone)
        for tick in CronSim(self.cron, local):
            instant = tick.astimezone(UTC)
            if instant.year > LAST_YEAR:
                return
            if instant >= first:
                yield Nominal(instant, tick.replace(tzinfo=None))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An rrule of days or longer: wall-clock times counted by dateutil."""

    start: datetime
    zone: ZoneInfo
    text: str
    until: datetime | None
    moves: bool
    rule: rrule = field(compare=False)

    def nominals(self, low: datetime) -> Iterator[Nominal]:
        """Yield the nominals at or after ``low``."""
        near = to_wall(low, self.zone) - timedelta(days=1)
        walls = self.rule.xafter(near, inc=True)
        yield from _in_order(self._bounded(walls), self.zone, low)

    def _bounded(self, walls: Iterator[datetime]) -> Iterator[datetime]:
        for wall in walls:
            if wall.year > LAST_YEAR or (self.until is not None and wall > self.until):
                return
            yield wall


def cron_cycle(text: str, start: datetime, zone: ZoneInfo) -> FixedHours | EveryHour:
    """Read a five-field cron; raises Mistake for one that is wrong or never fires."""
    fields = text.split()
    if len(fields) != _FIVE_FIELDS:
        raise Mistake(
            "bad-cron",
            ("repeat", "cron"),
            f"expected five cron fields (minute hour day month weekday), got {len(fields)}",
            "for example: 30 9 * * 1-5",
        )
    try:
        parsed = CronSim(text, start - timedelta(seconds=1))
        next(parsed)
    except CronSimError as error:
        raise Mistake(
            "bad-cron", ("repeat", "cron"), f"cron {text!r}: {error}", "for example: 30 9 * * 1-5"
        ) from error
    except StopIteration:
        raise Mistake(
            "never-fires", ("repeat", "cron"), f"cron {text!r} can never fire", None
        ) from None
    if fields[1].startswith("*"):
        return EveryHour(start, zone, text)
    once_a_day = len(parsed.hours) * len(parsed.minutes) == 1
    return FixedHours(start, zone, text, moves=once_a_day)


def rrule_cycle(text: str, start: datetime, zone: ZoneInfo) -> Recurrence | Elapsed:
    """Read an RFC 5545 rule; raises Mistake for one that is wrong, or never fires."""
    parts = _rrule_parts(text)
    until = _until(parts.pop("UNTIL", None), zone)
    frequency = parts.get("FREQ", "")
    if frequency in _STEPS:
        return _elapsed(parts, frequency, start, zone, until)
    body = ";".join(f"{key}={value}" for key, value in parts.items())
    try:
        parsed = rrulestr(body, dtstart=start, cache=True)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise _bad_rrule(f"rrule {text!r}: {error}") from error
    if not isinstance(parsed, rrule):
        raise _bad_rrule("expected one rule, got a set of rules")
    several = any("," in parts.get(key, "") for key in _SEVERAL)
    cycle = Recurrence(start, zone, text, until, moves=not several, rule=parsed)
    if next(cycle.nominals(datetime(1, 1, 3, tzinfo=UTC)), None) is None:
        raise Mistake("never-fires", ("repeat", "rrule"), f"rrule {text!r} can never fire", None)
    return cycle


def _elapsed(
    parts: dict[str, str],
    frequency: str,
    start: datetime,
    zone: ZoneInfo,
    until: datetime | None,
) -> Elapsed:
    others = sorted(parts.keys() - {"FREQ", "INTERVAL", "COUNT", "WKST"})
    if others:
        raise Mistake(
            "rrule-not-supported",
            ("repeat", "rrule"),
            f"{frequency} with {', '.join(others)} is not supported",
            "use cron, or FREQ=DAILY with BYHOUR",
        )
    try:
        step = timedelta(seconds=_STEPS[frequency] * int(parts.get("INTERVAL", "1")))
        count = int(parts["COUNT"]) if "COUNT" in parts else None
    except (ValueError, OverflowError):
        raise _bad_rrule("INTERVAL and COUNT are whole numbers") from None
    if step <= timedelta() or (count is not None and count < 1):
        raise _bad_rrule("INTERVAL and COUNT are 1 or more")
    if until is not None:
        fitting = (resolve(until, zone) - resolve(start, zone)) // step + 1
        if fitting < 1:
            raise Mistake("never-fires", ("repeat", "rrule"), "UNTIL is before startTime", None)
        count = fitting if count is None else min(count, fitting)
    return Elapsed(start, zone, step, count)


def _rrule_parts(text: str) -> dict[str, str]:
    body = re.sub(r"^RRULE:", "", text.strip(), flags=re.IGNORECASE).upper()
    if "DTSTART" in body:
        raise Mistake(
            "rrule-has-dtstart",
            ("repeat", "rrule"),
            "a rule starts at startTime, so DTSTART does not belong in rrule",
            "remove DTSTART and set startTime",
        )
    parts: dict[str, str] = {}
    for item in body.split(";"):
        key, equals, value = item.partition("=")
        if not equals or not value or key in parts:
            raise _bad_rrule(f"expected NAME=value parts, each once, got {item!r}")
        parts[key] = value
    if "FREQ" not in parts:
        raise _bad_rrule("FREQ is missing")
    return parts


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Read UNTIL as a date (the end of that day), a local time, or a time with Z."""
    if text is None:
        return None
    for shape in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            found = datetime.strptime(text, shape)  # noqa: DTZ007 - wall time
        except ValueError:
            continue
        if shape.endswith("Z"):
            return to_wall(found.replace(tzinfo=UTC), zone)
        return found if "T" in shape else datetime.combine(found, time.max)
    raise _bad_rrule(f"UNTIL: expected 20261231, 20261231T090000 or …Z, got {text}")


def _bad_rrule(message: str) -> Mistake:
    return Mistake(
        "bad-rrule", ("repeat", "rrule"), message, "for example: FREQ=MONTHLY;BYDAY=-1FR"
    )


def _ticks(cron: str, after: datetime) -> Iterator[datetime]:
    for tick in CronSim(cron, after):
        if tick.year > LAST_YEAR:
            return
        yield tick


def _in_order(walls: Iterator[datetime], zone: ZoneInfo, low: datetime) -> Iterator[Nominal]:
    """Map wall times to instants in the order of the instants, each once.

    A time in a gap is shifted past later ones of the same night, so instants
    are held back until no earlier one can come.
    """
    held: list[tuple[datetime, datetime]] = []
    last: datetime | None = None
    for wall in walls:
        sure = resolve(datetime.combine(wall, time()), zone)
        while held and held[0][0] < sure:
            instant, shown = heapq.heappop(held)
            if instant >= low and instant != last:
                yield Nominal(instant, shown)
            last = instant
        instant_now = fire_instant(wall, zone)
        if instant_now is not None:
            heapq.heappush(held, (instant_now, wall))
    for instant, shown in sorted(held):
        if instant >= low and instant != last:
            yield Nominal(instant, shown)
        last = instant
