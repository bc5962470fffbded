"""What people know the rows of runs by, for lists that have only their keys (rule C16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jittask.compiler.compiled import DateFieldTask
from jittask.data.databases import DataError
from jittask.data.row_keys import row_key
from jittask.operations.errors import InvalidArgument
from jittask.operations.inspect.shown_rows import label_field, label_of
from jittask.operations.naming import shown_row_key, stored_row_key

if TYPE_CHECKING:
    from jittask.data.table_model import TableModel
    from jittask.model import ModelInfo
    from jittask.operations.workspace import Workspace

_STATEMENT_SECONDS = 2.0

TaskRow = tuple[str, str]
"""The full name of a task, and the key of a row as it is shown."""


def row_labels(workspace: Workspace, rows: Iterable[TaskRow]) -> dict[TaskRow, str]:
    """Return the labels of rows, by one statement for each model.

    Without one are rows that are gone, those of tasks that cannot load, of models
    without a text, and of databases that do not answer.
    """
    wanted: defaultdict[ModelInfo, set[TaskRow]] = defaultdict(set)
    for name, key in rows:
        task = workspace.app.tasks.get(name)
        if isinstance(task, DateFieldTask):
            wanted[task.model].add((name, key))
    found: dict[TaskRow, str] = {}
    for model, of_model in wanted.items():
        labels = _labels(workspace, model, {key for _, key in of_model})
        found |= {row: labels[row[1]] for row in of_model if row[1] in labels}
    return found


def _labels(workspace: Workspace, model: ModelInfo, keys: set[str]) -> dict[str, str]:
    """Return the labels of the rows of a model, by key."""
    try:
        rows = workspace.data.rows(model).within(_STATEMENT_SECONDS)
        name = label_field(rows.model)
        if name is None:
            return {}
        shown = {stored: key for key in keys if (stored := _stored(rows.model, key)) is not None}
        return {
            shown.get(stored, shown_row_key(stored)): label
            for row in rows.find(list(shown), [name])
            for stored in (row_key(row, rows.model),)
            if (label := label_of(row[name]))
        }
    except DataError:
        return {}


def _stored(model: TableModel, key: str) -> str | None:
    try:
        return stored_row_key(model, key)
    except InvalidArgument:
        return None
