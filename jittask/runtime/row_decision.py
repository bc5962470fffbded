"""What is to be written for a row whose date has come or comes soon, decided purely (D6, D8).

A row has one pending run, for its next occurrence, and more only where its cycle
is so short that no scan comes between them. Of what it has missed, only the
latest occurrence runs, late, and counts the others. Those of them that were
pending end as cancelled, so that they hold no key any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Misfire, MissedRange, Occurrence, Reason, RunStatus, Trigger
from jittask.runtime.due_rows import DueRow
from jittask.runtime.row_plan import has_record, new_run
from jittask.store.plans import LATE_AFTER, Closing, Counting, NewRun, PendingRun

_TICK = timedelta(microseconds=1)
_COUNTED = "a later occurrence of the row was due too, and its run counts this one"


@dataclass(frozen=True, slots=True)
class RowRecords:
    """What the store has of one row."""

    recorded: Collection[tuple[str, datetime]] = ()
    """Row keys and nominals that have a record, of this row and of others."""
    ranges: Sequence[MissedRange] = ()
    waiting: Sequence[PendingRun] = ()
    """The runs that no attempt has begun, though it was to; soonest first."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What to write for a row, all of it or nothing."""

    create: tuple[NewRun, ...] = ()
    close: tuple[Closing, ...] = ()
    count: tuple[Counting, ...] = ()


class _Missed(NamedTuple):
    """An occurrence that has come due, and its run where one is pending."""

    occurrence: Occurrence
    run: PendingRun | None = None

    @property
    def since(self) -> datetime:
        """Since when it is missed: a run that is pending was to begin after its delay (R2)."""
        return self.occurrence.effective if self.run is None else self.run.expected_start


def decide_row(
    task: DateFieldTask, due: DueRow, records: RowRecords, now: datetime, until: datetime
) -> RowPlan:
    """Decide on what a row has missed, and on what comes.

    Its next occurrence is planned, and each other one up to ``until``, which is
    after the next scan.
    """
    missing = [
        occurrence
        for occurrence in due.occurrences
        if not has_record(due.key, occurrence, records.recorded, records.ranges)
    ]
    missed = [_Missed(occurrence) for occurrence in missing if occurrence.effective <= now]
    missed += [_Missed(Occurrence(run.effective, run.nominals), run) for run in records.waiting]
    plan = _decide_missed(task, due, sorted(missed, key=_by_instant), now)
    following = [occurrence for occurrence in due.occurrences if occurrence.effective > now]
    soon = following[:1] + [each for each in following[1:] if each.effective <= until]
    coming = (new_run(task, due.key, each, Trigger.SCHEDULE) for each in soon if each in missing)
    return replace(plan, create=(*plan.create, *coming))


def _decide_missed(
    task: DateFieldTask, due: DueRow, missed: Sequence[_Missed], now: datetime
) -> RowPlan:
    if not missed:
        return RowPlan()
    if task.policy.misfire is Misfire.SKIP and now - missed[-1].since > LATE_AFTER:
        return _skip_all(task, due, missed, now)
    if len(missed) > 1:  # what waits may be out of date: it is cancelled when it is to begin (D5)
        missed = [each for each in missed if each.run is None or _is_valid(due, each.run)]
    if not missed:
        return RowPlan()
    *others, last = missed
    counted = _range_of(others, last)
    close = tuple(
        Closing(each.run.id, RunStatus.CANCELLED, Reason.MISFIRE, _COUNTED, is_counted=True)
        for each in others
        if each.run is not None
    )
    if last.run is not None:
        count = (Counting(last.run.id, counted),) if others and counted else ()
        return RowPlan((), close, count)
    run = new_run(task, due.key, last.occurrence, Trigger.SCHEDULE)
    return RowPlan((replace(run, missed=counted, late=run.is_late(now)),), close)


def _skip_all(
    task: DateFieldTask, due: DueRow, missed: Sequence[_Missed], now: datetime
) -> RowPlan:
    """Run none: each pending run is skipped, and one record counts what had none (R2)."""
    close = tuple(
        Closing(
            each.run.id, RunStatus.SKIPPED, Reason.MISFIRE,
            f"{(now - each.since).total_seconds():.0f} s late, misfire is skip",
        )
        for each in missed
        if each.run is not None
    )  # fmt: skip
    unplanned = [each for each in missed if each.run is None]
    if not unplanned:
        return RowPlan((), close)
    *others, last = unplanned
    counted = _range_of(others, last)
    number = len(last.occurrence.nominals) + (counted.count if counted else 0)
    record = replace(
        new_run(task, due.key, last.occurrence, Trigger.SCHEDULE),
        late=True,
        missed=counted,
        status=RunStatus.SKIPPED,
        reason=Reason.MISFIRE,
        detail=f"{number} came due while nothing ran",
    )
    return RowPlan((record,), close)


def _is_valid(due: DueRow, run: PendingRun) -> bool:
    """Whether the row, as it is now, still has the occurrence of a pending run."""
    found = due.timer.after(run.effective - _TICK)
    return found is not None and found.effective == run.effective


def _range_of(others: Sequence[_Missed], last: _Missed) -> MissedRange | None:
    """Return what counts the others, with what those of them that were pending counted."""
    ranges = [each.run.missed for each in (*others, last) if each.run and each.run.missed]
    nominals = [nominal for each in others for nominal in each.occurrence.nominals]
    if not nominals and not ranges:
        return None
    firsts = [*nominals, *(missed.first for missed in ranges)]
    lasts = [*nominals, *(missed.last for missed in ranges)]
    count = len(nominals) + sum(missed.count for missed in ranges)
    return MissedRange(min(firsts), max(lasts), count)


def _by_instant(missed: _Missed) -> datetime:
    return missed.occurrence.effective
