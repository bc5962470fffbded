"""What the run store knows of tasks that a preview must say: pauses, activations (T11, V8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask.cli.failure import NothingYet
from jittask.cli.tree import has_store, open_store
from jittask.model import Note

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledApp
    from jittask.store.control import Pause


@dataclass(frozen=True, slots=True)
class Known:
    """Pauses that hold now, and since when tasks count; empty where nothing has run."""

    pauses: dict[str, Pause] = field(default_factory=dict)
    activated: dict[str, datetime] = field(default_factory=dict)


def known(app: CompiledApp, now: datetime) -> Known:
    """Ask the tree's run store, where there is one."""
    if not has_store(app):
        return Known()
    try:
        with open_store(app) as store:
            pauses = {name: one for name, one in store.pauses().items() if one.is_active(now)}
            return Known(pauses, {name: one.activated for name, one in store.watermarks().items()})
    except NothingYet:
        return Known()


def paused(pause: Pause, zone: ZoneInfo) -> Note:
    """Return the note of a pause."""
    return Note("paused", pause.describe(zone))
