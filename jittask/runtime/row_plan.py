"""Which occurrences of a row are to be recorded, decided purely (rules D6, D8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Misfire, MissedRange, Occurrence, Trigger
from jittask.schedule.jitter import delay_of
from jittask.schedule.misfire import decide
from jittask.store.plans import LATE_AFTER, NewRun


def plan_row(
    task: DateFieldTask,
    row_key: str,
    occurrences: Iterable[Occurrence],
    recorded: Collection[tuple[str, datetime]],
    ranges: Sequence[MissedRange],
    now: datetime,
    *,
    trigger: Trigger = Trigger.SCHEDULE,
    misfire: Misfire | None = None,
) -> list[NewRun]:
    """Return the runs that a row's occurrences still lack, for ``trigger``.

    ``recorded`` holds the row keys and nominals that have a run; ``ranges``,
    what this row's runs count as missed. An occurrence of the future gets a
    pending run. Of the past ones without a record, ``misfire`` decides:
    ``latest`` fires the last, which counts the others; ``all`` fires each;
    ``skip`` none. Without it the task's own policy decides, as the row scan
    reads it: ``all`` is ``latest`` for a row, and ``skip`` lets a row fire that
    is at most LATE_AFTER late (D8).
    """
    missing = [
        occurrence
        for occurrence in occurrences
        if not has_record(row_key, occurrence, recorded, ranges)
    ]
    past = [occurrence for occurrence in missing if occurrence.effective <= now]
    future = [
        new_run(task, row_key, occurrence, trigger)
        for occurrence in missing
        if occurrence.effective > now
    ]
    if not past:
        return future
    decision = decide(past, misfire or _own_misfire(task, past[-1], now), None, now)
    due = [
        replace(run, late=run.is_late(now))
        for run in (new_run(task, row_key, occurrence, trigger) for occurrence in decision.fire)
    ]
    if due and decision.missed is not None:
        due[-1] = replace(due[-1], missed=decision.missed)
    return due + future


def _own_misfire(task: DateFieldTask, last: Occurrence, now: datetime) -> Misfire:
    skips = task.policy.misfire is Misfire.SKIP and now - last.effective > LATE_AFTER
    return Misfire.SKIP if skips else Misfire.LATEST


def has_record(
    row_key: str,
    occurrence: Occurrence,
    recorded: Collection[tuple[str, datetime]],
    ranges: Sequence[MissedRange],
) -> bool:
    """Whether each nominal of an occurrence is in a record, its own or a counted range."""
    return all(
        (row_key, nominal) in recorded
        or any(missed.first <= nominal <= missed.last for missed in ranges)
        for nominal in occurrence.nominals
    )


def new_run(
    task: DateFieldTask,
    row_key: str,
    occurrence: Occurrence,
    trigger: Trigger,
) -> NewRun:
    """Return the run of a row's occurrence; a backfill is not delayed (R2)."""
    jitter = task.policy.jitter_seconds if trigger is Trigger.SCHEDULE else 0
    return NewRun(
        task=task.name,
        row_key=row_key,
        trigger=trigger,
        nominals=occurrence.nominals,
        effective=occurrence.effective,
        priority=task.policy.priority,
        delay=delay_of(task.name, row_key, occurrence.effective, jitter),
    )
