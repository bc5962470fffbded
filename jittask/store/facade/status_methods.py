"""What ``jittask status`` shows: runtimes, elements, counts and pauses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from jittask.store import blocked_tasks, control, element_states, members, queries, runtimes
from jittask.store.facade.membership_methods import MembershipMethods
from jittask.store.status_types import ElementRow, RuntimeRow, StoreStatus


class StatusMethods(MembershipMethods):
    """The state of elements, runtimes and the queue."""

    def status(self, now: datetime) -> StoreStatus:
        """Return what ``jittask status`` shows."""
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
                elements=element_states.known_elements(connection),
                pending=pending,
                overdue=overdue,
                executing=executing,
                blocked=blocked_tasks.all_blocked(connection),
                pauses=tuple(pauses.values()),
                leader=members.members(connection).leader if self.shared else None,
                overdue_tasks=tuple(
                    task
                    for task in queries.overdue_tasks(connection, now)
                    if task.task not in pauses
                ),
            )

    def queue(self, now: datetime, task: str) -> tuple[int, int, int]:
        """Return how many runs of a task are pending (overdue too), overdue, and executing."""
        with self._database.reading() as connection:
            return queries.counts(connection, now, task)

    def _runtimes(
        self, connection: Connection, now: datetime, *, alive: bool
    ) -> tuple[RuntimeRow, ...]:
        since = now - self._lease
        sharing = runtimes.sharing_runtimes(connection, since) if self.shared else ()
        return sharing or runtimes.latest_runtimes(connection, since, alive=alive)

    def put_elements(self, rows: Mapping[str, ElementRow], known: Mapping[str, ElementRow]) -> None:
        """Replace what is ``known`` of the elements, by name; writes only what is different."""
        changed = [row for name, row in rows.items() if known.get(name) != row]
        gone = [name for name in known if name not in rows]
        if changed or gone:
            with self._database.writing() as connection:
                element_states.put_elements(connection, changed, gone)

    def elements(self) -> dict[str, ElementRow]:
        """Return what a runtime last reported of the elements, by name."""
        with self._database.reading() as connection:
            return {row.name: row for row in element_states.known_elements(connection)}
