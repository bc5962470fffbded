"""Runs that may begin without waiting for the disk (rules R4, R9).

To wait until a claim is on the disk takes longer than all else between the instant
that a run is due and its body. A claim that only the system's memory has outlives
the program, whatever ends that, but not a loss of power. So a run is *readied*
before it is due: its row names the boot of the machine, and that is on the disk.
Its claim is then written without waiting. A run that is still pending after
another boot may have begun in the one that it names, and counts as executing there.
What was not claimed at its instant is taken back, and so is all at a stop.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus
from jittask.store.batch import NUMBER, batch, locked
from jittask.store.tables import PENDING, runs, runtimes, watermarks
from jittask.store.transitions import transition


def ready(connection: Connection, new: Collection[int], old: Collection[int], boot: str) -> None:
    """Ready pending runs, and take others back."""
    for numbers, value in ((new, boot), (old, None)):
        if numbers:
            rows = batch(connection, [(number,) for number in numbers], id=NUMBER)
            free = locked(rows, runs.c.status == RunStatus.PENDING)
            connection.execute(sa.update(runs).where(runs.c.id == free.c.id).values(readied=value))


def take_all_back(connection: Connection) -> None:
    """Leave nothing readied: the runtime that would claim it stops."""
    connection.execute(
        sa.update(runs).where(sa.text(PENDING), runs.c.readied.is_not(None)).values(readied=None)
    )


def may_have_begun(connection: Connection, identity: str, boot: str | None) -> int:
    """Let what was readied in another boot execute on the runtime that ended with it.

    Due or not: a clock may be behind after a boot. Returns how many runs; they end as
    those of a runtime that was killed.
    """
    others = sa.select(runtimes.c.id).where(runtimes.c.id != identity)
    before = (
        others.order_by(runtimes.c.stopped.is_not(None), runtimes.c.started.desc())
        .limit(1)
        .scalar_subquery()
    )
    host = sa.select(runtimes.c.host).where(runtimes.c.id == before).scalar_subquery()
    version = (
        sa.select(watermarks.c.version).where(watermarks.c.task == runs.c.task).scalar_subquery()
    )
    found = connection.execute(
        transition(RunStatus.PENDING, RunStatus.EXECUTING)
        .where(
            sa.text(PENDING),
            runs.c.readied.is_not(None),
            runs.c.readied != (boot or ""),
            before.is_not(None),
        )
        .values(
            token=runs.c.token + 1,
            attempt=runs.c.attempt + 1,
            started=sa.func.coalesce(runs.c.started, runs.c.due),
            began=runs.c.due,
            runtime=before,
            host=host,
            version=sa.func.coalesce(version, ""),
            detail="the machine lost power when it was about to begin, or had just begun",
            readied=None,
        )
    )
    return found.rowcount
