"""Which row of a date-field task is meant, checked against the database (rules D4, V8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from jittask.operations.errors import InvalidArgument, NotFound, Unavailable
from jittask.operations.naming import row_key_forms, shown_row_key, stored_row_key

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask, DateFieldTask
    from jittask.data.rows import Row, Rows
    from jittask.operations.workspace import Workspace

KeyValue = str | int | float | date | datetime | time | Decimal | UUID
RowKey = KeyValue | Sequence[KeyValue]
"""A row's key: the value of its key column, several values, or the text that people write."""


def row_for(workspace: Workspace, task: CompiledTask, row: RowKey | None) -> str:
    """Return the stored key of the row that a run of the task is for; empty for a scheduled task.

    Raises InvalidArgument where a row is missing or makes no sense, NotFound
    where there is no such row, Unavailable where the database does not answer.
    """
    from jittask.compiler.compiled import DateFieldTask

    if not isinstance(task, DateFieldTask):
        if row is not None:
            raise InvalidArgument("row", f"{task.name} is a scheduled task, so it has no rows")
        return ""
    if row is None:
        raise InvalidArgument("row", f"{task.name} fires for rows: name one")
    from jittask.data.databases import DataError
    from jittask.data.row_keys import row_key

    try:
        rows, found = find_row(workspace, task, row)
    except DataError as error:
        raise Unavailable(str(error)) from error
    return row_key(found, rows.model)


def find_row(
    workspace: Workspace, task: DateFieldTask, row: RowKey, dates: Sequence[str] = ()
) -> tuple[Rows, Row]:
    """Return the rows of a task's model, and the one that a key names; ``dates`` hold dates in it.

    Its own key may be spelled otherwise: databases find a row without the spaces of a
    CHAR, or in another case. Runs have the key as the row has it. Raises
    InvalidArgument for what is no key, NotFound, and DataError where the database
    does not answer or a field holds no date.
    """
    from jittask.data.row_keys import BadKey

    rows = workspace.data.rows(task.model)
    key = stored_row_key(rows.model, row_key_text(row))
    try:
        found = rows.get_dated(key, dates)
    except BadKey as error:
        raise InvalidArgument("row", str(error)) from error
    if found is None:
        raise NotFound(f"{task.model.name} has no row {shown_row_key(key)}")
    return rows, found


def recorded_row_keys(workspace: Workspace, task: CompiledTask | None, row: str) -> tuple[str, ...]:
    """Return every key under which the run store may have runs of a row.

    Its own one where the row still is there, and as it was written: what has run
    is known of a row that is gone, and while its database is away.
    """
    from jittask.compiler.compiled import DateFieldTask
    from jittask.data.databases import DataError
    from jittask.data.row_keys import row_key

    keys = dict.fromkeys(row_key_forms(row))
    if isinstance(task, DateFieldTask):
        try:
            model = workspace.data.rows(task.model).model
            keys |= dict.fromkeys(row_key_forms(shown_row_key(stored_row_key(model, row))))
            rows, found = find_row(workspace, task, row)
            keys |= dict.fromkeys(row_key_forms(shown_row_key(row_key(found, rows.model))))
        except (DataError, InvalidArgument, NotFound):
            return tuple(keys)
    return tuple(keys)


def row_key_text(row: RowKey) -> str:
    """Return a row's key as people write it: plain text, or the JSON list of several values."""
    if isinstance(row, str):
        return row
    values = [_plain(value) for value in row] if isinstance(row, Sequence) else _plain(row)
    return json.dumps(values, ensure_ascii=False)


def _plain(value: KeyValue) -> str | int | float:
    return value if isinstance(value, str | int | float) else str(value)
