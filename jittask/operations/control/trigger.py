"""Runs a task now, through the runtime, with a record (rule V8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jittask.model import Trigger
from jittask.operations.control.accepted import Accepted
from jittask.operations.control.loading import wait_until_loaded
from jittask.operations.naming import find_run, find_task
from jittask.operations.rows import row_for
from jittask.operations.run_args import stored_args

if TYPE_CHECKING:
    from jittask.operations.rows import RowKey
    from jittask.operations.workspace import Workspace


def trigger(
    workspace: Workspace,
    task: str,
    *,
    row: RowKey | None = None,
    args: Mapping[str, Any] | None = None,
    load_seconds: float | None = None,
) -> Accepted:
    """Ask for a run of a task now, whatever its timing says; of one row for a date-field task.

    The keys of ``args`` replace those of the task's own ``args``, for this run.
    ``load_seconds`` is how long a living runtime may take to load the task as it is
    saved; without it, what is loaded runs.
    Without a live runtime the run is kept, and begins when one starts. Raises
    NotFound for the task and for the row, BrokenTask, InvalidArgument where a
    row is missing or makes no sense or ``args`` is no JSON object, NotLoaded, and Unavailable.
    """
    text = stored_args(args)
    compilation = workspace.compilation if load_seconds is None else workspace.refresh()
    found = find_task(compilation, task)
    key = row_for(workspace, found, row)
    with workspace.store(create=True) as store:
        if load_seconds is not None:
            wait_until_loaded(workspace, store, found, load_seconds)
        now = workspace.now()
        number = store.enqueue(found.name, key, Trigger.MANUAL, now, text)
        return Accepted(find_run(store, number), store.runtime_alive(now))
