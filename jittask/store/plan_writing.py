"""Writes what the planner decided: new runs, runs that are closed, watermarks (rule R3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Reason, RunStatus
from jittask.store.batch import NUMBER, TEXT, batch, locked
from jittask.store.instants import to_micros
from jittask.store.new_runs import insert
from jittask.store.occurrence_keys import give_back_keys
from jittask.store.plans import Closing, NewRun
from jittask.store.tables import PENDING, runs
from jittask.store.tables import watermarks as watermarks_table
from jittask.store.transitions import transition
from jittask.store.watermarks import Watermark, put_watermarks


def plan(
    connection: Connection,
    *,
    now: datetime,
    create: Sequence[NewRun] = (),
    close: Sequence[Closing] = (),
    watermarks: Sequence[Watermark] = (),
) -> list[tuple[int, NewRun]]:
    """Write a whole plan; return the runs that are new, with their ids.

    A nominal that has a run already is left out of a new one; a new run
    without any nominal left is not written.
    """
    if close:
        close_runs(connection, close, now)
    created = insert(connection, create, now)
    if watermarks:
        put_watermarks(connection, watermarks)
    return created


def close_runs(connection: Connection, closings: Sequence[Closing], now: datetime) -> None:
    """End pending runs; those that are cancelled give their keys back."""
    by_status: dict[RunStatus, list[Closing]] = {}
    for closing in closings:
        by_status.setdefault(closing.status, []).append(closing)
    for status, group in by_status.items():
        rows = batch(
            connection,
            [(closing.run, closing.reason.value, closing.detail) for closing in group],
            id=NUMBER, reason=TEXT, detail=TEXT,
        )  # fmt: skip
        free = locked(rows, runs.c.status == RunStatus.PENDING, runs.c.attempt == 0)
        ended = connection.execute(
            transition(RunStatus.PENDING, status)
            .where(runs.c.id == free.c.id)
            .values(reason=free.c.reason, detail=free.c.detail, finished=to_micros(now))
            .returning(runs.c.id)
        )
        if status is RunStatus.CANCELLED:
            give_back_keys(connection, list(ended.scalars()))


def end_abandoned(connection: Connection, since: datetime, now: datetime) -> int:
    """Cancel what waits for tasks that vanished at ``since`` or before; return how many runs.

    Their planned runs were ended when they vanished. These are the runs that
    wait for another attempt, and those that a person asked for. They keep their keys.
    """
    away = sa.select(watermarks_table.c.task).where(watermarks_table.c.vanished <= to_micros(since))
    ended = connection.execute(
        transition(RunStatus.PENDING, RunStatus.CANCELLED)
        .where(sa.text(PENDING), runs.c.task.in_(away))
        .values(reason=Reason.REMOVED, detail="its task has not come back", finished=to_micros(now))
    )
    return ended.rowcount
