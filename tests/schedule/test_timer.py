"""When tasks fire (T1-T9), with brute force as the oracle; tables are in test_cases.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask.schedule.calendars import Calendar
from jittask.schedule.problems import TimingError
from jittask.schedule.timer import Timer


def cycle(start: str, **repeat: object) -> dict:
    return {"startTime": start, "repeat": repeat}


BAD = [
    ({"startTime": "soon"}, "bad-start-time"),
    ({}, "bad-start-time"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", cron="61 * * * *"), "bad-cron"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", cron="0 0 30 2 *"), "bad-cron"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=DAILY;DTSTART=20260101"), "rrule-has-dtstart"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=NEVER"), "bad-rrule"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=HOURLY;BYDAY=MO"), "rrule-not-supported"),
    ({**cycle("2026-01-01 09:00:00", repeatType="day"), "skipHoliday": 1}, "holidays-without-calendar"),
    ({**cycle("2026-01-01 09:00:00", repeatType="day"), "timezone": "Berlin"}, "unknown-timezone"),
    ({**cycle("2026-01-01 09:00:00", repeatType="day"), "calendar": "ZZ"}, "unknown-calendar"),
    (cycle("2026-01-01 09:00:00", repeatType="day", period=0), "bad-repeat"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cfg", "code"), BAD, ids=[f"{code}-{n}" for n, (_, code) in enumerate(BAD)]
)
def test_mistakes_are_values(cfg: dict, code: str) -> None:
    with pytest.raises(TimingError) as caught:
        Timer.from_config(cfg)
    assert [one.code for one in caught.value.problems] == [code]


ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo",
         "Africa/Casablanca", "Asia/Shanghai"]  # fmt: skip


def naive_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The oracle's own reading of a wall time: search the real minutes around it."""
    around = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    for minute in range(52 * 60):
        instant = around + timedelta(minutes=minute)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            return instant
    earlier = wall - timedelta(minutes=30)
    while True:
        try:
            return naive_instant(earlier, zone) + (wall - earlier)
        except RecursionError:
            raise AssertionError(wall) from None


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1)),
    period=st.integers(1, 9),
    days=st.integers(0, 800),
)
def test_daily_against_brute_force(zone: str, start: datetime, period: int, days: int) -> None:
    start = start.replace(second=0, microsecond=0)
    place = ZoneInfo(zone)
    timer = Timer.from_config(
        {"startTime": start.isoformat(" "), "repeat": {"repeatType": "day", "period": period}},
        place,
    )
    after = (start + timedelta(days=days)).replace(tzinfo=UTC)
    expected = None
    for n in range((days + 3 * period) // period + 2):
        instant = naive_instant(start + timedelta(days=n * period), place)
        if instant > after:
            expected = instant
            break
    found = timer.after(after)
    assert found is not None
    assert found.effective == expected


@settings(max_examples=60, deadline=None)
@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    day=st.lists(st.sampled_from([1, 15, 28, 29, 30, 31, -1]), min_size=1, max_size=3, unique=True),
    period=st.integers(1, 5),
)
def test_monthly_days_against_brute_force(start: datetime, day: list[int], period: int) -> None:
    start = start.replace(microsecond=0)
    timer = Timer.from_config(
        {
            "startTime": start.isoformat(" "),
            "repeat": {"repeatType": "month", "day": day, "period": period},
        }
    )
    expected = []
    current = start.date()
    while len(expected) < 8:
        months = 12 * (current.year - start.year) + current.month - start.month
        last = (
            (current.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        ).day
        wanted = {last if one == -1 or one > last else one for one in day}
        if months % period == 0 and current.day in wanted:
            expected.append(datetime.combine(current, start.time(), UTC))
        current += timedelta(days=1)
    begin = start.replace(tzinfo=UTC) - timedelta(seconds=1)
    found = [
        one.effective
        for _, one in zip(
            range(8), timer.between(begin, begin + timedelta(days=9000)), strict=False
        )
    ]
    assert found == expected


@settings(max_examples=40, deadline=None)
@given(
    calendar=st.sampled_from(["CN", "DE", "US-CA", "XNYS"]),
    direction=st.sampled_from(["next", "previous"]),
    weekends=st.booleans(),
    begin=st.dates(date(2024, 1, 1), date(2026, 11, 1)),
)
def test_rolls_against_brute_force(
    calendar: str, direction: str, weekends: bool, begin: date
) -> None:
    """I11: each day's occurrence lands on the next (previous) working day, found day by day."""
    cfg = {
        **cycle("2020-01-01 09:00:00", repeatType="day"),
        "skipHoliday": 1,
        "skipWeekend": int(weekends),
        "holidayRoll": direction,
    }
    timer = Timer.from_config(cfg, "UTC", calendar)
    known = Calendar.from_config(calendar)
    landed: dict[date, list[date]] = {}
    for n in range(-30, 90):
        nominal = day = begin + timedelta(days=n)
        if known.is_holiday(day) or (weekends and known.is_weekend(day)):
            while True:
                day += timedelta(days=1 if direction == "next" else -1)
                if known.is_working_day(day):
                    break
        landed.setdefault(day, []).append(nominal)
    start = datetime.combine(begin, datetime.min.time(), UTC)
    expected = [
        (day, nominals)
        for day, nominals in sorted(landed.items())
        if begin <= day < begin + timedelta(50)
    ]
    found = [
        (one.effective.date(), [nominal.date() for nominal in one.nominals])
        for one in timer.between(start, start + timedelta(days=50))
    ]
    assert found == expected
