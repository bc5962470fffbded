"""What a runtime counts of its own events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from jittask.metrics.counted import CountedMetrics
from jittask.model import Reason, RunStatus, Trigger
from jittask.runtime.events import Event, Finished, Ready, Reloaded, Started, Trouble
from tests.metrics.scrape import value

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ready(workers: int = 2) -> Ready:
    return Ready(NOW, "/t", 1, workers, "process", "s", "UTC", None, None, ())


def started(
    run: int,
    row: str = "",
    late: float = 0.2,
    attempt: int = 1,
    trigger: Trigger = Trigger.SCHEDULE,
    delay: float = 0,
) -> Started:
    effective = NOW - timedelta(seconds=late)
    return Started(NOW, run, "tasks.A", row, trigger, attempt, "v", effective, delay)


def finished(run: int, status: RunStatus, row: str = "", seconds: float | None = 1.5) -> Finished:
    return Finished(NOW, run, "tasks.A", row, status, None, None, seconds, None, None, None)


CASES: dict[str, tuple[list[Event], list[tuple[str, dict[str, str], float | None]]]] = {
    "a run that completes": (
        [started(1), finished(1, RunStatus.COMPLETED)],
        [
            ("jittask_runs_total", {"status": "completed", "kind": "scheduled"}, 1),
            ("jittask_runs_total", {"status": "failed", "kind": "scheduled"}, 0),
            ("jittask_run_duration_seconds_sum", {"kind": "scheduled"}, 1.5),
            ("jittask_run_lateness_seconds_sum", {"kind": "scheduled"}, 0.2),
            ("jittask_workers_busy", {}, 0),
        ],
    ),
    "a run that its jitter has put off": (
        [started(1, late=42, delay=41.5), started(2, late=9, delay=9.5)],
        [
            ("jittask_run_lateness_seconds_sum", {"kind": "scheduled"}, 0.5),
            ("jittask_run_lateness_seconds_count", {"kind": "scheduled"}, 2),
        ],
    ),
    "a row's": (
        [started(1, "7"), finished(1, RunStatus.FAILED, "7")],
        [("jittask_runs_total", {"status": "failed", "kind": "date-field"}, 1)],
    ),
    "an attempt that another one follows": (
        [started(1), finished(1, RunStatus.PENDING), started(1, attempt=2, late=60)],
        [
            ("jittask_retries_total", {"kind": "scheduled"}, 1),
            ("jittask_runs_total", {"status": "failed", "kind": "scheduled"}, 0),
            ("jittask_run_lateness_seconds_count", {"kind": "scheduled"}, 1),
            ("jittask_workers_busy", {}, 1),
        ],
    ),
    "what a person starts is not late": (
        [started(1, trigger=Trigger.MANUAL, late=900)],
        [("jittask_run_lateness_seconds_count", {"kind": "scheduled"}, 0)],
    ),
    "a clock that was set back makes nothing early": (
        [started(1, late=-5)],
        [("jittask_run_lateness_seconds_sum", {"kind": "scheduled"}, 0)],
    ),
    "a run that ends without a body": (
        [finished(1, RunStatus.SKIPPED, seconds=None)],
        [
            ("jittask_runs_total", {"status": "skipped", "kind": "scheduled"}, 1),
            ("jittask_run_duration_seconds_count", {"kind": "scheduled"}, 0),
        ],
    ),
    "more runs than workers": (
        [started(1), started(2), started(3)],
        [("jittask_workers", {}, 2), ("jittask_workers_busy", {}, 2)],
    ),
    "runs that others have taken over": (
        [started(1), Trouble(NOW, "lease-lost", "x")],
        [
            ("jittask_workers_busy", {}, 0),
            ("jittask_troubles_total", {"code": "lease-lost"}, 1),
        ],
    ),
    "a reload": (
        [Reloaded(NOW, (), ("tasks.A",), (), (), 0.3)],
        [("jittask_reloads_total", {}, 1), ("jittask_reload_duration_seconds_sum", {}, 0.3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_events_are_counted(name: str) -> None:
    events, expected = CASES[name]
    registry = CollectorRegistry()
    metrics = CountedMetrics(registry)
    for event in (ready(), *events):
        metrics.count(event)
    text = generate_latest(registry).decode()
    for metric, labels, number in expected:
        assert value(text, metric, **labels) == pytest.approx(number), metric


def test_every_status_that_a_run_ends_with_is_there_from_the_start() -> None:
    registry = CollectorRegistry()
    CountedMetrics(registry)
    text = generate_latest(registry).decode()
    for status in ("completed", "failed", "skipped", "cancelled"):
        assert value(text, "jittask_runs_total", status=status, kind="date-field") == 0
    assert Reason.ERROR.value not in text
