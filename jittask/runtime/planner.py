"""The duty that keeps one pending run for each scheduled task (rules R1, R5)."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime

from jittask.compiler.compiled import ScheduledTask
from jittask.model import RunState
from jittask.runtime.events import Event, Planned
from jittask.runtime.plan import plan_task, removed
from jittask.runtime.snapshot import Snapshot
from jittask.store import Store
from jittask.store.planning import NewRun, TaskMark


class Planner:
    """Plans what has come due, and what comes next; one pass a ``step``."""

    def __init__(self, store: Store, emit: Callable[[Event], None]) -> None:
        self._store = store
        self._emit = emit
        self._seen: Snapshot | None = None
        self._agenda: list[tuple[datetime, str]] = []
        self._marks: dict[str, TaskMark] = {}

    def step(self, snapshot: Snapshot, now: datetime) -> datetime | None:
        """Plan every task whose turn it is; return when the next one's is."""
        if snapshot is not self._seen:
            self._take_over(snapshot, now)
            self._seen = snapshot
        while self._agenda and self._agenda[0][0] <= now:
            _, name = heapq.heappop(self._agenda)
            standing = snapshot.tasks.get(name)
            if standing is not None and isinstance(standing.task, ScheduledTask):
                self._plan(standing.task, now)
        return self._agenda[0][0] if self._agenda else None

    def _take_over(self, snapshot: Snapshot, now: datetime) -> None:
        """Plan what is new or changed in a snapshot; end what is gone."""
        if self._seen is None:
            self._marks = self._store.marks()
        before = self._seen.tasks if self._seen else {}
        for name, mark in list(self._marks.items()):
            if name not in snapshot.tasks and mark.vanished is None:
                gone = removed(mark, self._store.pending(name), now)
                self._store.plan(now, close=gone.close, mark=[gone.mark])
                self._marks[name] = gone.mark
        kept = {
            name
            for name, one in snapshot.tasks.items()
            if name in before and before[name].task is one.task
        }
        self._agenda = [entry for entry in self._agenda if entry[1] in kept]
        heapq.heapify(self._agenda)
        for name, one in snapshot.tasks.items():
            if name not in kept and isinstance(one.task, ScheduledTask):
                self._plan(one.task, now)

    def _plan(self, task: ScheduledTask, now: datetime) -> None:
        plan = plan_task(task, self._marks.get(task.name), self._store.pending(task.name), now)
        made = self._store.plan(now, create=plan.create, close=plan.close, mark=[plan.mark])
        self._marks[task.name] = plan.mark
        if plan.again is not None:
            heapq.heappush(self._agenda, (plan.again, task.name))
        announce(made, now, self._emit)


def announce(made: list[tuple[int, NewRun]], now: datetime, emit: Callable[[Event], None]) -> None:
    """Tell of the runs that now stand in the store."""
    for number, run in made:
        if run.state is RunState.PENDING:
            emit(Planned(now, number, run.task, run.row_key, run.effective))
