"""cron and rrule: against cronsim and dateutil where the rules coincide, and minute by minute."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import example, given
from hypothesis import strategies as st

from jittask.schedule.problems import TimingError
from jittask.schedule.timer import Timer, check_timer
from jittask.zonedata import zone as zone_named
from tests.schedule.drawn import END_OF_WINDOWS, rounds, walls, windows, zones
from tests.schedule.oracle import Cron, nominals

DAY = timedelta(days=1)
Rule = tuple[dict[str, Any], str, datetime, datetime]


def custom(start: datetime, **rule: str) -> dict[str, Any]:
    return {"startTime": start.isoformat(" "), "repeat": {"repeatType": "custom", **rule}}


def timer_of(cfg: dict[str, Any], zone: str) -> Timer | None:
    """Make the timer; None where the rule is refused, as one that never fires or is wrong."""
    _, problems = check_timer(cfg, zone, None)
    refused = {one.code for one in problems if not one.warning}
    assert refused <= {"never-fires", "bad-cron"}
    return None if refused else Timer.from_config(cfg, zone=zone)


def found_in(timer: Timer | None, a: datetime, b: datetime) -> list[datetime]:
    return [] if timer is None else [one.effective for one in timer.between(a, b)]


# --- cron ---------------------------------------------------------------------


def field(low: int, high: int, *others: str) -> st.SearchStrategy[str]:
    number = st.integers(low, high).map(str)
    ends = st.lists(st.integers(low, high), min_size=2, max_size=2, unique=True).map(sorted)
    span = ends.map(lambda two: f"{two[0]}-{two[1]}")
    step = st.tuples(span | number | st.just("*"), st.integers(1, high)).map(
        lambda two: f"{two[0]}/{two[1]}"
    )
    part = st.one_of(number, number, span, step, *(st.just(one) for one in others))
    return st.just("*") | part | st.lists(part, min_size=2, max_size=3).map(",".join)


minutes = st.sampled_from(["0", "30", "*/15", "45", "15,45"]) | field(0, 59)
hours = st.sampled_from(["*", "*/2", "1", "2", "0", "1-3", "23"]) | field(0, 23)
month_days = st.just("*") | field(1, 31, "L", "LW")
weekdays = st.just("*") | field(
    0, 7, "MON", "mon-fri", "SUN", "5L", "0L", "7L", "1#1", "FRI#5", "7#2"
)
crons = st.tuples(
    minutes, hours, month_days, st.just("*") | field(1, 12, "JAN", "feb-apr"), weekdays
).map(" ".join)
every_day = st.tuples(minutes, hours).map(lambda two: f"{two[0]} {two[1]} * * *")


@st.composite
def cron_rules(draw: st.DrawFn) -> Rule:
    name, text = draw(zones), draw(crons | every_day)
    start = draw(walls(name))
    cron = Cron(text)
    often = cron.every_real_hour or len(cron.clocks) > 24
    a, b = draw(windows(start, name, 2 * DAY if often else 40 * DAY))
    return custom(start, cron=text), name, a, b


def case(cfg: dict[str, Any], zone: str, a: str, b: str) -> Rule:
    return cfg, zone, *(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (a, b))


EVERY_MINUTE = case(
    custom(datetime(2026, 3, 8, 3), cron="* * * * *"),
    "America/New_York",
    "2026-03-08 06:00",
    "2026-03-08 09:00",
)
THE_START_LATER_THAN_ITS_WALL_TIME = case(
    custom(datetime(2026, 3, 8, 2, 30), cron="0,45 2,3 * * *"),
    "America/New_York",
    "2026-03-08 06:00",
    "2026-03-09 09:00",
)
THE_START_AS_A_GAP_ENDS = case(
    custom(datetime(1981, 3, 1, 0, 30), cron="0 0 * * *"),
    "Australia/Lord_Howe",
    "1981-02-28 00:00",
    "1981-03-02 00:00",
)


@rounds(300)
@example(rule=EVERY_MINUTE)
@example(rule=THE_START_LATER_THAN_ITS_WALL_TIME)
@example(rule=THE_START_AS_A_GAP_ENDS)
@given(rule=cron_rules())
def test_cron_minute_by_minute(rule: Rule) -> None:
    """T4: fixed hours by the wall clock, each once; hours of a star by every real hour."""
    cfg, zone, a, b = rule
    assert found_in(timer_of(cfg, zone), a, b) == [
        one.at for one in nominals(cfg, zone_named(zone), a, b) if one.at > a
    ]


@rounds(150)
@given(text=crons, start=walls("UTC"), far=st.integers(0, 60_000))
def test_cron_in_utc_as_cronsim_counts(text: str, start: datetime, far: int) -> None:
    try:
        peer = CronSim(text, start - timedelta(seconds=1))
        next(copy(peer))
    except (CronSimError, StopIteration):
        with pytest.raises(TimingError):
            Timer.from_config(custom(start, cron=text))
        return
    timer = Timer.from_config(custom(start, cron=text))
    low = max(min(start + far * DAY, datetime(2190, 1, 1)), start) - timedelta(seconds=1)
    peer = CronSim(text, low)
    expected = [at for at in islice(peer, 20) if at.year <= 2200]
    found = timer.between(low.replace(tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC))
    assert [one.effective.replace(tzinfo=None) for one in islice(found, 20)] == expected


# --- rrule --------------------------------------------------------------------


def some(*values: object) -> st.SearchStrategy[str]:
    one = st.sampled_from([str(value) for value in values])
    return st.lists(one, min_size=1, max_size=3, unique=True).map(",".join)


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
nth_days = some(*WEEKDAYS) | some("1MO", "2TU", "-1FR", "5SU", "-2WE", "+3TH")
positions = some(1, 2, -1, -2, 3)
BY_PARTS = {
    "DAILY": {"BYMONTH": some(*range(1, 13)), "BYDAY": some(*WEEKDAYS),
              "BYMONTHDAY": some(1, 15, 29, 31, -1)},
    "WEEKLY": {"BYMONTH": some(*range(1, 13)), "BYDAY": some(*WEEKDAYS), "BYSETPOS": positions},
    "MONTHLY": {"BYMONTH": some(*range(1, 13)), "BYDAY": nth_days,
                "BYMONTHDAY": some(1, 13, 28, 29, 30, 31, -1, -31), "BYSETPOS": positions},
    "YEARLY": {"BYMONTH": some(*range(1, 13)), "BYDAY": nth_days | some("20MO", "-5SU", "5TH"),
               "BYMONTHDAY": some(1, 29, 31, -1), "BYYEARDAY": some(1, 60, 366, -1, -366),
               "BYWEEKNO": some(1, 20, 52, 53, -1), "BYSETPOS": positions,
               "BYEASTER": st.sampled_from(["0", "-2", "1", "49"])},
}  # fmt: skip
TIMES = {
    "BYHOUR": some(0, 1, 2, 3, 9, 23),
    "BYMINUTE": some(0, 15, 30, 45),
    "BYSECOND": some(0, 30),
}


@st.composite
def rrule_rules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(sorted(BY_PARTS)))
    parts = {"FREQ": frequency}
    parts |= draw(st.fixed_dictionaries({}, optional={"INTERVAL": some(1, 2, 3, 5, 12)}))
    parts["INTERVAL"] = parts.get("INTERVAL", "1").split(",")[0]
    offered = BY_PARTS[frequency]
    for key in draw(st.lists(st.sampled_from(sorted(offered)), max_size=2, unique=True)):
        parts[key] = draw(offered[key])
    if "BYMONTH" in parts and "BYDAY" in parts:
        parts["BYDAY"] = draw(nth_days if frequency in ("MONTHLY", "YEARLY") else some(*WEEKDAYS))
    for key in draw(st.lists(st.sampled_from(sorted(TIMES)), max_size=2, unique=True)):
        parts[key] = draw(TIMES[key])
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(WEEKDAYS))
    if "BYSETPOS" in parts and parts.keys() & offered.keys() <= {"BYSETPOS", "BYMONTH"}:
        parts["BYDAY"] = draw(some(*WEEKDAYS))
    name = draw(zones)
    start = draw(walls(name))
    unit = {"DAILY": 12, "WEEKLY": 40, "MONTHLY": 200, "YEARLY": 1500}[frequency]
    far = 3000 if frequency == "DAILY" else 20_000 if frequency == "WEEKLY" else 84_000
    a, b = draw(windows(start, name, unit * int(parts["INTERVAL"]) * DAY, far))
    _ending(draw, parts, start, a, b, name)
    return custom(start, rrule=";".join(f"{k}={v}" for k, v in parts.items())), name, a, b


def _ending(
    draw: st.DrawFn, parts: dict[str, str], start: datetime, a: datetime, b: datetime, name: str
) -> None:
    match draw(st.sampled_from(["none", "none", "count", "date", "local", "utc", "shift"])):
        case "count":
            parts["COUNT"] = str(draw(st.integers(1, 400)))
        case "none":
            pass
        case form:
            until = (a + (b - a) * draw(st.floats(0, 1.2))).replace(tzinfo=None, microsecond=0)
            if form == "shift":
                until = draw(walls(name, first=start, last=max(start, until)))
            if until < start + 2 * DAY:
                return
            shape = {"date": "%Y%m%d", "utc": "%Y%m%dT%H%M%SZ"}.get(form, "%Y%m%dT%H%M%S")
            parts["UNTIL"] = until.strftime(shape)


POSITIONS_IN_THE_REST_OF_A_WEEK = case(
    custom(datetime(2026, 1, 7, 9), rrule="FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1"),
    "UTC",
    "2026-01-01 00:00",
    "2026-02-01 00:00",
)
UNTIL_IN_A_SECOND_PASS = case(
    custom(datetime(2026, 10, 31, 1, 30), rrule="FREQ=DAILY;UNTIL=20261101T061500Z"),
    "America/New_York",
    "2026-10-31 00:00",
    "2026-11-03 00:00",
)
UNTIL_AFTER_A_GAP = case(
    custom(datetime(2026, 3, 7, 2, 30), rrule="FREQ=DAILY;UNTIL=20260308T071500Z"),
    "America/New_York",
    "2026-03-06 00:00",
    "2026-03-11 00:00",
)


FROM_A_GAP = case(
    custom(datetime(2026, 3, 8, 2, 30), rrule="FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45"),
    "America/New_York",
    "2026-03-08 06:00",
    "2026-03-09 09:00",
)


@rounds(250)
@example(rule=FROM_A_GAP)
@example(rule=POSITIONS_IN_THE_REST_OF_A_WEEK)
@example(rule=UNTIL_IN_A_SECOND_PASS)
@example(rule=UNTIL_AFTER_A_GAP)
@given(rule=rrule_rules())
def test_rrule_as_dateutil_counts_from_the_start(rule: Rule) -> None:
    cfg, zone, a, b = rule
    timer = timer_of(cfg, zone)
    if timer is None and cfg["repeat"]["rrule"].startswith(("FREQ=DAILY", "FREQ=WEEKLY")):
        return  # dateutil would look for a first one, day by day, until the year 9999
    assert found_in(timer, a, b) == [
        one.at for one in nominals(cfg, zone_named(zone), a, b) if one.at > a
    ]


@st.composite
def elapsed_rrules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(["HOURLY", "MINUTELY", "SECONDLY"]))
    unit = {"HOURLY": 60 * 60, "MINUTELY": 60, "SECONDLY": 1}[frequency]
    interval = draw(st.sampled_from([1, 2, 5, 7, 36, 100]))
    name = draw(zones)
    start = draw(walls(name))
    step = timedelta(seconds=unit * interval)
    a = start.replace(tzinfo=UTC) + step * draw(st.integers(-9, 2000))
    b = min(a + step * draw(st.integers(1, 60)), END_OF_WINDOWS)
    parts = {"FREQ": frequency, "INTERVAL": str(interval)}
    _ending(draw, parts, start, a, b, name)
    return custom(start, rrule=";".join(f"{k}={v}" for k, v in parts.items())), name, a, b


THE_END_OF_A_DAY_SHOWN_TWICE = case(
    custom(datetime(2018, 2, 17, 12), rrule="FREQ=HOURLY;UNTIL=20180217"),
    "America/Sao_Paulo",
    "2018-02-17 12:00",
    "2018-02-18 12:00",
)


@rounds(60)
@example(rule=THE_END_OF_A_DAY_SHOWN_TWICE)
@given(rule=elapsed_rrules())
def test_rrule_by_the_hour_or_finer_runs_in_elapsed_time(rule: Rule) -> None:
    cfg, zone, a, b = rule
    assert found_in(timer_of(cfg, zone), a, b) == [
        one.at for one in nominals(cfg, zone_named(zone), a, b) if one.at > a
    ]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=5;BYDAY=53TH", "FREQ=MONTHLY;BYDAY=-6MO", "FREQ=YEARLY;BYDAY=60MO"],
)
def test_an_nth_weekday_that_never_is_is_refused(rule: str) -> None:
    with pytest.raises(TimingError) as caught:
        Timer.from_config(custom(datetime(2000, 1, 1), rrule=rule))
    assert [one.code for one in caught.value.problems] == ["bad-rrule"]


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "FREQ=DAILY", "FREQ=SECONDLY"])
@pytest.mark.parametrize("until", ["99991231", "99991231T235959Z", "99991231T235959"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_an_until_beyond_all_years_is_none(rule: str, until: str, zone: str) -> None:
    timer = Timer.from_config(custom(datetime(2026, 1, 1), rrule=f"{rule};UNTIL={until}"), zone)
    assert timer.after(datetime(2199, 1, 1, tzinfo=UTC)) is not None
