"""Timings and rows that chance draws, thick where clocks shift and months end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.rows.dates import Timing
from tests.rows.model import Row
from tests.schedule.oracle import PlainDays, shown

BEGINNINGS = [
    ("Europe/Berlin", "2026-03-28 05:00"),
    ("Europe/Berlin", "2026-10-24 07:00"),
    ("Europe/Berlin", "2026-01-30 08:00"),
    ("America/New_York", "2026-03-07 12:00"),
    ("America/New_York", "2026-10-31 12:00"),
    ("America/New_York", "2026-02-27 20:00"),
    ("Australia/Lord_Howe", "2026-04-04 06:00"),
    ("Australia/Lord_Howe", "2026-10-03 06:00"),
]
"""Zones and instants (UTC) from which a trial begins: hours before clocks shift or a month ends."""

CYCLES: list[dict[str, Any]] = [
    {"repeatType": "normal"},
    {"repeatType": "normal"},
    {"repeatType": "day"},
    {"repeatType": "day", "period": 2},
    {"repeatType": "week", "weekday": [1, 6, 7]},
    {"repeatType": "month", "subType": "day", "day": [1, 31, -1]},
    {"repeatType": "month", "subType": "week", "week": [-1, 1], "weekday": [6, 7]},
    {"repeatType": "month"},
    {"repeatType": "year"},
    {"repeatType": "custom", "cron": "30 2 * * *"},
    {"repeatType": "custom", "cron": "15 */6 * * 1-6"},
    {"repeatType": "custom", "rrule": "FREQ=DAILY;INTERVAL=2;COUNT=5"},
]
ELAPSED: list[dict[str, Any]] = [
    {"repeatType": "minute", "period": 45},
    {"repeatType": "hour"},
    {"repeatType": "hour", "period": 5},
]
"""Cycles that need an end."""
ROLLS: list[dict[str, Any]] = [
    {},
    {},
    {"skipHoliday": 1},
    {"skipHoliday": 1, "holidayRoll": "previous"},
    {"skipHoliday": 1, "skipWeekend": 1, "holidayRoll": "skip"},
    {"skipWeekend": 1},
]
AMOUNTS = {"minute": [5, 90, 1500], "hour": [1, 30], "day": [1, 7], "week": [1], "month": [1]}


def offset(chance: Random) -> dict[str, Any]:
    unit = chance.choice(sorted(AMOUNTS))
    sign = chance.choice([-1, 0, 1])
    drawn: dict[str, Any] = {"offsetType": sign, "offsetUnit": unit}
    if sign:
        drawn["offset"] = chance.choice(AMOUNTS[unit])
    if unit in ("day", "week", "month") and chance.random() < 0.5:
        drawn["time"] = chance.choice(["02:30", "09:00", "23:45"])
    return drawn


def timing(
    chance: Random, zone: ZoneInfo, column_zone: ZoneInfo, days: PlainDays, fields: Sequence[str]
) -> Timing:
    cycle = chance.choice(CYCLES + ELAPSED)
    cfg: dict[str, Any] = {
        "startField": chance.choice(fields),
        "startOffset": offset(chance),
        "repeat": cycle,
        **chance.choice(ROLLS),
    }
    match chance.choice(["endTime", "ends", "until"] + ([] if cycle in ELAPSED else [None, None])):
        case "endTime":
            last = max(days.holidays) + timedelta(days=chance.randint(-2, 9))
            cfg["endTime"] = f"{last} 12:00:00"
        case str(field):
            cfg["endField"] = field
            if chance.random() < 0.5:
                cfg["endOffset"] = {"offsetType": 1, "offset": 1, "offsetUnit": "day"}
    return Timing(cfg, zone, column_zone, days)


def days_near(now: datetime, zone: ZoneInfo) -> PlainDays:
    """Return a calendar with a free day tomorrow, two in four days, and a Sunday that is worked."""
    today = shown(now, zone).date()
    sunday = today + timedelta(days=7 - today.isoweekday())
    free = {today + timedelta(days=n) for n in (1, 4, 5)} - {sunday}
    return PlainDays(frozenset(free), frozenset({sunday}))


def minutes(chance: Random) -> int:
    """Return minutes from now."""
    return chance.choice([0, 1, 5, 20, 59, 61, -1, -30, chance.randint(-3000, 3000)])


def row(chance: Random, now: datetime, task_timing: Timing) -> Row:
    """Return a row that fires near now, or does not."""
    name = chance.choice(["ok", "ok", "ok", "held"])
    drawn: Row = {"name": name, "at": None, "stamp": None, "day": None, "ends": None, "until": None}
    if chance.random() < 0.93:
        field = task_timing.cfg["startField"]
        drawn[field] = value_near(now, minutes(chance), task_timing)
    if chance.random() < 0.8:
        end = shown(now + timedelta(minutes=chance.randint(0, 9000)), task_timing.column_zone)
        drawn |= {"ends": end.replace(second=0, microsecond=0), "until": end.date()}
    return drawn


def value_near(now: datetime, minutes_ahead: int, task_timing: Timing) -> date:
    """Return a value of the start field whose first occurrence is about so many minutes from now."""
    by: Mapping[str, Any] = task_timing.cfg["startOffset"]
    unit, field = by["offsetUnit"], task_timing.cfg["startField"]
    step = timedelta(days=30) if unit == "month" else timedelta(**{f"{unit}s": 1})
    at = now + timedelta(minutes=minutes_ahead) - by["offsetType"] * by.get("offset", 0) * step
    at = at.replace(second=0, microsecond=0)
    if field == "stamp":
        return at.astimezone(UTC)
    wall = shown(at, task_timing.column_zone)
    return wall.date() if field == "day" else wall
