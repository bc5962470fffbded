"""When tasks fire next, by the code that the runtime uses (rule T11)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Occurrence
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.stored_state import paused_note, stored_state
from jittask.operations.inspect.task_timer import timer_of, unmatched_filter
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import find_task
from jittask.operations.times import TICK, within_known_years
from jittask.operations.workspace import Workspace
from jittask.schedule.calendars import announced
from jittask.schedule.cycle import LAST_INSTANT

if TYPE_CHECKING:
    from jittask.schedule.row_timer import RowTimer
    from jittask.schedule.timer import Timer
    from jittask.store.control import Pause

MAX_OCCURRENCES = 100_000
"""The most that one answer lists."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What fires next, and what is worth knowing about it."""

    occurrences: tuple[TaskOccurrence, ...]
    timers: Mapping[str, Timer | RowTimer]
    """Of the tasks that were asked about."""
    pauses: Mapping[str, Pause]
    """The active pauses of those tasks."""
    remarks: tuple[str, ...] = ()
    """Why it would not fire though it is listed: disabled, or its row does not match."""
    unannounced: tuple[str, ...] = ()
    """A sentence for each calendar that does not yet know a time shown (T8)."""
    left_out: int = 0
    """How many further tasks fire after those listed."""


def next_of_task(
    workspace: Workspace,
    name: str,
    *,
    row: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 5,
    skipped: bool = False,
) -> Upcoming:
    """Return the next ``limit`` occurrences of a scheduled task, or of one row.

    From ``start`` on or after now, up to ``end``. With ``skipped``, those that
    holidays skip are among them. ``row`` is a shown row key. Raises NotFound,
    BrokenTask, InvalidArgument.
    """
    check_limit(limit)
    task = find_task(workspace.compilation, name)
    remarks = []
    if not task.enabled:
        remarks.append(f"{task.name} is disabled: this is when it would fire")
    unmatched = unmatched_filter(workspace, task, row)
    if unmatched is not None:
        remarks.append(f"{unmatched}: this is when it would fire")
    timer = timer_of(workspace, task, row)
    begin = _begin(workspace, start)
    if end is not None and end < begin:
        raise InvalidArgument("to", "the end is before the beginning")
    found = islice(_walk(task.name, timer, begin, end or LAST_INSTANT, skipped=skipped), limit)
    return upcoming(workspace, {task.name: timer}, found, tuple(remarks))


def next_of_all(
    workspace: Workspace,
    *,
    start: datetime | None = None,
    limit: int = 50,
    skipped: bool = False,
) -> Upcoming:
    """Return the next occurrence of each enabled scheduled task, by time; ``limit`` tasks.

    With ``skipped``, what holidays skip before it is listed too.
    """
    check_limit(limit)
    refuse_broken_manifest(workspace.compilation.diagnostics)
    begin = _begin(workspace, start)
    timers = {
        task.name: task.timer
        for task in workspace.app.tasks.values()
        if isinstance(task, ScheduledTask) and task.enabled
    }
    firing = []
    for name, timer in timers.items():
        occurrence = timer.after(begin)
        if occurrence is not None:
            firing.append(TaskOccurrence(occurrence.effective, name, occurrence, timer.zone))
    found = heapq.nsmallest(limit, firing, key=lambda entry: entry[:2])
    if skipped:
        found = sorted(
            (entry for first in found for entry in _up_to(first, timers[first.task], begin)),
            key=lambda entry: entry[:2],
        )
    return upcoming(workspace, timers, found, left_out=max(0, len(firing) - limit))


def check_limit(limit: int) -> None:
    """Raise InvalidArgument for a number that no answer can list."""
    if not 0 <= limit <= MAX_OCCURRENCES:
        raise InvalidArgument("limit", f"expected 0 to {MAX_OCCURRENCES:,}, got {limit}")


def _begin(workspace: Workspace, start: datetime | None) -> datetime:
    """Return the instant after which occurrences count: ``start`` itself does, now does not."""
    return within_known_years(workspace.now()) if start is None else start - TICK


def _walk(
    name: str, timer: Timer, begin: datetime, end: datetime, *, skipped: bool
) -> Iterator[TaskOccurrence]:
    walk = timer.walk if skipped else timer.between
    for occurrence in walk(begin, end):
        fires = isinstance(occurrence, Occurrence)
        at = occurrence.effective if isinstance(occurrence, Occurrence) else occurrence.nominal
        assert fires or skipped
        yield TaskOccurrence(at, name, occurrence, timer.zone)


def _up_to(first: TaskOccurrence, timer: Timer, begin: datetime) -> Iterator[TaskOccurrence]:
    """Yield what is skipped before the first occurrence, and that one."""
    for entry in _walk(first.task, timer, begin, LAST_INSTANT, skipped=True):
        yield entry
        if isinstance(entry.occurrence, Occurrence):
            return


def upcoming(
    workspace: Workspace,
    timers: Mapping[str, Timer] | Mapping[str, RowTimer],
    found: Iterable[TaskOccurrence],
    remarks: tuple[str, ...] = (),
    left_out: int = 0,
) -> Upcoming:
    """Return what was found, with what the run store says of its tasks."""
    pauses = {
        name: pause for name, pause in stored_state(workspace).pauses.items() if name in timers
    }
    occurrences = tuple(_with_pause(entry, pauses) for entry in found)
    return Upcoming(
        occurrences, timers, pauses, remarks, _unannounced(timers, occurrences), left_out
    )


def _with_pause(entry: TaskOccurrence, pauses: Mapping[str, Pause]) -> TaskOccurrence:
    """Add a note to an occurrence that falls into a pause."""
    pause, occurrence = pauses.get(entry.task), entry.occurrence
    if pause is None or not pause.is_active(entry.at) or not isinstance(occurrence, Occurrence):
        return entry
    notes = (*occurrence.notes, paused_note(pause, entry.zone))
    return entry._replace(occurrence=occurrence._replace(notes=notes))


def _unannounced(
    timers: Mapping[str, Timer] | Mapping[str, RowTimer], occurrences: Iterable[TaskOccurrence]
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for at, name, _, zone, _ in occurrences:
        roll = timers[name].roll
        if roll is None:
            continue
        known = roll.calendar.known_until
        if known is not None and at.astimezone(zone).date() > known:
            found[roll.calendar.label] = announced(roll.calendar.label, known)
    return tuple(found.values())
