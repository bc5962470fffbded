"""What the worker writes: claims under a fencing token, outcomes, logs (rule R4).

A claim raises the run's token; every later write names the token it was given,
and one that is no longer the newest changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import Reason, RunState, Trigger
from jittask.store.instants import from_micros, to_micros
from jittask.store.moves import moving
from jittask.store.planning import nominals_of
from jittask.store.records import LogChunk
from jittask.store.tables import attempts, keys, log_chunks, runs


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that may be claimed now."""

    id: int
    task: str
    row_key: str
    trigger: Trigger
    nominals: tuple[datetime, ...]
    effective: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A run to be claimed with the version that will run."""

    run: DueRun
    version: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that is ours: ``token`` fences every write about it."""

    run: DueRun
    version: str
    token: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run that a dead runtime left executing."""

    id: int
    task: str
    row_key: str
    token: int
    attempt: int
    effective: datetime
    started: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended. ``state`` pending is a retry at ``retry_at``."""

    run: int
    token: int
    attempt: int
    state: RunState
    reason: Reason | None = None
    detail: str | None = None
    result: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
    frees_keys: bool = False
    """The body never began, so the occurrence may be planned anew (D5)."""


def due(connection: Connection, now: datetime, limit: int) -> list[DueRun]:
    """Return the runs that are due, by priority, then by how long they have been."""
    query = (
        sa.select(runs)
        .where(runs.c.state == RunState.PENDING, runs.c.due <= to_micros(now))
        .order_by(runs.c.priority.desc(), runs.c.due, runs.c.id)
        .limit(limit)
    )
    return [
        DueRun(
            id=row.id,
            task=row.task,
            row_key=row.row_key,
            trigger=Trigger(row.trigger),
            nominals=nominals_of(row),
            effective=from_micros(row.effective),
            attempt=row.attempt,
        )
        for row in connection.execute(query)
    ]


def next_due(connection: Connection) -> datetime | None:
    """Return when the next pending run may be claimed."""
    soonest = connection.execute(
        sa.select(sa.func.min(runs.c.due)).where(runs.c.state == RunState.PENDING)
    ).scalar()
    return None if soonest is None else from_micros(soonest)


def claim(
    connection: Connection, wanted: Sequence[Claim], worker: str, now: datetime
) -> list[Claimed]:
    """Claim what is still pending and due; return what is now ours."""
    ours: list[Claimed] = []
    for one in wanted:
        row = connection.execute(
            moving(RunState.PENDING, RunState.EXECUTING)
            .where(runs.c.id == one.run.id, runs.c.due <= to_micros(now))
            .values(
                token=runs.c.token + 1,
                attempt=runs.c.attempt + 1,
                started=sa.func.coalesce(runs.c.started, to_micros(now)),
                worker=worker,
                version=one.version,
            )
            .returning(runs.c.token, runs.c.attempt)
        ).one_or_none()
        if row is not None:
            ours.append(Claimed(one.run, one.version, row.token, row.attempt))
    if ours:
        connection.execute(
            sa.insert(attempts),
            [
                {
                    "run_id": mine.run.id,
                    "number": mine.attempt,
                    "worker": worker,
                    "version": mine.version,
                    "started": to_micros(now),
                }
                for mine in ours
            ],
        )
    return ours


def skip(connection: Connection, run: int, reason: Reason, detail: str, now: datetime) -> bool:
    """End a pending run without running it; say whether it was still pending."""
    done = connection.execute(
        moving(RunState.PENDING, RunState.SKIPPED)
        .where(runs.c.id == run)
        .values(reason=reason, detail=detail, finished=to_micros(now))
    )
    return bool(done.rowcount)


def finish(connection: Connection, endings: Sequence[Ending], now: datetime) -> list[Ending]:
    """Write outcomes; return those whose token was still the newest."""
    written: list[Ending] = []
    for end in endings:
        values: dict[str, object] = {
            "reason": end.reason,
            "detail": end.detail,
            "result": end.result,
            "error": end.error,
        }
        if end.state is RunState.PENDING:
            assert end.retry_at is not None
            values["due"] = to_micros(end.retry_at)
        else:
            values["finished"] = to_micros(now)
        done = connection.execute(
            moving(RunState.EXECUTING, end.state)
            .where(runs.c.id == end.run, runs.c.token == end.token)
            .values(values)
        )
        if not done.rowcount:
            continue
        written.append(end)
        if end.frees_keys:
            connection.execute(sa.delete(keys).where(keys.c.run_id == end.run))
        connection.execute(
            sa.update(attempts)
            .where(attempts.c.run_id == end.run, attempts.c.number == end.attempt)
            .values(finished=to_micros(now), outcome=end.reason or end.state, error=end.error)
        )
    return written


def orphans(connection: Connection) -> list[Orphan]:
    """Return the runs that stand as executing; only a runtime that holds the lock may ask."""
    query = sa.select(runs).where(runs.c.state == RunState.EXECUTING).order_by(runs.c.id)
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
                    "text": chunk.text,
                }
                for run, chunk in pieces
            ],
        )
