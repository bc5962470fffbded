"""What the worker writes: claims under a fencing token, outcomes, logs (rule R4).

A claim raises the run's token; every later write names the token it was given,
and one that is no longer the newest changes nothing. Claims are made one
runtime at a time, so that overlap and concurrency are judged on what executes
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.model import RunState, Trigger
from jittask.store.engine import Lock, alone
from jittask.store.instants import from_micros, maybe_micros, to_micros
from jittask.store.moves import moving
from jittask.store.planning import insert, nominals_of
from jittask.store.records import LogChunk
from jittask.store.tables import attempts, keys, log_chunks, runs, runtimes
from jittask.store.work import (
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

_CHUNK = 500  # ids in one IN list, far below every database's limit


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
                row.id, row.task, row.row_key, Trigger(row.trigger), nominals_of(row),
                from_micros(row.effective), row.attempt,
            )
            for row in connection.execute(query)
        ]  # fmt: skip
        if len(found) == limit + offset:
            break
    return found[offset:]


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
        query = sa.select(sa.func.max(runs.c.priority)).where(runs.c.state == RunState.PENDING)
        if below is not None:
            query = query.where(runs.c.priority < below)
        below = connection.execute(query).scalar()
        if below is None:
            return
        yield below


def _pending(priority: int) -> sa.ColumnElement[bool]:
    return sa.and_(runs.c.state == RunState.PENDING, runs.c.priority == priority)


def executing(connection: Connection) -> list[Executing]:
    """Return task and row of what executes now; what handles a failure holds nobody up."""
    query = sa.select(runs.c.task, runs.c.row_key).where(
        runs.c.state == RunState.EXECUTING, runs.c.trigger != Trigger.ON_FAILURE
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
    free = _held(connection, (one.run.id for one in wanted), RunState.PENDING)
    ours = [
        Claimed(one.run, one.version, free[one.run.id].token + 1, free[one.run.id].attempt + 1)
        for one in wanted
        if one.run.id in free and free[one.run.id].due <= to_micros(now)
    ]
    if not ours:
        return []
    connection.execute(
        moving(RunState.PENDING, RunState.EXECUTING)
        .where(runs.c.id == sa.bindparam("_id"), runs.c.token == sa.bindparam("_token"))
        .values(
            token=sa.bindparam("_next"),
            attempt=sa.bindparam("_attempt"),
            started=sa.func.coalesce(runs.c.started, to_micros(now)),
            worker=worker,
            version=sa.bindparam("_version"),
        ),
        [
            {"_id": one.run.id, "_token": one.token - 1, "_next": one.token,
             "_attempt": one.attempt, "_version": one.version}
            for one in ours
        ],
    )  # fmt: skip
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


def _skip(connection: Connection, wanted: Sequence[Skip], now: datetime) -> tuple[Skip, ...]:
    """End pending runs without running them; return those that were still pending."""
    if not wanted:
        return ()
    free = _held(connection, (one.run.id for one in wanted), RunState.PENDING)
    ended = tuple(one for one in wanted if one.run.id in free)
    if ended:
        connection.execute(
            moving(RunState.PENDING, RunState.SKIPPED)
            .where(runs.c.id == sa.bindparam("_id"))
            .values(
                reason=sa.bindparam("_reason"),
                detail=sa.bindparam("_detail"),
                finished=to_micros(now),
            ),
            [{"_id": one.run.id, "_reason": one.reason, "_detail": one.detail} for one in ended],
        )
    return ended


def finish(connection: Connection, endings: Sequence[Ending], now: datetime) -> list[Ending]:
    """Write outcomes; return those whose token was still the newest.

    An outcome that stands already counts too: its writer missed the reply.
    """
    if not endings:
        return []
    held = _held(connection, (end.run for end in endings), None)
    ours = [end for end in endings if end.run in held and held[end.run].token == end.token]
    written = [end for end in ours if held[end.run].state == RunState.EXECUTING]
    standing = [
        end
        for end in ours
        if held[end.run].state == end.state and held[end.run].attempt == end.attempt
    ]
    by_state: dict[RunState, list[dict[str, object]]] = {}
    for end in written:
        final = end.state is not RunState.PENDING
        values = {
            "_id": end.run, "_token": end.token, "_reason": end.reason, "_detail": end.detail,
            "_result": end.result, "_error": end.error,
            "_finished": to_micros(now) if final else None,
            "_due": max(held[end.run].due, maybe_micros(end.retry_at) or 0),  # a clock may go back
        }  # fmt: skip
        by_state.setdefault(end.state, []).append(values)
    for state, rows in by_state.items():
        connection.execute(
            moving(RunState.EXECUTING, state)
            .where(runs.c.id == sa.bindparam("_id"), runs.c.token == sa.bindparam("_token"))
            .values({name: sa.bindparam(f"_{name}") for name in _OUTCOME}),
            rows,
        )
    if written:
        connection.execute(
            sa.update(attempts)
            .where(
                attempts.c.run_id == sa.bindparam("_id"),
                attempts.c.number == sa.bindparam("_number"),
            )
            .values(
                finished=to_micros(now),
                outcome=sa.bindparam("_outcome"),
                error=sa.bindparam("_error"),
                peak_kb=sa.bindparam("_peak_kb"),
            ),
            [
                {"_id": end.run, "_number": end.attempt, "_outcome": end.reason or end.state,
                 "_error": end.error, "_peak_kb": end.peak_kb}
                for end in written
            ],
        )  # fmt: skip
    insert(connection, [end.then for end in written if end.then is not None], now)
    freed = [end.run for end in written if end.frees_keys]
    if freed:
        connection.execute(sa.delete(keys).where(keys.c.run_id.in_(freed)))
    return [*written, *standing]


_OUTCOME = ("reason", "detail", "result", "error", "finished", "due")


def _held(connection: Connection, numbers: Iterable[int], state: RunState | None) -> dict[int, Any]:
    """Return what stands of those runs, or of those in ``state``, and keep others from them."""
    wanted = list(numbers)
    found: dict[int, Any] = {}
    for at in range(0, len(wanted), _CHUNK):
        query = (
            sa.select(runs.c.id, runs.c.state, runs.c.token, runs.c.attempt, runs.c.due)
            .where(runs.c.id.in_(wanted[at : at + _CHUNK]))
            .order_by(runs.c.id)
            .with_for_update()
        )
        if state is not None:
            query = query.where(runs.c.state == state)
        for row in connection.execute(query):
            found[row.id] = row
    return found


def executed_by(connection: Connection, worker: str) -> list[Orphan]:
    """Return the runs that stand as executing on a runtime."""
    return _executing(connection, runs.c.worker == worker)


def orphans(connection: Connection) -> list[Orphan]:
    """Return the runs that stand as executing on a runtime that has ended."""
    standing = sa.select(runtimes.c.id).where(runtimes.c.stopped.is_(None))
    return _executing(connection, runs.c.worker.not_in(standing))


def _executing(connection: Connection, which: sa.ColumnElement[bool]) -> list[Orphan]:
    query = sa.select(runs).where(runs.c.state == RunState.EXECUTING, which).order_by(runs.c.id)
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
