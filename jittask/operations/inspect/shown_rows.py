"""Rows as people see them: a key, a label, and values as JSON (rules C8, C9, D4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from jittask.data.row_keys import row_key
from jittask.model import FieldType
from jittask.operations.naming import shown_row_key
from jittask.storable import storable

if TYPE_CHECKING:
    from jittask.data.rows import Row, Rows
    from jittask.data.table_model import TableModel

_NAMING = ("title", "name", "label", "subject", "code", "number", "email")
"""Fields by which people know a row, the best first."""
_MOST_LABEL = 80
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row."""

    key: str
    """As people write it."""
    label: str
    values: Mapping[str, Any]
    """By field, as JSON; long texts are cut."""


def shown_row(rows: Rows, row: Row) -> ShownRow:
    """Return a whole row as people see it."""
    key = shown_row_key(row_key(row, rows.model))
    name = label_field(rows.model)
    label = "" if name is None else label_of(row[name])
    values = {field.name: _json_value(row[field.name]) for field in rows.model.fields}
    return ShownRow(key, label or storable(key)[:_MOST_LABEL], values)


def label_of(value: Any) -> str:
    """Return what is shown of the value of a label field; empty for none."""
    return "" if value is None else storable(" ".join(str(value).split()))[:_MOST_LABEL]


def label_field(model: TableModel) -> str | None:
    """Return the field by which people know a row of a model; None where no text is one."""
    texts = [
        field.name
        for field in model.fields
        if field.type is FieldType.TEXT and not field.primary_key
    ]
    by_folded = {name.lower(): name for name in reversed(texts)}
    named = next((by_folded[name] for name in _NAMING if name in by_folded), None)
    return named or next(iter(texts), None)


def _json_value(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)
        case str():
            return storable(value[:_MOST_TEXT])
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value[:_MOST_TEXT]).hex()
        case _:
            return storable(str(value)[:_MOST_TEXT])
