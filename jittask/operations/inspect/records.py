"""Pages of runs, and what a run's status is now (rules R1, V5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.model import Reason, Run, RunStatus, Trigger
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.stored_state import blocked_by_task
from jittask.operations.naming import existing_task_name, full_name, member
from jittask.operations.rows import recorded_row_keys
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.store import StoreReader
    from jittask.store.record_filter import RecordFilter, RecordPage

OVERDUE = "overdue"
"""The status of a pending run that is past due by more than a minute; it is not stored."""
STATUSES = (*(status.value for status in RunStatus), OVERDUE)
BEGUN_OR_ENDED = frozenset(RunStatus) - {RunStatus.PENDING}
"""What ran: the runs that are listed unless statuses are named."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which runs; None asks for all. ``since`` and ``until`` are included."""

    task: str | None = None
    """Its name; ``tasks.`` may be left out."""
    row: str | None = None
    """A row key as it is shown; with a task, in any spelling by which its database finds it."""
    statuses: frozenset[str] = frozenset()
    """Of ``STATUSES``; none: what ran, so all but pending runs."""
    trigger: Trigger | None = None
    version: str | None = None
    """The first digits of a version, six at least."""
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

    name = None if query.task is None else full_name(query.task)
    keys: tuple[str, ...] = ()
    if query.row is not None:
        task = None if name is None else workspace.compilation.app.tasks.get(name)
        keys = recorded_row_keys(workspace, task, query.row)
    with workspace.stored() as store:
        page = store.records(
            _filter(query, name, keys),
            workspace.now(),
            limit,
            after,
            by=member(By, query.by, "by"),
            descending=query.descending,
        )
        page = _with_blocks(page, store, workspace.now())
        unknown = name is not None and not page.records and name not in store.watermarks()
    if unknown and query.task is not None:
        existing_task_name(workspace.compilation, query.task)
    return page


def _with_blocks(page: RecordPage, store: StoreReader, now: datetime) -> RecordPage:
    """Give due runs that wait for their blocked task the reason, and since when (R12)."""
    waiting = [run for run in page.records if _waits(run, now)]
    if not waiting or not store.runtime_alive(now):
        return page
    blocked = blocked_by_task(store)
    reasons = {
        run.id: f"blocked since {entry.since:%Y-%m-%d %H:%M:%SZ}: {entry.reason}"
        for run in waiting
        for entry in blocked.get(run.task, ())[:1]
    }
    runs = tuple(
        replace(run, reason=Reason.BLOCKED, detail=reasons[run.id]) if run.id in reasons else run
        for run in page.records
    )
    return replace(page, records=runs)


def _waits(run: Run, now: datetime) -> bool:
    return run.status is RunStatus.PENDING and run.effective <= now


def status_of(run: Run, now: datetime) -> str:
    """Return a run's status, ``overdue`` included (R1); a backfill is late on purpose."""
    from jittask.store.record_filter import OVERDUE_AFTER

    waits = run.status is RunStatus.PENDING and run.trigger is not Trigger.BACKFILL
    late = waits and now - run.effective > OVERDUE_AFTER
    return OVERDUE if late else run.status


def _filter(query: RecordQuery, name: str | None, row_keys: tuple[str, ...]) -> RecordFilter:
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
        task=name,
        row_keys=row_keys,
        statuses=statuses if query.statuses else BEGUN_OR_ENDED,
        overdue=OVERDUE in query.statuses,
        trigger=None if query.trigger is None else member(Trigger, query.trigger, "trigger"),
        version=version,
        since=query.since,
        until=query.until,
    )
