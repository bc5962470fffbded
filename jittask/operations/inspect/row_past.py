"""What became of a row's occurrence that is past, or is to become of it (rules D6, D7, T11)."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from jittask.model import Note, RunStatus
from jittask.operations.errors import NoRecords
from jittask.operations.inspect.records import status_of
from jittask.operations.naming import row_key_forms

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jittask.compiler.compiled import DateFieldTask
    from jittask.model import Run
    from jittask.operations.workspace import Workspace

_MOST_RUNS = 10
_ENDED_UNRUN = frozenset({RunStatus.SKIPPED, RunStatus.CANCELLED})


class Past(NamedTuple):
    """Whether it fires, or has fired, and why."""

    fires: bool
    reasons: tuple[Note, ...]
    recorded: bool = False
    """Whether a record decides that, whatever holds now: the filter, a pause."""


def past_of(
    workspace: Workspace,
    task: DateFieldTask,
    row: str,
    first: datetime,
    last: datetime,
    activated: datetime | None,
) -> Past:
    """Say what the records have of a row's occurrences from ``first`` to ``last``.

    Without a record, why, if they are past; ``activated`` is since when the task counts.
    Raises Unavailable, OperationError.
    """
    now, zone = workspace.now(), task.timer.zone
    runs, alive = _runs(workspace, task, row, first)
    own = [run for run in runs if run.effective <= last]
    if own:
        notes = tuple(_record(run, now, zone) for run in own)
        return Past(any(run.status not in _ENDED_UNRUN for run in own), notes, recorded=True)
    can = _can(task, row, first, last)
    for run in runs:
        if run.missed is not None and run.missed.first <= first <= run.missed.last:
            words = f"run {run.id} of {_local(run.effective, zone)} counts it as missed"
            return Past(False, (Note("missed", words), can))
    if last > now:
        return Past(True, ())
    if activated is None:
        words = "no runtime has seen this task yet: what is due before that does not fire by itself"
        return Past(False, (Note("before-activation", words), can))
    if last < activated:
        return Past(False, (can,))
    return _without_record(task, now - last, can, alive=alive)


def recorded_between(
    workspace: Workspace, task: DateFieldTask, row: str, first: datetime, last: datetime
) -> tuple[Note, ...]:
    """Say what runs a row has from ``first`` to ``last``, also where it fires no more then."""
    runs, _ = _runs(workspace, task, row, first)
    own = [run for run in runs if run.effective <= last]
    return tuple(_record(run, workspace.now(), task.timer.zone) for run in own)


def _without_record(task: DateFieldTask, late: timedelta, can: Note, *, alive: bool) -> Past:
    from jittask.runtime.activation import grace

    if late > grace(task):
        seconds = grace(task).total_seconds()
        words = (
            f"it has no record, and is more than graceSeconds ({seconds:,.0f} s) late: "
            "it does not fire by itself"
        )
        return Past(False, (Note("grace-over", words), can))
    when = "the next scan of its table finds it" if alive else "it fires late when a runtime starts"
    words = f"it was due {late.total_seconds():,.0f} s ago, and has no record yet: {when}"
    return Past(True, (Note("not-yet-recorded", words),))


def _runs(
    workspace: Workspace, task: DateFieldTask, row: str, since: datetime
) -> tuple[tuple[Run, ...], bool]:
    """Return the row's first runs from the occurrence on, and whether a runtime is alive."""
    if not workspace.may_have_store:
        return (), False
    from jittask.store.record_filter import RecordFilter

    asked = RecordFilter(tasks=(task.name,), row_keys=row_key_forms(row), since=since)
    try:
        with workspace.stored() as store:
            now = workspace.now()
            page = store.records(asked, now, _MOST_RUNS, descending=False)
            return page.records, store.runtime_alive(now)
    except NoRecords:
        return (), False


def _record(run: Run, now: datetime, zone: ZoneInfo) -> Note:
    at = run.finished or run.started
    when = "" if at is None else f" at {_local(at, zone)}"
    detail = f": {' '.join(run.detail.split())}" if run.detail else ""
    return Note("record", f"run {run.id} ({run.trigger}): {status_of(run, now)}{when}{detail}")


def _can(task: DateFieldTask, row: str, first: datetime, last: datetime) -> Note:
    days = (at.astimezone(task.timer.zone).date() for at in (first, last))
    name, [begin, end] = task.name.removeprefix("tasks."), days
    command = f"jittask backfill {name} --row {shlex.quote(row)} --from {begin} --to {end}"
    return Note("backfill", f"to run it: {command}")


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
