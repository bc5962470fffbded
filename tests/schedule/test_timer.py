"""What is no timer: each mistake in a ``timerCfg`` is a value with a code."""

from __future__ import annotations

import pytest

from jittask.schedule.problems import TimingError
from jittask.schedule.timer import Timer


def cycle(start: str, **repeat: object) -> dict:
    return {"startTime": start, "repeat": repeat}


BAD = [
    ({"startTime": "soon"}, "bad-start-time"),
    ({}, "bad-start-time"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", cron="61 * * * *"), "bad-cron"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", cron="0 0 30 2 *"), "never-fires"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", cron="9" * 5000 + " * * * *"), "bad-cron"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=YEARLY;BYEASTER=400"), "bad-rrule"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=DAILY;INTERVAL=-1"), "bad-rrule"),
    (cycle("2026-01-01 09:00:00", repeatType="custom", rrule="FREQ=MONTHLY;BYDAY=9MO"), "bad-rrule"),
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


def test_a_mistake_hides_no_other() -> None:
    with pytest.raises(TimingError) as caught:
        Timer.from_config(
            {
                **cycle("soon", repeatType="custom", cron="61 * * * *"),
                "endTime": "late",
                "timezone": "Nowhere/Land",
                "skipHoliday": 1,
            }
        )
    assert [one.code for one in caught.value.problems] == [
        "unknown-timezone",
        "holidays-without-calendar",
        "bad-start-time",
        "bad-end-time",
        "bad-cron",
    ]
