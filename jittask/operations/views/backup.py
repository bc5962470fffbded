"""A backup of a run store, and a restored one, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.operations.store_backup import BackedUp, RestoredStore


def backup_view(done: BackedUp) -> dict[str, Any]:
    """Return what a backup holds."""
    return {
        "file": str(done.path),
        "place": done.note.place,
        "taken": iso(done.note.taken),
        "schema": done.note.schema,
        "runs": done.note.runs,
        "bytes": done.size,
    }


def restored_view(done: RestoredStore) -> dict[str, Any]:
    """Return what was restored, and what has come due since the backup."""
    restored, due = done.restored, done.come_due
    return {
        "place": restored.place,
        "taken": iso(restored.note.taken),
        "schema": done.schema,
        "runs": restored.note.runs,
        "interrupted": restored.interrupted,
        "skipped": restored.skipped,
        "skipUntil": iso(done.skip_until),
        "setAside": str(restored.set_aside) if restored.set_aside else None,
        "comeDue": {
            "occurrences": due.occurrences,
            "runs": due.runs,
            "tasks": due.tasks,
            "waiting": due.waiting,
            "tasksOfRows": due.of_rows,
            "isMore": due.more,
        },
    }
