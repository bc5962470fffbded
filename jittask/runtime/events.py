"""The events that a runtime reports: small frozen values (section 10).

The terminal's words and the JSON lines of ``run --format json`` are made from
these, and programs and tests wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jittask.diagnostics import Diagnostic
from jittask.model import Reason, RunStatus, Trigger


@dataclass(frozen=True, slots=True)
class NotFiring:
    """A task that will not fire, and why (V8)."""

    task: str
    code: str
    """``disabled``, ``paused``, ``broken``, ``blocked``, ``end-past``, ``start-past`` or
    ``never``."""
    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The start is complete: the runtime has planned, and runs what is due."""

    at: datetime
    root: str
    """The tree."""
    tasks: int
    """How many tasks load."""
    workers: int
    executor: str
    store: str
    """Where the records are."""
    zone: str
    """The app's time zone."""
    next_task: str | None
    """The scheduled task that fires next."""
    next_at: datetime | None
    """When it does."""
    not_firing: tuple[NotFiring, ...]
    """The tasks that will not fire, and why."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A worker of a fleet listens for runs (R10)."""

    at: datetime
    id: str
    """Its name in ``status``."""
    host: str
    pid: int
    queues: tuple[str, ...]
    workers: int
    """How many bodies it runs at once."""
    store: str
    """Where the records are."""
    zone: str
    """The app's time zone."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Changed files are in effect; the names are full names of elements."""

    at: datetime
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    fixed: tuple[str, ...]
    """Elements that were broken before and load now."""
    seconds: float
    """How long it took, from the change seen to the swap."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An element no longer loads; ``version`` of it keeps running, or nothing of it runs."""

    at: datetime
    element: str
    version: str | None
    """Digest of the last good version, which keeps running; null where there is none."""
    since: datetime | None
    """When that version was loaded."""
    diagnostics: tuple[Diagnostic, ...]
    """As ``validate --format json`` has them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A run was written to the store for an occurrence to come."""

    at: datetime
    run: int
    task: str
    row: str
    """Key of the row of a date-field task; null for a scheduled one."""
    effective: datetime
    """When it is due."""


@dataclass(frozen=True, slots=True)
class Started:
    """A run's body has been handed to a worker."""

    at: datetime
    run: int
    task: str
    row: str
    """Key of the row of a date-field task; null for a scheduled one."""
    trigger: Trigger
    attempt: int
    """1 for the first."""
    version: str
    """Digest of what runs."""
    effective: datetime
    """When it was due."""
    delay_seconds: float = 0
    """How many seconds later it was to begin, by ``policy.jitterSeconds``."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run has ended, or is pending again for another attempt."""

    at: datetime
    run: int
    task: str
    row: str
    """Key of the row of a date-field task; null for a scheduled one."""
    status: RunStatus
    """``pending`` where another attempt follows."""
    reason: Reason | None
    """Why it did not complete."""
    detail: str | None
    """The reason in words."""
    seconds: float | None
    """How long the body alone took; ``took`` of records has the wait for its process, too."""
    result: str | None
    """What the function returned, as JSON text."""
    error: str | None
    """The traceback."""
    retry_at: datetime | None
    """When the next attempt is due."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something outside a run's body went wrong, and what the runtime does about it."""

    at: datetime
    code: str
    """Stable, such as ``store-unavailable``."""
    text: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """A task cannot continue for a reason outside its files; it is tried again (R12)."""

    at: datetime
    task: str
    code: str
    """What fails, stable: such as ``scan-failed``. A task may be blocked by several."""
    reason: str
    since: datetime
    """When it failed first; before this start where the store knew of it."""
    next_try: datetime


@dataclass(frozen=True, slots=True)
class Unblocked:
    """What a task was blocked by has ended."""

    at: datetime
    task: str
    code: str
    """As the ``blocked`` event had it."""
    since: datetime
    """When it began."""


@dataclass(frozen=True, slots=True)
class Sweeping:
    """A look through the rows of a task's grace and of the next hour takes long; it continues."""

    at: datetime
    task: str
    since: datetime
    """When it began."""
    due: int
    """How many due rows it has found so far."""


@dataclass(frozen=True, slots=True)
class Notified:
    """People have been notified of what is wrong, or over (R14)."""

    at: datetime
    target: str
    """Where, without secrets: the scheme of the URL."""
    title: str
    """The title of the message."""
    tries: int
    """1 where it could be sent at once."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The runtime has ended."""

    at: datetime
    completed: int
    """How many runs it completed."""
    failed: int
    """How many failed, interrupted ones included."""
    interrupted: int
    """How many were interrupted."""


Event = (
    Ready
    | Listening
    | Reloaded
    | Broken
    | Planned
    | Started
    | Finished
    | Trouble
    | Blocked
    | Unblocked
    | Sweeping
    | Notified
    | Stopped
)
