"""Finds the due rows of several tasks of one table in one statement (rules D3, D4).

The tasks of a table that read the same date field share its index and, mostly,
their windows. So the statement asks for the union of their ranges, and says of
each row whose filter it passes; each task's own occurrences decide. Databases
bound the columns of a statement, so that very many filters take several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

import sqlalchemy as sa

from jittask.compiler.compiled import DateFieldTask
from jittask.data.row_query import Lookup
from jittask.data.rows import Row, Rows
from jittask.model import FieldType
from jittask.runtime.due_rows import DueRow, Window, least_end, of_page
from jittask.schedule import windows
from jittask.schedule.spans import coalesced
from jittask.schedule.windows import Column, FieldRange

_FIRST_DAY, _LAST_DAY = date(1000, 1, 1), date(9999, 1, 1)

MOST_LOOKUPS = 200
"""In a statement: each is a column of the answer, and PostgreSQL allows 1,664 of them."""

BadRowOf = Callable[[DateFieldTask, Row, Exception], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A task, and the window that its rows are looked for in."""

    task: DateFieldTask
    window: Window


class DateColumns:
    """What is known of the columns with dates, so that a scan need not ask again.

    Without a repeat, a window gives one range, whatever the column holds; only
    whether its values have a zone has to be known.
    """

    def __init__(self) -> None:
        self._aware: dict[tuple[str, str], bool] = {}

    def forget(self, model: str) -> None:
        """Ask again what the columns of a model's table hold."""
        for key in [key for key in self._aware if key[0] == model]:
            del self._aware[key]

    def column(self, rows: Rows, field: str, connection: sa.Connection, *, repeats: bool) -> Column:
        """Return what ranges are computed from. Raises DataError."""
        info = rows.date_field(field)
        is_datetime = info.type is FieldType.DATETIME
        key = (rows.model.name, field)
        aware = self._aware.get(key)
        if repeats or aware is None:
            least, greatest = rows.bounds(info.name, connection, checked=False)  # a sweep does
            if least is None:
                return Column(is_datetime, None, None)
            aware = isinstance(least, datetime) and least.tzinfo is not None
            self._aware[key] = aware
            if repeats:
                return Column(is_datetime, least, greatest)
        if not is_datetime:
            return Column(is_datetime, _FIRST_DAY, _LAST_DAY)
        zone = UTC if aware else None
        first, last = (
            datetime(day.year, day.month, day.day, tzinfo=zone) for day in (_FIRST_DAY, _LAST_DAY)
        )
        return Column(is_datetime, first, last)


def shared_due_rows(
    tasks: Sequence[Asked],
    rows: Rows,
    columns: DateColumns,
    connection: sa.Connection,
    now: datetime,
    bad_row: BadRowOf,
) -> Iterator[tuple[DateFieldTask, list[DueRow]]]:
    """Yield the due rows of tasks that read one date field in one zone, page by page, task by task.

    Raises DataError where the table cannot be read.
    """
    field = tasks[0].task.timer.start_field
    repeats = any(asked.task.timer.repeats for asked in tasks)
    column = columns.column(rows, field, connection, repeats=repeats)
    by_lookup: dict[Lookup, list[Asked]] = {}
    for asked in tasks:
        by_lookup.setdefault(_lookup(asked, rows), []).append(asked)
    lookups = iter(by_lookup)
    while part := list(islice(lookups, MOST_LOOKUPS)):
        sharing = [(asked, place) for place, each in enumerate(part) for asked in by_lookup[each]]
        spans = [span for asked, _ in sharing for span in ranges_of(asked, column)]
        fields = list(
            dict.fromkeys(name for asked, _ in sharing for name in asked.task.timer.fields)
        )
        for page in rows.pages_of(field, coalesced(spans), part, now, fields, connection):
            for asked, place in sharing:
                found = (row for row, passes in page if passes[place])
                due = of_page(
                    asked.task, rows, found, asked.window,
                    lambda row, error, task=asked.task: bad_row(task, row, error),  # type: ignore[misc]
                )  # fmt: skip
                if due:
                    yield asked.task, due


def ranges_of(asked: Asked, column: Column) -> tuple[FieldRange, ...]:
    """Return the ranges of values with which a task can fire in its window."""
    return windows.ranges(asked.task.timer, *asked.window, column)


def _lookup(asked: Asked, rows: Rows) -> Lookup:
    """Return what is asked of the rows beside their dates, the same for all scans of a day."""
    timer = asked.task.timer
    day = asked.window.after.replace(hour=0, minute=0, second=0, microsecond=0)
    return Lookup(asked.task.filter, timer.zone, least_end(timer, rows, day))
