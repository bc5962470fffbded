"""What a request has done, as JSON: a run, a task resumed or switched, a new element."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jittask.operations.control.accepted import Accepted
from jittask.operations.control.pauses import Resumed
from jittask.operations.edit.enabled import Switched
from jittask.operations.edit.write_element import WrittenElement


def accepted_view(accepted: Accepted) -> dict[str, Any]:
    """Return a request for a run as section 10 has it."""
    return {"run": accepted.run.id, "accepted": True, "liveRuntime": accepted.live_runtime}


def resumed_view(resumed: Resumed) -> dict[str, Any]:
    """Return a task whose pause is over."""
    return {"task": resumed.task, "paused": False, "changed": resumed.was_paused}


def switched_view(switched: Switched) -> dict[str, Any]:
    """Return a task that has been enabled or disabled."""
    return {
        "task": switched.task,
        "enabled": switched.enabled,
        "changed": switched.changed,
        "file": switched.file,
    }


def written_view(written: WrittenElement, root: Path) -> dict[str, Any]:
    """Return a new element, its files relative to the tree."""
    return {
        "element": written.name,
        "files": [file.relative_to(root).as_posix() for file in written.files],
    }
