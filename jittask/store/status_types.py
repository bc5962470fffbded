"""What ``jittask status`` shows: runtimes, elements and counts, as plain frozen values (R13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jittask.diagnostics import Diagnostic
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.control import Pause
from jittask.store.fleet_types import WorkerRow
from jittask.store.notices import Undelivered


@dataclass(frozen=True, slots=True)
class RuntimeRow:
    """A runtime that has announced itself."""

    id: str
    host: str
    pid: int
    started: datetime
    alive: bool
    """By its lock on this machine, or by its beat where several share the store."""
    last_reload: datetime | None
    last_reload_ok: bool | None
    last_scan: datetime | None
    last_beat: datetime | None = None
    """Its last sign of life, by its own clock."""
    stopped: datetime | None = None
    """None where it has not said that it ends, and no other runtime has for it."""
    silent: bool = False
    """Whether it is there, but has not beaten for longer than its lease: it is stuck (R13)."""


@dataclass(frozen=True, slots=True)
class OverdueTask:
    """A task that is not paused, and has overdue runs (R1)."""

    task: str
    runs: int
    since: datetime
    """The expected start of the one that is the most overdue."""


@dataclass(frozen=True, slots=True)
class ElementRow:
    """What a runtime last reported of an element: ``running``, ``broken`` or ``disabled``."""

    name: str
    state: str
    version: str | None
    since: datetime
    """When the version that runs was loaded; where none runs, since when it is broken."""
    diagnostics: tuple[Diagnostic, ...]
    broken_since: datetime | None = None
    """None where it is not broken."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """All that ``jittask status`` shows."""

    runtimes: tuple[RuntimeRow, ...]
    elements: tuple[ElementRow, ...]
    pending: int
    overdue: int
    executing: int
    pauses: tuple[Pause, ...] = ()
    """Those that are active now, by task."""
    blocked: tuple[BlockedTask, ...] = ()
    """By task and code."""
    leader: str | None = None
    """The runtime that plans, by the lease on planning; None where the store serves one only."""
    overdue_tasks: tuple[OverdueTask, ...] = ()
    """By task."""
    workers: tuple[WorkerRow, ...] = ()
    """Those of a fleet, by host and start."""
    undelivered: tuple[Undelivered, ...] = ()
    """Targets of notifications that could not be reached (R14)."""
