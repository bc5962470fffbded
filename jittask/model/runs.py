"""The records of occurrences: runs, their statuses, reasons and attempts (rule R1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NO_DELAY = timedelta(0)


class RunStatus(StrEnum):
    """The stored statuses of a run (R1); ``overdue`` is derived from ``pending``."""

    PENDING = "pending"
    EXECUTING = "executing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.PENDING: frozenset({RunStatus.EXECUTING, RunStatus.SKIPPED, RunStatus.CANCELLED}),
    RunStatus.EXECUTING: frozenset(
        {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.PENDING}
    ),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.SKIPPED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
}
"""Every legal step of a run. Back to pending: a retry, or an interrupted run to be rerun."""


class Trigger(StrEnum):
    """What made a run."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    RERUN = "rerun"
    BACKFILL = "backfill"
    ON_FAILURE = "on-failure"
    """It calls ``policy.onFailure`` with the run that ``rerun_of`` names."""


class Reason(StrEnum):
    """Why a run did not end as completed; stable, for programs."""

    MISFIRE = "misfire"
    OVERLAP = "overlap"
    GRACE = "grace-over"
    ERROR = "error"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    REMOVED = "task-removed"
    DISABLED = "task-disabled"
    EDITED = "timing-edited"
    CALENDAR = "calendar-edited"
    ROW_GONE = "row-gone"
    ROW_UNMATCHED = "row-unmatched"
    ROW_MOVED = "row-moved"
    KILLED = "killed"
    NOT_HANDLED = "on-failure-removed"
    PAUSED = "task-paused"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class MissedRange:
    """Occurrences that a run covers besides its own: first, last and how many (D8)."""

    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a run."""

    number: int
    runtime: str
    """Id of the runtime that executed it."""
    host: str | None
    """Where the body ran; None in records from before hosts were kept."""
    version: str
    """Digest of the bundle that ran."""
    started: datetime
    """When it was handed to a worker: where a process has to start first, that counts."""
    finished: datetime | None
    """When its end was recorded."""
    outcome: str | None
    error: str | None
    """The traceback, or the words of what ended it."""
    peak_kb: int | None = None
    """The most memory that its worker process had held by its end, in KiB."""

    @property
    def took(self) -> timedelta | None:
        """How long it took, from ``started`` to ``finished``; None where it has not ended."""
        return None if self.finished is None else self.finished - self.started


@dataclass(frozen=True, slots=True)
class Run:
    """The record of one occurrence."""

    id: int
    task: str
    row_key: str
    """JSON of the row's key columns; empty for a scheduled task."""
    status: RunStatus
    reason: Reason | None
    detail: str | None
    """The reason in words."""
    trigger: Trigger
    nominal: datetime
    nominals: tuple[datetime, ...]
    missed: MissedRange | None
    effective: datetime
    due: datetime
    """When it may be claimed: its expected start, later for a retry."""
    started: datetime | None
    """When its first attempt began; each attempt has its own."""
    finished: datetime | None
    """When its last attempt ended, or it was decided that none follows."""
    attempt: int
    """Attempts begun so far."""
    version: str | None
    result: str | None
    """JSON, capped."""
    error: str | None
    rerun_of: int | None
    """The run that this one repeats, or, triggered on failure, the one that has failed."""
    priority: int
    late: bool
    """Seen or planned only after it was due."""
    attempts: tuple[Attempt, ...] = ()
    args: str | None = None
    """The JSON object that was given for this run; None: the task's own ``args`` alone (F3)."""
    delay: timedelta = NO_DELAY
    """By how much it is to begin after its effective instant (``policy.jitterSeconds``)."""

    @property
    def expected_start(self) -> datetime:
        """When it is to begin; its lateness counts from then."""
        return self.effective + self.delay
