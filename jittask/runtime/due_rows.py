"""Which rows of a date-field task fire in a window of time, and when (rules D3, D4).

The schedule is turned inside out: the database is asked only for rows whose
date can make the task fire in the window, in pages, and each row's occurrences
are computed from there. Knows no store and no plan: the row scan, a backfill
and a preview ask the same question.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from jittask.compiler.compiled import DateFieldTask
from jittask.data.row_keys import row_key
from jittask.data.rows import Row, Rows
from jittask.model import FieldType, Occurrence
from jittask.schedule import windows
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer
from jittask.schedule.windows import Column, FieldRange


class Window(NamedTuple):
    """The instants after ``after``, up to and including ``until``; both aware."""

    after: datetime
    until: datetime


class DueRow(NamedTuple):
    """A row that fires in a window; a tuple, since there may be very many."""

    key: str
    """JSON of its key columns (D4)."""
    row: Row
    """The key, and the fields that the timer reads; not the other columns."""
    occurrences: tuple[Occurrence, ...]
    """All in the window, in order, by effective instant; at least one."""
    timer: Timer
    """When the row fires at all."""


BadRow = Callable[[Row, Exception], None]
"""Takes a row whose occurrences cannot be computed, and why."""

Bounds = tuple[date | None, date | None]
"""The least and the greatest value of a date field."""

_Firing = tuple[Timer, tuple[Occurrence, ...]]
_Known = dict[tuple[Hashable, ...], _Firing | None]
"""The timer and the occurrences of rows by their dates, where there are any."""


def due_rows(
    task: DateFieldTask,
    rows: Rows,
    window: Window,
    now: datetime,
    bad_row: BadRow | None = None,
    *,
    every_row: bool = False,
    bounds: Bounds | None = None,
) -> Iterator[list[DueRow]]:
    """Yield the rows that fire in a window, page by page.

    ``now`` is the instant that ``TODAY()`` and ``NOW()`` in the task's filter
    mean. A row appears once. A page holds all occurrences of its rows, so a
    caller with a long window and a short cycle divides the window. A row whose
    occurrences cannot be computed goes to ``bad_row``, and is raised without it.
    With ``every_row`` all rows that pass the filter are looked at: of a small
    table and a long window that is sooner done than to turn the schedule inside out.
    ``bounds``: those of the date field, where they have just been read for another task.
    Raises DataError where the table cannot be read, or has no dates in the field.
    """
    for page in _pages(task, rows, window, now, bounds, every_row=every_row):
        due = of_page(task, rows, page, window, bad_row)
        if due:
            yield due


def of_page(
    task: DateFieldTask,
    rows: Rows,
    page: Iterable[Row],
    window: Window,
    bad_row: BadRow | None,
) -> list[DueRow]:
    """Return those of some rows that fire in a window; rows of the same dates do so alike.

    A row whose occurrences cannot be computed goes to ``bad_row``, and is raised without it.
    """
    known: _Known = {}
    found: list[DueRow] = []
    for row in page:
        try:
            due = _due_row(task, rows, row, window, known)
        except Exception as error:
            if bad_row is None:
                raise
            bad_row(row, error)
            continue
        if due is not None:
            found.append(due)
    return found


def _pages(
    task: DateFieldTask,
    rows: Rows,
    window: Window,
    now: datetime,
    bounds: Bounds | None,
    *,
    every_row: bool,
) -> Iterator[list[Row]]:
    """Yield pages of the rows whose dates may lie in the window."""
    timer = task.timer
    field = rows.date_field(timer.start_field)
    column = Column(field.type is FieldType.DATETIME, *(bounds or rows.bounds(field.name)))
    ranges: Sequence[FieldRange] = ()
    if not every_row:
        ranges = windows.ranges(timer, window.after, window.until, column)
    elif column.least is not None and column.greatest is not None:
        ranges = (FieldRange(column.least, column.greatest),)
    ends = least_end(timer, rows, window.after)
    return rows.pages(field.name, ranges, task.filter, now, timer.zone, timer.fields, ends)


def least_end(timer: RowTimer, rows: Rows, after: datetime) -> tuple[str, date] | None:
    """Return the end field, and its least value with which a row still fires."""
    if timer.end_field is None:
        return None
    end = rows.date_field(timer.end_field)
    least = windows.least_end(timer, after, is_datetime=end.type is FieldType.DATETIME)
    return None if least is None else (end.name, least)


def _due_row(
    task: DateFieldTask, rows: Rows, row: Row, window: Window, known: _Known
) -> DueRow | None:
    dates = tuple([_date_key(row.get(name)) for name in task.timer.fields])
    try:
        firing = known[dates]
    except KeyError:
        firing = known[dates] = _firing(task.timer.timer_of(row, rows.zone), window)
    if firing is None:
        return None
    timer, occurrences = firing
    return DueRow(row_key(row, rows.model), row, occurrences, timer)


def _firing(timer: Timer | None, window: Window) -> _Firing | None:
    if timer is None:
        return None
    occurrences = tuple(timer.between(*window))
    return (timer, occurrences) if occurrences else None


def _date_key(value: object) -> Hashable:
    """Return what a date is known by: two passes of a fold are equal, and fire apart (PEP 495)."""
    if isinstance(value, datetime):
        return value, value.fold
    return value if isinstance(value, date | None) else object()
