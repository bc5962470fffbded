"""Why a timer fires on a day, or does not: each reason of T11, in its words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.schedule.explain import Explanation, explain
from jittask.schedule.timer import Timer
from jittask.schedule.zones import resolve

ROUNDS = int(os.environ.get("JITTASK_FUZZ_ROUNDS", "300"))
START = "2026-01-05 09:00:00"
DAYS_OFF = {"extraHolidays": ["2026-05-06", "2026-05-07"]}
"""A calendar of our own: its names do not hang on an edition, nor on a locale."""


def every(repeat_type: str, start: str = START, **repeat: object) -> dict[str, object]:
    return {"startTime": start, "repeat": {"repeatType": repeat_type, **repeat}}


def off(config: dict[str, object], roll: str = "next", **more: object) -> dict[str, object]:
    return {**config, "skipHoliday": 1, "holidayRoll": roll, "calendar": DAYS_OFF, **more}


@dataclass(frozen=True)
class Case:
    name: str
    config: Mapping[str, object]
    asked: str
    fires: bool
    reasons: tuple[tuple[str, str], ...]
    zone: str = "UTC"


BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
CASES = [
    Case("it fires", every("day"), "2026-01-06", True, (("fires", "fires at 09:00:00 UTC"),)),
    Case("its zone is told with UTC beside it", every("day"), "2026-07-06", True,
         (("fires", "fires at 09:00:00 CEST (2026-07-06 07:00 UTC)"),), BERLIN),
    Case("a time that is right", every("day"), "2026-01-06T09:00", True, (("fires", "fires at 09:00:00 UTC"),)),
    Case("a time that is not", every("day"), "2026-01-06T09:00:01", False,
         (("not-in-cycle", "the cycle has no occurrence on Tue 2026-01-06 09:00:01"),
          ("previous", "the one before it is Tue 2026-01-06 09:00:00 UTC"),
          ("next", "the next is Wed 2026-01-07 09:00:00 UTC"))),
    Case("not in the cycle", every("week"), "2026-01-07", False,
         (("not-in-cycle", "the cycle has no occurrence on Wed 2026-01-07"),
          ("previous", "the one before it is Mon 2026-01-05 09:00:00 UTC"),
          ("next", "the next is Mon 2026-01-12 09:00:00 UTC"))),
    Case("before the start", every("day"), "2026-01-04", False,
         (("before-start", "Sun 2026-01-04 is before the start, 2026-01-05 09:00:00"),
          ("next", "the next is Mon 2026-01-05 09:00:00 UTC"))),
    Case("after the end", {**every("day"), "endTime": "2026-01-07"}, "2026-01-08", False,
         (("after-end", "Thu 2026-01-08 is after the end, 2026-01-07"),
          ("previous", "the one before it is Wed 2026-01-07 09:00:00 UTC"),
          ("no-next", "nothing fires after it"))),
    Case("later on the day of the end", {**every("day"), "endTime": "2026-01-07 08:59:59"}, "2026-01-07", False,
         (("after-end", "the occurrence at 09:00 is after the end, 2026-01-07 08:59:59"),)),
    Case("a day that outlasts its end", {**every("hour"), "endTime": "2026-01-07 21:30:00"}, "2026-01-07T22:00", False,
         (("after-end", "Wed 2026-01-07 22:00:00 is after the end, 2026-01-07 21:30:00"),
          ("previous", "the one before it is Wed 2026-01-07 21:00:00 UTC"),
          ("no-next", "nothing fires after it"))),
    Case("some of a day are after the end", {**every("hour"), "endTime": "2026-01-07 21:30:00"}, "2026-01-07", True,
         (*(("fires", f"fires at 0{hour}:00:00 UTC") for hour in range(5)), ("more", "and 17 more that day"),
          ("after-end", "2 occurrences of that day are after the end, 2026-01-07 21:30:00"))),
    Case("once, and over", {"startTime": START}, "2026-01-06", False,
         (("not-in-cycle", "the cycle has no occurrence on Tue 2026-01-06"),
          ("previous", "the one before it is Mon 2026-01-05 09:00:00 UTC"),
          ("no-next", "nothing fires after it"))),
    Case("a cycle of four years remembers the one before", every("year", period=4), "2029-01-05", False,
         (("not-in-cycle", "the cycle has no occurrence on Fri 2029-01-05"),
          ("previous", "the one before it is Mon 2026-01-05 09:00:00 UTC"),
          ("next", "the next is Sat 2030-01-05 09:00:00 UTC"))),
    Case("many in a day", every("hour", "2026-01-05 00:15:00"), "2026-01-06", True,
         (*(("fires", f"fires at 0{hour}:15:00 UTC") for hour in range(5)), ("more", "and 19 more that day"))),
    # clocks
    Case("a gap", every("day", "2026-01-05 02:30:00"), "2026-03-29", True,
         (("fires", "fires at 03:30:00 CEST (2026-03-29 01:30 UTC)"),
          ("dst-gap", "02:30 does not exist that day (clocks go forward)")), BERLIN),
    Case("the time in a gap", every("day", "2026-01-05 02:30:00"), "2026-03-29T02:30", True,
         (("fires", "fires at 03:30:00 CEST (2026-03-29 01:30 UTC)"),
          ("dst-gap", "02:30 does not exist that day (clocks go forward)")), BERLIN),
    Case("a fold", every("day", "2026-01-05 01:30:00"), "2026-11-01", True,
         (("fires", "fires at 01:30:00 EDT (2026-11-01 05:30 UTC)"),
          ("dst-fold", "01:30 comes twice that day (clocks go back); it fires the first time")), NEW_YORK),
    Case("a cron of a fixed hour in a fold", every("custom", cron="30 1 * * *"), "2026-11-01", True,
         (("fires", "fires at 01:30:00 EDT (2026-11-01 05:30 UTC)"),
          ("dst-fold", "01:30 comes twice that day (clocks go back); it fires the first time")), NEW_YORK),
    Case("a time in a fold is both its times", every("hour", "2026-01-05 00:30:00"), "2026-11-01T01:30", True,
         (("fires", "fires at 01:30:00 EDT (2026-11-01 05:30 UTC)"),
          ("fires", "fires at 01:30:00 EST (2026-11-01 06:30 UTC)")), NEW_YORK),
    Case("a cron of every hour fires on both", every("custom", cron="30 * * * *"), "2026-11-01T01:30", True,
         (("fires", "fires at 01:30:00 EDT (2026-11-01 05:30 UTC)"),
          ("fires", "fires at 01:30:00 EST (2026-11-01 06:30 UTC)")), NEW_YORK),
    Case("a date that the zone left out", every("day", "2011-12-01 09:00:00"), "2011-12-30", False,
         (("no-such-date", "Pacific/Apia has no 2011-12-30: its clocks skipped it"),), "Pacific/Apia"),
    # short months
    Case("a day that the month lacks", every("month", "2026-01-31 09:00:00"), "2026-02-28", True,
         (("fires", "fires at 09:00:00 UTC"),
          ("clamped", "February 2026 has no day 31: its last day, the 28th, is it"))),
    Case("two that it lacks", every("month", day=[15, 30, 31]), "2026-02-28", True,
         (("fires", "fires at 09:00:00 UTC"),
          ("clamped", "February 2026 has no day 30, 31: its last day, the 28th, is it"))),
    Case("a leap day in a common year", every("year", "2024-02-29 09:00:00"), "2026-02-28", True,
         (("fires", "fires at 09:00:00 UTC"),
          ("clamped", "February 2026 has no day 29: its last day, the 28th, is it"))),
    Case("the last day is no clamp", every("month", day=-1), "2026-02-28", True, (("fires", "fires at 09:00:00 UTC"),)),
    # days off
    Case("moved to the next working day", off(every("week", weekday=3)), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("rolled-away", "the occurrence at 09:00 moves to Fri 2026-05-08 09:00"))),
    Case("moved here", off(every("week", weekday=3)), "2026-05-08", True,
         (("fires", "fires at 09:00:00 UTC"), ("rolled", "moved from Wed 2026-05-06 (extra holiday)"))),
    Case("moved back", off(every("week", weekday=4), "previous"), "2026-05-07", False,
         (("holiday", "Thu 2026-05-07 is a day off: extra holiday"),
          ("rolled-away", "the occurrence at 09:00 moves to Tue 2026-05-05 09:00"))),
    Case("moved, after a clamp", off(every("month", day=31), skipWeekend=1), "2026-02-28", False,
         (("holiday", "Sat 2026-02-28 is a day off: weekend"),
          ("clamped", "February 2026 has no day 31: its last day, the 28th, is it"),
          ("rolled-away", "the occurrence at 09:00 moves to Mon 2026-03-02 09:00"))),
    Case("merged", off(every("day")), "2026-05-08", True,
         (("fires", "fires at 09:00:00 UTC"),
          ("rolled", "moved from Wed 2026-05-06 (extra holiday)"),
          ("rolled", "moved from Thu 2026-05-07 (extra holiday)"),
          ("merged", "3 occurrences meet here"))),
    Case("skipped", off(every("day"), "skip"), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("skipped-holiday", "the occurrence at 09:00 is skipped"))),
    Case("hours are skipped", off(every("hour", period=6)), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("skipped-holiday", "4 occurrences of that day are skipped: a cycle within the day is not moved"))),
    Case("minutes are skipped", off(every("minute")), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("skipped-holiday", "1,440 occurrences of that day are skipped: a cycle within the day is not moved"))),
    Case("a roll cut by the end", off(every("day"), endTime="2026-05-07"), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("after-end", "the occurrence at 09:00 is skipped: it would move past the end, 2026-05-07"))),
    Case("a roll to before the start", off(every("day", "2026-05-06 09:00:00"), "previous"), "2026-05-06", False,
         (("holiday", "Wed 2026-05-06 is a day off: extra holiday"),
          ("rolled-before-start", "the occurrence at 09:00 is skipped: it would move to before the start, 2026-05-06 09:00:00"))),
    Case("the second of two that roll to before the start", off(every("day", "2026-05-06 09:00:00"), "previous"), "2026-05-07", False,
         (("holiday", "Thu 2026-05-07 is a day off: extra holiday"),
          ("rolled-before-start", "the occurrence at 09:00 is skipped: it would move to before the start, 2026-05-06 09:00:00"))),
    Case("a roll past the last year", off(every("day"), calendar={"extraHolidays": ["2200-12-31"]}), "2200-12-31", False,
         (("holiday", "Wed 2200-12-31 is a day off: extra holiday"),
          ("after-end", "the occurrence at 09:00 is skipped: it would move past the year 2200"))),
    Case("a plain day beside them", off(every("day")), "2026-05-05", True, (("fires", "fires at 09:00:00 UTC"),)),
]  # fmt: skip


def asked(text: str) -> tuple[date, time | None]:
    moment = datetime.fromisoformat(text)
    return moment.date(), moment.time() if "T" in text else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reasons(case: Case) -> None:
    told = explain(Timer.from_config(case.config, case.zone), *asked(case.asked))
    assert (told.fires, tuple((one.code, one.text) for one in told.reasons)) == (
        case.fires,
        case.reasons,
    )


def test_a_holiday_is_named() -> None:
    config = {**every("day"), "skipHoliday": 1}
    told = explain(Timer.from_config(config, "Asia/Shanghai", "CN"), date(2026, 10, 1))
    holiday, moved = told.reasons
    assert holiday.text in (
        "Thu 2026-10-01 is a day off: National Day",
        "Thu 2026-10-01 is a day off: 国庆节",  # by the locale of the process
    )
    assert moved.text == "the occurrence at 09:00 moves to Thu 2026-10-08 09:00"


def test_beyond_what_is_announced() -> None:
    config = {**every("day"), "skipHoliday": 1}
    told = explain(Timer.from_config(config, "Asia/Shanghai", "CN"), date(2090, 6, 7))
    assert told.reasons[-1].code == "beyond-announced"
    assert told.reasons[-1].text.startswith("CN: days off are announced up to 20")


def test_instants() -> None:
    timer = Timer.from_config(off(every("day")), "UTC")
    merged = explain(timer, date(2026, 5, 8))
    assert merged.nominal == datetime.fromisoformat("2026-05-06T09:00:00+00:00")
    assert merged.effective == merged.last == datetime.fromisoformat("2026-05-08T09:00:00+00:00")
    away = explain(timer, date(2026, 5, 6))
    assert away.nominal == datetime.fromisoformat("2026-05-06T09:00:00+00:00")
    assert (away.effective, away.last) == (None, None)
    hourly = explain(Timer.from_config(every("hour"), "UTC"), date(2026, 5, 8))
    assert hourly.last == datetime.fromisoformat("2026-05-08T23:00:00+00:00")


# --- for any timer and day

ZONES = ["UTC", NEW_YORK, BERLIN, "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
         "America/Sao_Paulo", "Asia/Shanghai"]  # fmt: skip
REPEATS = st.one_of(
    st.just({"repeatType": "normal"}),
    st.builds(lambda n: {"repeatType": "hour", "period": n}, st.integers(1, 100)),
    st.builds(lambda n: {"repeatType": "minute", "period": n}, st.integers(7, 5000)),
    st.builds(lambda n: {"repeatType": "day", "period": n}, st.integers(1, 400)),
    st.builds(
        lambda n, days: {"repeatType": "week", "period": n, "weekday": sorted(days)},
        st.integers(1, 5), st.sets(st.integers(1, 7), min_size=1),
    ),
    st.builds(
        lambda n, days: {"repeatType": "month", "period": n, "day": sorted(days)},
        st.integers(1, 14), st.sets(st.sampled_from([1, 15, 28, 29, 30, 31, -1]), min_size=1),
    ),
    st.builds(
        lambda week, day: {"repeatType": "month", "week": week, "weekday": day},
        st.sampled_from([1, 2, 5, -1]), st.integers(1, 7),
    ),
    st.builds(lambda n, month: {"repeatType": "year", "period": n, "month": month, "day": -1}, st.integers(1, 3), st.integers(1, 12)),
    st.sampled_from([
        {"repeatType": "custom", "cron": "30 2 * * *"}, {"repeatType": "custom", "cron": "*/45 */2 * * 1-5"},
        {"repeatType": "custom", "cron": "0,30 1,2,3 * * *"}, {"repeatType": "custom", "cron": "0 9 L * *"},
        {"repeatType": "custom", "rrule": "FREQ=MONTHLY;BYDAY=-1FR"}, {"repeatType": "custom", "rrule": "FREQ=DAILY;COUNT=40"},
        {"repeatType": "custom", "rrule": "FREQ=DAILY;BYHOUR=2,14;INTERVAL=3"}, {"repeatType": "custom", "rrule": "FREQ=HOURLY;INTERVAL=5"},
    ]),
)  # fmt: skip
CALENDARS = st.sampled_from([
    "CN", "DE-BE", "XNYS",
    {"extraHolidays": [(date(2026, 4, 1) + timedelta(n)).isoformat() for n in range(9)]},
    {"extraHolidays": [(date(2026, 1, 1) + timedelta(n)).isoformat() for n in range(500)]},
])  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> tuple[Timer, date]:
    start = draw(st.datetimes(datetime(2010, 1, 1), datetime(2027, 6, 1))).replace(microsecond=0)
    if draw(st.booleans()):
        start = start.replace(hour=draw(st.sampled_from([0, 1, 2, 3, 23])), minute=30, second=0)
    config: dict[str, object] = {"startTime": start.isoformat(" "), "repeat": draw(REPEATS)}
    if draw(st.booleans()):
        roll = draw(st.sampled_from(["next", "previous", "skip"]))
        holidays = draw(st.booleans())
        config |= {
            "skipHoliday": int(holidays),
            "skipWeekend": int(not holidays or draw(st.booleans())),
            "holidayRoll": roll,
        }
    if draw(st.booleans()):
        config["endTime"] = (start + timedelta(days=draw(st.integers(-2, 900)))).isoformat(" ")
    zone = draw(st.sampled_from(ZONES))
    timer = Timer.from_config(config, zone, draw(CALENDARS))
    near = start.date() + timedelta(days=draw(st.integers(-3, 40)))
    day = draw(st.one_of(st.just(near), st.dates(date(2010, 1, 1), date(2028, 1, 1)), st.sampled_from(
        [date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2011, 12, 30), date(2026, 2, 28)]
    )))  # fmt: skip
    return timer, day


def spans_of_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time())
    return resolve(midnight, zone), resolve(midnight + timedelta(days=1), zone)


@settings(max_examples=ROUNDS, deadline=None)
@given(question=questions())
def test_it_agrees_with_what_fires(question: tuple[Timer, date]) -> None:
    timer, day = question
    begin, end = spans_of_day(day, timer.zone)
    tick = timedelta(microseconds=1)
    fired = list(timer.between(begin - tick, end - tick)) if begin < end else []
    told = explain(timer, day)
    assert told.fires == bool(fired)
    assert told.effective == (fired[0].effective if fired else None)
    assert told.last == (fired[-1].effective if fired else None)
    assert_worded(told)


@settings(max_examples=ROUNDS // 3, deadline=None)
@given(question=questions(), data=st.data())
def test_a_time_that_fires_is_told_so(question: tuple[Timer, date], data: st.DataObject) -> None:
    timer, day = question
    begin, end = spans_of_day(day, timer.zone)
    fired = [one.effective.astimezone(timer.zone) for one in timer.between(begin, end)]
    if fired:
        wall = data.draw(st.sampled_from(fired)).replace(tzinfo=None)
        told = explain(timer, wall.date(), wall.time())
        assert told.fires
        assert_worded(told)


def assert_worded(told: Explanation) -> None:
    """Every answer has a reason, said once, and no Python in it."""
    texts = [one.text for one in told.reasons]
    assert texts
    assert len(set(told.reasons)) == len(told.reasons)
    assert not [text for text in texts if "None" in text or "datetime" in text or "<" in text]
