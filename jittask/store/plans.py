"""What a plan consists of: runs to create and to close, as plain frozen values (rule R3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jittask.model import NO_DELAY, MissedRange, Reason, RunStatus, Trigger

LATE_AFTER = timedelta(seconds=60)
"""How late an occurrence may start without being late."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be written. ``status`` is pending, or skipped with its reason."""

    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    missed: MissedRange | None = None
    priority: int = 0
    late: bool = False
    status: RunStatus = RunStatus.PENDING
    reason: Reason | None = None
    detail: str | None = None
    rerun_of: int | None = None
    args: str | None = None
    due: datetime | None = None
    """When it may be claimed; None: at its expected start. A backfill spreads its runs (V5)."""
    delay: timedelta = NO_DELAY
    """By how much it is to begin after its effective instant (``policy.jitterSeconds``)."""

    @property
    def expected_start(self) -> datetime:
        """When it is to begin; its lateness counts from then (R1)."""
        return self.effective + self.delay

    def is_late(self, now: datetime) -> bool:
        """Whether it is late where it is written only now."""
        return now - self.expected_start > LATE_AFTER

    @property
    def keyed(self) -> bool:
        """Whether each nominal may have one run only: manual runs and reruns repeat freely."""
        return self.trigger in (Trigger.SCHEDULE, Trigger.BACKFILL)


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A scheduled run that nothing has claimed yet."""

    id: int
    task: str
    row_key: str
    nominals: tuple[datetime, ...]
    effective: datetime
    missed: MissedRange | None = None
    """What it counts besides its own; read for runs of rows only."""
    delay: timedelta = NO_DELAY

    @property
    def expected_start(self) -> datetime:
        """When it is to begin; its lateness counts from then (R1)."""
        return self.effective + self.delay


@dataclass(frozen=True, slots=True)
class Counting:
    """A pending run that is to count missed occurrences, in place of what it counted before."""

    run: int
    missed: MissedRange


@dataclass(frozen=True, slots=True)
class Delaying:
    """A pending run that is to begin so long after its effective instant, and not as planned."""

    run: int
    delay: timedelta


@dataclass(frozen=True, slots=True)
class Closing:
    """A pending run to be ended without being run."""

    run: int
    status: RunStatus
    reason: Reason
    detail: str
    is_counted: bool = False
    """Whether another run counts it now, with what it counted itself."""
