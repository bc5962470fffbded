"""Changes ``enable`` in a task's e.json, and nothing else in the file (rule V5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.compiler.edit import NotJson, with_value
from jittask.operations.edit.replace import replace_file
from jittask.operations.errors import Conflict, OperationError
from jittask.operations.naming import existing_task_name

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Switched:
    """A task that is enabled or disabled now, in its file."""

    task: str
    """Its full name."""
    enabled: bool
    changed: bool
    """False where the file said so already."""
    file: str
    """Posix path of the e.json, relative to the tree."""


def set_enabled(workspace: Workspace, task: str, *, enabled: bool) -> Switched:
    """Set ``enable`` of a task, which may be broken; a running runtime reloads it.

    Enabling is an activation: nothing fires for the time before. Raises
    NotFound, Conflict for a file that is not JSON, OperationError for one that
    cannot be written.
    """
    name = existing_task_name(workspace.compilation, task)
    path = "/".join([*name.split("."), "e.json"])
    file = workspace.root / path
    try:
        before = file.read_bytes()
        after = with_value(before, "enable", int(enabled))
        if after != before:
            replace_file(file, after)
    except NotJson as error:
        raise Conflict(f"{path}: {error}", "see jittask validate") from error
    except OSError as error:
        raise OperationError(f"{file}: cannot be changed: {error.strerror}") from error
    return Switched(name, enabled, changed=after != before, file=path)
