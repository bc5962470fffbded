"""What a simulation gives: its runs in order, and what it could not do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jittask.model import MissedRange, Trigger


class SimulatedStatus(StrEnum):
    """How a run stood at the end of the simulation."""

    FIRES = "fires"
    """Its function would have been called; functions were not run."""
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    """It was to be tried again, after the end."""

    @property
    def is_firing(self) -> bool:
        """Whether the function was called, or would have been."""
        return self not in (SimulatedStatus.SKIPPED, SimulatedStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """One run; all instants are aware."""

    at: datetime
    """When it began; where it did not begin, when that was decided."""
    task: str
    row: str | None
    """The shown key of its row; None for a scheduled task."""
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    zone: ZoneInfo
    """The task's zone."""
    status: SimulatedStatus
    reason: str | None = None
    """Why it did not end as completed: a stable code."""
    detail: str | None = None
    """The same in words."""
    attempts: int = 1
    late: bool = False
    missed: MissedRange | None = None
    """The occurrences that it counts, besides its own."""
    result: str | None = None
    """What the function returned, as JSON."""
    error: str | None = None
    """The traceback of its last attempt."""
    output: str = ""
    """What it printed and logged; the first part of it."""

    @property
    def nominal(self) -> datetime:
        """The instant that names its occurrence."""
        return self.nominals[0]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be simulated: a table, a row, a date."""

    at: datetime
    task: str
    text: str


@dataclass(frozen=True, slots=True)
class Simulated:
    """The outcome of a simulation."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    """The app's zone, or the scenario's."""
    ran: bool
    """Whether functions were run."""
    runs: tuple[SimulatedRun, ...]
    """By the instant at which they began, then as they were taken."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What a reader of the result should know about the copy."""

    @property
    def failed(self) -> tuple[SimulatedRun, ...]:
        """The runs whose function failed for good."""
        return tuple(run for run in self.runs if run.status is SimulatedStatus.FAILED)
