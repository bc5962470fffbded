"""Which row of a date-field task is meant, checked against the database (rules D4, V8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from jittask.operations.errors import InvalidArgument, NotFound, Unavailable
from jittask.operations.naming import shown_row_key, stored_row_key

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask, DateFieldTask
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
    return _existing_row(workspace, task, row)


def _existing_row(workspace: Workspace, task: DateFieldTask, row: RowKey) -> str:
    from jittask.data.databases import DataError
    from jittask.data.row_keys import BadKey, row_key

    try:
        rows = workspace.data.rows(task.model)
        key = stored_row_key(rows.model, row_key_text(row))
        found = rows.get(key)
    except BadKey as error:
        raise InvalidArgument("row", str(error)) from error
    except DataError as error:
        raise Unavailable(str(error)) from error
    if found is None:
        raise NotFound(f"{task.model.name} has no row {shown_row_key(key)}")
    return row_key(found, rows.model)  # as a scan stores it, whatever way it was written


def row_key_text(row: RowKey) -> str:
    """Return a row's key as people write it: plain text, or the JSON list of several values."""
    if isinstance(row, str):
        return row
    values = [_plain(value) for value in row] if isinstance(row, Sequence) else _plain(row)
    return json.dumps(values, ensure_ascii=False)


def _plain(value: KeyValue) -> str | int | float:
    return value if isinstance(value, str | int | float) else str(value)
