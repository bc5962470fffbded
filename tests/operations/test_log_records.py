"""Events in the field names of OpenTelemetry's log model (R13)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from jittask.model import Reason, RunStatus, Trigger
from jittask.operations.views.log_records import log_line
from jittask.runtime.events import Blocked, Event, Finished, Planned, Started, Trouble
from jittask.version import __version__

AT = datetime(2026, 3, 2, 9, 0, 0, 250_000, UTC)


def finished(
    status: RunStatus, reason: Reason | None = None, detail: str | None = None
) -> Finished:
    return Finished(AT, 1, "tasks.A", "", status, reason, detail, 0.5, None, None, None)


SEVERITIES: dict[str, tuple[Event, str, int, str]] = {
    "completed": (finished(RunStatus.COMPLETED), "INFO", 9, "tasks.A completed"),
    "failed": (
        finished(RunStatus.FAILED, Reason.ERROR, "ValueError: no"), "ERROR", 17,
        "tasks.A failed: ValueError: no",
    ),
    "tried again": (finished(RunStatus.PENDING, Reason.ERROR, "x"), "WARN", 13, "tasks.A pending: x"),
    "trouble": (Trouble(AT, "store-unavailable", "no answer"), "WARN", 13, "no answer"),
    "blocked": (Blocked(AT, "tasks.A", "scan-failed", "no table", AT, AT), "ERROR", 17,
                "tasks.A blocked: no table"),
    "planned": (Planned(AT, 1, "tasks.A", "", AT), "DEBUG", 5, "tasks.A planned"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERITIES)
def test_severity_and_message(name: str) -> None:
    event, severity, number, message = SEVERITIES[name]
    record = json.loads(log_line(event))
    assert (record["severityText"], record["severityNumber"]) == (severity, number)
    assert (record["level"], record["message"]) == (severity.lower(), message)


def test_a_whole_record() -> None:
    event = Started(AT, 7, "tasks.A", "", Trigger.SCHEDULE, 1, "v", AT)
    assert json.loads(log_line(event)) == {
        "time": "2026-03-02T09:00:00.250000+00:00",
        "level": "info",
        "message": "tasks.A started",
        "timeUnixNano": "1772442000250000000",
        "severityText": "INFO",
        "severityNumber": 9,
        "eventName": "jittask.started",
        "attributes": {
            "jittask.run": 7,
            "jittask.task": "tasks.A",
            "jittask.trigger": "schedule",
            "jittask.attempt": 1,
            "jittask.version": "v",
            "jittask.effective": "2026-03-02T09:00:00.250000+00:00",
            "jittask.delaySeconds": 0,
        },
        "resource": {"service.name": "jittask", "service.version": __version__},
    }
