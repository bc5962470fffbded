"""When a row fires, worked out from the words of rules D1, T1-T9 alone.

Shares no code with ``jittask``: the days of a cycle and the wall times of a zone
are those of the judge of timing in ``tests/schedule/oracle.py``.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.schedule import oracle
from tests.schedule.oracle import DAY, PlainDays, instant, shown

FARTHEST_ROLL = timedelta(days=30)
"""More than the days off in a row that these tests have."""


_DAYS = ("day", "week", "month", "year")


class Start(NamedTuple):
    """The base instant of a row, and the wall time that a cycle of days counts from."""

    at: datetime
    wall: datetime


class Occurrence(NamedTuple):
    effective: datetime
    nominals: tuple[datetime, ...]


class Timing(NamedTuple):
    """A date-field task's ``timerCfg``, and what it depends on."""

    cfg: Mapping[str, Any]
    zone: ZoneInfo
    column_zone: ZoneInfo
    """The zone of columns without one: of the database, or the task's."""
    days: PlainDays


# --- D1: the base instant -----------------------------------------------------


def start_of(value: date, offset: Mapping[str, Any], timing: Timing) -> Start | None:
    """Return the base instant of a field's value; None on a date that the zone skipped."""
    zone = timing.zone
    sign, amount = offset.get("offsetType", 0), offset.get("offset", 0)
    unit, clock = offset.get("offsetUnit", "day"), offset.get("time")
    amount *= sign
    if not isinstance(value, datetime):
        wall = datetime.combine(value, _clock(clock) or time())
        at = instant(wall, zone)
    else:
        at, wall = _read(value, timing)
    if at is None:
        return None
    if unit in ("minute", "hour"):
        if not amount:
            return Start(at, wall)
        at += amount * timedelta(**{f"{unit}s": 1})
        return Start(at, shown(at, zone))
    day = _add(wall.date(), amount, unit)
    clock_time = _clock(clock) or wall.time()
    moved = datetime.combine(day, clock_time)
    if moved == wall:
        return Start(at, wall)
    found = instant(moved, zone)
    return None if found is None else Start(found, moved)


def _read(value: datetime, timing: Timing) -> tuple[datetime | None, datetime]:
    """Return the instant of a datetime, and its wall time in the task's zone."""
    if value.tzinfo is not None:
        at = value.astimezone(UTC)
        return at, shown(at, timing.zone)
    at = instant(value, timing.column_zone)
    if timing.column_zone == timing.zone:
        return at, value
    return at, shown(at, timing.zone) if at else value


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _add(day: date, amount: int, unit: str) -> date:
    if unit == "month":
        year, month = divmod(12 * day.year + day.month - 1 + amount, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))
    return day + amount * (7 if unit == "week" else 1) * DAY


def end_of(row: Mapping[str, Any], timing: Timing) -> datetime | None:
    """Return the last instant at which the row may fire (T7); None for no end."""
    cfg = timing.cfg
    if cfg.get("endField"):
        value, offset = row[cfg["endField"]], cfg.get("endOffset", {})
        if value is None:
            return None
        end = start_of(value, offset, timing)
        assert end is not None
        elapsed = offset.get("offset") and offset.get("offsetUnit") in ("minute", "hour")
        if isinstance(value, datetime) or offset.get("time") or elapsed:
            return end.at
        return oracle.end_of_day(end.wall.date(), timing.zone)
    return oracle.end_of(cfg, timing.zone)


# --- the occurrences of one row -----------------------------------------------


def occurrences(
    row: Mapping[str, Any], timing: Timing, after: datetime, until: datetime
) -> list[Occurrence]:
    """Return what fires for a row with its effective instant in ``(after, until]``."""
    value = row[timing.cfg["startField"]]
    if value is None:
        return []
    start = start_of(value, timing.cfg.get("startOffset", {}), timing)
    if start is None:
        return []
    end = end_of(row, timing)
    rolls = timing.cfg.get("skipHoliday") or timing.cfg.get("skipWeekend")
    reach = FARTHEST_ROLL if rolls else timedelta()
    landed: dict[datetime, list[datetime]] = {}
    for at, wall in sorted(set(_nominals(start, timing, after - reach, until + reach))):
        if end is not None and at > end:
            continue
        effective = _roll(at, wall, timing)
        if effective is None or effective < start.at or (end is not None and effective > end):
            continue
        landed.setdefault(effective, []).append(at)
    return [
        Occurrence(effective, tuple(landed[effective]))
        for effective in sorted(landed)
        if after < effective <= until
    ]


def _nominals(
    start: Start, timing: Timing, lo: datetime, hi: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the instants and wall times of the cycle, from the start on."""
    repeat, zone = timing.cfg.get("repeat", {"repeatType": "normal"}), timing.zone
    kind, has_pattern = repeat["repeatType"], _has_pattern(repeat)
    begins_with_start = kind == "normal" or (kind in _DAYS and not has_pattern)
    if begins_with_start and lo <= start.at <= hi:  # T2; in a fold too
        yield start
    if kind == "normal":
        return
    if kind in ("minute", "hour"):
        step = repeat.get("period", 1) * timedelta(**{f"{kind}s": 1})
        at = start.at + max(0, (lo - start.at) // step) * step
        while at <= hi:
            yield at, shown(at, zone)
            at += step
        return
    cfg = {"startTime": start.wall.isoformat(" "), "repeat": repeat}
    lo = lo.replace(second=0, microsecond=0)  # a cron is looked at minute by minute
    for found in oracle.nominals(cfg, zone, lo, hi):
        names_start = kind in _DAYS and has_pattern and found.wall == start.wall
        if found.at > start.at or (has_pattern and found.at == start.at) or names_start:
            yield max(found.at, start.at), found.wall


def _has_pattern(repeat: Mapping[str, Any]) -> bool:
    return any(key in repeat for key in ("weekday", "day", "week", "month", "cron", "rrule"))


def _roll(at: datetime, wall: datetime, timing: Timing) -> datetime | None:
    """Return the effective instant (T9); None where the day off skips it."""
    cfg, days = timing.cfg, timing.days
    off = cfg.get("skipHoliday") and days.is_holiday(wall.date())
    off = off or (cfg.get("skipWeekend") and days.is_weekend(wall.date()))
    if not off:
        return at
    how = cfg.get("holidayRoll", "next")
    if how == "skip" or not oracle.moves(cfg.get("repeat", {"repeatType": "normal"})):
        return None
    step = DAY if how == "next" else -DAY
    wall += step
    while not days.is_working_day(wall.date()) or instant(wall, timing.zone) is None:
        wall += step
    return instant(wall, timing.zone)
