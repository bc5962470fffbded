"""What is asked of the store about runs, and what it answers: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jittask.diagnostics import Diagnostic
from jittask.model import Run, RunStatus, Trigger
from jittask.store.control import Pause


class By(StrEnum):
    """The instant that a listing is sorted by, and that its times bound."""

    EFFECTIVE = "effective"
    NOMINAL = "nominal"
    START = "start"
    """When a run first began; those that have not are left out."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which runs; None asks for all. Times bound the instant sorted by, ends included."""

    task: str | None = None
    row_key: str | None = None
    states: frozenset[RunStatus] = frozenset()
    overdue: bool = False
    """Only runs that are pending and past due by more than a minute (R1)."""
    trigger: Trigger | None = None
    version: str | None = None
    """The first digits of the version that ran last, six at least."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of runs, and the cursor of the next page."""

    records: tuple[Run, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A piece of what a run printed or logged."""

    attempt: int
    at: datetime
    stream: str
    """``stdout``, ``stderr`` or ``log``."""
    text: str
    id: int = 0
    """Its place in the log, ascending; 0 before it is kept."""


@dataclass(frozen=True, slots=True)
class RuntimeRow:
    """A runtime that has announced itself; ``alive`` is what the lock beside the store says."""

    id: str
    host: str
    pid: int
    started: datetime
    alive: bool
    last_reload: datetime | None
    last_reload_ok: bool | None
    last_scan: datetime | None


@dataclass(frozen=True, slots=True)
class ElementRow:
    """What a runtime last said of an element: ``running``, ``broken`` or ``disabled``."""

    name: str
    state: str
    version: str | None
    since: datetime
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """All that ``jittask status`` shows."""

    runtimes: tuple[RuntimeRow, ...]
    elements: tuple[ElementRow, ...]
    pending: int
    overdue: int
    executing: int
    pauses: tuple[Pause, ...] = ()
    """Those that hold now, by task."""
