"""What people and programs read of the runs: pages of records, one run, counts (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from jittask.model import Attempt, MissedRange, Reason, Run, RunStatus, Trigger
from jittask.store.expected_start import expected_start
from jittask.store.instants import from_micros, maybe_instant, nominals_of, to_delay
from jittask.store.record_conditions import is_open, is_overdue
from jittask.store.record_filter import Page, RecordFilter, RecordPage
from jittask.store.record_pages import page_of
from jittask.store.status_types import OverdueTask
from jittask.store.tables import attempts, runs


def records(
    connection: Connection, record_filter: RecordFilter, now: datetime, page: Page
) -> RecordPage:
    """Return a page of runs. Raises StoreError for a text that is no cursor."""
    found = page_of(connection, record_filter, now, page)
    query = sa.select(runs).where(runs.c.id.in_(found.ids))
    rows = {row.id: row for row in connection.execute(query)}
    earlier = _attempts(connection, found.ids)
    listed = tuple(_run(rows[number], earlier.get(number, ())) for number in found.ids)
    return RecordPage(listed, found.next, found.searched_to)


def one_run(connection: Connection, number: int) -> Run | None:
    """Return one run with its attempts, or None."""
    row = connection.execute(sa.select(runs).where(runs.c.id == number)).one_or_none()
    return None if row is None else _run(row, _attempts(connection, [number]).get(number, ()))


def counts(connection: Connection, now: datetime, task: str | None = None) -> tuple[int, int, int]:
    """Return how many runs, of a task or of all, are pending (overdue too), overdue, executing."""
    late = sa.func.sum(sa.case((is_overdue(now), 1), else_=0))
    query = sa.select(runs.c.status, sa.func.count(), late).where(is_open()).group_by(runs.c.status)
    if task is not None:
        query = query.where(runs.c.task == task)
    found = {status: (number, overdue) for status, number, overdue in connection.execute(query)}
    pending, overdue = found.get(RunStatus.PENDING, (0, 0))
    return pending, int(overdue), found.get(RunStatus.EXECUTING, (0, 0))[0]


def overdue_tasks(connection: Connection, now: datetime) -> tuple[OverdueTask, ...]:
    """Return the tasks that have overdue runs, by name."""
    query = (
        sa.select(runs.c.task, sa.func.count(), sa.func.min(expected_start()))
        .where(is_open(), is_overdue(now))
        .group_by(runs.c.task)
        .order_by(runs.c.task)
    )
    return tuple(
        OverdueTask(task, number, from_micros(oldest))
        for task, number, oldest in connection.execute(query)
    )


def _attempts(connection: Connection, numbers: list[int]) -> dict[int, tuple[Attempt, ...]]:
    """Return the attempts that are not the last of their runs."""
    query = (
        sa.select(attempts)
        .where(attempts.c.run_id.in_(numbers))
        .order_by(attempts.c.run_id, attempts.c.number)
    )
    found: dict[int, tuple[Attempt, ...]] = {}
    for row in connection.execute(query):
        attempt = Attempt(
            number=row.number,
            runtime=row.runtime,
            host=row.host,
            version=row.version,
            started=from_micros(row.started),
            finished=maybe_instant(row.finished),
            outcome=row.outcome,
            error=row.error,
            peak_kb=row.peak_kb,
        )
        found[row.run_id] = (*found.get(row.run_id, ()), attempt)
    return found


def _last_attempt(row: Row[Any]) -> Iterator[Attempt]:
    """Yield the last attempt, which is in the run's row."""
    if row.began is not None:
        ended = row.finished is not None
        yield Attempt(
            number=row.attempt,
            runtime=row.runtime,
            host=row.host,
            version=row.version,
            started=from_micros(row.began),
            finished=maybe_instant(row.finished),
            outcome=(row.reason or row.status) if ended else None,
            error=row.error if ended else None,
            peak_kb=row.peak_kb,
        )


def _run(row: Row[Any], earlier: tuple[Attempt, ...]) -> Run:
    missed = None
    if row.missed_count is not None:
        missed = MissedRange(
            from_micros(row.missed_first), from_micros(row.missed_last), row.missed_count
        )
    return Run(
        id=row.id,
        task=row.task,
        row_key=row.row_key,
        status=RunStatus(row.status),
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
        args=row.args,
        delay=to_delay(row.delay),
        attempts=(*earlier, *_last_attempt(row)),
    )
