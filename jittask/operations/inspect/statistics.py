"""How often tasks ran, how long, how late, over a time (rule V5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jittask.operations.errors import InvalidArgument
from jittask.operations.naming import existing_task_name, full_name
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store.statistics import TaskStatistics

DEFAULT_LENGTH = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The executed runs of a time, by task; tasks that did not run are left out."""

    since: datetime
    until: datetime
    tasks: tuple[TaskStatistics, ...]


def statistics(
    workspace: Workspace,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    task: str | None = None,
) -> Statistics:
    """Return the statistics of the runs that began from ``since`` to ``until``.

    By default the last seven days. Raises NoRecords before anything has run,
    NotFound for a task that neither the tree nor the run store knows,
    InvalidArgument where the time ends before it begins, Unavailable.
    """
    until = workspace.now() if until is None else until
    since = until - DEFAULT_LENGTH if since is None else since
    if until < since:
        raise InvalidArgument("until", "the end is before the beginning")
    name = None if task is None else full_name(task)
    with workspace.stored() as store:
        found = store.statistics(since, until, name)
        unknown = name is not None and not found and name not in store.watermarks()
    if unknown and task is not None:
        existing_task_name(workspace.compilation, task)
    return Statistics(since, until, tuple(found))
