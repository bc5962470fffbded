"""Rows: their base instants (D1), and what came due in downtime (R2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jittask.model import Misfire, MissedRange, Occurrence, Reason
from jittask.schedule.misfire import decide
from jittask.schedule.row_timer import RowTimer


def first(cfg: dict, value: date, zone: str = "UTC") -> str:
    timer = RowTimer.from_config({"startField": "f", **cfg}, zone).timer(value)
    assert timer is not None
    one = timer.after(datetime(1971, 1, 1, tzinfo=UTC))
    assert one is not None
    return one.effective.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def offset(kind: int, amount: int, unit: str, time: str | None = None) -> dict:
    found = {"offsetType": kind, "offset": amount, "offsetUnit": unit}
    return {"startOffset": found | ({"time": time} if time else {})}


BASES = [
    (offset(-1, 7, "day", "09:00"), date(2026, 5, 10), "2026-05-03 09:00"),
    (offset(1, 1, "month", "08:30"), date(2026, 1, 31), "2026-02-28 08:30"),
    (offset(0, 0, "day"), date(2026, 5, 10), "2026-05-10 00:00"),
    (offset(1, 30, "minute"), datetime(2026, 5, 10, 12), "2026-05-10 12:30"),
    (offset(-1, 2, "week", "09:00"), datetime(2026, 5, 20, 17), "2026-05-06 09:00"),
    (offset(1, -15, "minutes"), datetime(2026, 5, 10, 12), "2026-05-10 11:45"),  # the older form
    (offset(1, 90, "seconds"), datetime(2026, 5, 10, 12), "2026-05-10 12:01"),
]


@pytest.mark.parametrize(("cfg", "value", "expected"), BASES)
def test_base_instants(cfg: dict, value: date, expected: str) -> None:
    assert first(cfg, value) == expected


SECOND_PASS = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
"""The second 02:30 of that day in Berlin."""


@pytest.mark.parametrize(
    ("repeat", "hours"),
    [
        ({"repeatType": "day"}, [0, 24, 48]),
        ({"repeatType": "week"}, [0, 168, 336]),
        ({"repeatType": "week", "weekday": [7]}, [0, 168, 336]),
        ({"repeatType": "hour"}, [0, 1, 2]),
        ({"repeatType": "custom", "cron": "30 2 * * *"}, [24, 48, 72]),
        ({"repeatType": "custom", "rrule": "FREQ=DAILY"}, [24, 48, 72]),
    ],
    ids=str,
)
def test_a_row_in_the_second_pass_of_a_fold_does_not_fire_in_the_first(
    repeat: dict, hours: list[int]
) -> None:
    cfg = {"startField": "f", "repeat": repeat, "endTime": "2027-01-01 00:00:00"}
    timer = RowTimer.from_config(cfg, "Europe/Berlin").timer(SECOND_PASS)
    assert timer is not None
    found = timer.between(SECOND_PASS - timedelta(days=2), SECOND_PASS + timedelta(days=20))
    assert [each.effective for each in found][:3] == [
        SECOND_PASS + timedelta(hours=number) for number in hours
    ]
    assert timer.after(SECOND_PASS - timedelta(minutes=59)) == timer.after(
        SECOND_PASS - timedelta(days=2)
    )


def test_an_empty_date_never_fires() -> None:
    assert RowTimer.from_config({"startField": "f"}, "UTC").timer(None) is None


NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIVE = [
    Occurrence(NOW - timedelta(minutes=n), (NOW - timedelta(minutes=n),)) for n in (5, 4, 3, 2, 1)
]


@pytest.mark.parametrize(
    ("policy", "grace", "fired", "missed", "reason"),
    [
        (Misfire.LATEST, None, [1], 4, Reason.MISFIRE),
        (Misfire.ALL, None, [5, 4, 3, 2, 1], 0, None),
        (Misfire.SKIP, None, [], 5, Reason.MISFIRE),
        (Misfire.ALL, 150, [2, 1], 3, Reason.GRACE),
        (Misfire.LATEST, 10, [], 5, Reason.GRACE),
    ],
)
def test_misfire(
    policy: Misfire, grace: int | None, fired: list[int], missed: int, reason: Reason | None
) -> None:
    decision = decide(iter(FIVE), policy, grace, NOW)
    assert [one.effective for one in decision.fire] == [NOW - timedelta(minutes=n) for n in fired]
    assert (decision.missed.count if decision.missed else 0) == missed
    assert decision.missed_reason is reason
    if missed:
        assert isinstance(decision.missed, MissedRange)
        assert decision.missed.first == FIVE[0].nominal
