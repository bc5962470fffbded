"""What ``jittask status`` shows: runtimes, elements, counts and pauses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from jittask.store import (
    blocked_tasks,
    control,
    element_states,
    notices,
    queries,
    runtimes,
)
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.changes import ChangeMarks, change_marks
from jittask.store.facade.part import StorePart
from jittask.store.fleet_types import WorkerRow
from jittask.store.lock import runtime_lock
from jittask.store.status_types import ElementRow, RuntimeRow, StoreStatus

if TYPE_CHECKING:
    from jittask.store.task_ends import TaskEnds


class StatusMethods(StorePart):
    """The state of elements, runtimes and the queue."""

    def runtime_alive(self, now: datetime) -> bool:
        """Whether a runtime is alive that will run what is due."""
        if self.shared:
            with self._database.reading() as connection:
                return runtimes.anyone_alive(connection, now, self._lease)
        with runtime_lock(self._database.lock_stem) as lock:
            return not lock.take(shared=True)

    def status(self, now: datetime, *, only_broken: bool = False) -> StoreStatus:
        """Return what ``jittask status`` shows; of the elements, perhaps only the broken ones."""
        alive = self.runtime_alive(now)
        with self._database.reading() as connection:
            pending, overdue, executing = queries.counts(connection, now)
            pauses = {
                name: pause
                for name, pause in sorted(control.all_pauses(connection).items())
                if pause.is_active(now)
            }
            return StoreStatus(
                runtimes=self._runtimes(connection, now, alive=alive),
                elements=element_states.known_elements(connection, only_broken=only_broken),
                pending=pending,
                overdue=overdue,
                executing=executing,
                blocked=blocked_tasks.all_blocked(connection),
                pauses=tuple(pauses.values()),
                leader=runtimes.leader(connection) if self.shared else None,
                workers=self._workers(connection, now),
                undelivered=notices.undelivered(connection),
                overdue_tasks=tuple(
                    task
                    for task in queries.overdue_tasks(connection, now)
                    if task.task not in pauses
                ),
            )

    def due_and_ends(self, now: datetime, most: int) -> tuple[int, tuple[TaskEnds, ...]]:
        """Return how many runs are due, and how the runs of the first ``most`` tasks ended."""
        from jittask.store import task_ends  # late: only metrics need it

        with self._database.reading() as connection:
            return task_ends.due_runs(connection, now), task_ends.task_ends(connection, most)

    def change_marks(self) -> ChangeMarks:
        """Return what differs from an earlier answer where something has changed."""
        commits, known = self._database.commits(), self._known_marks
        if known is not None and commits is not None and commits == known[0]:
            return known[1]
        with self._database.reading() as connection:
            marks = change_marks(connection)
        self._known_marks = commits, marks
        return marks

    def queue(self, now: datetime, task: str) -> tuple[int, int, int]:
        """Return how many runs of a task are pending (overdue too), overdue, and executing."""
        with self._database.reading() as connection:
            return queries.counts(connection, now, task)

    def _workers(self, connection: Connection, now: datetime) -> tuple[WorkerRow, ...]:
        if not self.shared:
            return ()
        from jittask.store import fleet  # late: few stores have one (V5)

        return fleet.fleet(connection, now).workers

    def _runtimes(
        self, connection: Connection, now: datetime, *, alive: bool
    ) -> tuple[RuntimeRow, ...]:
        since = now - self._lease
        sharing = runtimes.sharing_runtimes(connection, since) if self.shared else ()
        return sharing or runtimes.latest_runtimes(connection, since, alive=alive)

    def blocked(self) -> tuple[BlockedTask, ...]:
        """Return what is blocked, by task and code; a task may have several entries."""
        with self._database.reading() as connection:
            return blocked_tasks.all_blocked(connection)

    def element(self, name: str) -> ElementRow | None:
        """Return what a runtime last reported of one element; None where it knows no such one."""
        with self._database.reading() as connection:
            return element_states.known_element(connection, name)

    def elements(self) -> dict[str, ElementRow]:
        """Return what a runtime last reported of the elements, by name."""
        with self._database.reading() as connection:
            return {row.name: row for row in element_states.known_elements(connection)}
