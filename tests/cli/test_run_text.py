"""What is said of a run has all its times in one zone, which is named once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jittask.cli.run_text import run_detail, run_head
from jittask.model import MissedRange, Run, RunStatus, Trigger

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
RUN = Run(
    id=7, task="tasks.A", row_key="", status=RunStatus.COMPLETED, reason=None, detail=None,
    trigger=Trigger.SCHEDULE, nominal=NINE, nominals=(NINE,),
    missed=MissedRange(NINE - timedelta(hours=3), NINE - timedelta(hours=1), 3),
    effective=NINE, due=NINE, started=NINE, finished=NINE, attempt=1, version=None, result=None,
    error=None, rerun_of=None, priority=0, late=False,
)  # fmt: skip


def test_a_delay_is_named_with_what_gave_it() -> None:
    run = replace(RUN, delay=timedelta(seconds=98, microseconds=584_133))
    assert list(run_head(run, BERLIN, NINE))[1:] == [
        "due 2026-01-05 10:00:00 (Europe/Berlin), trigger schedule",
        "to begin 98.6 s after that (policy.jitterSeconds)",
    ]


def test_times_are_in_the_zone_that_is_named() -> None:
    assert list(run_head(RUN, BERLIN, NINE))[1] == (
        "due 2026-01-05 10:00:00 (Europe/Berlin), trigger schedule"
    )
    assert run_detail(RUN, BERLIN) == (
        "and 3 missed before it (2026-01-05 07:00 to 2026-01-05 09:00)"
    )
