"""Why a task is blocked, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.store.blocked_tasks import BlockedTask


def blocked_view(entry: BlockedTask) -> dict[str, Any]:
    """Return what blocks a task for programs, without its name."""
    return {
        "code": entry.code,
        "reason": entry.reason,
        "since": iso(entry.since),
        "tries": entry.tries,
        "nextTry": iso(entry.next_try),
    }
