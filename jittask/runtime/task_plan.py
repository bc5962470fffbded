"""What is to be planned for a scheduled task, decided purely (rules R1, R2, D7, T10).

The task has one pending run, for its next occurrence. Occurrences that came
due since the last plan are decided by the task's misfire policy, all
together; the store's keys keep any of them from being recorded twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import ScheduledTask
from jittask.model import Misfire, Occurrence, Reason, RunStatus, Trigger
from jittask.runtime.activation import activate
from jittask.schedule.jitter import delay_of
from jittask.schedule.misfire import MisfireDecision, decide
from jittask.schedule.timer import Followers
from jittask.store.plans import LATE_AFTER, Closing, Delaying, NewRun, PendingRun
from jittask.store.watermarks import Watermark

_TICK = timedelta(microseconds=1)

_VOID_DETAIL = {
    Reason.EDITED: "the task's timing was edited",
    Reason.DISABLED: "the task was disabled",
    Reason.REMOVED: "the task was removed",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write, and when to look at the task again (None: not before it changes)."""

    create: tuple[NewRun, ...]
    close: tuple[Closing, ...]
    mark: Watermark
    again: datetime | None
    delay: tuple[Delaying, ...] = ()


def unchanged_plan(
    task: ScheduledTask, mark: Watermark | None, now: datetime, followers: Followers
) -> Plan | None:
    """Return the plan that changes nothing, where a mark alone shows that all is planned.

    That is where the task is unchanged, and its next occurrence is the one that
    was planned last: mark and run were written together, so the run is there.
    For a task that a calendar can move, the nominals would have to be compared
    too. Not for a task with runs that are due: these may have to be ended.
    """
    if mark is None or not task.enabled or task.timer.roll is not None:
        return None
    known = (mark.timing_digest, mark.version, mark.enabled, mark.vanished)
    if known != (task.timing_digest, task.version, True, None):
        return None
    following = followers.after(task.timer, max(now, mark.walked_until))
    if following is None or following.effective != mark.planned_until:
        return None
    same = Watermark(
        task.name,
        mark.activated,
        task.timing_digest,
        task.version,
        mark.planned_until,
        mark.walked_until,
        enabled=True,
    )  # fmt: skip - in the task's own strings, so that memory holds them once
    return Plan((), (), same, following.effective)


def plan_task(
    task: ScheduledTask, mark: Watermark | None, pending: Sequence[PendingRun], now: datetime
) -> Plan:
    """Plan a scheduled task up to its next occurrence after ``now``."""
    activation = activate(task, mark, now)
    if activation.void is not None:
        close = [cancel(run, activation.void) for run in pending]
        pending = ()
    else:
        close = []
    if not task.enabled:
        return Plan((), tuple(close), activation.mark, None)
    mark = activation.mark
    reach = max(now, mark.walked_until)  # setting the clock back undoes no decision
    following = task.timer.after(reach)
    start, stale = _start(task, mark, pending, following, reach)
    close += [cancel(run, Reason.CALENDAR) for run in stale]
    valid = [run for run in pending if run not in stale]
    create, passed_over = _due(task, start, reach, valid, now)
    close += passed_over
    if following is not None and all(run.nominals != following.nominals for run in valid):
        create = (*create, _run(task, following))
    return Plan(
        create,
        tuple(close),
        mark.moved(
            following.effective if following else max(reach, mark.planned_until),
            reach if start <= reach else mark.walked_until,
        ),
        following.effective if following else None,
        tuple(_delayings(task, valid, now)),
    )


def _delayings(
    task: ScheduledTask, pending: Sequence[PendingRun], now: datetime
) -> Iterator[Delaying]:
    """Yield what an edit of ``jitterSeconds`` changes; a run whose instant has come stays."""
    for run in pending:
        delay = delay_of(task.name, "", run.effective, task.policy.jitter_seconds)
        if run.effective > now and run.delay != delay:
            yield Delaying(run.id, delay)


def removed(mark: Watermark, pending: Sequence[PendingRun], now: datetime) -> Plan:
    """Plan for a task that is gone: its pending runs end, its mark remembers (D7).

    If it returns, the occurrences of those runs are planned again.
    """
    close = tuple(cancel(run, Reason.REMOVED) for run in pending)
    until = min([mark.planned_until, *map(_before, pending)])
    return Plan((), close, replace(mark, vanished=now, planned_until=until), None)


def _start(
    task: ScheduledTask,
    mark: Watermark,
    pending: Sequence[PendingRun],
    following: Occurrence | None,
    reach: datetime,
) -> tuple[datetime, list[PendingRun]]:
    """Return from where to walk, and the pending runs that the calendar has moved (T10)."""
    stale = []
    for run in pending:
        found = following if run.effective > reach else task.timer.after(run.effective - _TICK)
        if found is None or found.effective != run.effective or found.nominals != run.nominals:
            stale.append(run)
    return max(min([mark.planned_until, *map(_before, stale)]), mark.activated), stale


def _before(run: PendingRun) -> datetime:
    """Return from where to walk so that the occurrences of a run are met again."""
    return min(run.effective, *run.nominals) - _TICK


def _due(
    task: ScheduledTask,
    start: datetime,
    reach: datetime,
    pending: Sequence[PendingRun],
    now: datetime,
) -> tuple[tuple[NewRun, ...], list[Closing]]:
    """Decide on what came due in ``(start, reach]``, and on what was pending before it."""
    walked = task.timer.between(start, reach) if start < reach else iter(())
    policy = task.policy
    misfire = policy.misfire
    first = next(walked, None)
    overdue = [run for run in pending if run.expected_start <= now]
    close: list[Closing] = []
    for run in overdue:
        late = now - run.expected_start
        if policy.grace_seconds is not None and late.total_seconds() > policy.grace_seconds:
            close.append(_skip(run, Reason.GRACE, f"{_seconds(late)} late, beyond graceSeconds"))
        elif misfire is Misfire.SKIP and late > LATE_AFTER:
            close.append(_skip(run, Reason.MISFIRE, f"{_seconds(late)} late, misfire is skip"))
        elif misfire is Misfire.LATEST and first is not None:
            close.append(_skip(run, Reason.MISFIRE, "a later occurrence was due too, and runs"))
    if first is None:
        return (), close
    effective_misfire = misfire
    if misfire is Misfire.SKIP and now - first.effective <= LATE_AFTER:
        effective_misfire = Misfire.LATEST
    decision = decide(_chain(first, walked), effective_misfire, policy.grace_seconds, now)
    runs = (_run(task, occurrence) for occurrence in decision.fire)
    fire = [replace(run, late=run.is_late(now)) for run in runs]
    if decision.missed is not None:
        if fire:
            fire[-1] = replace(fire[-1], missed=decision.missed)
        else:
            fire.append(_missed(task, decision))
    return tuple(fire), close


def _chain(first: Occurrence, rest: Iterator[Occurrence]) -> Iterator[Occurrence]:
    yield first
    yield from rest


def _run(task: ScheduledTask, occurrence: Occurrence) -> NewRun:
    return NewRun(
        task=task.name,
        row_key="",
        trigger=Trigger.SCHEDULE,
        nominals=occurrence.nominals,
        effective=occurrence.effective,
        priority=task.policy.priority,
        delay=delay_of(task.name, "", occurrence.effective, task.policy.jitter_seconds),
    )


def _missed(task: ScheduledTask, decision: MisfireDecision) -> NewRun:
    """Make the record of occurrences none of which runs: the last one's, counting the others."""
    assert decision.missed is not None
    assert decision.last_missed is not None
    return replace(
        _run(task, decision.last_missed),
        late=True,
        missed=decision.missed_before,
        status=RunStatus.SKIPPED,
        reason=decision.missed_reason or Reason.MISFIRE,
        detail=f"{decision.missed.count} came due while nothing ran",
    )


def cancel(run: PendingRun, reason: Reason) -> Closing:
    """End a pending run that is no longer valid, so that its keys are free again."""
    detail = _VOID_DETAIL.get(reason, "the calendar was edited, which moved its date")
    return Closing(run.id, RunStatus.CANCELLED, reason, detail)


def _skip(run: PendingRun, reason: Reason, detail: str) -> Closing:
    return Closing(run.id, RunStatus.SKIPPED, reason, detail)


def _seconds(late: timedelta) -> str:
    return f"{late.total_seconds():.0f} s"
