"""What a runtime tells whoever runs it: small frozen values, one a happening (section 10).

The terminal's words and the JSON lines of ``run --format json`` are made from
these, and tests wait for them; nothing else leaves the runtime this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jittask.diagnostics import Diagnostic
from jittask.model import Reason, RunState, Trigger


@dataclass(frozen=True, slots=True)
class NotFiring:
    """A task that will not fire, and why (V8)."""

    task: str
    code: str
    """``disabled``, ``paused``, ``broken``, ``end-past``, ``start-past`` or ``never``."""
    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The runtime has planned and takes runs."""

    at: datetime
    root: str
    tasks: int
    workers: int
    executor: str
    store: str
    zone: str
    next_task: str | None
    next_at: datetime | None
    not_firing: tuple[NotFiring, ...]


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A new snapshot stands; the names are full names of elements."""

    at: datetime
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    mended: tuple[str, ...]
    """Elements that were broken before and load now."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """An element that no longer loads; ``version`` of it goes on, or nothing of it runs."""

    at: datetime
    element: str
    version: str | None
    """Digest of the last good version that goes on; None where there is none."""
    since: datetime | None
    """When that version was loaded."""
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A run now stands in the store for an occurrence to come."""

    at: datetime
    run: int
    task: str
    row: str
    effective: datetime


@dataclass(frozen=True, slots=True)
class Started:
    """A run's body has been handed to a worker."""

    at: datetime
    run: int
    task: str
    row: str
    trigger: Trigger
    attempt: int
    version: str
    effective: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """A run has ended, or goes back to pending for another attempt."""

    at: datetime
    run: int
    task: str
    row: str
    status: RunState
    reason: Reason | None
    detail: str | None
    seconds: float | None
    result: str | None
    error: str | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something outside a run's body went wrong, and what the runtime does about it."""

    at: datetime
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The runtime has ended; ``interrupted`` runs were cut off."""

    at: datetime
    finished: int
    failed: int
    interrupted: int


Event = Ready | Reloaded | Broken | Planned | Started | Finished | Trouble | Stopped
