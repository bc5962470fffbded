"""Where holidays and weekends send each occurrence, day by day (T9, T2, T7; I11)."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jittask.model import Occurrence, SkippedOccurrence
from jittask.schedule.calendars import Calendar
from jittask.schedule.timer import Timer
from jittask.zonedata import zone as zone_named
from tests.schedule.drawn import END_OF_WINDOWS, SPANS, calendars, cycles, rounds, walls, zones
from tests.schedule.oracle import PlainDays, outcomes, shown

DAY = timedelta(days=1)
Case = tuple[dict[str, Any], str, PlainDays, datetime, datetime]

customs = {
    "cron once a day": st.sampled_from(["0 9 * * *", "30 2 * * *", "45 23 * * 1-5", "0 9 L * *"]),
    "cron by the hour": st.sampled_from(["0 9,17 * * *", "30 */6 * * *", "0 0-23/8 * * 1"]),
}
rrules = {
    "rrule once a day": st.sampled_from(
        ["FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=SA,MO,FR", "FREQ=MONTHLY;BYMONTHDAY=-1,1,2"]
    ),
    "rrule often": st.sampled_from(["FREQ=DAILY;BYHOUR=9,17", "FREQ=HOURLY;INTERVAL=5"]),
}
kinds = (
    cycles
    | {
        name: texts.map(lambda text: {"repeatType": "custom", "cron": text})
        for name, texts in customs.items()
    }
    | {
        name: texts.map(lambda text: {"repeatType": "custom", "rrule": text})
        for name, texts in rrules.items()
    }
)


@st.composite
def rolled(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from(sorted(kinds)))
    repeat = draw(kinds[kind])
    name = draw(zones)
    start = draw(walls(name, first=datetime(1971, 6, 1), last=datetime(2199, 1, 1)))
    span = SPANS.get(kind, 30 * DAY) * min(repeat.get("period", 1), 4) / 2
    a = start.replace(tzinfo=UTC) + span * draw(st.floats(-0.3, 4))
    a = a.replace(microsecond=0)
    b = (a + span * draw(st.floats(0.1, 1))).replace(microsecond=0)
    b = min(b, END_OF_WINDOWS - 100 * DAY)
    days = draw(
        calendars(shown(a, zone_named(name)).date() - 12 * DAY, (max(a, b) + 3 * DAY).date())
    )
    cfg: dict[str, Any] = {"startTime": start.isoformat(" "), "repeat": repeat}
    cfg |= draw(
        st.sampled_from(
            [{"skipHoliday": 1}, {"skipWeekend": 1}, {"skipHoliday": 1, "skipWeekend": 1}]
        )
    )
    if draw(st.booleans()):
        cfg["holidayRoll"] = draw(st.sampled_from(["next", "previous", "previous", "skip"]))
    if draw(st.booleans()):
        end = shown(a, zone_named(name)) + (b - a) * draw(st.floats(0, 1))
        end = end.replace(microsecond=0)
        if end >= start:
            cfg["endTime"] = str(end.date()) if draw(st.booleans()) else end.isoformat(" ")
    return cfg, name, days, a, b


def walked(
    timer: Timer, a: datetime, b: datetime
) -> tuple[list[tuple[Any, ...]], list[SkippedOccurrence]]:
    steps = [*timer.walk(a, b)]
    at = [one.effective if isinstance(one, Occurrence) else one.nominal for one in steps]
    assert at == sorted(at)
    fires = [one for one in steps if isinstance(one, Occurrence)]
    assert fires == [*timer.between(a, b)]
    return (
        [one[:2] for one in fires],
        [one for one in steps if isinstance(one, SkippedOccurrence)],
    )


@rounds(300)
@given(case=rolled())
def test_every_cycle_is_moved_merged_or_skipped_as_day_by_day(case: Case) -> None:
    cfg, name, days, a, b = case
    plain = days if days.holidays or days.worked else None
    if plain is None and cfg.get("skipHoliday"):
        return
    timer = Timer.from_config(cfg, zone=name, calendar=plain and plain.config())
    fires, skipped = outcomes(cfg, zone_named(name), a, b, days)
    found, left_out = walked(timer, a, b)
    assert found == fires
    assert [one.nominal for one in left_out] == skipped
    first = timer.after(a)
    assert first is None or first.effective > b if not fires else first == next(timer.between(a, b))


@rounds(60)
@given(case=rolled(), cut=st.floats(0, 1))
def test_a_window_cut_anywhere_merges_the_same(case: Case, cut: float) -> None:
    cfg, name, days, a, b = case
    if not (days.holidays or days.worked):
        return
    timer = Timer.from_config(cfg, zone=name, calendar=days.config())
    whole = [*timer.walk(a, b)]
    middle = a + (b - a) * cut
    if whole:
        one = whole[int(cut * (len(whole) - 1))]
        middle = one.effective if isinstance(one, Occurrence) else one.nominal
    assert [*timer.walk(a, middle), *timer.walk(middle, b)] == whole


@rounds(60)
@given(
    label=st.sampled_from(["CN", "DE", "DE-BY", "US-CA", "XNYS"]),
    roll=st.sampled_from(["next", "previous", "skip"]),
    off=st.sampled_from([{"skipHoliday": 1}, {"skipHoliday": 1, "skipWeekend": 1}]),
    repeat=st.sampled_from(
        [{"repeatType": "day"}, {"repeatType": "month", "day": [1, 31]}, {"repeatType": "week"}]
    ),
    begin=st.dates(date(2015, 1, 1), date(2026, 11, 1)),
)
def test_moved_by_the_calendar_of_a_country_or_market(
    label: str, roll: str, off: dict[str, int], repeat: dict[str, Any], begin: date
) -> None:
    """I11: what the calendar says of each day is given; where that sends a task is not."""
    known = Calendar.from_config(label)
    cfg = {"startTime": "2014-12-01 09:00:00", "repeat": repeat, "holidayRoll": roll, **off}
    a = datetime(begin.year, begin.month, begin.day, tzinfo=UTC)
    b = a + 60 * DAY
    fires, skipped = outcomes(cfg, zone_named("Asia/Shanghai"), a, b, known)
    found, left_out = walked(Timer.from_config(cfg, "Asia/Shanghai", label), a, b)
    assert found == fires
    assert [one.nominal for one in left_out] == skipped


def extras(*holidays: str, **cfg: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    calendar = {"extraHolidays": [*holidays]}
    return {"skipHoliday": 1, "repeat": {"repeatType": "day"}, **cfg}, calendar


def test_what_would_move_to_before_the_start_is_skipped_each_by_itself() -> None:
    cfg, calendar = extras(
        "2026-01-05", "2026-01-06", startTime="2026-01-05 09:00:00", holidayRoll="previous"
    )
    timer = Timer.from_config(cfg, calendar=calendar)
    fires, skipped = walked(
        timer, datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)
    )
    assert [one[0].day for one in fires] == [7]
    assert [(one.nominal.day, one.reason.code) for one in skipped] == [
        (5, "rolled-before-start"),
        (6, "rolled-before-start"),
    ]


def test_a_skipped_one_names_the_day_off_and_why_it_did_not_move() -> None:
    cfg, calendar = extras("2026-01-06", startTime="2026-01-05 09:00:00")
    window = datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 6, 10, tzinfo=UTC)
    said = {}
    for roll, repeat in [("skip", "day"), ("next", "hour"), ("previous", "hour")]:
        timer = Timer.from_config(
            cfg | {"holidayRoll": roll, "repeat": {"repeatType": repeat}}, calendar=calendar
        )
        _, skipped = walked(timer, *window)
        said[roll, repeat] = {(one.reason.code, one.reason.text) for one in skipped}
    unmoved = "skipped: extra holiday (occurrences within a day are not moved)"
    assert said == {
        ("skip", "day"): {("skipped-holiday", "skipped: extra holiday")},
        ("next", "hour"): {("skipped-holiday", unmoved)},
        ("previous", "hour"): {("skipped-holiday", unmoved)},
    }


def test_the_search_for_a_working_day_is_bounded_and_says_so() -> None:
    off = [str(date(2026, 1, 1) + n * DAY) for n in range(500)]
    cfg, calendar = extras(*off, startTime="2026-01-05 09:00:00")
    timer = Timer.from_config(cfg, calendar=calendar)
    _, [skipped] = walked(timer, *(datetime(2026, 1, n, 12, tzinfo=UTC) for n in (4, 5)))
    assert skipped.reason.text == "skipped: extra holiday (and no working day within 400 days)"


def test_a_working_day_that_the_zone_skipped_is_none() -> None:
    """Apia had no 30 December 2011, a Friday: what moves on or back goes past it, and meets there."""
    window = datetime(2011, 12, 28, tzinfo=UTC), datetime(2012, 1, 4, tzinfo=UTC)
    for roll, lands in [("next", (2012, 1, 2)), ("previous", (2011, 12, 28))]:
        cfg, calendar = extras(
            "2011-12-29", "2011-12-31", startTime="2011-12-20 09:00:00", holidayRoll=roll
        )
        timer = Timer.from_config(cfg | {"skipWeekend": 1}, "Pacific/Apia", calendar)
        fires, _ = walked(timer, *window)
        merged = [shown(one[0], timer.zone).date() for one in fires if len(one[1]) > 1]
        assert merged == [date(*lands)]
        late = timer.after(datetime(2012, 1, 1, tzinfo=UTC))
        assert late is not None
        named = shown(late.nominals[0], timer.zone).date()
        assert named == (date(2011, 12, 29) if roll == "next" else date(2012, 1, 2))


@pytest.mark.process
@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "zh_CN.UTF-8", "de_DE.UTF-8"])
def test_holidays_have_one_name_whatever_the_locale(locale: str) -> None:
    """Names stand in records and in what CI compares."""
    script = (
        "from datetime import date; from jittask.schedule.calendars import Calendar; "
        "print(*(Calendar.from_config(code).holiday_name(day) for code, day in "
        "[('DE', date(2026, 10, 3)), ('CN', date(2026, 10, 1)), ('XNYS', date(2026, 12, 25))]), "
        "sep=', ')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True,
        env={**os.environ, "LC_ALL": locale, "LANG": locale, "LANGUAGE": locale},
    )  # fmt: skip
    assert done.stdout == "German Unity Day, National Day, Christmas Day\n"
