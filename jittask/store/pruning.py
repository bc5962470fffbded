"""Deletes what is older than the retention (rule R1)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.store.instants import to_micros
from jittask.store.tables import ENDED, log_chunks, runs

_ENDED = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED)


def prune(connection: Connection, now: datetime, days: int, limit: int) -> int:
    """Delete at most ``limit`` finished runs older than the retention; return how many.

    Their keys are deleted with them: the task's watermark, not its record, keeps
    an old occurrence from being planned again (R3).
    """
    before = to_micros(now - timedelta(days=days))
    numbers: list[int] = []
    for status in _ENDED:
        old = sa.select(runs.c.id).where(
            sa.text(ENDED), runs.c.status == status, runs.c.finished < before
        )
        if status is not RunStatus.CANCELLED:  # nothing else ends before it was due (I4)
            old = old.where(runs.c.effective < before)
        numbers += connection.execute(old.limit(limit - len(numbers))).scalars()
    if numbers:
        connection.execute(sa.delete(log_chunks).where(log_chunks.c.run_id.in_(numbers)))
        connection.execute(sa.delete(runs).where(runs.c.id.in_(numbers)))
    return len(numbers)
