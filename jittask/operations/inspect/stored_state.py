"""What the run store knows of tasks that a preview must say: pauses, activations (T11, V8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask.model import Note
from jittask.operations.errors import NoRecords
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store import StoreReader
    from jittask.store.blocked_tasks import BlockedTask
    from jittask.store.control import Pause


@dataclass(frozen=True, slots=True)
class StoredState:
    """Active pauses, and since when tasks count; empty where nothing has run."""

    pauses: dict[str, Pause] = field(default_factory=dict)
    activated: dict[str, datetime] = field(default_factory=dict)
    blocked: dict[str, tuple[BlockedTask, ...]] = field(default_factory=dict)
    """Empty while no runtime is alive: nobody knows then."""


def stored_state(workspace: Workspace) -> StoredState:
    """Ask the tree's run store, where there is one. Raises Unavailable, OperationError."""
    if not workspace.may_have_store:
        return StoredState()
    now = workspace.now()
    try:
        with workspace.stored() as store:
            pauses = {name: pause for name, pause in store.pauses().items() if pause.is_active(now)}
            activated = {name: mark.activated for name, mark in store.watermarks().items()}
            blocked = blocked_by_task(store) if store.runtime_alive(now) else {}
            return StoredState(pauses, activated, blocked)
    except NoRecords:
        return StoredState()


def blocked_by_task(store: StoreReader) -> dict[str, tuple[BlockedTask, ...]]:
    """Return what is blocked, by task. Raises Unavailable, OperationError."""
    found: dict[str, tuple[BlockedTask, ...]] = {}
    for entry in store.blocked():
        found[entry.task] = (*found.get(entry.task, ()), entry)
    return found


def paused_note(pause: Pause, zone: ZoneInfo) -> Note:
    """Return the note of a pause."""
    return Note("paused", pause.describe(zone))
