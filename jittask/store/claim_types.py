"""What is claimed, by what choice, and how it ended: plain frozen values (rule R4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from jittask.model import NO_DELAY, Reason, RunStatus, Trigger
from jittask.store.control import Pause
from jittask.store.plans import NewRun


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that may be claimed now."""

    id: int
    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    attempt: int
    delay: timedelta = NO_DELAY
    """By how much it is to begin after its effective instant (``policy.jitterSeconds``)."""

    @property
    def expected_start(self) -> datetime:
        """When it is to begin; its lateness counts from then (R1)."""
        return self.effective + self.delay


class ComingRun(NamedTuple):
    """A run that may be claimed from an instant on."""

    due: datetime
    run: DueRun


@dataclass(frozen=True, slots=True)
class Claim:
    """A run to be claimed with the version that will run."""

    run: DueRun
    version: str
    group: str | None = None
    """Its group, where that has a rate."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A due run to be ended without running it."""

    run: DueRun
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do with the runs that are due; those that it does not name wait."""

    claim: tuple[Claim, ...]
    skip: tuple[Skip, ...]
    full: frozenset[str] = frozenset()
    """The tasks of groups that take no more runs now (R2)."""
    resting: frozenset[str] = frozenset()
    """Those of them whose group has used up its rate."""
    until: datetime | None = None
    """When the first of these groups may begin another run; None where none rests."""


class Executing(NamedTuple):
    """A run that executes, on any runtime."""

    task: str
    row_key: str
    since: datetime
    """When its attempt was claimed."""
    is_backfill: bool = False


Choose = Callable[..., Choice]
"""Called with the due runs (``DueRun``) and what executes (``Executing``).

Where there are groups with a rate, also with ``starts``: when their runs have begun.
"""
ChooseUnlessPaused = Callable[[Sequence[DueRun], Sequence[Executing], Mapping[str, Pause]], Choice]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that this runtime has claimed: ``token`` fences every write about it."""

    run: DueRun
    version: str
    token: int
    attempt: int
    args: str | None = None
    """What was given for this run, as a JSON object."""
    group: str | None = None
    """Its group, where that has a rate."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pass over the due runs has written."""

    claimed: tuple[Claimed, ...] = ()
    skipped: tuple[Skip, ...] = ()
    waiting: frozenset[str] = frozenset()
    """The tasks of the due runs that were left as they are."""
    choice: Choice | None = None
    """What was decided on them; None where no run was due."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run that is recorded as executing."""

    id: int
    task: str
    row_key: str
    token: int
    attempt: int
    effective: datetime
    started: datetime
    last_seen: datetime
    """The last sign of life of its runtime; the start of the attempt where that is later."""
    detail: str | None = None
    """What is known of its end already."""
    has_begun: bool = True
    """False where its planner had not handed it to a worker: no body of it has begun (R10)."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended. ``status`` pending is a retry at ``retry_at``."""

    run: int
    token: int
    attempt: int
    status: RunStatus
    reason: Reason | None = None
    detail: str | None = None
    result: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
    frees_keys: bool = False
    """No body of the run has begun, so the occurrence may be planned again (R1, D5)."""
    takes_back: bool = False
    """The body never began and the run stays: nothing is kept of the attempt (R1, R12)."""
    peak_kb: int | None = None
    """The most memory that the body's process had held, in KiB."""
    follow_up: NewRun | None = None
    """The run that handles this end: it is written in the same transaction."""
    ended: datetime | None = None
    """When the attempt ended, where that was long before it is written."""
