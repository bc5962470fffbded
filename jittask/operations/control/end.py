"""Ends a run: cancels one that waits, kills one that executes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.model import Run, RunStatus
from jittask.operations.control.accepted import Accepted
from jittask.operations.errors import Conflict
from jittask.operations.naming import find_run

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace


def end(workspace: Workspace, run: int, *, note: str | None = None) -> Accepted:
    """Cancel a run that was asked for or waits for a retry; ask for the kill of one that executes.

    The runtime that executes it kills its process within a second. ``note`` is
    kept with the run. Raises NotFound, NoRecords, Unavailable, and Conflict for
    a run that has ended or is only planned.
    """
    now = workspace.now()
    with workspace.store() as store:
        find_run(store, run)
        accepted = store.cancel(run, note, now) or store.request_kill(run, note, now)
        current = find_run(store, run)
        if not accepted:
            raise _refusal(current)
        return Accepted(current, store.runtime_alive(now))


def _refusal(run: Run) -> Conflict:
    if run.status is RunStatus.PENDING:
        return Conflict(
            f"run {run.id} of {run.task} has not begun; it is planned for "
            f"{run.effective.isoformat()}",
            f"jittask pause {run.task} keeps the task from running",
        )
    return Conflict(
        f"run {run.id} of {run.task} has ended already: {run.status}",
        f"jittask log {run.id} shows it",
    )
