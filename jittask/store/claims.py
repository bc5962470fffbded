"""What the worker writes: claims under a fencing token, outcomes, logs (rule R4).

A claim raises the run's token; every later write names the token it was given,
and one that is no longer the newest changes nothing. Claims are made one
runtime at a time, so that overlap and concurrency are judged on what executes
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunStatus, Trigger
from jittask.store.batch import NUMBER, TEXT, batch, held, storable
from jittask.store.claim_types import (
    Choose,
    Claim,
    Claimed,
    DueRun,
    Ending,
    Executing,
    Orphan,
    Skip,
    Taken,
)
from jittask.store.engine import Lock, alone
from jittask.store.instants import from_micros, maybe_micros, to_micros
from jittask.store.plans import give_back_keys, insert, nominals_of
from jittask.store.query_types import LogChunk
from jittask.store.tables import EXECUTING, PENDING, attempts, log_chunks, runs, runtimes
from jittask.store.transitions import transition


def due(connection: Connection, now: datetime, limit: int, offset: int = 0) -> list[DueRun]:
    """Return the runs that are due, by priority, then by how long they have been."""
    found: list[DueRun] = []
    for priority in _priorities(connection):
        query = (
            sa.select(
                runs.c.id, runs.c.task, runs.c.row_key, runs.c.trigger, runs.c.nominal,
                runs.c.nominals, runs.c.effective, runs.c.attempt,
            )
            .where(_pending(priority), runs.c.due <= to_micros(now))
            .order_by(runs.c.due, runs.c.id)
            .limit(limit + offset - len(found))
        )  # fmt: skip
        found += [
            DueRun(
                number, task, row_key, _TRIGGERS[trigger], nominals_of(nominal, nominals),
                from_micros(effective), attempt,
            )
            for number, task, row_key, trigger, nominal, nominals, effective, attempt
            in connection.execute(query).all()
        ]  # fmt: skip
        if len(found) == limit + offset:
            break
    return found[offset:]


_TRIGGERS = {one.value: one for one in Trigger}


def next_due(connection: Connection) -> datetime | None:
    """Return when the next pending run may be claimed."""
    soonest = [
        connection.execute(sa.select(sa.func.min(runs.c.due)).where(_pending(priority))).scalar()
        for priority in _priorities(connection)
    ]
    return min((from_micros(one) for one in soonest if one is not None), default=None)


def _priorities(connection: Connection) -> Iterator[int]:
    """Yield the priorities of pending runs, highest first, by a step in the index each."""
    below: int | None = None
    while True:
        query = sa.select(sa.func.max(runs.c.priority)).where(sa.text(PENDING))
        if below is not None:
            query = query.where(runs.c.priority < below)
        below = connection.execute(query).scalar()
        if below is None:
            return
        yield below


def _pending(priority: int) -> sa.ColumnElement[bool]:
    return sa.and_(sa.text(PENDING), runs.c.priority == priority)


def executing(connection: Connection) -> list[Executing]:
    """Return task and row of what executes now; what handles a failure holds nobody up."""
    query = sa.select(runs.c.task, runs.c.row_key).where(
        sa.text(EXECUTING), runs.c.trigger != Trigger.ON_FAILURE
    )
    return [(row.task, row.row_key) for row in connection.execute(query)]


def take(
    connection: Connection, choose: Choose, worker: str, now: datetime, limit: int, offset: int
) -> tuple[int, Taken]:
    """Let ``choose`` decide on a page of the due runs, and write it; return the page's length.

    Nobody else claims in the meantime.
    """
    alone(connection, Lock.CLAIM)
    page = due(connection, now, limit, offset)
    if not page:
        return 0, Taken()
    choice = choose(page, executing(connection))
    skipped = _skip(connection, choice.skip, now)
    return len(page), Taken(tuple(claim(connection, choice.claim, worker, now)), skipped)


def claim(
    connection: Connection, wanted: Sequence[Claim], worker: str, now: datetime
) -> list[Claimed]:
    """Claim what is still pending and due; return what is now ours."""
    if not wanted:
        return []
    rows = batch(connection, [(one.run.id, one.version) for one in wanted], id=NUMBER, version=TEXT)
    ready = held(rows, runs.c.state == RunStatus.PENDING, runs.c.due <= to_micros(now))
    claimed = connection.execute(
        transition(RunStatus.PENDING, RunStatus.EXECUTING)
        .where(runs.c.id == ready.c.id)
        .values(
            token=runs.c.token + 1,
            attempt=runs.c.attempt + 1,
            started=sa.func.coalesce(runs.c.started, to_micros(now)),
            began=to_micros(now),
            worker=worker,
            version=ready.c.version,
        )
        .returning(runs.c.id, runs.c.token, runs.c.attempt)
    )
    ours = {number: (token, attempt) for number, token, attempt in claimed}
    return [
        Claimed(one.run, one.version, *ours[one.run.id]) for one in wanted if one.run.id in ours
    ]


def _skip(connection: Connection, wanted: Sequence[Skip], now: datetime) -> tuple[Skip, ...]:
    """End pending runs without running them; return those that were still pending."""
    if not wanted:
        return ()
    values = [(one.run.id, one.reason, storable(one.detail)) for one in wanted]
    rows = batch(connection, values, id=NUMBER, reason=TEXT, detail=TEXT)
    free = held(rows, runs.c.state == RunStatus.PENDING)
    ended = connection.execute(
        transition(RunStatus.PENDING, RunStatus.SKIPPED)
        .where(runs.c.id == free.c.id)
        .values(reason=free.c.reason, detail=free.c.detail, finished=to_micros(now))
        .returning(runs.c.id)
    )
    numbers = set(ended.scalars())
    return tuple(one for one in wanted if one.run.id in numbers)


def finish(connection: Connection, endings: Sequence[Ending], now: datetime) -> list[Ending]:
    """Write outcomes; return those whose token was still the newest.

    An outcome that stands already counts too: its writer missed the reply.
    """
    by_state: dict[RunStatus, list[Ending]] = {}
    for end in endings:
        by_state.setdefault(end.status, []).append(end)
    numbers: set[int] = set()
    for state, some in by_state.items():
        numbers |= _end(connection, state, some, now)
    written = [end for end in endings if end.run in numbers]
    insert(connection, [end.then for end in written if end.then is not None], now)
    give_back_keys(connection, [end.run for end in written if end.frees_keys])
    if len(written) == len(endings):
        return written
    return written + _standing(connection, [end for end in endings if end.run not in numbers])


def _end(
    connection: Connection, state: RunStatus, endings: Sequence[Ending], now: datetime
) -> set[int]:
    """Write outcomes of one kind; return the runs whose token was the newest."""
    rows = batch(
        connection,
        [
            (end.run, end.token, end.reason, _text(end.detail), _text(end.result),
             _text(end.error), end.peak_kb, maybe_micros(end.retry_at))
            for end in endings
        ],
        id=NUMBER, token=NUMBER, reason=TEXT, detail=TEXT, result=TEXT, error=TEXT,
        peak_kb=NUMBER, retry_at=NUMBER,
    )  # fmt: skip
    ours = held(rows, runs.c.state == RunStatus.EXECUTING, runs.c.token == rows.c.token)
    ending = (
        transition(RunStatus.EXECUTING, state)
        .where(runs.c.id == ours.c.id)
        .values({name: ours.c[name] for name in ("reason", "detail", "result", "error")})
    )
    if state is RunStatus.PENDING:
        _keep_attempts(connection, ours, now)
        later = sa.case((ours.c.retry_at > runs.c.due, ours.c.retry_at), else_=runs.c.due)
        ending = ending.values(began=None, due=later)  # a clock may have gone back
    else:
        ending = ending.values(finished=to_micros(now), peak_kb=ours.c.peak_kb)
    return set(connection.execute(ending.returning(runs.c.id)).scalars())


def _keep_attempts(connection: Connection, ours: sa.FromClause, now: datetime) -> None:
    """Put the attempts that ended beside their runs: another one is to stand there."""
    own = (runs.c.id, runs.c.attempt, runs.c.worker, runs.c.version, runs.c.began)
    outcome = sa.func.coalesce(ours.c.reason, sa.literal(RunStatus.PENDING.value))
    ended = sa.select(*own, sa.literal(to_micros(now)), outcome, ours.c.error, ours.c.peak_kb)
    columns = (
        "run_id", "number", "worker", "version", "started",
        "finished", "outcome", "error", "peak_kb",
    )  # fmt: skip
    connection.execute(
        sa.insert(attempts).from_select(columns, ended.join(ours, runs.c.id == ours.c.id))
    )


def _standing(connection: Connection, endings: Sequence[Ending]) -> list[Ending]:
    """Return the outcomes that stand as they are."""
    rows = batch(connection, [(end.run,) for end in endings], id=NUMBER)
    query = sa.select(runs.c.id, runs.c.token, runs.c.state, runs.c.attempt).where(
        runs.c.id == rows.c.id
    )
    found = {(row.id, row.token, row.state, row.attempt) for row in connection.execute(query)}
    return [one for one in endings if (one.run, one.token, one.status, one.attempt) in found]


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)


def executed_by(connection: Connection, worker: str) -> list[Orphan]:
    """Return the runs that stand as executing on a runtime."""
    return _executing(connection, runs.c.worker == worker)


def orphans(connection: Connection) -> list[Orphan]:
    """Return the runs that stand as executing on a runtime that has ended."""
    standing = sa.select(runtimes.c.id).where(runtimes.c.stopped.is_(None))
    return _executing(connection, runs.c.worker.not_in(standing))


def _executing(connection: Connection, which: sa.ColumnElement[bool]) -> list[Orphan]:
    query = sa.select(runs).where(sa.text(EXECUTING), which).order_by(runs.c.id)
    return [
        Orphan(
            id=row.id,
            task=row.task,
            row_key=row.row_key,
            token=row.token,
            attempt=row.attempt,
            effective=from_micros(row.effective),
            started=from_micros(row.started),
        )
        for row in connection.execute(query)
    ]


def append_log(connection: Connection, pieces: Sequence[tuple[int, LogChunk]]) -> None:
    """Keep what runs printed: (run id, chunk) pairs, in order."""
    if pieces:
        connection.execute(
            sa.insert(log_chunks),
            [
                {
                    "run_id": run,
                    "attempt": chunk.attempt,
                    "at": to_micros(chunk.at),
                    "stream": chunk.stream,
                    "text": storable(chunk.text),
                }
                for run, chunk in pieces
            ],
        )
