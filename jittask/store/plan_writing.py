"""Writes what the planner decided: new runs, runs that are closed, watermarks (rule R3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Reason, RunStatus
from jittask.store.batch import NUMBER, TEXT, batch, locked
from jittask.store.errors import AlreadyClaimed
from jittask.store.instants import MICROSECOND, maybe_delay, to_micros
from jittask.store.new_runs import insert
from jittask.store.occurrence_keys import give_back_keys
from jittask.store.plans import Closing, Counting, Delaying, NewRun
from jittask.store.tables import PENDING, runs
from jittask.store.tables import watermarks as watermarks_table
from jittask.store.transitions import transition
from jittask.store.watermarks import Watermark, put_watermarks

_MISSED = ("missed_first", "missed_last", "missed_count")


def plan(
    connection: Connection,
    *,
    now: datetime,
    create: Sequence[NewRun] = (),
    close: Sequence[Closing] = (),
    watermarks: Sequence[Watermark] = (),
    count: Sequence[Counting] = (),
    delay: Sequence[Delaying] = (),
    exact: bool = False,
) -> list[tuple[int, NewRun]]:
    """Write a whole plan; return the runs that are new, with their ids.

    A nominal that has a run already is left out of a new one; a new run
    without any nominal left is not written. ``exact``: raises AlreadyClaimed
    where a run to be closed or to count others is not pending any more.
    """
    changed = 0
    if close:
        changed += close_runs(connection, close, now)
    if count:
        changed += _count_missed(connection, count)
    if exact and changed != len(close) + len(count):
        raise AlreadyClaimed
    if delay:
        _put_off(connection, delay)
    created = insert(connection, create, now)
    if watermarks:
        put_watermarks(connection, watermarks)
    return created


def close_runs(connection: Connection, closings: Sequence[Closing], now: datetime) -> int:
    """End pending runs, and return how many were; those that are cancelled give their keys back."""
    number = 0
    alike: dict[tuple[RunStatus, bool], list[Closing]] = {}
    for closing in closings:
        alike.setdefault((closing.status, closing.is_counted), []).append(closing)
    for (status, is_counted), group in alike.items():
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
            .values(dict.fromkeys(_MISSED) if is_counted else {})
            .returning(runs.c.id)
        )
        ids = list(ended.scalars())
        number += len(ids)
        if status is RunStatus.CANCELLED:
            give_back_keys(connection, ids)
    return number


def _count_missed(connection: Connection, countings: Sequence[Counting]) -> int:
    """Let pending runs count what was missed before them; return how many are pending."""
    values = [
        (counting.run, to_micros(missed.first), to_micros(missed.last), missed.count)
        for counting in countings
        for missed in [counting.missed]
    ]
    rows = batch(connection, values, id=NUMBER, first=NUMBER, last=NUMBER, number=NUMBER)
    free = locked(rows, runs.c.status == RunStatus.PENDING, runs.c.attempt == 0)
    counted = connection.execute(
        sa.update(runs)
        .where(runs.c.id == free.c.id)
        .values(missed_first=free.c.first, missed_last=free.c.last, missed_count=free.c.number)
        .returning(runs.c.id)
    )
    return len(counted.scalars().all())


def _put_off(connection: Connection, delayings: Sequence[Delaying]) -> None:
    """Give pending runs another delay, where no attempt has begun them."""
    values = [(each.run, maybe_delay(each.delay), each.delay // MICROSECOND) for each in delayings]
    rows = batch(connection, values, id=NUMBER, delay=NUMBER, later=NUMBER)
    free = locked(rows, runs.c.status == RunStatus.PENDING, runs.c.attempt == 0)
    connection.execute(
        sa.update(runs)
        .where(runs.c.id == free.c.id)
        .values(delay=free.c.delay, due=runs.c.effective + free.c.later)
    )


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
