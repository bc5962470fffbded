"""A run as text: its colour, its title, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jittask.cli.formatting import local, one_line
from jittask.model import Run, RunStatus
from jittask.operations.inspect.records import OVERDUE, status_of
from jittask.operations.naming import shown_row_key

STATUS_COLOURS: Mapping[str, str] = {
    RunStatus.FAILED: "red",
    RunStatus.SKIPPED: "yellow",
    RunStatus.CANCELLED: "yellow",
    OVERDUE: "yellow",
    RunStatus.COMPLETED: "green",
    RunStatus.EXECUTING: "cyan",
}


def run_head(run: Run, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Yield the lines that name a run, and what was given for it."""
    key = shown_row_key(run.row_key)
    row = f" [{one_line(key)}]" if key else ""
    again = f", again for run {run.rerun_of}" if run.rerun_of else ""
    yield f"run {run.id} of {run.task}{row}: {status_of(run, now)}"
    yield f"due {local(run.effective, zone)} ({zone.key}), trigger {run.trigger}{again}"
    if run.delay:
        yield f"to begin {run.delay.total_seconds():.1f} s after that (policy.jitterSeconds)"
    if run.args is not None:
        yield f"args {one_line(run.args)}"


def run_detail(run: Run, zone: ZoneInfo) -> str:
    """Return in one line why a run ended as it did, or its result."""
    missed = ""
    if run.missed:
        first, last = (local(at, zone, seconds=False) for at in (run.missed.first, run.missed.last))
        span = first if first == last else f"{first} to {last}"
        missed = f"and {run.missed.count} missed before it ({span})"
    return "; ".join(part for part in (run.detail, missed) if part) or (run.result or "")[:60]
