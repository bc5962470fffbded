"""The rows for which an unsaved date-field task would fire, and how many pass (rules C9, D3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from jittask.compiler.compiled import DateFieldTask
from jittask.data.matching import Count, count_rows
from jittask.model import CallStyle, FunctionRef, Note
from jittask.operations.inspect.next_rows import bad_rows_remark
from jittask.operations.inspect.occurrences import TaskOccurrence
from jittask.operations.inspect.row_stream import RowStream
from jittask.operations.inspect.shown_rows import shown_row
from jittask.operations.naming import stored_row_key
from jittask.runtime.due_rows import Window
from jittask.schedule.row_timer import RowTimer

if TYPE_CHECKING:
    from jittask.compiler.tasks import ReadTask
    from jittask.data.rows import Rows
    from jittask.operations.workspace import Workspace

LISTED = 10
MOST_MATCHING = 10_000
"""Rows that pass the filter are not counted further."""
MOST_FIRING = 1_000
"""Occurrences are not counted further: each is computed, and a keystroke waits for it (C24)."""
WINDOW = timedelta(days=30)
_STATEMENT_SECONDS = 5.0
"""A preview is not worth more of a database's time."""


@dataclass(frozen=True, slots=True)
class FiringRow:
    """An occurrence of a row."""

    entry: TaskOccurrence
    label: str
    """What people know the row by."""


@dataclass(frozen=True, slots=True)
class FiringRows:
    """What a date-field task does in a window of time."""

    first: datetime
    """The instant that the window begins with, as it was asked for."""
    window: Window
    matching: Count
    """The rows that pass the filter, whatever their dates."""
    firing: tuple[FiringRow, ...]
    """The first of the window."""
    count: int
    capped: bool
    """Whether there are more occurrences: counting has ended there."""
    days: Mapping[date, int]
    """How many of those counted are effective on each day of the task's zone."""
    problem: Note | None
    """What is wrong with rows that are left out."""


def firing_rows(
    workspace: Workspace, name: str, read: ReadTask, window: Window, first: datetime
) -> FiringRows:
    """Return the rows of a draft that fire in a window. Raises DataError."""
    task = _task(name, read)
    rows = workspace.data.rows(task.model).within(_STATEMENT_SECONDS)
    now = workspace.now()
    matching = count_rows(rows, task.filter, now, task.timer.zone, MOST_MATCHING)
    stream = RowStream(task, rows, window, now, chunk=MOST_FIRING + 1)
    found = list(islice(stream.occurrences(), MOST_FIRING + 1))
    counted = found[:MOST_FIRING]
    days = Counter(entry.at.astimezone(entry.zone).date() for entry in counted)
    tally = stream.tally
    problem = None if tally.bad_row is None else Note("bad-rows", bad_rows_remark(tally))
    listed = tuple(FiringRow(entry, _label(rows, entry)) for entry in found[:LISTED])
    return FiringRows(
        first, window, matching, listed, len(counted), len(found) > len(counted), days, problem
    )


def _task(name: str, read: ReadTask) -> DateFieldTask:
    """Return the draft as the task that looks for rows; which function it runs is no matter."""
    assert isinstance(read.timer, RowTimer)
    assert read.model is not None
    function = FunctionRef(
        name, f"{name.replace('.', '/')}/inner.py", "customFunc", CallStyle.CUSTOM_FUNC
    )
    return DateFieldTask(
        name, name, enabled=True, function=function, policy=read.policy, timer=read.timer,
        model=read.model, filter=read.filter, timing_digest="", version="", bundle=(),
    )  # fmt: skip


def _label(rows: Rows, entry: TaskOccurrence) -> str:
    assert entry.row is not None
    row = rows.get(stored_row_key(rows.model, entry.row))
    return entry.row if row is None else shown_row(rows, row).label
