"""The tasks whose queue takes no more runs now, so that their due runs hold up no others (R10).

Runs that are to be skipped need no room: they are looked at all the same (R2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from jittask.model import Overlap
from jittask.runtime.queues import Queues
from jittask.runtime.snapshot import Snapshot
from jittask.store.claim_types import Executing


class CrowdedQueues:
    """Knows the tasks of each queue; worked out once for each snapshot."""

    def __init__(self, queues: Queues | None) -> None:
        """None: of an executor that takes every run; no queue is crowded then."""
        self._queues = queues
        self._snapshot: Snapshot | None = None
        self._tasks: dict[str, frozenset[str]] = {}

    def tasks(self, snapshot: Snapshot) -> frozenset[str]:
        """Return the tasks whose runs cannot begin now: the workers of their queue are full."""
        if self._queues is None:
            return frozenset()
        if self._snapshot is not snapshot:
            self._snapshot, self._tasks = snapshot, _by_queue(snapshot, self._queues)
        crowded = [tasks for queue, tasks in self._tasks.items() if not self._queues.room(queue)]
        return frozenset[str]().union(*crowded)


def that_skip(
    tasks: Collection[str],
    snapshot: Snapshot,
    paused: Collection[str],
    executing: Iterable[Executing],
) -> frozenset[str]:
    """Return those of some tasks that may have due runs to skip, by pause or overlap."""
    overlapped = {
        run.task
        for run in executing
        if run.task in tasks and snapshot.tasks[run.task].task.policy.overlap is Overlap.SKIP
    }
    return frozenset(overlapped.union(task for task in paused if task in tasks))


def _by_queue(snapshot: Snapshot, queues: Queues) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, running in snapshot.tasks.items():
        found.setdefault(queues.queue_of(running.task), set()).add(name)
    return {queue: frozenset(tasks) for queue, tasks in found.items()}
