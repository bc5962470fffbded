"""What people and programs read of the runs: pages, one run whole, its log (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from jittask.model import Attempt, MissedRange, Reason, Run, RunStatus, Trigger
from jittask.store.instants import from_micros, maybe_instant
from jittask.store.listing import Page, is_open, is_overdue, page_of
from jittask.store.plans import nominals_of
from jittask.store.query_types import LogChunk, RecordFilter, RecordPage
from jittask.store.tables import attempts, log_chunks, runs


def records(connection: Connection, wanted: RecordFilter, now: datetime, page: Page) -> RecordPage:
    """Return a page of runs. Raises StoreError for a cursor that no page gave."""
    numbers, cursor = page_of(connection, wanted, now, page)
    query = sa.select(runs).where(runs.c.id.in_(numbers))
    rows = {row.id: row for row in connection.execute(query)}
    tries = _attempts(connection, numbers)
    return RecordPage(
        tuple(_run(rows[number], tries.get(number, ())) for number in numbers), cursor
    )


def one_run(connection: Connection, number: int) -> Run | None:
    """Return one run with its attempts, or None."""
    row = connection.execute(sa.select(runs).where(runs.c.id == number)).one_or_none()
    return None if row is None else _run(row, _attempts(connection, [number]).get(number, ()))


def log(connection: Connection, number: int, after: int = 0) -> Iterator[LogChunk]:
    """Yield what a run printed and logged behind the chunk ``after``, in order."""
    query = (
        sa.select(log_chunks)
        .where(log_chunks.c.run_id == number, log_chunks.c.id > after)
        .order_by(log_chunks.c.id)
    )
    for row in connection.execute(query):
        yield LogChunk(row.attempt, from_micros(row.at), row.stream, row.text, row.id)


def counts(connection: Connection, now: datetime) -> tuple[int, int, int]:
    """Return how many runs are pending (overdue ones too), overdue, and executing."""
    late = sa.func.sum(sa.case((is_overdue(now), 1), else_=0))
    query = sa.select(runs.c.state, sa.func.count(), late).where(is_open()).group_by(runs.c.state)
    found = {state: (number, overdue) for state, number, overdue in connection.execute(query)}
    pending, overdue = found.get(RunStatus.PENDING, (0, 0))
    return pending, int(overdue), found.get(RunStatus.EXECUTING, (0, 0))[0]


def _attempts(connection: Connection, numbers: list[int]) -> dict[int, tuple[Attempt, ...]]:
    """Return the attempts that stand beside their runs."""
    query = (
        sa.select(attempts)
        .where(attempts.c.run_id.in_(numbers))
        .order_by(attempts.c.run_id, attempts.c.number)
    )
    found: dict[int, tuple[Attempt, ...]] = {}
    for row in connection.execute(query):
        one = Attempt(
            number=row.number,
            worker=row.worker,
            version=row.version,
            started=from_micros(row.started),
            finished=maybe_instant(row.finished),
            outcome=row.outcome,
            error=row.error,
            peak_kb=row.peak_kb,
        )
        found[row.run_id] = (*found.get(row.run_id, ()), one)
    return found


def _last(row: Row[Any]) -> Iterator[Attempt]:
    """Yield the attempt that stands in its run."""
    if row.began is not None:
        ended = row.finished is not None
        yield Attempt(
            number=row.attempt,
            worker=row.worker,
            version=row.version,
            started=from_micros(row.began),
            finished=maybe_instant(row.finished),
            outcome=(row.reason or row.state) if ended else None,
            error=row.error if ended else None,
            peak_kb=row.peak_kb,
        )


def _run(row: Row[Any], tries: tuple[Attempt, ...]) -> Run:
    missed = None
    if row.missed_count is not None:
        missed = MissedRange(
            from_micros(row.missed_first), from_micros(row.missed_last), row.missed_count
        )
    return Run(
        id=row.id,
        task=row.task,
        row_key=row.row_key,
        status=RunStatus(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        detail=row.detail,
        trigger=Trigger(row.trigger),
        nominal=from_micros(row.nominal),
        nominals=nominals_of(row.nominal, row.nominals),
        missed=missed,
        effective=from_micros(row.effective),
        due=from_micros(row.due),
        started=maybe_instant(row.started),
        finished=maybe_instant(row.finished),
        attempt=row.attempt,
        version=row.version,
        result=row.result,
        error=row.error,
        rerun_of=row.rerun_of,
        priority=row.priority,
        late=row.late,
        attempts=(*tries, *_last(row)),
    )
