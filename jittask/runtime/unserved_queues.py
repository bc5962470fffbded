"""Blocks the tasks whose due runs wait for a queue that no worker serves (rules R10, R12)."""

from __future__ import annotations

from datetime import datetime

from jittask.clock import Clock
from jittask.runtime.queues import Queues
from jittask.runtime.snapshot import Snapshot
from jittask.runtime.task_boundary import Fault, TaskBoundary
from jittask.store import Store

_EVERY = 1.0  # seconds
_LOOKED_AT = 2000  # due runs, beside those of tasks that are known to wait


class UnservedQueues:
    """Looks at what is due while a queue is not served; an entry ends with its reason."""

    def __init__(self, store: Store, queues: Queues, boundary: TaskBoundary, clock: Clock) -> None:
        self._store = store
        self._queues = queues
        self._boundary = boundary
        self._clock = clock
        self._blocked: set[str] = set()
        self._next = clock.monotonic()

    def step(self, snapshot: Snapshot, now: datetime) -> None:
        """Block what cannot begin, and end what can, where it is time. Raises StoreUnavailable."""
        moment = self._clock.monotonic()
        if moment < self._next:
            return
        self._next = moment + _EVERY
        if any(entry.code == Fault.QUEUE for entry in self._boundary.entries()):
            self._blocked |= {
                entry.task for entry in self._boundary.entries() if entry.code == Fault.QUEUE
            }  # those of an earlier start, too
        for task in list(self._blocked):
            if task not in snapshot.tasks or self._refusal(snapshot, task) is None:
                self._blocked.discard(task)
                self._boundary.end(task, Fault.QUEUE, now)
        queues = {self._queues.queue_of(running.task) for running in snapshot.tasks.values()}
        if not any(self._queues.refusal(queue) for queue in queues):
            return
        for task in self._store.soon(now, _LOOKED_AT, self._blocked):
            reason = self._refusal(snapshot, task) if task in snapshot.tasks else None
            if reason is not None:
                self._blocked.add(task)
                self._boundary.block(task, Fault.QUEUE, reason, now)

    def _refusal(self, snapshot: Snapshot, task: str) -> str | None:
        return self._queues.refusal(self._queues.queue_of(snapshot.tasks[task].task))
