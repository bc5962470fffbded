"""A row's own timeline: every run of it, and what comes next (rules D4, D5, V5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from jittask.model import RunStatus
from jittask.operations.errors import NoRecords, OperationError
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.records import STATUSES, RecordQuery, records
from jittask.operations.inspect.task_timer import own_row_key
from jittask.operations.naming import full_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from jittask.compiler.compiled import DateFieldTask
    from jittask.operations.workspace import Workspace
    from jittask.store.record_filter import RecordPage

UPCOMING = 3
"""How many of a task's coming occurrences are shown."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the runs of a row, and what follows the newest of them."""

    page: RecordPage
    upcoming: tuple[TaskOccurrence, ...] = ()
    """Of the tasks that have a run of the row, or of the one asked about: by time."""
    remarks: tuple[str, ...] = ()
    """Why nothing comes: the row is gone, does not pass the filter, or cannot be read."""


def timeline(
    workspace: Workspace, query: RecordQuery, *, limit: int = 50, after: str | None = None
) -> Timeline:
    """Return the runs of ``query.row`` in every status, and what comes next.

    What comes next is with the first page only, where nothing but the task and the order
    is asked for. Raises what ``records`` raises; with a task, a row needs no record yet.
    """
    row, every = query.row, replace(query, statuses=query.statuses or frozenset(STATUSES))
    assert row is not None
    try:
        page = records(workspace, every, limit=limit, after=after)
    except NoRecords:
        if not query.tasks:
            raise
        page = _empty()
    if after is not None or query != RecordQuery(
        query.tasks, row=row, by=query.by, descending=query.descending
    ):
        return Timeline(page)
    tasks = list(_tasks(workspace, query, page))
    known = {
        (run.task, nominal)
        for run in page.records
        if run.status in (RunStatus.PENDING, RunStatus.EXECUTING)
        for nominal in run.nominals
    }
    found: list[TaskOccurrence] = []
    remarks: list[str] = []
    for task in tasks:
        try:
            found += _upcoming(workspace, task, row, known, remarks)
        except OperationError as error:
            remarks.append(f"{task.name}: {error}")
    return Timeline(page, tuple(sorted(found, key=lambda entry: entry[:2])), tuple(remarks))


def _empty() -> RecordPage:
    from jittask.store.record_filter import RecordPage

    return RecordPage((), None)


def _tasks(workspace: Workspace, query: RecordQuery, page: RecordPage) -> Iterator[DateFieldTask]:
    from jittask.compiler.compiled import DateFieldTask

    names = {run.task for run in page.records}
    if query.tasks:
        names = {full_name(task) for task in query.tasks}
    for name in sorted(names):
        task = workspace.app.tasks.get(name)
        if isinstance(task, DateFieldTask):
            yield task


def _upcoming(
    workspace: Workspace,
    task: DateFieldTask,
    row: str,
    known: set[tuple[str, datetime]],
    remarks: list[str],
) -> list[TaskOccurrence]:
    from jittask.operations.inspect.next import next_of_task

    found = next_of_task(workspace, task.name, row=row, limit=UPCOMING)
    remarks += found.remarks
    remarks += [
        f"{name}: {pause.describe(task.timer.zone)}" for name, pause in found.pauses.items()
    ]
    own = own_row_key(workspace, task, row)
    return [
        entry._replace(row=own)
        for entry in islice(found.occurrences, UPCOMING)
        if (task.name, entry.occurrence.nominal) not in known
    ]
