"""Runs once more what a run was for, as a new run (rule R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.operations.control.accepted import Accepted
from jittask.operations.control.loading import wait_until_loaded
from jittask.operations.naming import find_run, find_task

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def rerun(workspace: Workspace, run: int, *, load_seconds: float | None = None) -> Accepted:
    """Ask for a new run of the same task, row and occurrence, by the task as it is now.

    The run may have ended in any way, or still execute. ``load_seconds`` is how long a
    living runtime may take to load the task as it is saved; without it, what is loaded
    runs. Raises NotFound for the run and for its task, BrokenTask, NotLoaded, NoRecords,
    Unavailable.
    """
    with workspace.store() as store:
        earlier = find_run(store, run)
        compilation = workspace.compilation if load_seconds is None else workspace.refresh()
        found = find_task(compilation, earlier.task)
        if load_seconds is not None:
            wait_until_loaded(workspace, store, found, load_seconds)
        now = workspace.now()
        number = store.rerun(earlier, now)
        return Accepted(find_run(store, number), store.runtime_alive(now))
