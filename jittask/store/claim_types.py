"""What is claimed, by what choice, and how it ended: plain frozen values (rule R4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from jittask.model import Reason, RunStatus, Trigger
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


class ComingRun(NamedTuple):
    """A run that may be claimed from an instant on."""

    due: datetime
    run: DueRun


@dataclass(frozen=True, slots=True)
class Claim:
    """A run to be claimed with the version that will run."""

    run: DueRun
    version: str


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


class Executing(NamedTuple):
    """A run that executes, on any runtime."""

    task: str
    row_key: str
    since: datetime
    """When its attempt was claimed."""
    is_backfill: bool = False


Choose = Callable[[Sequence[DueRun], Sequence[Executing]], Choice]
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pass over the due runs has written."""

    claimed: tuple[Claimed, ...] = ()
    skipped: tuple[Skip, ...] = ()
    waiting: frozenset[str] = frozenset()
    """The tasks of the due runs that were left as they are."""


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
