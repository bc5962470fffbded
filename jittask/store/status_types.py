"""What ``jittask status`` shows: runtimes, elements and counts, as plain frozen values (R13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jittask.diagnostics import Diagnostic
from jittask.store.control import Pause


@dataclass(frozen=True, slots=True)
class RuntimeRow:
    """A runtime that has announced itself; ``alive`` comes from its lock or its heartbeat."""

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
    """What a runtime last reported of an element: ``running``, ``broken`` or ``disabled``."""

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
    """Those that are active now, by task."""
