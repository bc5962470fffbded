"""A pause as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jittask.operations.views.instants import iso

if TYPE_CHECKING:
    from jittask.store.control import Pause


def pause_view(pause: Pause) -> dict[str, Any]:
    """Return a pause for programs."""
    return {
        "task": pause.task,
        "since": iso(pause.since),
        "until": iso(pause.until),
        "note": pause.note,
    }
