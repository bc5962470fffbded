"""Claims runs under a fencing token, and skips those that are not to run (rule R4).

A claim raises the run's token. Every later write names the token that it was
given, and changes nothing if that is no longer the newest. One runtime claims
at a time, so that overlap and concurrency take into account what executes on all
of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus, Trigger
from jittask.storable import storable
from jittask.store import group_starts
from jittask.store.batch import NUMBER, TEXT, batch, locked
from jittask.store.claim_types import (
    Choose,
    ChooseUnlessPaused,
    Claim,
    Claimed,
    DueRun,
    Skip,
    Taken,
)
from jittask.store.control import all_pauses
from jittask.store.dialects.dialect import Lock
from jittask.store.dialects.registry import dialect_of
from jittask.store.due_runs import due, executing
from jittask.store.expected_start import expected_start
from jittask.store.instants import to_micros
from jittask.store.plans import LATE_AFTER
from jittask.store.tables import runs, runtimes
from jittask.store.transitions import transition

RATE_WINDOW = timedelta(minutes=1)
"""A group's rate is how many of its runs may begin in any minute (R2)."""

_FORGOTTEN = timedelta(hours=1)
"""What began so long ago counts no more, whatever the clocks of the machines are."""


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
    crowded: Collection[str] = (),
    rated: Collection[str] = (),
) -> tuple[int, Taken]:
    """Let ``choose`` decide on a page of the due runs, and write it; return the page's length.

    ``rated``: the groups with a rate. No other runtime claims in the meantime.
    """
    dialect_of(connection).exclusive(connection, Lock.CLAIM)
    page = due(connection, now, limit, offset, held, crowded)
    if not page:
        return 0, Taken()
    since = now - RATE_WINDOW
    begun = {"starts": group_starts.starts(connection, rated, since, now)} if rated else {}
    choice = choose(page, executing(connection), **begun)
    skipped = _skip(connection, choice.skip, now)
    claimed = claim(connection, choice.claim, now, runtime=runtime, host=host)
    group_starts.note(connection, claimed, now, now - _FORGOTTEN)
    done = {skip.run.id for skip in skipped} | {each.run.id for each in claimed}
    waiting = frozenset(run.task for run in page if run.id not in done)
    return len(page), Taken(tuple(claimed), skipped, waiting, choice)


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
    ready = locked(rows, runs.c.status == RunStatus.PENDING, runs.c.due <= _NOW)
    claiming = _BEGINS.where(runs.c.id == ready.c.id).values(version=ready.c.version)
    claimed = connection.execute(claiming, _given(now, runtime, host))
    fenced = {number: (token, attempt, args) for number, token, attempt, args in claimed}
    return [
        Claimed(claim.run, claim.version, *fenced[claim.run.id], group=claim.group)
        for claim in claims
        if claim.run.id in fenced
    ]


_NOW = sa.bindparam("at", type_=sa.BigInteger())
_RUNTIME = sa.bindparam("by_runtime", type_=sa.String())
_ANNOUNCED_HOST = sa.select(runtimes.c.host).where(runtimes.c.id == _RUNTIME).scalar_subquery()
_BEGINS_LATE = sa.and_(
    runs.c.trigger == Trigger.SCHEDULE,
    runs.c.attempt == 0,
    expected_start() < sa.bindparam("late_before", type_=sa.BigInteger()),
)
"""Whether a planned run has waited for so long that it is late; a further attempt is not."""


def _beginning(update: sa.Update) -> sa.Update:
    """Let an update of the status write what begins with an attempt, but for its version."""
    return update.values(
        token=runs.c.token + 1,
        attempt=runs.c.attempt + 1,
        started=sa.func.coalesce(runs.c.started, _NOW),
        began=_NOW,
        runtime=_RUNTIME,
        host=sa.func.coalesce(sa.bindparam("on_host", type_=sa.String()), _ANNOUNCED_HOST),
        late=sa.or_(runs.c.late, _BEGINS_LATE),
        reason=None,  # those of the attempt before
        detail=None,
        readied=None,
    )


_FENCE = runs.c.id, runs.c.token, runs.c.attempt, runs.c.args
_BEGINS = _beginning(transition(RunStatus.PENDING, RunStatus.EXECUTING)).returning(*_FENCE)
_CLAIM_ONE = _BEGINS.where(
    runs.c.id == sa.bindparam("of_run", type_=NUMBER),
    runs.c.due <= _NOW,
    runs.c.readied == sa.bindparam("in_boot", type_=TEXT),
).values(version=sa.bindparam("of_version", type_=TEXT))


def _given(now: datetime, runtime: str, host: str | None) -> dict[str, object]:
    """Return the values of a claim that are the same for each run."""
    return {
        "at": to_micros(now),
        "late_before": to_micros(now - LATE_AFTER),
        "by_runtime": runtime,
        "on_host": host,
    }


def take_readied(
    connection: Connection,
    readied: Sequence[DueRun],
    choose: ChooseUnlessPaused,
    now: datetime,
    *,
    runtime: str,
    boot: str,
) -> list[Claimed]:
    """Claim those of the readied runs that ``choose`` claims; what it skips is left as it is.

    One statement for each: it is there already when the run is due, and few are due at once.
    """
    choice = choose(readied, executing(connection), all_pauses(connection))
    given = {**_given(now, runtime, None), "in_boot": boot}
    found = [
        (
            claim,
            connection.execute(
                _CLAIM_ONE, {**given, "of_run": claim.run.id, "of_version": claim.version}
            ).first(),
        )
        for claim in choice.claim
    ]
    return [Claimed(claim.run, claim.version, *row[1:]) for claim, row in found if row is not None]


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
