"""The workers of a fleet: what they announce, and how much they have to do (rule R10)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.store.batch import TEXT, batch
from jittask.store.due_runs import due
from jittask.store.fleet_types import Fleet, NewWorker, WorkerRow
from jittask.store.instants import from_micros, to_micros
from jittask.store.member_kinds import Kind
from jittask.store.runtimes import delete_old
from jittask.store.tables import EXECUTING, elements, runs, runtimes


def announce(connection: Connection, worker: NewWorker, now: datetime) -> None:
    """Record a worker that begins; delete the oldest that have ended."""
    connection.execute(
        sa.insert(runtimes).values(
            id=worker.id,
            host=worker.host,
            pid=worker.pid,
            started=to_micros(now),
            beat_at=to_micros(now),
            kind=Kind.WORKER,
            queues=json.dumps(worker.queues),
            slots=worker.slots,
            capacity=worker.slots,
            protocol=worker.protocol,
            lease=round(worker.lease * 1e6),
        )
    )
    delete_old(connection, runtimes.c.kind == Kind.WORKER)


def beat(connection: Connection, worker: str, capacity: int, now: datetime) -> bool:
    """Raise a worker's beat; False where a runtime has declared it dead."""
    done = connection.execute(
        sa.update(runtimes)
        .where(runtimes.c.id == worker, runtimes.c.stopped.is_(None))
        .values(beat=runtimes.c.beat + 1, beat_at=to_micros(now), capacity=capacity)
    )
    return bool(done.rowcount)


def fleet(connection: Connection, now: datetime) -> Fleet:
    """Return the workers that have not ended, by host and start, and what they execute."""
    query = sa.select(runs.c.runtime, sa.func.count()).where(sa.text(EXECUTING))
    counted = connection.execute(query.group_by(runs.c.runtime)).all()
    executing: Counter[str] = Counter({row[0]: row[1] for row in counted})
    planners = sa.select(runtimes.c.id).where(runtimes.c.kind == Kind.PLANNER)
    alive = (
        sa.select(runtimes)
        .where(runtimes.c.kind == Kind.WORKER, runtimes.c.stopped.is_(None))
        .order_by(runtimes.c.host, runtimes.c.started)
    )
    workers = tuple(
        WorkerRow(
            id=row.id,
            host=row.host,
            pid=row.pid,
            started=from_micros(row.started),
            last_beat=from_micros(row.beat_at),
            queues=tuple(json.loads(row.queues)),
            slots=row.slots,
            capacity=row.capacity,
            protocol=row.protocol,
            executing=executing[row.id],
            silent=row.beat_at + row.lease <= to_micros(now),
        )
        for row in connection.execute(alive)
    )
    handed = sum(executing[planner] for planner in connection.execute(planners).scalars())
    return Fleet(workers, handed)


def coming_versions(connection: Connection, until: datetime, limit: int) -> list[tuple[str, str]]:
    """Return the tasks of the first ``limit`` runs until then, in order, and what runs of them."""
    tasks = list(dict.fromkeys(run.task for run in due(connection, until, limit)))
    if not tasks:
        return []
    rows = batch(connection, [(task,) for task in tasks], name=TEXT)
    query = sa.select(elements.c.name, elements.c.version).where(
        elements.c.name == rows.c.name, elements.c.version.is_not(None)
    )
    versions: dict[str, str] = {row[0]: row[1] for row in connection.execute(query)}
    return [(task, versions[task]) for task in tasks if task in versions]
