"""Which timer a command is about, and at what time (rules V5, T11)."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from jittask import zonedata
from jittask.cli.failure import Failure
from jittask.clock import clock_from_environment
from jittask.schedule.cycle import FIRST_YEAR, LAST_INSTANT

if TYPE_CHECKING:
    from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask
    from jittask.data.rows import Row, Rows
    from jittask.schedule.timer import Timer

_FIRST_INSTANT = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
"""Timers tell what is strictly after an instant; people name the first that counts."""


def timer_of(compilation: Compilation, task: CompiledTask, key: str | None) -> Timer:
    """Return the timer of a scheduled task, or of one row of a date-field task."""
    from jittask.compiler.compiled import ScheduledTask

    if isinstance(task, ScheduledTask):
        if key is not None:
            raise click.UsageError(f"{task.name} is a scheduled task, so it has no rows")
        return task.timer
    if key is None:
        raise click.UsageError(f"{task.name} fires for rows: name one with --row KEY")
    _, row = row_of(compilation, task, key)
    timer = task.timer.timer_of(row)
    if timer is None:
        raise Failure(f"row {key}: its {task.timer.start_field} is empty, so it never fires")
    return timer


def unmatched_filter(compilation: Compilation, task: CompiledTask, key: str | None) -> str | None:
    """Say that a row does not pass its task's filter now; None where it does, or none is."""
    from jittask.compiler.compiled import DateFieldTask

    if key is None or not isinstance(task, DateFieldTask) or task.filter is None:
        return None
    rows, row = row_of(compilation, task, key)
    if rows.matches(task.filter, row, now(), task.timer.zone):
        return None
    return f"row {key} does not pass the filter of the task, as it is now"


def row_of(compilation: Compilation, task: DateFieldTask, key: str) -> tuple[Rows, Row]:
    """Return the rows of a task's model, and the one with that key, its dates checked."""
    from jittask.data.app_data import AppData
    from jittask.data.databases import DataError

    with closing(AppData(compilation.app.databases, compilation.app.root)) as data:
        try:
            rows = data.rows(task.model)
            row = rows.get_dated(key, task.timer.fields)
        except DataError as error:
            raise Failure(str(error)) from error
    if row is None:
        raise Failure(f"{task.model.name} has no row {key}")
    return rows, row


def now() -> datetime:
    """Return the time, or what JITTASK_NOW says it is."""
    try:
        return followed(clock_from_environment().now())
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def read_instant(
    text: str, compilation: Compilation, option: str, *, end: bool = False
) -> datetime:
    """Read an ISO time; a naive one is in the app's zone, a date its midnight or its ``end``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            f"{option}: expected a date such as 2026-05-01 or a time such as "
            f"2026-05-01T09:00, got {text!r}"
        ) from None
    if end and is_date(text):
        found = datetime.combine(found, time.max)
    if found.tzinfo is None:
        found = found.replace(tzinfo=zonedata.zone(compilation.app.settings.timezone))
    return followed(found)


def followed(instant: datetime) -> datetime:
    """Return an instant, or the first or last of the years that are followed (T1)."""
    if instant < _FIRST_INSTANT:
        return _FIRST_INSTANT
    return min(instant, LAST_INSTANT)


def is_date(text: str) -> bool:
    """Whether an ISO text is a date without a time."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
