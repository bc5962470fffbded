"""Deletes what is older than the retention, or too much for it (rule R1).

A step deletes few runs with few lines of log, so that no writer waits for long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Retention, RunStatus
from jittask.store.instants import to_micros
from jittask.store.tables import ENDED, log_chunks, runs

_MAX_CHUNKS = 2000
"""How many pieces of logs one step deletes, or those of a single run."""


def prune(connection: Connection, now: datetime, retention: Retention, limit: int) -> int:
    """Delete at most ``limit`` finished runs older than the retention; return how many.

    Their keys are deleted with them: the task's watermark, not its record, keeps
    an old occurrence from being planned again (R3).
    """
    days = {
        RunStatus.COMPLETED: retention.completed,
        RunStatus.FAILED: retention.failed,
        RunStatus.SKIPPED: retention.skipped,
        RunStatus.CANCELLED: retention.cancelled,
    }
    numbers: list[int] = []
    for status, kept in days.items():
        old = _ended_before(status, now - timedelta(days=kept))
        numbers += connection.execute(old.limit(limit - len(numbers))).scalars()
    return _delete(connection, numbers)


def prune_oldest(connection: Connection, before: datetime, limit: int) -> int:
    """Delete the oldest finished runs, of whatever status, that ended before a time."""
    found: list[tuple[int, int]] = []
    for status in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED):
        oldest = _ended_before(status, before).add_columns(runs.c.effective)
        oldest = oldest.order_by(runs.c.effective, runs.c.id).limit(limit)
        found += ((effective, number) for number, effective in connection.execute(oldest))
    return _delete(connection, [number for _, number in sorted(found)[:limit]])


def _ended_before(status: RunStatus, time: datetime) -> sa.Select[int]:
    before = to_micros(time)
    old = sa.select(runs.c.id).where(
        sa.text(ENDED), runs.c.status == status, runs.c.finished < before
    )
    if status is RunStatus.CANCELLED:  # nothing else ends before it was due (I4)
        return old
    return old.where(runs.c.effective < before)


def _delete(connection: Connection, numbers: Sequence[int]) -> int:
    chosen = list(_within(connection, numbers))
    if chosen:
        connection.execute(sa.delete(log_chunks).where(log_chunks.c.run_id.in_(chosen)))
        connection.execute(sa.delete(runs).where(runs.c.id.in_(chosen)))
    return len(chosen)


def _within(connection: Connection, numbers: Sequence[int]) -> Iterator[int]:
    """Yield the first of the runs whose logs together are not too long; at least one."""
    counted = (
        sa.select(log_chunks.c.run_id, sa.func.count())
        .where(log_chunks.c.run_id.in_(numbers))
        .group_by(log_chunks.c.run_id)
    )
    chunks = {run: int(count) for run, count in connection.execute(counted)}
    total = 0
    for place, number in enumerate(numbers):
        total += chunks.get(number, 0)
        if place and total > _MAX_CHUNKS:
            return
        yield number
