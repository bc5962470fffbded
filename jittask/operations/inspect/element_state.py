"""The state of an element, as ``status`` shows it (rule H3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jittask.diagnostics import Diagnostic

BROKEN, DISABLED, READY, RUNNING = "broken", "disabled", "ready", "running"
PAUSED, BLOCKED = "paused", "blocked"


@dataclass(frozen=True, slots=True)
class ElementState:
    """An element as a runtime last loaded it; where none has run, as its files are."""

    name: str
    state: str
    """broken, disabled, paused, blocked or running; ready while no runtime is alive."""
    version: str | None
    since: datetime | None
    """When the version that runs was loaded; None before the first run."""
    diagnostics: tuple[Diagnostic, ...]
    broken_since: datetime | None = None
    """None where it is not broken, or where that is not known."""
