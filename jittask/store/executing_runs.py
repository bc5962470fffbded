"""The runs that are recorded as executing, by the runtime that executes them (rule R4)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.claim_types import Orphan
from jittask.store.instants import from_micros
from jittask.store.member_kinds import Kind
from jittask.store.tables import EXECUTING, runs, runtimes


def executed_by(connection: Connection, runtime: str) -> list[Orphan]:
    """Return the runs that are recorded as executing on a runtime."""
    return _executing(connection, runs.c.runtime == runtime)


def orphans(connection: Connection) -> list[Orphan]:
    """Return the runs that are recorded as executing on a runtime that has ended."""
    not_ended = sa.select(runtimes.c.id).where(runtimes.c.stopped.is_(None))
    return _executing(connection, runs.c.runtime.not_in(not_ended))


def _executing(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Orphan]:
    query = (
        sa.select(runs, runtimes.c.beat_at, runtimes.c.kind)
        .join(runtimes, runtimes.c.id == runs.c.runtime, isouter=True)
        .where(sa.text(EXECUTING), condition)
        .order_by(runs.c.id)
    )
    return [
        Orphan(
            id=row.id,
            task=row.task,
            row_key=row.row_key,
            token=row.token,
            attempt=row.attempt,
            effective=from_micros(row.effective),
            started=from_micros(row.started),
            last_seen=from_micros(max(row.began or row.started, row.beat_at or 0)),
            detail=row.detail,
            has_begun=row.kind != Kind.PLANNER,
        )
        for row in connection.execute(query)
    ]
