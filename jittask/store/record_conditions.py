"""The conditions of a listing of runs, in the text that its indexes need (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from jittask.model import RunStatus, Trigger
from jittask.store.cursors import parse_cursor
from jittask.store.expected_start import is_expected_by
from jittask.store.instants import to_micros
from jittask.store.record_filter import OVERDUE_AFTER, VERSION_DIGITS, Page, RecordFilter
from jittask.store.tables import OPEN, VERSION_HEAD, runs

OPEN_STATUSES = frozenset({RunStatus.PENDING, RunStatus.EXECUTING})
ENDED_STATUSES = tuple(status for status in RunStatus if status not in OPEN_STATUSES)

Condition = sa.ColumnElement[bool] | sa.TextClause


def is_open() -> sa.TextClause:
    """Return the condition under which ``runs_open`` serves a query."""
    return sa.text(OPEN)


def is_overdue(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of a run that is overdue (R1); a backfill is late on purpose."""
    return sa.and_(
        runs.c.status == RunStatus.PENDING,
        is_expected_by(to_micros(now - OVERDUE_AFTER) - 1),  # not at that microsecond
        runs.c.trigger != Trigger.BACKFILL,
    )


def common(record_filter: RecordFilter) -> Iterator[Condition]:
    """Yield the conditions that do not depend on the status, the order and the text."""
    if record_filter.tasks is not None:
        yield _of_tasks(record_filter.tasks)
    if len(record_filter.row_keys) == 1:
        yield runs.c.row_key == record_filter.row_keys[0]
    elif record_filter.row_keys:
        yield runs.c.row_key.in_(record_filter.row_keys)
    if record_filter.trigger is not None:
        yield runs.c.trigger == record_filter.trigger
    if record_filter.late:
        yield runs.c.late.is_(True)
    if record_filter.version is not None:
        yield _value(VERSION_HEAD) == record_filter.version[:VERSION_DIGITS]
        if (digits := len(record_filter.version)) > VERSION_DIGITS:
            yield sa.func.substr(runs.c.version, 1, digits) == record_filter.version


def status_in(
    record_filter: RecordFilter, now: datetime, status: sa.ColumnElement[str] = runs.c.status
) -> Iterator[Condition]:
    """Yield the condition on the status, ``overdue`` included, if there is one."""
    either: list[sa.ColumnElement[bool]] = []
    if record_filter.statuses:
        either.append(status.in_(record_filter.statuses))
    if record_filter.overdue:
        either.append(is_overdue(now))
    if either:
        yield sa.or_(*either)


def ended_statuses(record_filter: RecordFilter) -> list[RunStatus]:
    """Return the statuses of ended runs that the filter lets through."""
    everything = not record_filter.statuses and not record_filter.overdue
    return [status for status in ENDED_STATUSES if everything or status in record_filter.statuses]


def bounds(
    key: sa.ColumnElement[int], record_filter: RecordFilter, page: Page
) -> Iterator[Condition]:
    """Yield the conditions of the times asked for, and of the cursor."""
    if record_filter.since is not None:
        yield key >= to_micros(record_filter.since)
    if record_filter.until is not None:
        yield key <= to_micros(record_filter.until)
    if page.after is not None:
        position, cursor = sa.tuple_(key, runs.c.id), sa.tuple_(*parse_cursor(page.after, page.by))
        yield position < cursor if page.descending else position > cursor


def _of_tasks(tasks: Sequence[str]) -> Condition:
    if len(tasks) == 1:
        return runs.c.task == tasks[0]
    # No index has this expression: several tasks are no reason to leave the order of another one.
    return (runs.c.task + "").in_(tasks)


def _value(sql_text: str) -> sa.ColumnElement[str]:
    return sa.literal_column(sql_text, sa.String())
