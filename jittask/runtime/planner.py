"""Keeps one pending run for each scheduled task (rules R1, R5)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask, ScheduledTask
from jittask.model import RunStatus
from jittask.runtime.events import Event, Planned
from jittask.runtime.reasons import reason_of
from jittask.runtime.snapshot import RunningTask, Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.runtime.task_plan import Plan, plan_task, removed, unchanged_plan
from jittask.schedule.timer import Followers
from jittask.store import Store, StoreError, StoreUnavailable
from jittask.store.plans import NewRun, PendingRun
from jittask.store.watermarks import Watermark

Decide = Callable[[str, Sequence[PendingRun]], Plan]
"""Decides on a task by name, given its pending runs."""

_AT_ONCE = 1000  # tasks in one transaction


class Planner:
    """Plans what has come due, and what comes next; one pass a ``step``."""

    def __init__(
        self,
        store: Store,
        emit: Callable[[Event], None],
        boundary: TaskBoundary,
        term: int | None = None,
    ) -> None:
        self._store = store
        self._term = term
        self._emit = emit
        self._boundary = boundary
        self._seen: Snapshot | None = None
        self._agenda: list[tuple[datetime, str]] = []
        self._marks: dict[str, Watermark] | None = None
        """As the store has them; None where that is not known."""

    def has_seen(self, snapshot: Snapshot) -> bool:
        """Whether every task of a snapshot has been planned since it was loaded."""
        return snapshot is self._seen

    def step(self, snapshot: Snapshot, now: datetime) -> datetime | None:
        """Plan every task that is due to be planned; return when the next one is."""
        if self._marks is None:
            self._marks = self._store.watermarks()
        if snapshot is not self._seen:
            self._take_over(snapshot, self._marks, now)
            self._seen = snapshot
        due = []
        while self._agenda and self._agenda[0][0] <= now:
            _, name = heapq.heappop(self._agenda)
            running = snapshot.tasks.get(name)
            if running is not None and isinstance(running.task, ScheduledTask):
                due.append(running.task)
        self._plan(due, self._marks, now)
        return self._agenda[0][0] if self._agenda else None

    def _take_over(self, snapshot: Snapshot, marks: dict[str, Watermark], now: datetime) -> None:
        """Plan what is new or changed in a snapshot; end what is gone."""
        before = self._seen.tasks if self._seen else {}
        names = self._touched(snapshot) or list(dict.fromkeys((*before, *marks, *snapshot.tasks)))
        scanned = [
            name
            for name in names
            if name not in snapshot.tasks
            and name in before
            and isinstance(before[name].task, DateFieldTask)
        ]
        if scanned:  # how far they are is written by the row scan
            stored = self._store.watermarks()
            marks |= {name: stored[name] for name in scanned if name in stored}
        gone = [
            name
            for name in names
            if name in marks and name not in snapshot.tasks and marks[name].vanished is None
        ]
        self._write(
            gone,
            lambda task, pending: removed(marks[task], pending, now),
            marks,
            now,
        )
        different = {name for name in names if _is_different(name, before, snapshot.tasks)}
        if different:
            self._agenda = [entry for entry in self._agenda if entry[1] not in different]
            heapq.heapify(self._agenda)
        changed = [
            running.task
            for name in names
            if name in different
            and (running := snapshot.tasks.get(name)) is not None
            and isinstance(running.task, ScheduledTask)
        ]
        self._plan(self._without_unchanged(changed, marks, now), marks, now)

    def _touched(self, snapshot: Snapshot) -> list[str]:
        """Return the tasks that may differ from those seen; none where that is not known."""
        seen = self._seen
        follows = seen is not None and snapshot.number == seen.number + 1
        return sorted(snapshot.touched or ()) if follows else []

    def _without_unchanged(
        self, tasks: Sequence[ScheduledTask], marks: dict[str, Watermark], now: datetime
    ) -> list[ScheduledTask]:
        """Return the tasks that are to be planned now; the others are put on the agenda."""
        due = self._store.due_tasks(now) if tasks else frozenset()
        left, followers = [], Followers()
        for task in tasks:
            plan = None
            if task.name not in due:
                with suppress(Exception):  # a timer that fails is reported where it is planned
                    plan = unchanged_plan(task, marks.get(task.name), now, followers)
            if plan is None or plan.again is None:
                left.append(task)
            else:
                marks[task.name] = plan.mark
                self._agenda.append((plan.again, task.name))
        heapq.heapify(self._agenda)
        return left

    def _plan(
        self, tasks: Sequence[ScheduledTask], marks: dict[str, Watermark], now: datetime
    ) -> None:
        by_name = {task.name: task for task in tasks}
        self._write(
            list(by_name),
            lambda name, pending: plan_task(by_name[name], marks.get(name), pending, now),
            marks,
            now,
        )

    def _write(
        self, names: Sequence[str], decide: Decide, marks: dict[str, Watermark], now: datetime
    ) -> None:
        """Decide on tasks, and write what is decided, many in one transaction.

        A task whose decision or write fails is blocked, and tried again later (R12).
        """
        for first in range(0, len(names), _AT_ONCE):
            batch = names[first : first + _AT_ONCE]
            try:
                pending = self._store.pending(batch)
                decided = [self._decide(decide, name, pending.get(name, ()), now) for name in batch]
                plans = [plan for plan in decided if plan is not None]
                written, made = self._put(plans, marks, now)
            except StoreUnavailable:
                self._marks = None  # written or not: the store knows how far to plan again
                for name in names[first:]:
                    heapq.heappush(self._agenda, (now, name))
                raise
            for plan in written:
                self._boundary.end(plan.mark.task, Fault.PLAN, now)
                marks[plan.mark.task] = plan.mark
                if plan.again is not None:
                    heapq.heappush(self._agenda, (plan.again, plan.mark.task))
            announce(made, now, self._emit)

    def _decide(
        self, decide: Decide, name: str, pending: Sequence[PendingRun], now: datetime
    ) -> Plan | None:
        """Return a task's plan; None where that fails, which blocks this task alone."""
        try:
            return decide(name, pending)
        except Exception as error:
            self._boundary.block(name, Fault.PLAN, reason_of(error), now)
            self._try_again(name, now)
            return None

    def _try_again(self, name: str, now: datetime) -> None:
        again = self._boundary.next_try(name, Fault.PLAN)
        heapq.heappush(self._agenda, (again or now, name))

    def _put(
        self, plans: Sequence[Plan], marks: dict[str, Watermark], now: datetime
    ) -> tuple[Sequence[Plan], list[tuple[int, NewRun]]]:
        """Write plans; return those that could be written, and the new runs.

        Where the store refuses them together, each is written by itself, so that
        only the task is blocked whose plan it refuses.
        """
        try:
            return plans, self._write_changes(plans, marks, now)
        except StoreError:
            raise
        except Exception:
            return self._put_each(plans, marks, now)

    def _put_each(
        self, plans: Sequence[Plan], marks: dict[str, Watermark], now: datetime
    ) -> tuple[Sequence[Plan], list[tuple[int, NewRun]]]:
        written: list[Plan] = []
        made: list[tuple[int, NewRun]] = []
        for plan in plans:
            try:
                made += self._write_changes([plan], marks, now)
                written.append(plan)
            except StoreError:
                raise
            except Exception as error:
                self._boundary.block(plan.mark.task, Fault.PLAN, reason_of(error), now)
                self._try_again(plan.mark.task, now)
        return written, made

    def _write_changes(
        self, plans: Sequence[Plan], marks: dict[str, Watermark], now: datetime
    ) -> list[tuple[int, NewRun]]:
        """Write what plans change, nothing where that is nothing; return the new runs."""
        create = [run for plan in plans for run in plan.create]
        close = [closing for plan in plans for closing in plan.close]
        mark = [plan.mark for plan in plans if marks.get(plan.mark.task) != plan.mark]
        delay = [delaying for plan in plans for delaying in plan.delay]
        if not (create or close or mark or delay):
            return []
        return self._store.plan(
            now, create=create, close=close, watermarks=mark, term=self._term, delay=delay
        )


def _is_different(
    name: str, before: Mapping[str, RunningTask], after: Mapping[str, RunningTask]
) -> bool:
    old, new = before.get(name), after.get(name)
    return (old and old.task) is not (new and new.task)


def announce(made: list[tuple[int, NewRun]], now: datetime, emit: Callable[[Event], None]) -> None:
    """Report the pending runs that were written to the store."""
    for number, run in made:
        if run.status is RunStatus.PENDING:
            emit(Planned(now, number, run.task, run.row_key, run.effective))
