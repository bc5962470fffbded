"""Rows of a model, searched as people search: by key, or by a part of a text (rules C8, C15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.data.databases import DataError
from jittask.data.matching import first_rows
from jittask.data.row_keys import BadKey, row_key
from jittask.model import FieldType
from jittask.operations.errors import InvalidArgument, Unavailable
from jittask.operations.inspect.models import rows_of_model
from jittask.operations.inspect.shown_rows import ShownRow, shown_row
from jittask.operations.naming import stored_row_key
from jittask.query.expression import Combination, Condition, Connector, Expression, Operator
from jittask.storable import storable

if TYPE_CHECKING:
    from jittask.data.rows import Row, Rows
    from jittask.operations.workspace import Workspace

_STATEMENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelRows:
    """Some rows of a model."""

    rows: tuple[ShownRow, ...]
    complete: bool
    """Whether there are no more."""


def model_rows(workspace: Workspace, model: str, *, search: str = "", limit: int = 20) -> ModelRows:
    """Return rows by their key; with ``search``, first the one of that key.

    Then those in whose texts it is. Raises NotFound for the model, Unavailable.
    """
    rows = rows_of_model(workspace, model).within(_STATEMENT_SECONDS)
    words = storable(search.strip())
    try:
        exact = [] if not words else _of_key(rows, words)
        found = _matching(workspace, rows, words, limit + 1)
    except DataError as error:
        raise Unavailable(str(error)) from error
    by_key = {row_key(row, rows.model): row for row in (*exact, *found)}
    shown = [shown_row(rows, row) for row in by_key.values()]
    return ModelRows(tuple(shown[:limit]), len(shown) <= limit)


def _of_key(rows: Rows, words: str) -> list[Row]:
    try:
        found = rows.get(stored_row_key(rows.model, words))
    except (BadKey, InvalidArgument):  # it is no key of this table, and may be a part of a text
        return []
    return [] if found is None else [found]


def _matching(workspace: Workspace, rows: Rows, words: str, limit: int) -> list[Row]:
    where: Expression | None = None
    if words:
        texts = [field.name for field in rows.model.fields if field.type is FieldType.TEXT]
        if not texts:
            return []
        for name in texts:
            holds = Condition(name, Operator.LIKE, words)
            where = holds if where is None else Combination(Connector.OR, where, holds)
    return first_rows(rows, where, workspace.now(), workspace.zone, limit)
