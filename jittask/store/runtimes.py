"""What runtimes report of themselves, for ``status`` (rule R13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.instants import from_micros, maybe_instant, maybe_micros, to_micros
from jittask.store.member_kinds import Kind
from jittask.store.status_types import RuntimeRow
from jittask.store.tables import leases, runtimes

PLANNING = "planning"
"""The name of the lease on planning."""

_MAX_RECORDED = 20  # what is older is deleted, unless it has not ended

NOT_A_WORKER = runtimes.c.kind != Kind.WORKER


def announce(
    connection: Connection,
    identity: str,
    host: str,
    pid: int,
    now: datetime,
    kind: Kind = Kind.RUNTIME,
) -> None:
    """Record a runtime that begins; delete the oldest that have ended."""
    connection.execute(
        sa.insert(runtimes).values(
            id=identity, host=host, pid=pid, started=to_micros(now), kind=kind
        )
    )
    delete_old(connection, NOT_A_WORKER)


def delete_old(connection: Connection, of_kind: sa.ColumnElement[bool]) -> None:
    """Delete the oldest runtimes, or workers, that have ended."""
    newest = (
        sa.select(runtimes.c.id)
        .where(of_kind)
        .order_by(runtimes.c.started.desc())
        .limit(_MAX_RECORDED)
    ).scalar_subquery()
    connection.execute(
        sa.delete(runtimes).where(
            of_kind, runtimes.c.id.not_in(newest), runtimes.c.stopped.is_not(None)
        )
    )


def retire_others(connection: Connection, identity: str, now: datetime) -> None:
    """Record the end of every runtime but one."""
    connection.execute(
        sa.update(runtimes)
        .where(runtimes.c.id != identity, runtimes.c.stopped.is_(None))
        .values(stopped=to_micros(now))
    )


def note(
    connection: Connection,
    identity: str,
    *,
    stopped: datetime | None = None,
    reloaded: tuple[datetime, bool] | None = None,
    scanned: datetime | None = None,
) -> None:
    """Record what a runtime has done."""
    values: dict[str, object] = {}
    if stopped is not None:
        values["stopped"] = maybe_micros(stopped)
    if reloaded is not None:
        values["last_reload"], values["last_reload_ok"] = to_micros(reloaded[0]), reloaded[1]
    if scanned is not None:
        values["last_scan"] = to_micros(scanned)
    if values:
        connection.execute(sa.update(runtimes).where(runtimes.c.id == identity).values(values))


def latest_runtimes(
    connection: Connection, since: datetime, *, alive: bool
) -> tuple[RuntimeRow, ...]:
    """Return the newest runtime; ``alive`` is what its lock says, silent is one since ``since``."""
    query = sa.select(runtimes).where(NOT_A_WORKER).order_by(runtimes.c.started.desc()).limit(1)
    return tuple(
        _runtime(row, since, alive=alive and row.stopped is None)
        for row in connection.execute(query)
    )


def sharing_runtimes(connection: Connection, since: datetime) -> tuple[RuntimeRow, ...]:
    """Return the runtimes that have not ended; alive are those with a beat after ``since``."""
    query = (
        sa.select(runtimes)
        .where(runtimes.c.stopped.is_(None), NOT_A_WORKER)
        .order_by(runtimes.c.started)
    )
    return tuple(
        _runtime(row, since, alive=row.beat_at is not None and row.beat_at > to_micros(since))
        for row in connection.execute(query)
    )


def _runtime(row: sa.Row[Any], since: datetime, *, alive: bool) -> RuntimeRow:
    last_beat = row.started if row.beat_at is None else row.beat_at
    return RuntimeRow(
        id=row.id,
        host=row.host,
        pid=row.pid,
        started=from_micros(row.started),
        alive=alive,
        last_reload=maybe_instant(row.last_reload),
        last_reload_ok=row.last_reload_ok,
        last_scan=maybe_instant(row.last_scan),
        last_beat=maybe_instant(last_beat),
        stopped=maybe_instant(row.stopped),
        silent=alive and last_beat <= to_micros(since),
    )


def leader(connection: Connection) -> str | None:
    """Return the runtime that has the lease on planning."""
    query = sa.select(leases.c.holder).where(leases.c.name == PLANNING)
    holder: str | None = connection.execute(query).scalar()
    return holder


def anyone_alive(connection: Connection, now: datetime, lease: timedelta) -> bool:
    """Whether a runtime has sent a heartbeat within a lease, by its own clock; for people only."""
    query = sa.select(sa.func.max(runtimes.c.beat_at)).where(
        runtimes.c.stopped.is_(None), NOT_A_WORKER
    )
    last = connection.execute(query).scalar()
    return last is not None and last > to_micros(now - lease)
