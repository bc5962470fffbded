"""Rules, zones and windows for hypothesis to draw, thick where clocks shift and months end."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from jittask.zonedata import zone as zone_named
from tests.schedule import tzfile
from tests.schedule.oracle import PlainDays, shown

_ROUNDS = os.environ.get("JITTASK_FUZZ_ROUNDS")

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
         "Africa/Casablanca", "America/Sao_Paulo", "Asia/Shanghai", "Asia/Pyongyang",
         "Antarctica/Troll", "Antarctica/Casey"]  # fmt: skip
"""One of each oddity: half an hour, a date that was skipped, Ramadan, midnight, two hours, three."""

FIRST, LAST = datetime(1970, 1, 3), datetime(2200, 12, 28)
END_OF_WINDOWS = datetime(2200, 12, 29, tzinfo=UTC)
"""Days before the last year ends, which it does in each zone at another instant."""
WEEK_53 = [date(2020, 12, 28), date(2026, 12, 31), date(1976, 12, 29), date(2099, 1, 1)]

zones = st.sampled_from(ZONES) | st.sampled_from(tzfile.names())


def rounds(usual: int) -> settings:
    """Return how often a test draws: in full where JITTASK_FUZZ_ROUNDS says so."""
    return settings(
        max_examples=int(_ROUNDS) if _ROUNDS else usual,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@st.composite
def walls(draw: st.DrawFn, name: str, first: datetime = FIRST, last: datetime = LAST) -> datetime:
    """Draw a wall time: any, at a month's end, at a turn of the year, or beside a shift."""
    clock = draw(st.sampled_from([0, 1, 89, 120, 135, 150, 540, 1425, 1439]) | st.integers(0, 1439))
    second = draw(st.sampled_from([0, 0, 0, 0, 30, 59]))
    near = [shift for shift in tzfile.shifts(name) if first < shift.at.replace(tzinfo=None) < last]
    match draw(st.sampled_from(["any", "month end", "week 53", "shift", "shift"])):
        case "month end":
            year = draw(st.integers(first.year, last.year))
            day = date(year, draw(st.integers(1, 12)), 28) + timedelta(draw(st.integers(0, 4)))
        case "week 53":
            day = draw(st.sampled_from(WEEK_53))
        case "shift" if near:
            at = draw(st.sampled_from(near)).at
            wall = shown(at, zone_named(name))
            found = wall + timedelta(minutes=draw(st.integers(-200, 200)), seconds=second)
            return min(max(found, first), last)
        case _:
            day = draw(st.dates(first.date(), last.date()))
    found = datetime(day.year, day.month, day.day, clock // 60, clock % 60, second)
    return min(max(found, first), last)


@st.composite
def windows(
    draw: st.DrawFn, start: datetime, name: str, span: timedelta, far: int = 84_000
) -> tuple[datetime, datetime]:
    """Draw ``(a, b)``: around the start, years after it, or beside a shift of the zone."""
    match draw(st.sampled_from(["start", "far", "shift"])):
        case "start":
            a = start.replace(tzinfo=UTC) - span * draw(st.floats(0.01, 0.5))
        case "far":
            a = start.replace(tzinfo=UTC) + timedelta(days=draw(st.integers(0, far)))
        case _:
            last = LAST if far > (LAST - start).days else start + timedelta(days=far)
            wall = draw(walls(name, first=start, last=max(start, last)))
            a = wall.replace(tzinfo=UTC) - span * draw(st.floats(0, 1))
    a = a.replace(microsecond=0)
    b = a + span * draw(st.floats(0.2, 1))
    return a, min(b.replace(microsecond=0), END_OF_WINDOWS)


periods = st.sampled_from([1, 1, 2, 3]) | st.integers(1, 40)
weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True)
weeks = st.sampled_from([1, 2, 3, 4, 5, -1])
month_days = st.lists(
    st.sampled_from([1, 15, 28, 29, 30, 31, -1]) | st.integers(1, 31),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
months = st.integers(1, 12) | st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)
by_day = st.fixed_dictionaries({"subType": st.just("day"), "day": month_days})
by_week = st.fixed_dictionaries({"subType": st.just("week"), "week": weeks, "weekday": weekdays})


def _repeat(kind: str, *patterns: st.SearchStrategy[dict[str, Any]]) -> Any:
    plain = st.fixed_dictionaries({"repeatType": st.just(kind)}, optional={"period": periods})
    return st.one_of(
        plain,
        *(st.tuples(plain, pattern).map(lambda two: two[0] | two[1]) for pattern in patterns),
    )


daily = {
    "normal": st.just({"repeatType": "normal"}),
    "day": _repeat("day"),
    "week": _repeat("week", st.fixed_dictionaries({"weekday": weekdays})),
    "month": _repeat("month", by_day, by_week),
    "year": _repeat(
        "year",
        st.tuples(st.fixed_dictionaries({"month": months}), by_day | by_week).map(
            lambda two: two[0] | two[1]
        ),
    ),
}
"""The cycles that fire at most once a day, by name."""

elapsed = {"minute": _repeat("minute"), "hour": _repeat("hour")}
cycles = daily | elapsed

SPANS = {
    "minute": timedelta(hours=3),
    "hour": timedelta(days=3),
    "normal": timedelta(days=40),
    "day": timedelta(days=40),
    "week": timedelta(days=150),
    "month": timedelta(days=700),
    "year": timedelta(days=3000),
}


@st.composite
def rules(
    draw: st.DrawFn, kinds: dict[str, Any] | None = None, ends: bool = True
) -> tuple[dict[str, Any], str, datetime, datetime]:
    """Draw a timerCfg, its zone, and a window to look at it through."""
    kinds = cycles if kinds is None else kinds
    kind = draw(st.sampled_from(sorted(kinds)))
    repeat = draw(kinds[kind])
    name = draw(zones)
    start = draw(walls(name))
    span = SPANS[kind] * min(repeat.get("period", 1), 12)
    a, b = draw(windows(start, name, span))
    cfg = {"startTime": start.isoformat(" "), "repeat": repeat}
    if ends and draw(st.booleans()):
        end = shown(a, zone_named(name)) + (b - a) * draw(st.floats(0, 1))
        end = end.replace(microsecond=0)
        if end >= start:
            cfg["endTime"] = str(end.date()) if draw(st.booleans()) else end.isoformat(" ")
    return cfg, name, a, b


@st.composite
def calendars(draw: st.DrawFn, first: date, last: date) -> PlainDays:
    """Draw a calendar whose days off lie between the two days, in runs of up to nine."""
    holidays, worked = set(), set()
    span = (last - first).days
    for _ in range(draw(st.integers(1, 6))):
        begin = first + timedelta(days=draw(st.integers(0, span)))
        holidays |= {begin + timedelta(days=n) for n in range(draw(st.integers(1, 9)))}
    for _ in range(draw(st.integers(0, 4))):
        day = first + timedelta(days=draw(st.integers(0, span)))
        day += timedelta(days=5 - day.weekday() + draw(st.integers(0, 1)))
        worked.add(day)
    return PlainDays(frozenset(holidays - worked), frozenset(worked))
