"""What runtimes report of blocked tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from jittask.store import blocked_tasks
from jittask.store.blocked_tasks import BlockedTask, BlockKey
from jittask.store.facade.part import StorePart


class BlockedMethods(StorePart):
    """Tasks that cannot continue for a reason outside their files (R12)."""

    def write_blocked(
        self, blocked: Sequence[BlockedTask] = (), ended: Collection[BlockKey] = ()
    ) -> None:
        """Write entries whole, and delete those that have ended."""
        if blocked or ended:
            with self._database.writing() as connection:
                blocked_tasks.write_blocked(connection, blocked, ended)
