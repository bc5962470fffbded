"""Timings and rows for hypothesis to draw, thick where clocks shift and months end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.rows.dates import Timing
from tests.rows.model import Row
from tests.schedule.oracle import PlainDays, shown

BEGINNINGS = {
    "Europe/Berlin": ["2026-03-28 05:00", "2026-10-24 07:00", "2026-01-30 08:00"],
    "America/New_York": ["2026-03-07 12:00", "2026-10-31 12:00", "2026-02-27 20:00"],
    "Australia/Lord_Howe": ["2026-04-04 06:00", "2026-10-03 06:00"],
}
"""By zone, instants (UTC) from which a trial begins: hours before clocks shift or a month ends."""

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


@st.composite
def offsets(draw: st.DrawFn) -> dict[str, Any]:
    unit = draw(st.sampled_from(sorted(AMOUNTS)))
    sign = draw(st.sampled_from([-1, 0, 1]))
    offset: dict[str, Any] = {"offsetType": sign, "offsetUnit": unit}
    if sign:
        offset["offset"] = draw(st.sampled_from(AMOUNTS[unit]))
    if unit in ("day", "week", "month") and draw(st.booleans()):
        offset["time"] = draw(st.sampled_from(["02:30", "09:00", "23:45"]))
    return offset


@st.composite
def timings(draw: st.DrawFn, zone: ZoneInfo, days: PlainDays, start_fields: list[str]) -> Timing:
    cycle = draw(st.sampled_from(CYCLES + ELAPSED))
    cfg: dict[str, Any] = {
        "startField": draw(st.sampled_from(start_fields)),
        "startOffset": draw(offsets()),
        "repeat": cycle,
        **draw(st.sampled_from(ROLLS)),
    }
    ends = ["endTime", "ends", "until"] + ([] if cycle in ELAPSED else [None, None])
    match draw(st.sampled_from(ends)):
        case "endTime":
            last = max(days.holidays) + timedelta(days=draw(st.integers(-2, 9)))
            cfg["endTime"] = f"{last} 12:00:00"
        case str(field):
            cfg["endField"] = field
            if draw(st.booleans()):
                cfg["endOffset"] = {"offsetType": 1, "offset": 1, "offsetUnit": "day"}
    return Timing(cfg, zone, zone, days)


def days_near(now: datetime, zone: ZoneInfo) -> PlainDays:
    """Return a calendar with a free day tomorrow, two in four days, and a Sunday that is worked."""
    today = shown(now, zone).date()
    sunday = today + timedelta(days=7 - today.isoweekday())
    free = {today + timedelta(days=n) for n in (1, 4, 5)} - {sunday}
    return PlainDays(frozenset(free), frozenset({sunday}))


deltas = st.sampled_from([0, 1, 5, 20, 59, 61, -1, -30]) | st.integers(-3000, 3000)
"""Minutes from now."""


@st.composite
def rows(draw: st.DrawFn, now: datetime, timing: Timing) -> Row:
    """Draw a row that fires near now, or does not."""
    name = draw(st.sampled_from(["ok", "ok", "ok", "held"]))
    row: Row = {"name": name, "at": None, "stamp": None, "day": None, "ends": None, "until": None}
    field = timing.cfg["startField"]
    if draw(st.sampled_from([*9 * [True], False])):
        row[field] = value_near(now, draw(deltas), timing)
    if draw(st.sampled_from([True, True, False])):
        end = shown(now + timedelta(minutes=draw(st.integers(0, 6000))), timing.column_zone)
        row |= {"ends": end.replace(second=0, microsecond=0), "until": end.date()}
    return row


def value_near(now: datetime, minutes: int, timing: Timing) -> date:
    """Return a value of the start field whose first occurrence is about so many minutes from now."""
    offset: Mapping[str, Any] = timing.cfg["startOffset"]
    unit = offset["offsetUnit"]
    step = timedelta(days=30) if unit == "month" else timedelta(**{f"{unit}s": 1})
    at = now + timedelta(minutes=minutes) - offset["offsetType"] * offset.get("offset", 0) * step
    at = at.replace(second=0, microsecond=0)
    if timing.cfg["startField"] == "stamp":
        return at.astimezone(UTC)
    wall = shown(at, timing.column_zone)
    return wall.date() if timing.cfg["startField"] == "day" else wall
