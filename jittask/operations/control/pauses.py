"""Keeps a task from firing without an edit, and lets it fire again (rule V5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.operations.errors import InvalidArgument, NoRecords
from jittask.operations.naming import existing_task_name, full_name

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace
    from jittask.store.control import Pause


@dataclass(frozen=True, slots=True)
class Resumed:
    """A task that is not paused now."""

    task: str
    """Its full name."""
    was_paused: bool


def pause(
    workspace: Workspace, task: str, *, until: datetime | None = None, note: str | None = None
) -> Pause:
    """Keep a task from firing, until an aware instant or until ``resume``.

    What comes due meanwhile is recorded as skipped, with the note; what is asked
    for by hand still runs. Pausing again changes the end and the note. Raises
    NotFound, InvalidArgument where the end is not in the future, Unavailable.
    """
    from jittask.store.control import Pause

    name = existing_task_name(workspace.compilation, task)
    now = workspace.now()
    if until is not None and until <= now:
        raise InvalidArgument("until", f"{until:%Y-%m-%d %H:%M} is in the past")
    pause = Pause(name, now, until, note)
    with workspace.store(create=True) as store:
        store.put_pause(pause)
    return pause


def resume(workspace: Workspace, task: str) -> Resumed:
    """Let a task fire again; what came due while it was paused stays skipped.

    A task that is in the tree no more can be resumed too. Raises NotFound, Unavailable.
    """
    name = full_name(task)
    try:
        with workspace.store() as store:
            pause = store.pauses().get(name)
            if store.end_pause(name):
                return Resumed(name, pause is not None and pause.is_active(workspace.now()))
    except NoRecords:  # nothing has run, so nothing is paused
        existing_task_name(workspace.compilation, task)
    existing_task_name(workspace.compilation, task)
    return Resumed(name, was_paused=False)
