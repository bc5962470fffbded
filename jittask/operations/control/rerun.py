"""Runs once more what a run was for, as a new run (rule R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.operations.control.accepted import Accepted
from jittask.operations.naming import find_run, find_task

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def rerun(workspace: Workspace, run: int) -> Accepted:
    """Ask for a new run of the same task, row and occurrence, by the task as it is now.

    The run may have ended in any way, or still execute. Raises NotFound for the
    run and for its task, BrokenTask, NoRecords, Unavailable.
    """
    now = workspace.now()
    with workspace.store() as store:
        earlier = find_run(store, run)
        find_task(workspace.compilation, earlier.task)
        number = store.rerun(earlier, now)
        return Accepted(find_run(store, number), store.runtime_alive(now))
