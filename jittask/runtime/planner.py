"""The duty that keeps one pending run for each scheduled task (rules R1, R5)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime

from jittask.compiler.compiled import ScheduledTask
from jittask.model import RunStatus
from jittask.runtime.events import Event, Planned
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_plan import Plan, plan_task, removed, stands
from jittask.schedule.timer import Followers
from jittask.store import Store, StoreUnavailable
from jittask.store.plans import NewRun, PendingRun
from jittask.store.watermarks import Watermark

Decide = Callable[[str, Sequence[PendingRun]], Plan]
"""Decides on a task by name, given its pending runs."""

_AT_ONCE = 1000  # tasks in one transaction


class Planner:
    """Plans what has come due, and what comes next; one pass a ``step``."""

    def __init__(
        self, store: Store, emit: Callable[[Event], None], term: int | None = None
    ) -> None:
        self._store = store
        self._term = term
        self._emit = emit
        self._seen: Snapshot | None = None
        self._agenda: list[tuple[datetime, str]] = []
        self._marks: dict[str, Watermark] | None = None
        """As they stand in the store; None where that is not known."""

    def has_seen(self, snapshot: Snapshot) -> bool:
        """Whether every task of it has been planned since it became the one that runs."""
        return snapshot is self._seen

    def step(self, snapshot: Snapshot, now: datetime) -> datetime | None:
        """Plan every task whose turn it is; return when the next one's is."""
        if self._marks is None:
            self._marks = self._store.watermarks()
        if snapshot is not self._seen:
            self._take_over(snapshot, self._marks, now)
            self._seen = snapshot
        turn = []
        while self._agenda and self._agenda[0][0] <= now:
            _, name = heapq.heappop(self._agenda)
            standing = snapshot.tasks.get(name)
            if standing is not None and isinstance(standing.task, ScheduledTask):
                turn.append(standing.task)
        self._plan(turn, self._marks, now)
        return self._agenda[0][0] if self._agenda else None

    def _take_over(self, snapshot: Snapshot, marks: dict[str, Watermark], now: datetime) -> None:
        """Plan what is new or changed in a snapshot; end what is gone."""
        before = self._seen.tasks if self._seen else {}
        gone = [
            mark
            for name, mark in marks.items()
            if name not in snapshot.tasks and mark.vanished is None
        ]
        self._write(
            [mark.task for mark in gone],
            lambda task, pending: removed(marks[task], pending, now),
            marks,
            now,
        )
        kept = {
            name
            for name, one in snapshot.tasks.items()
            if name in before and before[name].task is one.task
        }
        self._agenda = [entry for entry in self._agenda if entry[1] in kept]
        changed = [
            one.task
            for name, one in snapshot.tasks.items()
            if name not in kept and isinstance(one.task, ScheduledTask)
        ]
        self._plan(self._that_do_not_stand(changed, marks, now), marks, now)

    def _that_do_not_stand(
        self, tasks: Sequence[ScheduledTask], marks: dict[str, Watermark], now: datetime
    ) -> list[ScheduledTask]:
        """Return the tasks that are to be planned; the others have their turn when it comes."""
        due = self._store.due_tasks(now) if tasks else frozenset()
        left, followers = [], Followers()
        for task in tasks:
            plan = None if task.name in due else stands(task, marks.get(task.name), now, followers)
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
        by_name = {one.name: one for one in tasks}
        self._write(
            list(by_name),
            lambda name, pending: plan_task(by_name[name], marks.get(name), pending, now),
            marks,
            now,
        )

    def _write(
        self, names: Sequence[str], decide: Decide, marks: dict[str, Watermark], now: datetime
    ) -> None:
        """Decide on tasks, and write what is decided, many in one transaction."""
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            try:
                pending = self._store.pending(some)
                plans = [decide(name, pending.get(name, ())) for name in some]
                made = self._put(plans, marks, now)
            except StoreUnavailable:
                self._marks = None  # written or not: what stands tells how far to plan again
                for name in names[first:]:
                    heapq.heappush(self._agenda, (now, name))
                raise
            for name, plan in zip(some, plans, strict=True):
                marks[name] = plan.mark
                if plan.again is not None:
                    heapq.heappush(self._agenda, (plan.again, name))
            announce(made, now, self._emit)

    def _put(
        self, plans: Sequence[Plan], marks: dict[str, Watermark], now: datetime
    ) -> list[tuple[int, NewRun]]:
        """Write what is new of some plans, nothing where that is nothing; return the new runs."""
        create = [run for plan in plans for run in plan.create]
        close = [closing for plan in plans for closing in plan.close]
        mark = [plan.mark for plan in plans if marks.get(plan.mark.task) != plan.mark]
        if not (create or close or mark):
            return []
        return self._store.plan(now, create=create, close=close, watermarks=mark, term=self._term)


def announce(made: list[tuple[int, NewRun]], now: datetime, emit: Callable[[Event], None]) -> None:
    """Tell of the runs that now stand in the store."""
    for number, run in made:
        if run.status is RunStatus.PENDING:
            emit(Planned(now, number, run.task, run.row_key, run.effective))
