"""Which rows of a date-field task fire next, or in a time: a page, and how many (rules V4, T11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from jittask.data.databases import DataError
from jittask.operations.errors import InvalidArgument, Unavailable
from jittask.operations.inspect.next import Upcoming, check_limit, upcoming
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_position import cursor_of, parse_cursor
from jittask.operations.inspect.row_stream import CHUNK, RowStream, Tally
from jittask.operations.times import TICK, within_known_years
from jittask.runtime.due_rows import Window
from jittask.schedule.cycle import LAST_INSTANT

if TYPE_CHECKING:
    from jittask.compiler.compiled import DateFieldTask
    from jittask.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UpcomingRows:
    """A page of what the rows of a task fire."""

    page: Upcoming
    next: str | None
    """The cursor of the next page."""
    total: Tally | None
    """Of the whole time that is asked about; None for a later page, and without an end."""


def next_of_rows(
    workspace: Workspace,
    task: DateFieldTask,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 5,
    after: str | None = None,
    skipped: bool = False,
) -> UpcomingRows:
    """Return the next ``limit`` occurrences of all rows, from ``start`` on or after now.

    Up to ``end``, which is included; then they are counted too. ``after`` is the
    cursor of the page before. A row's filter is judged now. Raises InvalidArgument,
    and Unavailable where the table cannot be read.
    """
    check_limit(limit)
    begin = within_known_years(workspace.now()) if start is None else start - TICK
    if end is not None and end < begin:
        raise InvalidArgument("to", "the end is before the beginning")
    counts = end is not None and after is None
    try:
        stream = RowStream(
            task,
            workspace.data.rows(task.model),
            Window(begin, end or LAST_INSTANT),
            workspace.now(),
            skipped=skipped,
            after=None if after is None else parse_cursor(after),
            chunk=CHUNK if counts else min(CHUNK, limit + 1),
        )
        entries = stream.occurrences()
        found = list(islice(entries, limit + 1))
        if counts:
            _read_to_the_end(entries)
    except DataError as error:
        raise Unavailable(str(error)) from error
    shown = found[:limit]
    remarks = []
    if not task.enabled:
        remarks.append(f"{task.name} is disabled: this is when it would fire")
    if stream.tally.bad_row is not None:
        remarks.append(bad_rows_remark(stream.tally))
    return UpcomingRows(
        upcoming(workspace, {task.name: task.timer}, shown, tuple(remarks)),
        cursor_of(shown[-1]) if shown and len(found) > limit else None,
        stream.tally if counts else None,
    )


def bad_rows_remark(tally: Tally) -> str:
    """Say that occurrences of rows cannot be computed."""
    which = "1 row" if tally.bad_rows == 1 else f"{tally.bad_rows:,} rows"
    return f"{which} cannot be read, and left out: {tally.bad_row}"


def _read_to_the_end(entries: Iterator[TaskOccurrence]) -> None:
    for _ in entries:
        pass
