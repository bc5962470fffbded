"""The timer of a task, or of one row of it, as the runtime would use it (rule T11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jittask.operations.errors import InvalidArgument, OperationError
from jittask.operations.manifest import refuse_broken_manifest
from jittask.operations.naming import shown_row_key
from jittask.operations.rows import find_row
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask, DateFieldTask
    from jittask.data.rows import Row, Rows
    from jittask.operations.rows import RowKey
    from jittask.schedule.timer import Timer


def timer_of(workspace: Workspace, task: CompiledTask, row: str | None) -> Timer:
    """Return the timer of a scheduled task, or of one row of a date-field task.

    ``row`` is a shown row key. Raises InvalidArgument where the task needs a
    row or has none, NotFound, Conflict where ``app.json`` cannot be used, OperationError.
    """
    from jittask.compiler.compiled import ScheduledTask

    refuse_broken_manifest(workspace.compilation.diagnostics)
    if isinstance(task, ScheduledTask):
        if row is not None:
            raise InvalidArgument("row", f"{task.name} is a scheduled task, so it has no rows")
        return task.timer
    if row is None:
        raise InvalidArgument("row", f"{task.name} fires for rows: name one with --row KEY")
    rows, values = row_of(workspace, task, row)
    timer = task.timer.timer_of(values, rows.zone)
    if timer is None:
        raise OperationError(f"row {row}: {_why_never(task, values)}")
    return timer


def _why_never(task: DateFieldTask, row: Row) -> str:
    field = task.timer.start_field
    if row[field] is None:
        return f"its {field} is empty, so it never fires"
    return (
        f"its {field} is {row[field]}, from which it never fires: that is too far away, "
        "or after the end of the rule"
    )


def row_of(workspace: Workspace, task: DateFieldTask, row: RowKey) -> tuple[Rows, Row]:
    """Return the rows of a task's model, and the one with that key, its dates checked.

    Raises NotFound, InvalidArgument for a text that is no key, OperationError.
    """
    from jittask.data.databases import DataError

    try:
        return find_row(workspace, task, row, task.timer.fields)
    except DataError as error:
        raise OperationError(str(error)) from error


def own_row_key(workspace: Workspace, task: DateFieldTask, row: RowKey) -> str:
    """Return the key that the row itself has, as it is shown, whatever way it was written.

    Raises as ``row_of`` does.
    """
    from jittask.data.row_keys import row_key

    rows, values = row_of(workspace, task, row)
    return shown_row_key(row_key(values, rows.model))


def unmatched_filter(workspace: Workspace, task: CompiledTask, row: str | None) -> str | None:
    """Say that a row does not pass its task's filter now; None where it does, or none is.

    Raises what ``row_of`` raises, and OperationError for a column that does not exist.
    """
    from jittask.compiler.compiled import DateFieldTask

    if row is None or not isinstance(task, DateFieldTask) or task.filter is None:
        return None
    rows, values = row_of(workspace, task, row)
    if passes(workspace, task, rows, values):
        return None
    return f"row {row} does not pass the filter of the task, as it is now"


def passes(workspace: Workspace, task: DateFieldTask, rows: Rows, values: Row) -> bool:
    """Whether the database says that a row passes the task's filter now. Raises OperationError."""
    from jittask.data.databases import DataError
    from jittask.data.row_keys import row_key

    key = row_key(values, rows.model)
    try:
        judged = rows.judged(key, task.filter, workspace.now(), task.timer.zone)
    except DataError as error:
        raise OperationError(str(error)) from error
    return judged is not None and judged[1]
