"""Claims runs under a fencing token, and skips those that are not to run (rule R4).

A claim raises the run's token. Every later write names the token that it was
given, and changes nothing if that is no longer the newest. One runtime claims
at a time, so that overlap and concurrency take into account what executes on all
of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus, Trigger
from jittask.storable import storable
from jittask.store.batch import NUMBER, TEXT, batch, locked
from jittask.store.claim_types import Choose, Claim, Claimed, Skip, Taken
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.due_runs import due, executing
from jittask.store.instants import to_micros
from jittask.store.plans import LATE_AFTER
from jittask.store.tables import runs, runtimes
from jittask.store.transitions import transition


def take(
    connection: Connection,
    choose: Choose,
    now: datetime,
    *,
    runtime: str,
    host: str | None,
    limit: int,
    offset: int,
    held: Collection[str] = (),
) -> tuple[int, Taken]:
    """Let ``choose`` decide on a page of the due runs, and write it; return the page's length.

    No other runtime claims in the meantime.
    """
    dialect_of(connection).exclusive(connection, Lock.CLAIM)
    page = due(connection, now, limit, offset, held)
    if not page:
        return 0, Taken()
    choice = choose(page, executing(connection))
    skipped = _skip(connection, choice.skip, now)
    claimed = claim(connection, choice.claim, now, runtime=runtime, host=host)
    return len(page), Taken(tuple(claimed), skipped)


def claim(
    connection: Connection,
    claims: Sequence[Claim],
    now: datetime,
    *,
    runtime: str,
    host: str | None = None,
) -> list[Claimed]:
    """Claim what is still pending and due; return what is now claimed by the runtime.

    ``host`` is where the bodies will run; None means the host of the runtime.
    """
    if not claims:
        return []
    values = [(claim.run.id, claim.version) for claim in claims]
    rows = batch(connection, values, id=NUMBER, version=TEXT)
    ready = locked(rows, runs.c.status == RunStatus.PENDING, runs.c.due <= to_micros(now))
    runtime_host = sa.select(runtimes.c.host).where(runtimes.c.id == runtime).scalar_subquery()
    claimed = connection.execute(
        transition(RunStatus.PENDING, RunStatus.EXECUTING)
        .where(runs.c.id == ready.c.id)
        .values(
            token=runs.c.token + 1,
            attempt=runs.c.attempt + 1,
            started=sa.func.coalesce(runs.c.started, to_micros(now)),
            began=to_micros(now),
            runtime=runtime,
            host=runtime_host if host is None else host,
            version=ready.c.version,
            late=sa.or_(runs.c.late, _begins_late(now)),
        )
        .returning(runs.c.id, runs.c.token, runs.c.attempt, runs.c.args)
    )
    fenced = {number: (token, attempt, args) for number, token, attempt, args in claimed}
    return [
        Claimed(claim.run, claim.version, *fenced[claim.run.id])
        for claim in claims
        if claim.run.id in fenced
    ]


def _begins_late(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a planned run has waited for so long that it is late; a further attempt is not."""
    return sa.and_(
        runs.c.trigger == Trigger.SCHEDULE,
        runs.c.attempt == 0,
        runs.c.effective < to_micros(now - LATE_AFTER),
    )


def _skip(connection: Connection, skips: Sequence[Skip], now: datetime) -> tuple[Skip, ...]:
    """End pending runs without running them; return those that were still pending."""
    if not skips:
        return ()
    values = [(skip.run.id, skip.reason, storable(skip.detail)) for skip in skips]
    rows = batch(connection, values, id=NUMBER, reason=TEXT, detail=TEXT)
    free = locked(rows, runs.c.status == RunStatus.PENDING)
    ended = connection.execute(
        transition(RunStatus.PENDING, RunStatus.SKIPPED)
        .where(runs.c.id == free.c.id)
        .values(reason=free.c.reason, detail=free.c.detail, finished=to_micros(now))
        .returning(runs.c.id)
    )
    numbers = set(ended.scalars())
    return tuple(skip for skip in skips if skip.run.id in numbers)
