"""What people ask of runtimes: to kill or cancel a run, to pause and resume a task (rule V5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from jittask.model import Reason, RunStatus, Trigger
from jittask.store.instants import from_micros, maybe_instant, maybe_micros, to_micros
from jittask.store.tables import keys, pauses, runs
from jittask.store.tables import kills as kills_table
from jittask.store.transitions import transition


@dataclass(frozen=True, slots=True)
class Pause:
    """A task that is not to run for now."""

    task: str
    since: datetime
    until: datetime | None
    """When it ends by itself; None: only when a person resumes the task."""
    note: str | None

    def is_active(self, now: datetime) -> bool:
        """Whether the task is not to run at ``now``."""
        return self.until is None or now < self.until

    def describe(self, zone: ZoneInfo) -> str:
        """Return it in words, with the time in a zone."""
        until = self.until and self.until.astimezone(zone)
        words = f"it is paused until {until:%Y-%m-%d %H:%M:%S %Z}" if until else "it is paused"
        return words + (f": {self.note}" if self.note else "")


def request_kill(connection: Connection, run: int, note: str | None, now: datetime) -> bool:
    """Ask for a run's body to be killed; return whether the run executes."""
    query = sa.select(runs.c.id).where(runs.c.id == run, runs.c.status == RunStatus.EXECUTING)
    if connection.execute(query).one_or_none() is None:
        return False
    _put(connection, kills_table.c.run_id, run, {"at": to_micros(now), "note": note})
    return True


def cancel(connection: Connection, run: int, note: str | None, now: datetime) -> bool:
    """End a pending run that nothing would plan again; return whether it was one.

    That is a manual run, a rerun, a backfill, or one that waits for another
    attempt. One whose body never began gives its keys back (R1).
    """
    not_planned = sa.or_(runs.c.trigger != Trigger.SCHEDULE, runs.c.attempt > 0)
    detail = "cancelled by hand" + (f": {note}" if note else "")
    done = connection.execute(
        transition(RunStatus.PENDING, RunStatus.CANCELLED)
        .where(runs.c.id == run, not_planned)
        .values(reason=Reason.KILLED, detail=detail, finished=to_micros(now))
    )
    without_attempt = sa.select(runs.c.id).where(runs.c.id == run, runs.c.attempt == 0)
    if done.rowcount:
        connection.execute(sa.delete(keys).where(keys.c.run_id.in_(without_attempt)))
    return bool(done.rowcount)


def kills(connection: Connection, running: Sequence[int]) -> dict[int, str | None]:
    """Return which of these runs are to be killed, and the note of the person who asked."""
    return {
        row.run_id: row.note for row in connection.execute(_KILLS_OF, {"running": list(running)})
    }


_KILLS_OF = sa.select(kills_table.c.run_id, kills_table.c.note).where(
    kills_table.c.run_id.in_(sa.bindparam("running", expanding=True))
)


def put_pause(connection: Connection, pause: Pause) -> None:
    """Pause a task, or change its pause."""
    values = {
        "since": to_micros(pause.since),
        "until": maybe_micros(pause.until),
        "note": pause.note,
    }
    _put(connection, pauses.c.task, pause.task, values)


def _put(
    connection: Connection, key_column: sa.Column[Any], key: object, values: dict[str, Any]
) -> None:
    """Write the row of a key, whether or not there is one; others may write it too."""
    change = sa.update(key_column.table).where(key_column == key).values(values)
    if connection.execute(change).rowcount:
        return
    row = {key_column.name: key, **values}
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(key_column.table).values(row))
    except IntegrityError:  # somebody else has written it between the two statements
        connection.execute(change)


def end_pause(connection: Connection, task: str) -> bool:
    """End a task's pause; return whether there was one."""
    return bool(connection.execute(sa.delete(pauses).where(pauses.c.task == task)).rowcount)


def forget_pauses(connection: Connection, now: datetime) -> None:
    """Delete the pauses whose end has come."""
    connection.execute(sa.delete(pauses).where(pauses.c.until <= to_micros(now)))


def all_pauses(connection: Connection) -> dict[str, Pause]:
    """Return every pause, by task; one whose end has come is still among them."""
    return {
        row.task: Pause(row.task, from_micros(row.since), maybe_instant(row.until), row.note)
        for row in connection.execute(_ALL_PAUSES)
    }


_ALL_PAUSES = sa.select(pauses)
