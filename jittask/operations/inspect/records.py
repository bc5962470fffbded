"""Pages of runs, and what a run's status is now (rules R1, V5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jittask.model import Reason, Run, RunStatus, Trigger
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.stored_state import blocked_by_task
from jittask.operations.naming import existing_task_name, full_name, member
from jittask.operations.rows import recorded_row_keys
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store import StoreReader
    from jittask.store.record_filter import RecordFilter, RecordPage, RunCount

OVERDUE = "overdue"
"""The status of a pending run that is past due by more than a minute; it is not stored."""
STATUSES = (*(status.value for status in RunStatus), OVERDUE)
BEGUN_OR_ENDED = frozenset(RunStatus) - {RunStatus.PENDING}
"""What ran: the runs that are listed unless statuses are named."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which runs; None asks for all. ``since`` and ``until`` are included."""

    tasks: tuple[str, ...] = ()
    """Any of these, by their names, where ``tasks.`` may be left out; none asks for all."""
    tag: str | None = None
    """Only of tasks that have this tag now."""
    row: str | None = None
    """A row key as it is shown; with a task, in any spelling by which its database finds it."""
    statuses: frozenset[str] = frozenset()
    """Of ``STATUSES``; none: what ran, so all but pending runs."""
    trigger: Trigger | None = None
    version: str | None = None
    """The first digits of a version, six at least."""
    late: bool = False
    """Only runs that were seen or planned only after they were due."""
    text: str | None = None
    """What their error, reason in words or log has, in large or small letters."""
    since: datetime | None = None
    until: datetime | None = None
    by: str = "effective"
    """The instant to sort by, which ``since`` and ``until`` bound: effective, nominal or start."""
    descending: bool = True
    """Newest first."""


def records(
    workspace: Workspace, query: RecordQuery, *, limit: int = 50, after: str | None = None
) -> RecordPage:
    """Return a page of runs; ``after`` is the cursor that the page before gave as ``next``.

    Raises NoRecords before anything has run, NotFound for a task that neither
    the tree nor the run store knows, InvalidArgument, Unavailable.
    """
    from jittask.store.record_filter import By

    names = [full_name(task) for task in query.tasks]
    asked = _filter(workspace, query)
    with workspace.stored() as store:
        page = store.records(
            asked,
            workspace.now(),
            limit,
            after,
            by=member(By, query.by, "by"),
            descending=query.descending,
        )
        page = _with_blocks(page, store, workspace.now(), workspace.zone)
        unknown = () if page.records or not names else set(names) - store.watermarks().keys()
    for name in sorted(unknown):
        existing_task_name(workspace.compilation, name)
    return page


def record_counts(workspace: Workspace, query: RecordQuery) -> dict[str, RunCount]:
    """Return how many runs of a query have each of ``STATUSES``, whatever the query's own.

    ``pending`` counts the overdue ones too. A count ends at 10,000; with ``text`` it looks only at
    the newest 2,000 runs of a status. Raises what ``records`` raises, but no NotFound.
    """
    from jittask.store.record_filter import By

    asked = [
        _filter(workspace, replace(query, statuses=frozenset({status}))) for status in STATUSES
    ]
    with workspace.stored() as store:
        by = member(By, query.by, "by")
        return dict(zip(STATUSES, store.record_counts(asked, workspace.now(), by=by), strict=True))


def _with_blocks(page: RecordPage, store: StoreReader, now: datetime, zone: ZoneInfo) -> RecordPage:
    """Give due runs that wait for their blocked task the reason, and since when (R12)."""
    waiting = [run for run in page.records if _waits(run, now)]
    if not waiting or not store.runtime_alive(now):
        return page
    blocked = blocked_by_task(store)
    reasons = {
        run.id: entry.describe(zone) for run in waiting for entry in blocked.get(run.task, ())[:1]
    }
    runs = tuple(
        replace(run, reason=Reason.BLOCKED, detail=reasons[run.id]) if run.id in reasons else run
        for run in page.records
    )
    return replace(page, records=runs)


def _waits(run: Run, now: datetime) -> bool:
    return run.status is RunStatus.PENDING and run.expected_start <= now


def status_of(run: Run, now: datetime) -> str:
    """Return a run's status, ``overdue`` included (R1); a backfill is late on purpose."""
    from jittask.store.record_filter import OVERDUE_AFTER

    waits = run.status is RunStatus.PENDING and run.trigger is not Trigger.BACKFILL
    late = waits and now - run.expected_start > OVERDUE_AFTER
    return OVERDUE if late else run.status


def _filter(workspace: Workspace, query: RecordQuery) -> RecordFilter:
    from jittask.store.record_filter import VERSION_DIGITS, RecordFilter

    unknown = query.statuses - set(STATUSES)
    if unknown:
        raise InvalidArgument("status", f"no status {min(unknown)!r}", ", ".join(STATUSES))
    version = query.version and query.version.lower()
    if version is not None and not (
        len(version) >= VERSION_DIGITS and set(version) <= set("0123456789abcdef")
    ):
        raise InvalidArgument(
            "version", f"expected at least {VERSION_DIGITS} digits of a version, got {version!r}"
        )
    if query.since is not None and query.until is not None and query.until < query.since:
        raise InvalidArgument("until", "the end is before the beginning")
    statuses = frozenset(RunStatus(status) for status in query.statuses if status != OVERDUE)
    return RecordFilter(
        tasks=_tasks(workspace, query),
        row_keys=_row_keys(workspace, query),
        statuses=statuses if query.statuses else BEGUN_OR_ENDED,
        overdue=OVERDUE in query.statuses,
        trigger=None if query.trigger is None else member(Trigger, query.trigger, "trigger"),
        version=version,
        late=query.late,
        text=query.text or None,
        since=query.since,
        until=query.until,
    )


def _tasks(workspace: Workspace, query: RecordQuery) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(full_name(task) for task in query.tasks))
    if query.tag is None:
        return names or None
    tagged = {name for name, task in workspace.app.tasks.items() if query.tag in task.tags}
    return tuple(name for name in names or sorted(tagged) if name in tagged)


def _row_keys(workspace: Workspace, query: RecordQuery) -> tuple[str, ...]:
    """Return the keys as records have them; one task's database says what it takes for the key."""
    if query.row is None:
        return ()
    task = None
    if len(query.tasks) == 1:
        task = workspace.compilation.app.tasks.get(full_name(query.tasks[0]))
    return recorded_row_keys(workspace, task, query.row)
