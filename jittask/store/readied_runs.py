"""Runs that may begin without waiting for the disk (rules R4, R9).

To wait until a claim is on the disk takes longer than all else between the instant
that a run is due and its body. A claim that only the system's memory has outlives
the program, whatever ends that, but not a loss of power. So a run is *readied*
before it is due: its row names the boot of the machine, and that is on the disk.
Its claim is then written without waiting. A run that is still pending after
another boot may have begun in the one that it names, and counts as executing there.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.store.batch import NUMBER, batch, locked
from jittask.store.claim_types import ComingRun
from jittask.store.due_runs import coming
from jittask.store.instants import to_micros
from jittask.store.tables import PENDING, runs, runtimes, watermarks
from jittask.store.transitions import transition


def ready(
    connection: Connection, now: datetime, until: datetime, boot: str, limit: int
) -> list[ComingRun]:
    """Ready the first runs that may be claimed after now and until then; return them."""
    page = coming(connection, now, until, limit)
    if page:
        rows = batch(connection, [(run.run.id,) for run in page], id=NUMBER)
        unready = locked(rows, runs.c.readied.is_distinct_from(boot))
        connection.execute(sa.update(runs).where(runs.c.id == unready.c.id).values(readied=boot))
    return page


def may_have_begun(connection: Connection, identity: str, boot: str | None, now: datetime) -> int:
    """Let what was readied in another boot, and has been due, execute on the runtime before.

    Returns how many runs; they end as those of a runtime that was killed.
    """
    before = (
        sa.select(runtimes.c.id)
        .where(runtimes.c.id != identity)
        .order_by(runtimes.c.started.desc())
        .limit(1)
        .scalar_subquery()
    )
    version = (
        sa.select(watermarks.c.version).where(watermarks.c.task == runs.c.task).scalar_subquery()
    )
    found = connection.execute(
        transition(RunStatus.PENDING, RunStatus.EXECUTING)
        .where(
            sa.text(PENDING),
            runs.c.readied.is_not(None),
            runs.c.readied != (boot or ""),
            runs.c.due <= to_micros(now),
            before.is_not(None),
        )
        .values(
            token=runs.c.token + 1,
            attempt=runs.c.attempt + 1,
            started=sa.func.coalesce(runs.c.started, runs.c.due),
            began=runs.c.due,
            runtime=before,
            version=sa.func.coalesce(version, ""),
            readied=None,
        )
    )
    return found.rowcount
