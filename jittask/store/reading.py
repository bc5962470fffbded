"""What people and programs read of the runs: pages, one run whole, its log (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from jittask.model import Attempt, MissedRange, Reason, Run, RunState, Trigger
from jittask.store.errors import StoreError
from jittask.store.instants import from_micros, maybe_instant, to_micros
from jittask.store.planning import nominals_of
from jittask.store.records import LogChunk, RecordFilter, RecordPage
from jittask.store.tables import attempts, log_chunks, runs

OVERDUE_AFTER = timedelta(seconds=60)
"""How long past its effective instant a pending run is overdue (R1)."""


def records(
    connection: Connection, wanted: RecordFilter, now: datetime, limit: int, after: str | None
) -> RecordPage:
    """Return the page of runs that follows the cursor ``after``, newest effective first.

    Raises StoreError for a cursor that no page gave.
    """
    query = (
        sa.select(runs)
        .where(*_conditions(wanted, now))
        .order_by(runs.c.effective.desc(), runs.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(sa.tuple_(runs.c.effective, runs.c.id) < sa.tuple_(*_cursor(after)))
    rows = connection.execute(query).all()
    shown = rows[:limit]
    tries = _attempts(connection, [row.id for row in shown])
    cursor = f"{shown[-1].effective}-{shown[-1].id}" if len(rows) > limit else None
    return RecordPage(tuple(_run(row, tries.get(row.id, ())) for row in shown), cursor)


def one_run(connection: Connection, number: int) -> Run | None:
    """Return one run with its attempts, or None."""
    row = connection.execute(sa.select(runs).where(runs.c.id == number)).one_or_none()
    return None if row is None else _run(row, _attempts(connection, [number]).get(number, ()))


def log(connection: Connection, number: int) -> Iterator[LogChunk]:
    """Yield what a run printed and logged, in order."""
    query = sa.select(log_chunks).where(log_chunks.c.run_id == number).order_by(log_chunks.c.id)
    for row in connection.execute(query):
        yield LogChunk(row.attempt, from_micros(row.at), row.stream, row.text)


def counts(connection: Connection, now: datetime) -> tuple[int, int, int]:
    """Return how many runs are pending (overdue ones too), overdue, and executing."""
    states: dict[str, int] = dict(
        connection.execute(
            sa.select(runs.c.state, sa.func.count())
            .where(runs.c.state.in_([RunState.PENDING, RunState.EXECUTING]))
            .group_by(runs.c.state)
        )
        .tuples()
        .all()
    )
    overdue = connection.execute(
        sa.select(sa.func.count()).select_from(runs).where(_is_overdue(now))
    ).scalar_one()
    return states.get(RunState.PENDING, 0), overdue, states.get(RunState.EXECUTING, 0)


def _conditions(wanted: RecordFilter, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.task is not None:
        yield runs.c.task == wanted.task
    if wanted.row_key is not None:
        yield runs.c.row_key == wanted.row_key
    if wanted.trigger is not None:
        yield runs.c.trigger == wanted.trigger
    if wanted.since is not None:
        yield runs.c.effective >= to_micros(wanted.since)
    if wanted.until is not None:
        yield runs.c.effective <= to_micros(wanted.until)
    states: list[sa.ColumnElement[bool]] = (
        [runs.c.state.in_(wanted.states)] if wanted.states else []
    )
    if wanted.overdue:
        states.append(_is_overdue(now))
    if states:
        yield sa.or_(*states)


def _is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        runs.c.state == RunState.PENDING, runs.c.effective < to_micros(now - OVERDUE_AFTER)
    )


def _cursor(text: str) -> tuple[int, int]:
    effective, _, number = text.rpartition("-")
    try:
        return int(effective), int(number)
    except ValueError:
        raise StoreError(
            f"--after: {text!r} is no cursor", hint="take the `next` that the page before gave"
        ) from None


def _attempts(connection: Connection, numbers: list[int]) -> dict[int, tuple[Attempt, ...]]:
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
        state=RunState(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        detail=row.detail,
        trigger=Trigger(row.trigger),
        nominal=from_micros(row.nominal),
        nominals=nominals_of(row),
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
        attempts=tries,
    )
