"""Gaps, folds and skipped dates (T4), on the days when clocks shift, in every zone there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.schedule.timer import Timer
from jittask.schedule.zones import wall_clock
from jittask.zonedata import zone as zone_named
from tests.schedule import tzfile
from tests.schedule.drawn import rounds, walls, zones
from tests.schedule.oracle import instant, nominals, shown

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)

SHIFTING = sorted(name for name in tzfile.names() if tzfile.shifts(name))
shifting = st.sampled_from(["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
                            "Africa/Casablanca", "Pacific/Apia", "Asia/Pyongyang",
                            "Antarctica/Casey"]) | st.sampled_from(SHIFTING)  # fmt: skip


@st.composite
def beside_shifts(draw: st.DrawFn) -> tuple[str, tzfile.Shift, datetime]:
    """Draw a zone, one of its shifts, and a wall time within hours of it."""
    name = draw(shifting)
    shift = draw(st.sampled_from(tzfile.shifts(name)))
    minutes = draw(st.integers(-1500, 1500) | st.integers(-30, 30).map(lambda n: 5 * n))
    wall = (shift.at + shift.before).replace(tzinfo=None) + timedelta(minutes=minutes)
    return name, shift, wall


def test_no_zone_shifts_twice_within_a_day() -> None:
    """A day whose midnights have one offset has it throughout: WallClock rests on this."""
    for name in tzfile.names():
        for one, other in pairwise(tzfile.shifts(name)):
            assert other.at - one.at > 2 * DAY, (name, one, other)


def test_the_shifts_read_here_are_those_that_zoneinfo_knows() -> None:
    for name in tzfile.names():
        zone = zone_named(name)
        for shift in tzfile.shifts(name)[::7]:
            around = shift.at - SECOND, shift.at
            assert [at.astimezone(zone).utcoffset() for at in around] == [shift.before, shift.after]


@rounds(200)
@given(name=zones, data=st.data())
def test_wall_times_and_instants_are_those_of_a_search(name: str, data: st.DataObject) -> None:
    wall = data.draw(walls(name))
    zone = zone_named(name)
    clock = wall_clock(zone)
    nominal = clock.nominal(wall)
    at = instant(wall, zone)
    assert (nominal and nominal.instant) == at
    if nominal is not None and at is not None:
        assert clock.wall(at) == shown(at, zone)
        assert clock.named(nominal) == wall
        assert nominal.missing == (None if shown(at, zone) == wall else wall)


@rounds(300)
@given(
    place=beside_shifts(),
    back=st.integers(0, 40),
    cycle=st.sampled_from(
        [
            {"repeatType": "day"},
            {"repeatType": "normal"},
            {"repeatType": "hour"},
            {"repeatType": "minute", "period": 7},
            {"repeatType": "custom", "rrule": "FREQ=DAILY;BYHOUR=0,1,2,3,23;BYMINUTE=0,15,45"},
            {"repeatType": "custom", "cron": "*/20 0-3,23 * * *"},
            {"repeatType": "custom", "cron": "*/20 * * * *"},
            {"repeatType": "custom", "cron": "30 */2 * * *"},
        ]
    ),
    minutes=st.integers(-200, 200),
)
def test_around_a_shift_each_cycle_fires_as_minute_by_minute(
    place: tuple[str, tzfile.Shift, datetime], back: int, cycle: dict[str, Any], minutes: int
) -> None:
    """And from any instant there: what is asked from within a fold must not see it half."""
    name, shift, wall = place
    cfg = {"startTime": str(max(wall - back * DAY, datetime(1970, 1, 1))), "repeat": cycle}
    timer = Timer.from_config(cfg, zone=name)
    a, b = shift.at + timedelta(minutes=minutes), shift.at + 2 * DAY
    expected = [one.at for one in nominals(cfg, zone_named(name), a, b) if one.at > a]
    assert [one.effective for one in timer.between(a, b)] == expected


@rounds(150)
@given(
    place=beside_shifts(),
    form=st.sampled_from(["date", "time", "until date", "until time", "until Z"]),
    cycle=st.sampled_from([("hour", "HOURLY"), ("day", "DAILY;BYHOUR=0,1,2,3,23")]),
)
def test_an_end_beside_a_shift_is_read_the_same_way(
    place: tuple[str, tzfile.Shift, datetime], form: str, cycle: tuple[str, str]
) -> None:
    name, shift, wall = place
    zone = zone_named(name)
    start = (wall - 3 * DAY).replace(second=0)
    if start.year < 1970:
        return
    cfg: dict[str, Any] = {"startTime": str(start), "repeat": {"repeatType": cycle[0]}}
    if form.startswith("until"):
        shape = {"until date": "%Y%m%d", "until time": "%Y%m%dT%H%M%S"}.get(form, "%Y%m%dT%H%M%SZ")
        until = shown(shift.at, zone_named("UTC")) + (wall - shown(shift.at, zone))
        text = (until if form == "until Z" else wall).strftime(shape)
        cfg["repeat"] = {"repeatType": "custom", "rrule": f"FREQ={cycle[1]};UNTIL={text}"}
    else:
        cfg["endTime"] = str(wall.date() if form == "date" else wall)
    timer = Timer.from_config(cfg, zone=name)
    a, b = shift.at - 2 * DAY, shift.at + 2 * DAY
    expected = [one.at for one in nominals(cfg, zone, a, b) if one.at > a]
    assert [one.effective for one in timer.between(a, b)] == expected


@rounds(100)
@given(place=beside_shifts(), ahead=st.integers(-12 * 60, 14 * 60))
def test_a_start_with_an_offset_is_the_wall_time_shown_then(
    place: tuple[str, tzfile.Shift, datetime], ahead: int
) -> None:
    """In a fold too, where its offset says which pass is meant."""
    name, shift, wall = place
    zone = zone_named(name)
    at = shift.at + (wall - shown(shift.at, zone))
    text = at.astimezone(timezone_ahead(ahead)).isoformat()
    timer = Timer.from_config({"startTime": text, "repeat": {"repeatType": "day"}}, zone=name)
    assert timer.start == shown(at, zone)
    first = timer.after(at - 2 * DAY)
    assert first is not None
    assert first.effective == at


def timezone_ahead(minutes: int) -> Any:
    from datetime import timezone

    return timezone(timedelta(minutes=minutes))


SKIPPED = [
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Fakaofo", date(2011, 12, 30)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
    ("Pacific/Enderbury", date(1994, 12, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
]


@pytest.mark.parametrize(("name", "day"), SKIPPED)
def test_a_date_that_a_zone_skipped_does_not_fire(name: str, day: date) -> None:
    assert instant(datetime.combine(day, time(12)), zone_named(name)) is None
    cycles = [
        {"repeatType": "day"},
        {"repeatType": "week", "weekday": [1, 2, 3, 4, 5, 6, 7]},
        {"repeatType": "custom", "cron": "0 9 * * *"},
        {"repeatType": "custom", "rrule": "FREQ=DAILY"},
    ]
    around = [day + n * DAY for n in (-2, -1, 1, 2)]
    a = datetime.combine(day, time(), UTC)
    for cycle in cycles:
        cfg = {"startTime": f"{day - 9 * DAY} 09:00:00", "repeat": cycle}
        timer = Timer.from_config(cfg, zone=name)
        found = [
            shown(one.effective, timer.zone) for one in timer.between(a - 9 * DAY, a + 9 * DAY)
        ]
        assert [one.date() for one in found if abs(one.date() - day) <= 2 * DAY] == around
        assert {one.time() for one in found} == {time(9)}


def test_the_zones_that_skipped_a_date_are_all_tried() -> None:
    skipping = {
        name
        for name in tzfile.names()
        if any(shift.after - shift.before >= DAY for shift in tzfile.shifts(name))
    }
    aliases = {"Pacific/Kanton", "Pacific/Samoa", "Kwajalein"}
    assert skipping - aliases == {name for name, _ in SKIPPED}
