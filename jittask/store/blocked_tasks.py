"""Which tasks are blocked, why, and since when (rule R12)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.storable import storable
from jittask.store.batch import TEXT, batch
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.instants import from_micros, to_micros
from jittask.store.tables import blocked_tasks

BlockKey = tuple[str, str]
"""A task and the code of what fails."""


@dataclass(frozen=True, slots=True)
class BlockedTask:
    """A task that cannot continue with one of its duties, for a reason outside its files."""

    task: str
    code: str
    """What fails, stable: such as ``scan-failed``. A task may have one entry for each code."""
    reason: str
    """One line."""
    since: datetime
    """When it failed first, whatever the reasons between then and now."""
    tried: datetime
    """When it was tried last."""
    tries: int
    next_try: datetime
    """When it is tried again, at the earliest."""

    @property
    def key(self) -> BlockKey:
        """What names the entry."""
        return self.task, self.code

    def describe(self, zone: ZoneInfo) -> str:
        """Return it in words, with the time in a zone."""
        return f"blocked since {self.since.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}: {self.reason}"


def all_blocked(connection: Connection) -> tuple[BlockedTask, ...]:
    """Return every entry, by task and code."""
    query = sa.select(blocked_tasks).order_by(blocked_tasks.c.task, blocked_tasks.c.code)
    return tuple(
        BlockedTask(
            task=row.task,
            code=row.code,
            reason=row.reason,
            since=from_micros(row.since),
            tried=from_micros(row.tried),
            tries=row.tries,
            next_try=from_micros(row.next_try),
        )
        for row in connection.execute(query)
    )


def write_blocked(
    connection: Connection, blocked: Sequence[BlockedTask], ended: Collection[BlockKey]
) -> None:
    """Write entries, and delete those that have ended; a key is in one of the two."""
    dialect_of(connection).exclusive(connection, Lock.BLOCKED)
    replaced = batch(connection, [*(entry.key for entry in blocked), *ended], task=TEXT, code=TEXT)
    of_key = sa.select(replaced.c.task).where(
        replaced.c.task == blocked_tasks.c.task, replaced.c.code == blocked_tasks.c.code
    )
    connection.execute(sa.delete(blocked_tasks).where(of_key.exists()))
    if blocked:
        connection.execute(sa.insert(blocked_tasks), [_columns(entry) for entry in blocked])


def _columns(entry: BlockedTask) -> dict[str, object]:
    return {
        "task": entry.task,
        "code": entry.code,
        "reason": storable(entry.reason),
        "since": to_micros(entry.since),
        "tried": to_micros(entry.tried),
        "tries": entry.tries,
        "next_try": to_micros(entry.next_try),
    }
